// SPDX-License-Identifier: Apache-2.0
//
// Linear discriminants with one covariance within classes, whose inverse A is learned row by row
// (Sherman and Morrison); LinearDiscriminant.swift of the experts has the formulas.

#include "experts_lines.h"

#pragma STDC FP_CONTRACT OFF

#include "logarithm.h"
#include "symmetric.h"

#define LEAST_SHARE 2e-4f
#define MOST_SHARE 0.02f
#define MOST_WEIGHTED_SHARE 0.5f
#define KEEP 0.995f
#define LEAST_COUNT 0.1f
#define MOST_PRECISION 1000.0f
#define ROWS_BETWEEN 16
#define MEMORY 1000
#define LEAST_SPREAD 1e-3f

LEARND_INLINE void predict(const learnd_discriminant_line *line, const float *x, size_t stride,
                           size_t classes, float *p) {
    for (size_t k = 0; k < classes; k++) {
        p[k] = line->offsets[k] + line_dot(line->weights + k * stride, x, stride);
    }
    for (size_t k = 0; k < classes; k++) p[k] += logarithm(line->frequencies[k] + LEAST_COUNT);
    softmax(p, classes);
}

// Makes the weights and the offset of a class from its mean.
LEARND_INLINE void refresh(const learnd_discriminant_line *line, size_t width, size_t stride,
                           size_t one) {
    const float *mean = line->means + one * stride;
    float *weights = line->weights + one * stride;
    symmetric_product(line->inverse, mean, width, stride, weights);
    line->offsets[one] = -0.5f * line_dot(mean, weights, stride);
}

LEARND_INLINE void restart(float *inverse, size_t width, size_t stride) {
    memset(inverse, 0, width * stride * sizeof(float));
    for (size_t j = 0; j < width; j++) inverse[j * stride + j] = 1;
}

// Keeps every precision positive and below a bound, and the inverse a symmetric one.
LEARND_INLINE void hold(float *inverse, size_t width, size_t stride) {
    int is_sound = 1;
    for (size_t j = 0; j < width; j++) {
        const float own = inverse[j * stride + j];
        if (own <= MOST_PRECISION && own > 0) continue;
        if (!(own > 0) || !isfinite(own)) is_sound = 0;
        const float factor = sqrtf(MOST_PRECISION / own);
        for (size_t i = 0; i < width; i++) {
            inverse[j * stride + i] *= factor;
            inverse[i * stride + j] *= factor;
        }
    }
    if (!is_sound) restart(inverse, width, stride);
}

LEARND_INLINE void learn(const learnd_expert_rows *rows, size_t row,
                         learnd_discriminant_line *line, const float *x, size_t stride, float *e,
                         float *v) {
    const size_t classes = rows->outputs, width = rows->width, label = (size_t)rows->labels[row];
    const float weight = line_weight(rows, row);
    if (!(weight > 0)) return;
    for (size_t k = 0; k < classes; k++) line->frequencies[k] *= KEEP;
    line->frequencies[label] += weight;
    const double count = line->counts[label] + (double)weight;
    line->counts[label] = count < MEMORY ? count : MEMORY;
    const double all = (double)weight / line->counts[label];
    const float share = all < 1 ? (float)all : 1;
    float *restrict mean = line->means + label * stride;
    for (size_t i = 0; i < stride; i++) {
        e[i] = x[i] - mean[i];
        mean[i] += share * e[i];
    }
    const float first = 1 / (float)(line->rows + 2);
    float taken = first > LEAST_SHARE ? first : LEAST_SHARE;
    taken = (taken < MOST_SHARE ? taken : MOST_SHARE) * weight;
    taken = taken < MOST_WEIGHTED_SHARE ? taken : MOST_WEIGHTED_SHARE;
    const float kept = 1 - taken, added = taken * (1 - share);
    symmetric_product(line->inverse, e, width, stride, v);
    float spread = line_dot(e, v, stride);
    if (!(spread > -LEAST_SPREAD)) {
        // No inverse is like that: rounding has made it worthless.
        restart(line->inverse, width, stride);
        memcpy(v, e, stride * sizeof(float));
        spread = line_dot(e, e, stride);
    }
    const float inner = added / (kept + added * (spread > 0 ? spread : 0));
    const float root = sqrtf(inner), grown = 1 / kept;
    for (size_t i = 0; i < stride; i++) v[i] *= root;
    symmetric_step(line->inverse, v, grown, width, stride);
    line->rows += 1;
    if (line->rows % ROWS_BETWEEN == 0) {
        hold(line->inverse, width, stride);
        for (size_t k = 0; k < classes; k++) refresh(line, width, stride, k);
    } else if (line->counts[label] <= ROWS_BETWEEN) {
        refresh(line, width, stride, label);
    }
}

LEARND_CLONES void learnd_discriminant_line_predict(const learnd_expert_rows *rows,
                                                    const learnd_discriminant_line *line,
                                                    float *scratch, float *opinions) {
    const size_t classes = rows->outputs, stride = line_stride(rows->width);
    for (size_t from = 0; from < rows->rows; from += LINE_ROWS) {
        const size_t some = line_some(rows, from, LEARND_LINE_SCALED, stride, scratch);
        for (size_t i = 0; i < some; i++) {
            predict(line, scratch + i * stride, stride, classes, opinions + (from + i) * classes);
        }
    }
}

LEARND_CLONES void learnd_discriminant_line_learn(const learnd_expert_rows *rows,
                                                  learnd_discriminant_line *line, float *scratch,
                                                  float *opinions) {
    const size_t classes = rows->outputs, stride = line_stride(rows->width);
    float *e = scratch + LINE_ROWS * stride, *v = e + stride;
    for (size_t from = 0; from < rows->rows; from += LINE_ROWS) {
        const size_t some = line_some(rows, from, LEARND_LINE_SCALED, stride, scratch);
        for (size_t i = 0; i < some; i++) {
            const float *x = scratch + i * stride;
            predict(line, x, stride, classes, opinions + (from + i) * classes);
            if (line_learns(rows, from + i)) learn(rows, from + i, line, x, stride, e, v);
        }
    }
}
