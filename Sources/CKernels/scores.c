// SPDX-License-Identifier: Apache-2.0
//
// Sums of products. dot.h has the order of a dot product, score.h that of scores.

#include "ckernels.h"

#include <math.h>
#include <string.h>

#include "clones.h"

#pragma STDC FP_CONTRACT OFF

#include "dot.h"
#include "score.h"

// Single precision can overflow, and then even cancel to NaN; double precision cannot, since the
// parameters are bounded.
static float wide_score(const float *row, const float *x, size_t n) {
    double sum = row[n];
    for (size_t i = 0; i < n; i++) sum += (double)row[i] * (double)x[i];
    if (sum > LEARND_SCORE_LIMIT) return LEARND_SCORE_LIMIT;
    if (sum < -LEARND_SCORE_LIMIT) return -LEARND_SCORE_LIMIT;
    return (float)sum;
}

LEARND_CLONES float learnd_dot(const float *a, const float *b, size_t n) { return dot(a, b, n); }

LEARND_CLONES float learnd_squared_norm(const float *x, size_t n) { return dot(x, x, n); }

LEARND_CLONES void learnd_scores(const float *values, size_t rows, size_t n, const float *x,
                                 float *scores) {
    lanes8 last;
    last_features(x, n, &last);
    for (size_t k = 0; k < rows; k++) {
        const float *row = values + k * (n + 1);
        float score = plain_score(row, x, &last, n);
        scores[k] = fabsf(score) <= LEARND_SCORE_LIMIT ? score : wide_score(row, x, n);
    }
}

LEARND_CLONES void learnd_add_scaled(float *restrict sum, const float *restrict x, size_t n,
                                     float scale) {
    for (size_t i = 0; i < n; i++) {
        sum[i] = learnd_clamp(sum[i] + scale * x[i], LEARND_SCORE_LIMIT);
    }
}
