// SPDX-License-Identifier: Apache-2.0
//
// FTRL-proximal on a dense row of parameters: a is beta, and l1 and l2 belong to the rule itself.

#include "ckernels.h"

#include "clones.h"

#pragma STDC FP_CONTRACT OFF

#include "ftrl.h"
#include "step.h"

// The L1 part of the anchor moves the weight itself, so z has to follow it.
LEARND_INLINE void towards_anchor(float *w, float *z, float n, float anchor, const learnd_step *s,
                                  float l1, float l2) {
    const float root = __builtin_elementwise_sqrt(n);
    const float scale = ftrl_scale(root, s->rate, s->a, l2);
    const float moved = anchor + shrink(*w - anchor, s->pull_l1 / scale);
    if (moved == *w) return;
    *w = moved;
    *z = ftrl_sum(moved, *z, scale, l1);
}

LEARND_INLINE void ftrl(float *restrict values, float *restrict z, float *restrict n,
                        const float *restrict anchor, const float *restrict x, size_t width,
                        float error, float bias_error, const learnd_step *step, int anchored) {
    const learnd_step s = *step;
    for (size_t i = 0; i < width; i++) {
        const float target = anchored ? anchor[i] : 0;
        const float g = full_gradient(error * x[i], values[i], target, 0, s.pull, anchored);
        ftrl_one(values + i, z + i, n + i, g, s.rate, s.a, s.l1, s.l2);
    }
    const float target = anchored ? anchor[width] : 0;
    const float g = full_gradient(bias_error, values[width], target, 0, s.pull, anchored);
    ftrl_one(values + width, z + width, n + width, g, s.rate, s.a, 0, 0);
    if (!anchored || s.pull_l1 == 0) return;
    for (size_t i = 0; i < width; i++) {
        towards_anchor(values + i, z + i, n[i], anchor[i], &s, s.l1, s.l2);
    }
    towards_anchor(values + width, z + width, n[width], anchor[width], &s, 0, 0);
}

LEARND_CLONES void learnd_step_ftrl(float *restrict values, float *restrict z, float *restrict n,
                                    const float *restrict anchor, const float *restrict x,
                                    size_t width, float error, float bias_error,
                                    const learnd_step *step) {
    if (anchor) {
        ftrl(values, z, n, anchor, x, width, error, bias_error, step, 1);
    } else {
        ftrl(values, z, n, anchor, x, width, error, bias_error, step, 0);
    }
}

void learnd_ftrl_sums(const float *values, float *z, const float *n, size_t width,
                      const learnd_step *step) {
    for (size_t i = 0; i <= width; i++) {
        const float l1 = i < width ? step->l1 : 0, l2 = i < width ? step->l2 : 0;
        const float scale = ftrl_scale(sqrtf(n[i]), step->rate, step->a, l2);
        z[i] = ftrl_sum(values[i], z[i], scale, l1);
    }
}
