// SPDX-License-Identifier: Apache-2.0
//
// One step of an optimiser on a run of parameters whose gradient is known. The formulas stand in
// Sources/Pure/Networks/NetworkOptimiser.swift, the bounds in ckernels.h.

#include "network.h"

#include <math.h>

#pragma STDC FP_CONTRACT OFF

#include "step.h"

#define EACH(own_rate, move)                                                                \
    for (size_t i = 0; i < n; i++) {                                                        \
        float w = values[i];                                                                \
        const float a = anchored ? anchor[i] : 0;                                           \
        const float g = full_gradient(gradient[i] * s.scale, w, a, s.l2, s.pull, anchored); \
        w -= s.rate * s.decay * w;                                                          \
        own_rate;                                                                           \
        move;                                                                               \
        w = learnd_clamp(w, LEARND_PARAMETER_LIMIT);                                        \
        values[i] = settled(w, a, own, s.l1, s.pull_l1, anchored);                          \
    }

LEARND_INLINE void run(float *restrict values, float *restrict first, float *restrict second,
                       const float *restrict gradient, const float *restrict anchor, size_t n,
                       const learnd_flat_step *step, int anchored) {
    const learnd_flat_step s = *step;
    switch (s.kind) {
    case LEARND_FLAT_SGD:
        EACH(const float own = s.rate, w -= own * g)
        break;
    case LEARND_FLAT_MOMENTUM:
        EACH(const float own = s.rate,
             first[i] = learnd_clamp(s.a * first[i] + own * g, LEARND_PARAMETER_LIMIT);
             w -= first[i])
        break;
    case LEARND_FLAT_SQUARES:
        EACH(const float sum = s.a * first[i] + s.b * (g * g);
             first[i] = sum > 1e38f ? 1e38f : sum;
             const float own = s.rate / (__builtin_elementwise_sqrt(first[i]) + s.epsilon),
             w -= own * g)
        break;
    default:
        EACH(first[i] = s.a * first[i] + (1 - s.a) * g;
             second[i] = s.b * second[i] + (1 - s.b) * (g * g);
             const float own = s.c / (__builtin_elementwise_sqrt(second[i] * s.d) + s.epsilon),
             w -= own * first[i])
    }
}

LEARND_CLONES void learnd_step_flat(float *restrict values, float *restrict first,
                                    float *restrict second, const float *restrict gradient,
                                    const float *restrict anchor, size_t n,
                                    const learnd_flat_step *step) {
    if (anchor) {
        run(values, first, second, gradient, anchor, n, step, 1);
    } else {
        run(values, first, second, gradient, anchor, n, step, 0);
    }
}

// In double precision and sixteen lanes; infinite or no number where a gradient is.
LEARND_CLONES double learnd_flat_norm(const float *gradient, size_t n) {
    double lanes[16] = {0};
    size_t i = 0;
    for (; i + 16 <= n; i += 16)
        for (size_t lane = 0; lane < 16; lane++)
            lanes[lane] += (double)gradient[i + lane] * (double)gradient[i + lane];
    for (; i < n; i++) lanes[i % 16] += (double)gradient[i] * (double)gradient[i];
    double sum = 0;
    for (size_t lane = 0; lane < 16; lane++) sum += lanes[lane];
    return sqrt(sum);
}
