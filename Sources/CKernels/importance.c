// SPDX-License-Identifier: Apache-2.0
//
// Sums over parameters: the squares that the Fisher information is made of, and the pull towards
// where parameters were, each as strong as the parameter matters.

#include "ckernels.h"

#include "clones.h"

#pragma STDC FP_CONTRACT OFF

LEARND_CLONES void learnd_add_squares(float *restrict sum, const float *restrict x, size_t n,
                                      float scale) {
    for (size_t i = 0; i < n; i++) {
        sum[i] = learnd_clamp(sum[i] + scale * (x[i] * x[i]), LEARND_SCORE_LIMIT);
    }
}

LEARND_CLONES void learnd_add_importance(float *restrict sum, const float *restrict shares,
                                         const float *restrict centre,
                                         const float *restrict values, size_t n, float strength) {
    for (size_t i = 0; i < n; i++) {
        float pull = strength * (shares[i] * (values[i] - centre[i]));
        sum[i] = learnd_clamp(sum[i] + pull, LEARND_GRADIENT_LIMIT);
    }
}
