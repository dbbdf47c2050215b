// SPDX-License-Identifier: Apache-2.0
//
// A line for numbers by normalised steps down the gradient; GradientLine.swift of the experts has
// the formulas.

#include "experts_numbers.h"

#pragma STDC FP_CONTRACT OFF

#include "lines.h"
#include "numbers.h"

#define MEMORY 1000
#define ERROR_MOST 3.0f

LEARND_INLINE void learn(const learnd_expert_rows *rows, size_t row, learnd_gradient_line *line,
                         const float *x, size_t stride, float said) {
    const float square = line_dot(x, x, stride);
    line->count = line->count < MEMORY ? line->count + 1 : MEMORY;
    line->square += (square - line->square) / line->count;
    const float norm = line->square > square ? line->square : square;
    // A step of 1 / |x|^2 leaves no error; none is larger.
    const float share = line->rate * line_weight(rows, row);
    const float error = learnd_clamp(rows->targets[row] - said, ERROR_MOST);
    line_step(line->weights, x, (share < 1 ? share : 1) / norm * error, stride);
}

LEARND_CLONES void learnd_gradient_line_run(const learnd_expert_rows *rows, learnd_line_form form,
                                            learnd_gradient_line *line, float *scratch, int learns,
                                            float *opinions) {
    const size_t stride = line_stride(line_size(form, rows->width, 1));
    for (size_t from = 0; from < rows->rows; from += LINE_ROWS) {
        const size_t some = line_some(rows, from, form, stride, scratch);
        for (size_t i = 0; i < some; i++) {
            const float *x = scratch + i * stride;
            const float said = line_dot(line->weights, x, stride);
            opinions[from + i] = learnd_clamp(said, LEARND_NUMBER_MOST);
            if (learns && number_learns(rows, from + i)) {
                learn(rows, from + i, line, x, stride, said);
            }
        }
    }
}
