// SPDX-License-Identifier: Apache-2.0
//
// Probabilities from scores. The exponential is that of libm to about one unit in the last place,
// but without a branch, so that a loop over classes is vectorised, and with the same bits whatever
// the C library: e^x = 2^n e^r, with n the nearest whole number to x / ln 2 and |r| <= ln 2 / 2,
// where eight terms of the series for e^r are enough for single precision.

#include "ckernels.h"

#include <string.h>

#include "clones.h"

#pragma STDC FP_CONTRACT OFF

LEARND_INLINE float exponential(float x) {
    x = x < -87.0f ? -87.0f : x;
    x = x > 88.0f ? 88.0f : x;
    // Adding and taking away 1.5 * 2^23 rounds to the nearest whole number.
    const float magic = 12582912.0f;
    float n = (x * 1.44269504f + magic) - magic;
    // ln 2 in two parts, the first with few bits, so that n times it is exact.
    float r = (x - n * 0.693359375f) + n * 2.12194440e-4f;
    // In pairs of terms (Estrin), since one row waits for the last.
    float square = r * r;
    float high = (1.0f / 24 + (1.0f / 120) * r) + square * (1.0f / 720 + (1.0f / 5040) * r);
    float low = 0.5f + (1.0f / 6) * r;
    float series = 1.0f + (r + square * (low + square * high));
    uint32_t bits = (uint32_t)((int32_t)n + 127) << 23;
    float power;
    memcpy(&power, &bits, sizeof(power));
    return series * power;
}

LEARND_CLONES float learnd_sigmoid(float score) {
    // The exponential of a number that is not positive cannot overflow, and 1 - p of the other
    // side loses nothing that single precision holds.
    float e = exponential(score < 0 ? score : -score);
    return score < 0 ? e / (1.0f + e) : 1.0f / (1.0f + e);
}

LEARND_CLONES void learnd_softmax(float *scores, size_t n) {
    if (n == 0) return;
    float top = scores[0];
    for (size_t k = 1; k < n; k++) top = scores[k] > top ? scores[k] : top;
    for (size_t k = 0; k < n; k++) scores[k] = exponential(scores[k] - top);
    float sum = 0;
    for (size_t k = 0; k < n; k++) sum += scores[k];
    float scale = 1.0f / sum;
    for (size_t k = 0; k < n; k++) scores[k] *= scale;
}
