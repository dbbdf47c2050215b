// SPDX-License-Identifier: Apache-2.0
//
// What the models with parameters in double precision share. Sums go to eight lanes, lane l taking
// the columns l, l + 8, ..., and the bias comes last, so that the order is fixed by n alone.

#ifndef LEARND_WIDE_H
#define LEARND_WIDE_H

#include <math.h>
#include <stddef.h>

#include "ckernels.h"
#include "clones.h"

#define LEARND_VARIANCE_LEAST 1e-12

LEARND_INLINE double wide_clamp(double x, double limit) {
    const double low = x < -limit ? -limit : x;
    return low > limit ? limit : low;
}

LEARND_INLINE double sum_of_eight(const double *lanes) {
    return ((lanes[0] + lanes[4]) + (lanes[2] + lanes[6])) +
           ((lanes[1] + lanes[5]) + (lanes[3] + lanes[7]));
}

// Parameters times features, plus the last parameter: a score, within bounds.
LEARND_INLINE double wide_dot(const double *w, const float *x, size_t n) {
    double lanes[8] = {0};
    size_t i = 0;
    for (; i + 8 <= n; i += 8) {
        for (size_t j = 0; j < 8; j++) lanes[j] += w[i + j] * (double)x[i + j];
    }
    for (size_t j = 0; i + j < n; j++) lanes[j] += w[i + j] * (double)x[i + j];
    return sum_of_eight(lanes) + w[n];
}

LEARND_INLINE double wide_score(const double *w, const float *x, size_t n) {
    return wide_clamp(wide_dot(w, x, n), LEARND_SCORE_LIMIT);
}

// The squared norm of the features and of the 1 of the bias.
LEARND_INLINE double wide_norm(const float *x, size_t n) {
    double lanes[8] = {0};
    for (size_t i = 0; i < n; i++) lanes[i % 8] += (double)x[i] * (double)x[i];
    return sum_of_eight(lanes) + 1;
}

// product = M x, with M symmetric and the 1 of the bias last: a sum of M's rows.
LEARND_INLINE void wide_product(const double *restrict m, const float *restrict x, size_t n,
                                double *restrict product) {
    const size_t size = n + 1;
    for (size_t i = 0; i < size; i++) product[i] = m[n * size + i];
    for (size_t j = 0; j < n; j++) {
        const double factor = (double)x[j];
        const double *restrict row = m + j * size;
        for (size_t i = 0; i < size; i++) product[i] += factor * row[i];
    }
}

// The proximal step towards the anchor at a parameter's own rate, never past it.
LEARND_INLINE void wide_pull(double *w, size_t place, double rate, const learnd_pull *pull) {
    const double target = pull->anchor[place];
    const double apart = (w[place] - target) / (1 + pull->l2 * rate);
    const double left = fabs(apart) - pull->l1 * rate;
    w[place] = wide_clamp(target + copysign(left > 0 ? left : 0, apart), LEARND_PARAMETER_LIMIT);
}

LEARND_INLINE int wide_learns(const learnd_samples *block, size_t row) {
    const float weight = block->weights[row];
    if (block->uses[row] != block->learned_use || !(weight > 0) || !isfinite(weight)) return 0;
    if (block->is_number) return isfinite(block->targets[row]);
    const int32_t label = block->labels[row];
    return label >= 0 && (size_t)label < block->outputs;
}

// Writes the scores of one row; with one row of parameters for two classes, only the first.
LEARND_INLINE void wide_scores(const learnd_samples *block, size_t row, size_t rows,
                               const double *values) {
    const size_t n = block->n;
    const float *x = block->features + row * n;
    float *scores = block->predictions + row * block->outputs;
    for (size_t k = 0; k < rows; k++) scores[k] = (float)wide_score(values + k * (n + 1), x, n);
}

// 1 when the row belongs to what row k of the parameters is for, else -1.
LEARND_INLINE double wide_side(const learnd_samples *block, size_t row, size_t rows, size_t k) {
    const size_t own = rows == 1 ? 1 : k;
    return (size_t)block->labels[row] == own ? 1 : -1;
}

// Turns the scores of one row into predictions; Layout.map of the linear family does the same.
void learnd_map_margins(const learnd_samples *block, size_t row, size_t rows);

#endif
