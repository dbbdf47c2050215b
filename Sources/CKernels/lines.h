// SPDX-License-Identifier: Apache-2.0
//
// What the experts with one layer share: rows of floats whose length is a multiple of sixteen, the
// features of a few rows at a time, and sums in an order that is fixed by the length alone.

#ifndef LEARND_LINES_H
#define LEARND_LINES_H

#include <math.h>
#include <string.h>

#include "clones.h"
#include "experts_lines.h"
#include "probability.h"
#include "score.h"

#define LINE_LANES 16
// Rows whose features are made together, so that they are there when the weights want them.
#define LINE_ROWS 8
#define LINE_LIMIT 1e6f
#define LINE_WEIGHT_LIMIT 1e6f

LEARND_INLINE size_t line_stride(size_t size) {
    return (size + LINE_LANES - 1) / LINE_LANES * LINE_LANES;
}

LEARND_INLINE size_t line_size(learnd_line_form form, size_t width, size_t classes) {
    switch (form) {
    case LEARND_LINE_PLAIN: return 1 + width;
    case LEARND_LINE_QUADRATIC: return 1 + 2 * width + width * (width - (width > 0)) / 2;
    case LEARND_LINE_TEMPORAL: return 1 + 2 * width + classes;
    default: return width;
    }
}

// How many rows of weights there are for so many classes.
LEARND_INLINE size_t line_models(size_t classes) { return classes <= 2 ? 1 : classes; }

LEARND_INLINE int line_learns(const learnd_expert_rows *rows, size_t row) {
    return rows->learns[row] && rows->labels[row] >= 0 &&
           (size_t)rows->labels[row] < rows->outputs;
}

LEARND_INLINE float line_weight(const learnd_expert_rows *rows, size_t row) {
    const float weight = rows->weights[row];
    return weight < LINE_WEIGHT_LIMIT ? weight : LINE_WEIGHT_LIMIT;
}

LEARND_INLINE void quadratic_features(const float *restrict z, size_t width,
                                      float *restrict features) {
    for (size_t j = 0; j < width; j++) {
        const float own = z[j];
        *features++ = own;
        *features++ = 0.7f * (own * own - 1);
        for (size_t i = 0; i < j; i++) features[i] = z[i] * own;
        features += j;
    }
}

// The features of one row, and zeros up to the stride.
LEARND_INLINE void line_features(const learnd_expert_rows *rows, size_t row,
                                 learnd_line_form form, float *restrict features) {
    const size_t width = rows->width, size = line_size(form, width, rows->outputs);
    const size_t bytes = width * sizeof(float);
    const float *scaled = rows->scaled + row * width;
    memset(features + size, 0, (line_stride(size) - size) * sizeof(float));
    switch (form) {
    case LEARND_LINE_PLAIN:
        features[0] = 1;
        memcpy(features + 1, scaled, bytes);
        return;
    case LEARND_LINE_QUADRATIC:
        features[0] = 1;
        quadratic_features(scaled, width, features + 1);
        return;
    case LEARND_LINE_TEMPORAL:
        features[0] = 1;
        memcpy(features + 1, scaled, bytes);
        memcpy(features + 1 + width, rows->scaled_change + row * width, bytes);
        memset(features + 1 + 2 * width, 0, rows->outputs * sizeof(float));
        if (rows->last[row] >= 0 && (size_t)rows->last[row] < rows->outputs) {
            features[1 + 2 * width + (size_t)rows->last[row]] = 1;
        }
        return;
    case LEARND_LINE_SLOW: memcpy(features, rows->slow + row * width, bytes); return;
    case LEARND_LINE_SCALED: memcpy(features, scaled, bytes); return;
    }
}

// The features of up to LINE_ROWS rows; how many.
LEARND_INLINE size_t line_some(const learnd_expert_rows *rows, size_t from, learnd_line_form form,
                               size_t stride, float *features) {
    const size_t some = rows->rows - from < LINE_ROWS ? rows->rows - from : LINE_ROWS;
    for (size_t i = 0; i < some; i++) line_features(rows, from + i, form, features + i * stride);
    return some;
}

LEARND_INLINE float line_sum(const lanes16 *sum) {
    const lanes16 all = *sum;
    const lanes8 eight = __builtin_shufflevector(all, all, 0, 1, 2, 3, 4, 5, 6, 7) +
                         __builtin_shufflevector(all, all, 8, 9, 10, 11, 12, 13, 14, 15);
    const lanes4 four = __builtin_shufflevector(eight, eight, 0, 1, 2, 3) +
                        __builtin_shufflevector(eight, eight, 4, 5, 6, 7);
    return (four[0] + four[2]) + (four[1] + four[3]);
}

LEARND_INLINE float line_dot(const float *a, const float *b, size_t stride) {
    lanes16 even = {0}, odd = {0};
    size_t i = 0;
    for (; i + 32 <= stride; i += 32) {
        LOAD(lanes16, a0, a + i);
        LOAD(lanes16, b0, b + i);
        LOAD(lanes16, a1, a + i + 16);
        LOAD(lanes16, b1, b + i + 16);
        even += a0 * b0;
        odd += a1 * b1;
    }
    if (i < stride) {
        LOAD(lanes16, a0, a + i);
        LOAD(lanes16, b0, b + i);
        even += a0 * b0;
    }
    even += odd;
    return line_sum(&even);
}

// weights += step * features, within bounds.
LEARND_INLINE void line_step(float *weights, const float *features, float step, size_t stride) {
    const lanes16 most = {LINE_LIMIT, LINE_LIMIT, LINE_LIMIT, LINE_LIMIT, LINE_LIMIT, LINE_LIMIT,
                          LINE_LIMIT, LINE_LIMIT, LINE_LIMIT, LINE_LIMIT, LINE_LIMIT, LINE_LIMIT,
                          LINE_LIMIT, LINE_LIMIT, LINE_LIMIT, LINE_LIMIT};
    for (size_t i = 0; i < stride; i += LINE_LANES) {
        LOAD(lanes16, w, weights + i);
        LOAD(lanes16, x, features + i);
        w += step * x;
        w = __builtin_elementwise_max(__builtin_elementwise_min(w, most), -most);
        memcpy(weights + i, &w, sizeof(w));
    }
}

#endif
