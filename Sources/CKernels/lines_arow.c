// SPDX-License-Identifier: Apache-2.0
//
// AROW with process noise; AdaptiveLine.swift of the experts has the formulas. The variances lie
// apart from the covariances, whose diagonal is 0: noise then goes to one row of numbers, not to
// one number in each row. A covariance changes by u_i u_j with u = v sqrt(b), so it stays as
// symmetric as a matrix can be.

#include "experts_lines.h"

#pragma STDC FP_CONTRACT OFF

#include "symmetric.h"

#define VARIANCE_LEAST 1e-6f
#define LEAST_SPREAD 1e-3f

LEARND_INLINE void predict(const float *weights, const float *x, size_t stride, size_t classes,
                           float *p) {
    if (classes == 1) {
        p[0] = 1;
    } else if (classes == 2) {
        p[1] = sigmoid(2 * line_dot(weights, x, stride));
        p[0] = 1 - p[1];
    } else {
        for (size_t k = 0; k < classes; k++) p[k] = 2 * line_dot(weights + k * stride, x, stride);
        softmax(p, classes);
    }
}

// The variances after what was learned, u, and after noise.
LEARND_INLINE void spread_out(float *variances, const float *u, float noise, size_t size,
                              size_t stride) {
    for (size_t at = 0; at < stride; at += LINE_LANES) {
        float *restrict own = variances + at;
        const float *restrict step = u + at;
        for (size_t lane = 0; lane < LINE_LANES; lane++) {
            float left = own[lane] - step[lane] * step[lane];
            left = left > VARIANCE_LEAST ? left : VARIANCE_LEAST;
            own[lane] = left < 1 ? left + noise : left;
        }
    }
    for (size_t i = size; i < stride; i++) variances[i] = 0;
}

LEARND_INLINE void rest(float *variances, float noise, size_t size, size_t stride) {
    for (size_t at = 0; at < stride; at += LINE_LANES) {
        float *restrict own = variances + at;
        for (size_t lane = 0; lane < LINE_LANES; lane++) {
            own[lane] = own[lane] < 1 ? own[lane] + noise : own[lane];
        }
    }
    for (size_t i = size; i < stride; i++) variances[i] = 0;
}

LEARND_INLINE void step(const learnd_arow_line *line, size_t k, const float *x, size_t size,
                        size_t stride, float *v, float margin, float side, float noise) {
    float *weights = line->weights + k * stride, *variances = line->variances + k * stride;
    float *covariances = line->covariances + k * size * stride;
    symmetric_product(covariances, x, size, stride, v);
    for (size_t i = 0; i < stride; i++) v[i] += variances[i] * x[i];
    float spread = line_dot(v, x, stride);
    if (!(spread > -LEAST_SPREAD)) {
        // No covariance is like that: rounding has made it worthless, so it starts anew.
        memset(covariances, 0, size * stride * sizeof(float));
        for (size_t i = 0; i < stride; i++) variances[i] = i < size ? 1 : 0;
        memcpy(v, x, stride * sizeof(float));
        spread = line_dot(x, x, stride);
    }
    const float beta = 1 / ((spread > 0 ? spread : 0) + noise);
    line_step(weights, v, side * (1 - side * margin) * beta, stride);
    const float root = sqrtf(beta);
    for (size_t i = 0; i < stride; i++) v[i] *= root;
    symmetric_step(covariances, v, 1, size, stride);
    for (size_t i = 0; i < size; i++) covariances[i * stride + i] = 0;
    spread_out(variances, v, line->noise, size, stride);
}

LEARND_CLONES void learnd_arow_line_predict(const learnd_expert_rows *rows, learnd_line_form form,
                                            const float *weights, float *scratch,
                                            float *opinions) {
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

LEARND_CLONES void learnd_arow_line_learn(const learnd_expert_rows *rows, learnd_line_form form,
                                          const learnd_arow_line *line, float *scratch,
                                          float *opinions) {
    const size_t classes = rows->outputs, models = line_models(classes);
    const size_t size = line_size(form, rows->width, classes), stride = line_stride(size);
    float *v = scratch + LINE_ROWS * stride;
    for (size_t from = 0; from < rows->rows; from += LINE_ROWS) {
        const size_t some = line_some(rows, from, form, stride, scratch);
        for (size_t i = 0; i < some; i++) {
            const float *x = scratch + i * stride;
            predict(line->weights, x, stride, classes, opinions + (from + i) * classes);
            const float weight = line_weight(rows, from + i);
            if (classes == 1 || !line_learns(rows, from + i) || !(weight > 0)) continue;
            const size_t label = (size_t)rows->labels[from + i];
            for (size_t k = 0; k < models; k++) {
                const float margin = line_dot(line->weights + k * stride, x, stride);
                const float side = label == (models == 1 ? 1 : k) ? 1 : -1;
                if (side * margin < 1) {
                    step(line, k, x, size, stride, v, margin, side, 1 / weight);
                } else {
                    rest(line->variances + k * stride, line->noise, size, stride);
                }
            }
        }
    }
}
