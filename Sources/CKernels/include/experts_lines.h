// SPDX-License-Identifier: Apache-2.0
//
// Experts with one layer of weights, or with moments of classes. Their numbers lie in rows of
// `stride` floats, which is the size of a row rounded up to sixteen; what fills the rest is zero.
// Of two classes there is one row of weights, that of the second class against the first.

#ifndef LEARND_EXPERTS_LINES_H
#define LEARND_EXPERTS_LINES_H

#include "experts.h"

// lines.c

// What a row is turned into before it meets the weights.
typedef enum {
    // 1, then the scaled columns.
    LEARND_LINE_PLAIN = 0,
    // 1, then for each column j: z_j, 0.7 (z_j^2 - 1), and z_i z_j for each i before j.
    LEARND_LINE_QUADRATIC = 1,
    // 1, the scaled columns, the scaled changes, then 1 for the last known label, 0 for the others.
    LEARND_LINE_TEMPORAL = 2,
    // The columns as measured by all rows before.
    LEARND_LINE_SLOW = 3,
    // The scaled columns.
    LEARND_LINE_SCALED = 4,
} learnd_line_form;

// How many features a row has.
size_t learnd_line_size(learnd_line_form form, size_t width, size_t classes);
// That, rounded up to sixteen.
size_t learnd_line_stride(size_t size);
// How many floats of scratch the kernels below need.
size_t learnd_line_scratch(learnd_line_form form, size_t width, size_t classes);
// Turns one row.
void learnd_line_features(const learnd_expert_rows *rows, size_t row, learnd_line_form form,
                          float *features);

// lines_softmax.c

typedef struct {
    float rate;
    // The running mean of the squared norm of the features, and of how many rows.
    float square;
    float count;
} learnd_softmax_line;

void learnd_softmax_line_predict(const learnd_expert_rows *rows, learnd_line_form form,
                                 const float *weights, float *scratch, float *opinions);
void learnd_softmax_line_learn(const learnd_expert_rows *rows, learnd_line_form form,
                               float *weights, learnd_softmax_line *line, float *scratch,
                               float *opinions);

// lines_arow.c

// For each row of weights: a row of variances, and `size` rows of covariances, whose diagonal is 0.
typedef struct {
    float *weights;
    float *variances;
    float *covariances;
    float noise;
} learnd_arow_line;

void learnd_arow_line_predict(const learnd_expert_rows *rows, learnd_line_form form,
                              const float *weights, float *scratch, float *opinions);
void learnd_arow_line_learn(const learnd_expert_rows *rows, learnd_line_form form,
                            const learnd_arow_line *line, float *scratch, float *opinions);

// lines_bayes.c

// For each class: how many rows the moments are made of, and how many it has of late; a row of
// means, and one of variances. The rest follows from these: one over the variances, and the
// logarithm of the density where the distance is 0.
typedef struct {
    double *counts;
    double *frequencies;
    float *means;
    float *variances;
    float *inverses;
    float *offsets;
    // After how many rows moments and frequencies forget; infinite: never.
    double memory;
} learnd_bayes_line;

// Makes what follows from the moments of one class.
void learnd_bayes_line_derive(const learnd_bayes_line *line, size_t width, size_t one);
void learnd_bayes_line_predict(const learnd_expert_rows *rows, const learnd_bayes_line *line,
                               float *scratch, float *opinions);
void learnd_bayes_line_learn(const learnd_expert_rows *rows, const learnd_bayes_line *line,
                             float *scratch, float *opinions);

// lines_discriminant.c

// For each class: how many rows it has had, how many of late, a row of means, a row of weights and
// an offset, which are made anew from the means now and then; `width` rows of the inverse of the
// covariance within classes.
typedef struct {
    double *counts;
    float *frequencies;
    float *means;
    float *weights;
    float *offsets;
    float *inverse;
    uint64_t rows;
} learnd_discriminant_line;

void learnd_discriminant_line_predict(const learnd_expert_rows *rows,
                                      const learnd_discriminant_line *line, float *scratch,
                                      float *opinions);
void learnd_discriminant_line_learn(const learnd_expert_rows *rows,
                                    learnd_discriminant_line *line, float *scratch,
                                    float *opinions);

#endif
