// SPDX-License-Identifier: Apache-2.0
//
// Experts that predict numbers by one layer of weights. What a row is turned into, and how the
// numbers lie, stands in experts_lines.h.

#ifndef LEARND_EXPERTS_NUMBERS_H
#define LEARND_EXPERTS_NUMBERS_H

#include "experts_lines.h"

// An opinion about a number is held within this, as targets are.
#define LEARND_NUMBER_MOST 5.0f

typedef struct {
    float *weights;
    float rate;
    // The running mean of the squared norm of the features, and of how many rows.
    float square;
    float count;
} learnd_gradient_line;

// Predicts each row and, if `learns` is 1, learns it where the rows say so.
void learnd_gradient_line_run(const learnd_expert_rows *rows, learnd_line_form form,
                              learnd_gradient_line *line, float *scratch, int learns,
                              float *opinions);

typedef struct {
    // One for each feature, then zeros up to the stride.
    double *weights;
    // As many rows as there are features, each of the stride's length.
    double *covariance;
    // What is kept of the past at each row.
    double forgetting;
    // What the mean of the covariance's diagonal may reach.
    double variance_most;
    // At how many usual errors an error is cut off.
    double clip;
    // The usual error's square, and of how many rows.
    double variance;
    double count;
} learnd_least_squares_line;

// How many doubles of room the kernel below needs.
size_t learnd_least_squares_scratch(learnd_line_form form, size_t width);
void learnd_least_squares_run(const learnd_expert_rows *rows, learnd_line_form form,
                              learnd_least_squares_line *line, double *scratch, int learns,
                              float *opinions);

// nearest_numbers.c

// The opinion of each row from the neighbours that learnd_nearest found.
void learnd_nearest_numbers(const learnd_expert_rows *rows, const learnd_expert_history *history,
                            const float *squares, const int32_t *places, size_t count,
                            float *opinions);

#endif
