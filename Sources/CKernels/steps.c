// SPDX-License-Identifier: Apache-2.0
//
// One step of each optimiser on one row of parameters. Sources/Pure/Learning/Optimisers has the
// formulas. Bounds are applied where a product may overflow, before two infinities could meet; they
// are far outside of what a useful model holds.

#include "ckernels.h"

#include <math.h>

#include "clones.h"

#pragma STDC FP_CONTRACT OFF

// The proximal step of L1: towards zero by `amount`, and never past it.
LEARND_INLINE float shrink(float w, float amount) {
    float left = fabsf(w) - amount;
    return copysignf(left > 0 ? left : 0, w);
}

// The gradient of a weight with its regularisers; `anchored` is a constant where it is called.
LEARND_INLINE float full_gradient(float g, float w, float anchor, float l2, float pull,
                                  int anchored) {
    // First: two infinities must not meet.
    g = learnd_clamp(g, LEARND_GRADIENT_LIMIT) + l2 * w;
    if (anchored) g += pull * (w - anchor);
    return learnd_clamp(g, LEARND_GRADIENT_LIMIT);
}

// --- plain gradient descent ---

LEARND_INLINE void sgd(float *restrict values, const float *restrict anchor,
                       const float *restrict x, size_t n, float error, float bias_error,
                       const learnd_step *step, int anchored) {
    const float rate = step->rate, l2 = step->l2, pull = step->pull, l1 = step->l1 * rate;
    for (size_t i = 0; i < n; i++) {
        float w = values[i];
        float g = full_gradient(error * x[i], w, anchored ? anchor[i] : 0, l2, pull, anchored);
        values[i] = shrink(learnd_clamp(w - rate * g, LEARND_PARAMETER_LIMIT), l1);
    }
    float w = values[n];
    float g = full_gradient(bias_error, w, anchored ? anchor[n] : 0, 0, pull, anchored);
    values[n] = learnd_clamp(w - rate * g, LEARND_PARAMETER_LIMIT);
}

LEARND_CLONES void learnd_step_sgd(float *restrict values, const float *restrict anchor,
                                   const float *restrict x, size_t n, float error,
                                   float bias_error, const learnd_step *step) {
    if (anchor) {
        sgd(values, anchor, x, n, error, bias_error, step, 1);
    } else if (step->l1 != 0 || step->l2 != 0) {
        sgd(values, anchor, x, n, error, bias_error, step, 0);
    } else {
        // Rate times feature first: a kernel that learns many rows knows it before the error.
        const float rate = step->rate;
        for (size_t i = 0; i < n; i++) {
            float scaled = learnd_clamp(rate * x[i], LEARND_SCORE_LIMIT);
            values[i] = learnd_clamp(values[i] - error * scaled, LEARND_PARAMETER_LIMIT);
        }
        values[n] = learnd_clamp(values[n] - bias_error * rate, LEARND_PARAMETER_LIMIT);
    }
}

// --- momentum: a is the momentum ---

LEARND_INLINE void momentum_one(float *w, float *velocity, float g, float rate, float keep,
                                float l1) {
    *velocity = learnd_clamp(keep * *velocity + rate * g, LEARND_PARAMETER_LIMIT);
    *w = shrink(learnd_clamp(*w - *velocity, LEARND_PARAMETER_LIMIT), l1 * rate);
}

LEARND_INLINE void momentum(float *restrict values, float *restrict velocity,
                            const float *restrict anchor, const float *restrict x, size_t n,
                            float error, float bias_error, const learnd_step *step, int anchored) {
    const float rate = step->rate, l2 = step->l2, pull = step->pull, l1 = step->l1, a = step->a;
    for (size_t i = 0; i < n; i++) {
        float w = values[i];
        float g = full_gradient(error * x[i], w, anchored ? anchor[i] : 0, l2, pull, anchored);
        momentum_one(values + i, velocity + i, g, rate, a, l1);
    }
    float g = full_gradient(bias_error, values[n], anchored ? anchor[n] : 0, 0, pull, anchored);
    momentum_one(values + n, velocity + n, g, rate, a, 0);
}

LEARND_CLONES void learnd_step_momentum(float *restrict values, float *restrict velocity,
                                        const float *restrict anchor, const float *restrict x,
                                        size_t n, float error, float bias_error,
                                        const learnd_step *step) {
    if (anchor) {
        momentum(values, velocity, anchor, x, n, error, bias_error, step, 1);
    } else {
        momentum(values, velocity, anchor, x, n, error, bias_error, step, 0);
    }
}

// --- AdaGrad: a is epsilon ---

LEARND_INLINE void adagrad_one(float *w, float *squares, float g, float rate, float epsilon,
                               float l1) {
    float sum = *squares + g * g;
    *squares = sum > 1e38f ? 1e38f : sum;
    float own = rate / (__builtin_elementwise_sqrt(*squares) + epsilon);
    *w = shrink(learnd_clamp(*w - own * g, LEARND_PARAMETER_LIMIT), l1 * own);
}

LEARND_INLINE void adagrad(float *restrict values, float *restrict squares,
                           const float *restrict anchor, const float *restrict x, size_t n,
                           float error, float bias_error, const learnd_step *step, int anchored) {
    const float rate = step->rate, l2 = step->l2, pull = step->pull, l1 = step->l1, a = step->a;
    for (size_t i = 0; i < n; i++) {
        float w = values[i];
        float g = full_gradient(error * x[i], w, anchored ? anchor[i] : 0, l2, pull, anchored);
        adagrad_one(values + i, squares + i, g, rate, a, l1);
    }
    float g = full_gradient(bias_error, values[n], anchored ? anchor[n] : 0, 0, pull, anchored);
    adagrad_one(values + n, squares + n, g, rate, a, 0);
}

LEARND_CLONES void learnd_step_adagrad(float *restrict values, float *restrict squares,
                                       const float *restrict anchor, const float *restrict x,
                                       size_t n, float error, float bias_error,
                                       const learnd_step *step) {
    if (anchor) {
        adagrad(values, squares, anchor, x, n, error, bias_error, step, 1);
    } else {
        adagrad(values, squares, anchor, x, n, error, bias_error, step, 0);
    }
}

// --- Adam: a and b are the two betas, c = rate / (1 - a^t), d = 1 / (1 - b^t); the bias of the
// moments is taken out in c and d, and `rate` is epsilon ---

LEARND_INLINE void adam_one(float *w, float *first, float *second, float g, const learnd_step *s,
                            float l1) {
    *first = s->a * *first + (1 - s->a) * g;
    *second = s->b * *second + (1 - s->b) * (g * g);
    float own = s->c / (__builtin_elementwise_sqrt(*second * s->d) + s->rate);
    *w = shrink(learnd_clamp(*w - own * *first, LEARND_PARAMETER_LIMIT), l1 * own);
}

LEARND_INLINE void adam(float *restrict values, float *restrict first, float *restrict second,
                        const float *restrict anchor, const float *restrict x, size_t n,
                        float error, float bias_error, const learnd_step *step, int anchored) {
    const learnd_step s = *step;
    for (size_t i = 0; i < n; i++) {
        float w = values[i];
        float g = full_gradient(error * x[i], w, anchored ? anchor[i] : 0, s.l2, s.pull, anchored);
        adam_one(values + i, first + i, second + i, g, &s, s.l1);
    }
    float g = full_gradient(bias_error, values[n], anchored ? anchor[n] : 0, 0, s.pull, anchored);
    adam_one(values + n, first + n, second + n, g, &s, 0);
}

LEARND_CLONES void learnd_step_adam(float *restrict values, float *restrict first,
                                    float *restrict second, const float *restrict anchor,
                                    const float *restrict x, size_t n, float error,
                                    float bias_error, const learnd_step *step) {
    if (anchor) {
        adam(values, first, second, anchor, x, n, error, bias_error, step, 1);
    } else {
        adam(values, first, second, anchor, x, n, error, bias_error, step, 0);
    }
}
