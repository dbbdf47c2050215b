// SPDX-License-Identifier: Apache-2.0
//
// Skip-gram with negative sampling (Mikolov et al., "Distributed representations of words and
// phrases and their compositionality", NIPS 2013), one centre word at a time. For a centre v and a
// target u, with y = 1 for the context word and 0 for a noise word, the loss is that of a logistic
// model:
//
//   g = rate * (y - sigmoid(v . u))      u += g v      and, after all targets of the pair,
//                                        v += the sum of g u, with each u as it was
//
// The dot product has the order of dot.h; the rest is one number after the other, so the bits do
// not depend on the processor.

#include "ckernels.h"

#pragma STDC FP_CONTRACT OFF

#include "dot.h"
#include "probability.h"

LEARND_CLONES void learnd_skip_gram(float *restrict centre, float *restrict contexts, size_t n,
                                    const uint32_t *restrict targets, size_t pairs, size_t size,
                                    float rate, float *restrict gradient) {
    for (size_t p = 0; p < pairs; p++) {
        const uint32_t *pair = targets + p * size;
        for (size_t i = 0; i < n; i++) gradient[i] = 0;
        for (size_t t = 0; t < size; t++) {
            if (t > 0 && pair[t] == pair[0]) continue;
            float *restrict target = contexts + (size_t)pair[t] * n;
            if (p + 1 < pairs || t + 1 < size) {
                __builtin_prefetch(contexts + (size_t)pair[t + 1] * n);
            }
            const float wanted = t == 0 ? 1 : 0;
            const float g = rate * (wanted - sigmoid(dot(centre, target, n)));
            for (size_t i = 0; i < n; i++) {
                gradient[i] += g * target[i];
                target[i] = learnd_clamp(target[i] + g * centre[i], LEARND_VECTOR_LIMIT);
            }
        }
        for (size_t i = 0; i < n; i++) {
            centre[i] = learnd_clamp(centre[i] + gradient[i], LEARND_VECTOR_LIMIT);
        }
    }
}

LEARND_CLONES double learnd_skip_gram_fit(const float *centre, const float *contexts, size_t n,
                                          const uint32_t *targets, size_t size,
                                          double smallest) {
    double fit = 1;
    for (size_t t = 0; t < size; t++) {
        if (t > 0 && targets[t] == targets[0]) continue;
        const float score = dot(centre, contexts + (size_t)targets[t] * n, n);
        const double probability = sigmoid(t == 0 ? score : -score);
        fit *= probability < smallest ? smallest : probability;
    }
    return fit;
}
