// SPDX-License-Identifier: Apache-2.0
//
// How well a gradient agrees with the one before it. In double precision, because squares of single
// precision may overflow; lane l of 8 takes the products l, l + 8, ..., and the rest comes at the
// end.

#include "ckernels.h"

#include "clones.h"

#pragma STDC FP_CONTRACT OFF

LEARND_INLINE double sum_of(const double *lanes) {
    return ((lanes[0] + lanes[4]) + (lanes[2] + lanes[6])) +
           ((lanes[1] + lanes[5]) + (lanes[3] + lanes[7]));
}

LEARND_CLONES void learnd_align(const float *last, const float *x, size_t n, float error,
                                float bias_error, learnd_alignment *sums) {
    double inner[8] = {0}, own[8] = {0}, before[8] = {0};
    size_t i = 0;
    for (; i + 8 <= n; i += 8) {
        for (size_t j = 0; j < 8; j++) {
            const double g = (double)error * (double)x[i + j], w = (double)last[i + j];
            inner[j] += g * w;
            own[j] += g * g;
            before[j] += w * w;
        }
    }
    for (size_t j = 0; i + j <= n; j++) {
        const double g = i + j < n ? (double)error * (double)x[i + j] : (double)bias_error;
        const double w = (double)last[i + j];
        inner[j] += g * w;
        own[j] += g * g;
        before[j] += w * w;
    }
    sums->inner += sum_of(inner);
    sums->own += sum_of(own);
    sums->before += sum_of(before);
}

LEARND_CLONES void learnd_keep_gradient(float *restrict last, const float *restrict x, size_t n,
                                        float error, float bias_error) {
    for (size_t i = 0; i < n; i++) last[i] = learnd_clamp(error * x[i], LEARND_GRADIENT_LIMIT);
    last[n] = learnd_clamp(bias_error, LEARND_GRADIENT_LIMIT);
}
