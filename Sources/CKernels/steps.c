// SPDX-License-Identifier: Apache-2.0
//
// One step of each optimiser on one row of parameters. Sources/Pure/Learning/Optimisers has the
// formulas. Bounds are applied where a product may overflow, before two infinities could meet; they
// are far outside of what a useful model holds.

#include "ckernels.h"

#include "clones.h"

#pragma STDC FP_CONTRACT OFF

#include "step.h"

// --- plain gradient descent ---

LEARND_INLINE void sgd(float *restrict values, const float *restrict anchor,
                       const float *restrict x, size_t n, float error, float bias_error,
                       const learnd_step *step, int anchored) {
    const learnd_step s = *step;
    for (size_t i = 0; i < n; i++) {
        const float target = anchored ? anchor[i] : 0;
        float w = values[i];
        float g = full_gradient(error * x[i], w, target, s.l2, s.pull, anchored);
        w = learnd_clamp(w - s.rate * g, LEARND_PARAMETER_LIMIT);
        values[i] = settled(w, target, s.rate, s.l1, s.pull_l1, anchored);
    }
    const float target = anchored ? anchor[n] : 0;
    float w = values[n];
    float g = full_gradient(bias_error, w, target, 0, s.pull, anchored);
    w = learnd_clamp(w - s.rate * g, LEARND_PARAMETER_LIMIT);
    values[n] = settled(w, target, s.rate, 0, s.pull_l1, anchored);
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

LEARND_INLINE void momentum_one(float *w, float *velocity, float g, float anchor,
                                const learnd_step *s, float l1, int anchored) {
    *velocity = learnd_clamp(s->a * *velocity + s->rate * g, LEARND_PARAMETER_LIMIT);
    const float stepped = learnd_clamp(*w - *velocity, LEARND_PARAMETER_LIMIT);
    *w = settled(stepped, anchor, s->rate, l1, s->pull_l1, anchored);
}

LEARND_INLINE void momentum(float *restrict values, float *restrict velocity,
                            const float *restrict anchor, const float *restrict x, size_t n,
                            float error, float bias_error, const learnd_step *step, int anchored) {
    const learnd_step s = *step;
    for (size_t i = 0; i < n; i++) {
        const float target = anchored ? anchor[i] : 0;
        float g = full_gradient(error * x[i], values[i], target, s.l2, s.pull, anchored);
        momentum_one(values + i, velocity + i, g, target, &s, s.l1, anchored);
    }
    const float target = anchored ? anchor[n] : 0;
    float g = full_gradient(bias_error, values[n], target, 0, s.pull, anchored);
    momentum_one(values + n, velocity + n, g, target, &s, 0, anchored);
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

// --- AdaGrad and RMSProp: a is epsilon, b what is kept of the squares, c what is added ---

LEARND_INLINE void adagrad_one(float *w, float *squares, float g, float anchor,
                               const learnd_step *s, float l1, int anchored) {
    float sum = s->b * *squares + s->c * (g * g);
    *squares = sum > 1e38f ? 1e38f : sum;
    float own = s->rate / (__builtin_elementwise_sqrt(*squares) + s->a);
    const float stepped = learnd_clamp(*w - own * g, LEARND_PARAMETER_LIMIT);
    *w = settled(stepped, anchor, own, l1, s->pull_l1, anchored);
}

LEARND_INLINE void adagrad(float *restrict values, float *restrict squares,
                           const float *restrict anchor, const float *restrict x, size_t n,
                           float error, float bias_error, const learnd_step *step, int anchored) {
    const learnd_step s = *step;
    for (size_t i = 0; i < n; i++) {
        const float target = anchored ? anchor[i] : 0;
        float g = full_gradient(error * x[i], values[i], target, s.l2, s.pull, anchored);
        adagrad_one(values + i, squares + i, g, target, &s, s.l1, anchored);
    }
    const float target = anchored ? anchor[n] : 0;
    float g = full_gradient(bias_error, values[n], target, 0, s.pull, anchored);
    adagrad_one(values + n, squares + n, g, target, &s, 0, anchored);
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
// moments is taken out in c and d, and `rate` is epsilon. `decay` is the share that AdamW takes off
// a weight before its step, 0 in Adam ---

LEARND_INLINE void adam_one(float *w, float *first, float *second, float g, float anchor,
                            const learnd_step *s, float decay, float l1, int anchored) {
    *first = s->a * *first + (1 - s->a) * g;
    *second = s->b * *second + (1 - s->b) * (g * g);
    float own = s->c / (__builtin_elementwise_sqrt(*second * s->d) + s->rate);
    const float kept = decay != 0 ? *w - decay * *w : *w;
    const float stepped = learnd_clamp(kept - own * *first, LEARND_PARAMETER_LIMIT);
    *w = settled(stepped, anchor, own, l1, s->pull_l1, anchored);
}

LEARND_INLINE void adam(float *restrict values, float *restrict first, float *restrict second,
                        const float *restrict anchor, const float *restrict x, size_t n,
                        float error, float bias_error, const learnd_step *step, int anchored) {
    const learnd_step s = *step;
    for (size_t i = 0; i < n; i++) {
        const float target = anchored ? anchor[i] : 0;
        float g = full_gradient(error * x[i], values[i], target, s.l2, s.pull, anchored);
        adam_one(values + i, first + i, second + i, g, target, &s, s.decay, s.l1, anchored);
    }
    const float target = anchored ? anchor[n] : 0;
    float g = full_gradient(bias_error, values[n], target, 0, s.pull, anchored);
    adam_one(values + n, first + n, second + n, g, target, &s, 0, 0, anchored);
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
