// SPDX-License-Identifier: Apache-2.0
//
// AROW with process noise on the rows of a block, one binary model for each row of parameters;
// AdaptiveRegularisation.swift has the formulas. A covariance is a full matrix or its diagonal.

#include "ckernels.h"

#pragma STDC FP_CONTRACT OFF

#include "wide.h"

// Noise never makes a variance larger than it was at the start, and never smaller than it is.
LEARND_INLINE double noisy(double variance, double noise) {
    const double more = variance + noise;
    return more <= 1 ? more : (variance > 1 ? variance : 1);
}

LEARND_INLINE void full_step(double *restrict w, double *restrict s, const float *restrict x,
                             size_t n, double *restrict v, double margin, double side,
                             double noise) {
    const size_t size = n + 1;
    wide_product(s, x, n, v);
    double spread = wide_dot(v, x, n);
    spread = spread > 0 ? spread : 0;
    const double beta = 1 / (spread + noise);
    const double alpha = wide_clamp(1 - side * margin, LEARND_GRADIENT_LIMIT) * beta * side;
    for (size_t i = 0; i < size; i++) {
        w[i] = wide_clamp(w[i] + alpha * v[i], LEARND_PARAMETER_LIMIT);
        double *restrict row = s + i * size;
        for (size_t j = 0; j < size; j++) row[j] -= (v[i] * v[j]) * beta;
        if (!(row[i] >= LEARND_VARIANCE_LEAST)) row[i] = LEARND_VARIANCE_LEAST;
    }
}

LEARND_INLINE void diagonal_step(double *restrict w, double *restrict s, const float *restrict x,
                                 size_t n, double margin, double side, double noise) {
    double spread = s[n];
    for (size_t i = 0; i < n; i++) spread += s[i] * ((double)x[i] * (double)x[i]);
    const double beta = 1 / (spread + noise);
    const double alpha = wide_clamp(1 - side * margin, LEARND_GRADIENT_LIMIT) * beta * side;
    for (size_t i = 0; i <= n; i++) {
        const double v = s[i] * (i < n ? (double)x[i] : 1);
        w[i] = wide_clamp(w[i] + alpha * v, LEARND_PARAMETER_LIMIT);
        const double left = s[i] - (v * v) * beta;
        s[i] = left >= LEARND_VARIANCE_LEAST ? left : LEARND_VARIANCE_LEAST;
    }
}

LEARND_CLONES void learnd_arow(const learnd_samples *block, size_t rows, double *values,
                               double *covariance, int is_full, double *scratch,
                               const learnd_pull *pull, const learnd_arow_rule *rule) {
    const size_t n = block->n, size = n + 1, area = is_full ? size * size : size;
    const size_t step = is_full ? size + 1 : 1;
    for (size_t row = 0; row < block->rows; row++) {
        const float *x = block->features + row * n;
        wide_scores(block, row, rows, values);
        if (wide_learns(block, row)) {
            const double noise = rule->r / (double)block->weights[row];
            for (size_t k = 0; k < rows; k++) {
                double *w = values + k * size, *s = covariance + k * area;
                const double margin = wide_score(w, x, n);
                const double side = wide_side(block, row, rows, k);
                if (side * margin < 1 && is_full) {
                    full_step(w, s, x, n, scratch, margin, side, noise);
                } else if (side * margin < 1) {
                    diagonal_step(w, s, x, n, margin, side, noise);
                }
                for (size_t i = 0; i < size; i++) s[i * step] = noisy(s[i * step], rule->q);
                if (!pull->anchor) continue;
                const learnd_pull own = {pull->anchor + k * size, pull->l2, pull->l1};
                for (size_t i = 0; i < size; i++) wide_pull(w, i, s[i * step], &own);
            }
        }
        learnd_map_margins(block, row, rows);
    }
}
