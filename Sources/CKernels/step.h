// SPDX-License-Identifier: Apache-2.0
//
// What the steps of all optimisers share: the gradient with its regularisers, and where a weight
// comes to rest after its step. `anchored` is a constant where these are called.

#ifndef LEARND_STEP_H
#define LEARND_STEP_H

#include <math.h>

#include "ckernels.h"
#include "clones.h"

// The proximal step of L1: towards zero by `amount`, and never past it.
LEARND_INLINE float shrink(float w, float amount) {
    float left = fabsf(w) - amount;
    return copysignf(left > 0 ? left : 0, w);
}

// The gradient of a weight with its regularisers.
LEARND_INLINE float full_gradient(float g, float w, float anchor, float l2, float pull,
                                  int anchored) {
    // First: two infinities must not meet.
    g = learnd_clamp(g, LEARND_GRADIENT_LIMIT) + l2 * w;
    if (anchored) g += pull * (w - anchor);
    return learnd_clamp(g, LEARND_GRADIENT_LIMIT);
}

// The proximal steps after a step at the rate `own`: towards zero, then towards the anchor.
LEARND_INLINE float settled(float w, float anchor, float own, float l1, float pull_l1,
                            int anchored) {
    w = shrink(w, l1 * own);
    if (anchored && pull_l1 != 0) w = anchor + shrink(w - anchor, pull_l1 * own);
    return w;
}

#endif
