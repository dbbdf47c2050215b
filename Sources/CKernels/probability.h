// SPDX-License-Identifier: Apache-2.0
//
// Probabilities from scores. The exponential is that of libm to about one unit in the last place,
// but without a branch, so that a loop over classes is vectorised, and with the same bits whatever
// the C library: e^x = 2^n e^r, with n the nearest whole number to x / ln 2 and |r| <= ln 2 / 2,
// where e^r is a polynomial of degree six: the first terms of the series, then those that make the
// largest error smallest (4e-9).

#ifndef LEARND_PROBABILITY_H
#define LEARND_PROBABILITY_H

#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "clones.h"

// The exponential of a number that is not positive; at least e^-87.
LEARND_INLINE float exponential(float x) {
    x = x < -87.0f ? -87.0f : x;
    // Adding 1.5 * 2^23 rounds to the nearest whole number, and leaves it in the last bits.
    const float magic = 12582912.0f;
    float shifted = x * 1.44269504f + magic;
    float n = shifted - magic;
    // ln 2 in two parts: the first has so few bits that n times it is exact; the second, 1.4e-6, is
    // so small that its exponential is 1 and itself, and it joins 2^n, for which nobody waits.
    float r = x - n * 0.693145752f;
    // In pairs of terms (Estrin), since one row waits for the last.
    float square = r * r;
    float low = (1.0f + r) + square * (0.5f + 0.16666533f * r);
    float high = (0.041667242f + 0.0083675420f * r) + square * 0.0013863727f;
    float series = low + (square * square) * high;
    uint32_t bits;
    memcpy(&bits, &shifted, sizeof(bits));
    bits = (bits << 23) + 0x3F800000;
    float power;
    memcpy(&power, &bits, sizeof(power));
    return series * (power * (1.0f - n * 1.42860677e-6f));
}

LEARND_INLINE float sigmoid(float score) {
    // 1 - p of the other side loses nothing that single precision holds.
    float e = exponential(-fabsf(score));
    return (score < 0 ? e : 1.0f) / (1.0f + e);
}

// (1 - e^-2|x|) / (1 + e^-2|x|), with the sign of x.
LEARND_INLINE float hyperbolic_tangent(float x) {
    float e = exponential(-2.0f * fabsf(x));
    return copysignf((1.0f - e) / (1.0f + e), x);
}

LEARND_INLINE void softmax(float *scores, size_t n) {
    if (n == 0) return;
    float top = scores[0];
    for (size_t k = 1; k < n; k++) top = scores[k] > top ? scores[k] : top;
    for (size_t k = 0; k < n; k++) scores[k] = exponential(scores[k] - top);
    float sum = 0;
    for (size_t k = 0; k < n; k++) sum += scores[k];
    float scale = 1.0f / sum;
    for (size_t k = 0; k < n; k++) scores[k] *= scale;
}

#endif
