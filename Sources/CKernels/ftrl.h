// SPDX-License-Identifier: Apache-2.0
//
// FTRL-proximal for one parameter, dense or in a slot of a hashed row. The weight follows from z
// and n, but for rounding; Sources/Pure/Learning/Optimisers/FollowTheLeader.swift has the formulas.

#ifndef LEARND_FTRL_H
#define LEARND_FTRL_H

#include <math.h>

#include "ckernels.h"
#include "clones.h"

#define LEARND_SQUARES_LIMIT 1e38f

// What a weight's z is multiplied by, inverted: (beta + sqrt(n)) / rate + l2.
LEARND_INLINE float ftrl_scale(float root, float rate, float beta, float l2) {
    return (beta + root) / rate + l2;
}

// The z from which a weight follows; where the weight is 0, any z within l1 will do.
LEARND_INLINE float ftrl_sum(float w, float z, float scale, float l1) {
    const float most = LEARND_SCORE_LIMIT;
    if (w == 0) return learnd_clamp(z, l1);
    return learnd_clamp(-(w * scale + copysignf(l1, w)), most);
}

// One step with the gradient g of the loss.
LEARND_INLINE void ftrl_one(float *w, float *z, float *n, float g, float rate, float beta,
                            float l1, float l2) {
    const float before = __builtin_elementwise_sqrt(*n);
    float squares = *n + g * g;
    squares = squares > LEARND_SQUARES_LIMIT ? LEARND_SQUARES_LIMIT : squares;
    const float root = __builtin_elementwise_sqrt(squares);
    // Bounded, because an infinity times a weight of 0 would be no number.
    const float sigma = learnd_clamp((root - before) / rate, LEARND_SCORE_LIMIT);
    const float sum = learnd_clamp(*z + (g - sigma * *w), LEARND_SCORE_LIMIT);
    const float left = fabsf(sum) - l1;
    const float own = -copysignf(left > 0 ? left : 0, sum) / ftrl_scale(root, rate, beta, l2);
    *w = learnd_clamp(own, LEARND_PARAMETER_LIMIT);
    *z = sum;
    *n = squares;
}

#endif
