// SPDX-License-Identifier: Apache-2.0
//
// Softmax regression with a normalised rate; SoftmaxLine.swift of the experts has the formulas. The
// margin of the second of two classes against the first moves by twice the step of one class.

#include "experts_lines.h"

#pragma STDC FP_CONTRACT OFF

#include "lines.h"

#define MEMORY 1000
#define LEAST_SHARE 0.25f

LEARND_INLINE void predict(const float *weights, const float *x, size_t stride, size_t classes,
                           float *p) {
    if (classes == 1) {
        p[0] = 1;
    } else if (classes == 2) {
        p[1] = sigmoid(line_dot(weights, x, stride));
        p[0] = 1 - p[1];
    } else {
        for (size_t k = 0; k < classes; k++) p[k] = line_dot(weights + k * stride, x, stride);
        softmax(p, classes);
    }
}

LEARND_INLINE void learn(const learnd_expert_rows *rows, size_t row, float *weights,
                         learnd_softmax_line *line, const float *x, size_t stride,
                         const float *p) {
    const size_t classes = rows->outputs, label = (size_t)rows->labels[row];
    const float square = line_dot(x, x, stride);
    line->count = line->count < MEMORY ? line->count + 1 : MEMORY;
    line->square += (square - line->square) / line->count;
    const float least = LEAST_SHARE * square;
    const float rate = line->rate / (line->square > least ? line->square : least);
    const float step = rate * line_weight(rows, row);
    if (classes == 2) {
        line_step(weights, x, 2 * step * ((float)label - p[1]), stride);
        return;
    }
    for (size_t k = 0; k < classes; k++) {
        line_step(weights + k * stride, x, step * ((k == label ? 1 : 0) - p[k]), stride);
    }
}

LEARND_CLONES void learnd_softmax_line_predict(const learnd_expert_rows *rows,
                                               learnd_line_form form, const float *weights,
                                               float *scratch, float *opinions) {
    const size_t classes = rows->outputs;
    const size_t stride = line_stride(line_size(form, rows->width, classes));
    for (size_t from = 0; from < rows->rows; from += LINE_ROWS) {
        const size_t some = line_some(rows, from, form, stride, scratch);
        for (size_t i = 0; i < some; i++) {
            predict(weights, scratch + i * stride, stride, classes,
                    opinions + (from + i) * classes);
        }
    }
}

LEARND_CLONES void learnd_softmax_line_learn(const learnd_expert_rows *rows, learnd_line_form form,
                                             float *weights, learnd_softmax_line *line,
                                             float *scratch, float *opinions) {
    const size_t classes = rows->outputs;
    const size_t stride = line_stride(line_size(form, rows->width, classes));
    for (size_t from = 0; from < rows->rows; from += LINE_ROWS) {
        const size_t some = line_some(rows, from, form, stride, scratch);
        for (size_t i = 0; i < some; i++) {
            const float *x = scratch + i * stride;
            float *p = opinions + (from + i) * classes;
            predict(weights, x, stride, classes, p);
            if (classes > 1 && line_learns(rows, from + i)) {
                learn(rows, from + i, weights, line, x, stride, p);
            }
        }
    }
}
