// SPDX-License-Identifier: Apache-2.0
//
// Recursive least squares on the rows of a block; RecursiveLeastSquares.swift has the formulas. The
// covariance stays exactly symmetric, because (i, j) and (j, i) go through the same products.

#include "ckernels.h"

#pragma STDC FP_CONTRACT OFF

#include "wide.h"

// The error that is learned: no more than `clip` times the usual one, once that is known.
LEARND_INLINE double innovation(double error, learnd_rls_state *state) {
    error = wide_clamp(error, LEARND_GRADIENT_LIMIT);
    if (state->clip <= 0) return error;
    if (state->count < LEARND_RLS_WARM) {
        state->count += 1;
    } else {
        error = wide_clamp(error, state->clip * sqrt(state->variance));
    }
    state->variance += (error * error - state->variance) / state->count;
    return error;
}

// P = (P - v v' / scale) * growth, with growth 1 / forgetting unless the trace would pass its cap.
LEARND_INLINE void shrink_covariance(double *restrict p, const double *restrict v, size_t size,
                                     double scale, const learnd_rls_state *state) {
    const double inverse = 1 / scale;
    double trace = 0;
    for (size_t i = 0; i < size; i++) trace += p[i * size + i] - (v[i] * v[i]) * inverse;
    const double most = state->variance_most * (double)size / trace;
    double growth = 1 / state->forgetting;
    growth = growth > most ? most : growth;
    growth = growth < 1 ? 1 : growth;
    for (size_t i = 0; i < size; i++) {
        double *restrict row = p + i * size;
        for (size_t j = 0; j < size; j++) row[j] = (row[j] - (v[i] * v[j]) * inverse) * growth;
        if (!(row[i] >= LEARND_VARIANCE_LEAST)) row[i] = LEARND_VARIANCE_LEAST;
    }
}

LEARND_CLONES void learnd_rls(const learnd_samples *block, double *values, double *covariance,
                              double *scratch, const learnd_pull *pull, learnd_rls_state *state) {
    const size_t n = block->n, size = n + 1;
    for (size_t row = 0; row < block->rows; row++) {
        const float *x = block->features + row * n;
        const double score = wide_score(values, x, n);
        block->predictions[row] = (float)score;
        if (!wide_learns(block, row)) continue;
        wide_product(covariance, x, n, scratch);
        double spread = wide_dot(scratch, x, n);
        spread = spread > 0 ? spread : 0;
        const double scale = state->forgetting / (double)block->weights[row] + spread;
        const double error = innovation((double)block->targets[row] - score, state);
        const double share = error / scale;
        for (size_t i = 0; i < size; i++) {
            values[i] = wide_clamp(values[i] + scratch[i] * share, LEARND_PARAMETER_LIMIT);
        }
        shrink_covariance(covariance, scratch, size, scale, state);
        if (!pull->anchor) continue;
        for (size_t i = 0; i < size; i++) wide_pull(values, i, covariance[i * size + i], pull);
    }
}
