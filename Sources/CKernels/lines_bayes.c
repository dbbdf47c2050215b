// SPDX-License-Identifier: Apache-2.0
//
// Gaussian naive Bayes; NaiveBayes.swift of the experts has the formulas. One over each variance
// and the logarithm of the density's height are kept: only those of the class of a learned row
// change with it.

#include "experts_lines.h"

#pragma STDC FP_CONTRACT OFF

#include "lines.h"
#include "logarithm.h"

#define LEAST_VARIANCE 0.01f
#define LEAST_COUNT 0.1

LEARND_INLINE void derive(const learnd_bayes_line *line, size_t width, size_t stride, size_t one) {
    const float *restrict variances = line->variances + one * stride;
    float *restrict inverses = line->inverses + one * stride;
    lanes16 sum = {0};
    for (size_t at = 0; at < stride; at += LINE_LANES) {
        float logs[LINE_LANES];
        for (size_t lane = 0; lane < LINE_LANES; lane++) {
            const int is_there = at + lane < width;
            const float variance = variances[at + lane] + LEAST_VARIANCE;
            inverses[at + lane] = is_there ? 1 / variance : 0;
            logs[lane] = logarithm(is_there ? variance : 1);
        }
        LOAD(lanes16, own, logs);
        sum += own;
    }
    line->offsets[one] = -0.5f * line_sum(&sum);
}

LEARND_INLINE void predict(const learnd_bayes_line *line, const float *x, size_t stride,
                           size_t classes, float *p) {
    for (size_t k = 0; k < classes; k++) {
        const float *means = line->means + k * stride, *inverses = line->inverses + k * stride;
        lanes16 sum = {0};
        for (size_t at = 0; at < stride; at += LINE_LANES) {
            LOAD(lanes16, value, x + at);
            LOAD(lanes16, mean, means + at);
            LOAD(lanes16, inverse, inverses + at);
            const lanes16 distance = value - mean;
            sum += (distance * distance) * inverse;
        }
        p[k] = line->offsets[k] - 0.5f * line_sum(&sum);
    }
    for (size_t k = 0; k < classes; k++) {
        p[k] += logarithm((float)(line->frequencies[k] + LEAST_COUNT));
    }
    softmax(p, classes);
}

LEARND_INLINE void learn(const learnd_expert_rows *rows, size_t row, const learnd_bayes_line *line,
                         const float *x, size_t stride) {
    const size_t classes = rows->outputs, label = (size_t)rows->labels[row];
    const double weight = line_weight(rows, row);
    if (!(weight > 0)) return;
    const double left = 1 - 1 / line->memory;
    for (size_t k = 0; k < classes; k++) line->frequencies[k] *= left;
    line->frequencies[label] += weight;
    const double count = line->counts[label] + weight;
    line->counts[label] = count < line->memory ? count : line->memory;
    const double all = weight / line->counts[label];
    const float share = all < 1 ? (float)all : 1;
    float *restrict means = line->means + label * stride;
    float *restrict variances = line->variances + label * stride;
    for (size_t at = 0; at < stride; at += LINE_LANES) {
        for (size_t lane = at; lane < at + LINE_LANES; lane++) {
            const float distance = x[lane] - means[lane];
            const float mean = means[lane] + share * distance;
            const float variance =
                variances[lane] + share * (distance * (x[lane] - mean) - variances[lane]);
            // Where the mean has moved all the way, what is left of the distance is rounding.
            variances[lane] = variance > 0 ? variance : 0;
            means[lane] = mean;
        }
    }
    derive(line, rows->width, stride, label);
}

LEARND_CLONES void learnd_bayes_line_derive(const learnd_bayes_line *line, size_t width,
                                            size_t one) {
    derive(line, width, line_stride(width), one);
}

LEARND_CLONES void learnd_bayes_line_predict(const learnd_expert_rows *rows,
                                             const learnd_bayes_line *line, float *scratch,
                                             float *opinions) {
    const size_t classes = rows->outputs, stride = line_stride(rows->width);
    for (size_t from = 0; from < rows->rows; from += LINE_ROWS) {
        const size_t some = line_some(rows, from, LEARND_LINE_SLOW, stride, scratch);
        for (size_t i = 0; i < some; i++) {
            predict(line, scratch + i * stride, stride, classes, opinions + (from + i) * classes);
        }
    }
}

LEARND_CLONES void learnd_bayes_line_learn(const learnd_expert_rows *rows,
                                           const learnd_bayes_line *line, float *scratch,
                                           float *opinions) {
    const size_t classes = rows->outputs, stride = line_stride(rows->width);
    for (size_t from = 0; from < rows->rows; from += LINE_ROWS) {
        const size_t some = line_some(rows, from, LEARND_LINE_SLOW, stride, scratch);
        for (size_t i = 0; i < some; i++) {
            const float *x = scratch + i * stride;
            predict(line, x, stride, classes, opinions + (from + i) * classes);
            if (line_learns(rows, from + i)) learn(rows, from + i, line, x, stride);
        }
    }
}
