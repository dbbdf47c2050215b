// SPDX-License-Identifier: Apache-2.0
//
// What the mixes of classes and of numbers have in common: how the weights of experts and of rules
// follow likelihoods, and the second-order step of the third rule.

#ifndef LEARND_MIX_RULES_H
#define LEARND_MIX_RULES_H

#include "experts_mix.h"
#include "lanes.h"
#include "probability.h"

#define LEAST_LIKELIHOOD 0.005f
#define LOG_LEAST_HEDGE -27.6310211f
#define LOG_LEAST_RULE -13.8155106f

// The first two rules: weights times the root of the likelihood; the first shares some of it out
// again, the second forgets.
LEARND_INLINE void mix_weigh(const learnd_mix *mix, const float *likelihood) {
    const size_t slots = mix->slots;
    float *shares = mix->parts + LEARND_MIX_SHARE * slots;
    float *logs = mix->parts + LEARND_MIX_LOG_HEDGE * slots;
    float *hedges = mix->parts + LEARND_MIX_HEDGE * slots;
    const float *actives = mix->parts + LEARND_MIX_ACTIVE * slots;
    float sum = 0, number = 0, top = -1e30f;
    for (size_t g = 0; g < slots; g += 16) {
        LOAD(lanes16, share, shares + g);
        LOAD(lanes16, log, logs + g);
        LOAD(lanes16, active, actives + g);
        LOAD(lanes16, p, likelihood + g);
        lanes16 root = p;
        lanes_root(&root);
        share *= root;
        lanes_logarithm(&p);
        log = 0.995f * log + 0.5f * p;
        memcpy(shares + g, &share, sizeof(share));
        memcpy(logs + g, &log, sizeof(log));
        sum += lanes_sum(&share);
        number += lanes_sum(&active);
        lanes16 asleep = (active - 1.0f) * 1e30f;
        asleep += log;
        const float own = lanes_top(&asleep);
        top = own > top ? own : top;
    }
    if (!(number > 0) || !(sum > 0)) return;
    const float scale = 0.997f / sum, gift = 0.003f / number;
    float total = 0;
    for (size_t g = 0; g < slots; g += 16) {
        LOAD(lanes16, share, shares + g);
        LOAD(lanes16, active, actives + g);
        LOAD(lanes16, hedge, logs + g);
        share = share * scale + active * gift;
        hedge -= top;
        lanes_exponential(&hedge);
        hedge *= active;
        memcpy(shares + g, &share, sizeof(share));
        memcpy(hedges + g, &hedge, sizeof(hedge));
        total += lanes_sum(&hedge);
    }
    const float part = 1.0f / total;
    lanes16 whole;
    lanes_fill(&whole, total);
    lanes_logarithm(&whole);
    for (size_t g = 0; g < slots; g += 16) {
        LOAD(lanes16, hedge, hedges + g);
        LOAD(lanes16, log, logs + g);
        LOAD(lanes16, active, actives + g);
        log = log - top - whole;
        lanes_at_least(&log, LOG_LEAST_HEDGE);
        hedge *= part;
        lanes_at_least(&hedge, 1e-12f);
        hedge *= active;
        log *= active;
        memcpy(hedges + g, &hedge, sizeof(hedge));
        memcpy(logs + g, &log, sizeof(log));
    }
}

// The weights of the three rules, as the second rule weighs experts.
LEARND_INLINE void mix_rules(const learnd_mix *mix, const float *likelihood) {
    float *logs = mix->wholes + LEARND_MIX_LOG_RULE;
    float *rules = mix->wholes + LEARND_MIX_RULE;
    lanes16 p;
    lanes_fill(&p, 1);
    for (int rule = 0; rule < LEARND_MIX_RULES; rule++) p[rule] = likelihood[rule];
    lanes_logarithm(&p);
    float top = -1e30f;
    for (int rule = 0; rule < LEARND_MIX_RULES; rule++) {
        logs[rule] = 0.995f * logs[rule] + 0.5f * p[rule];
        top = logs[rule] > top ? logs[rule] : top;
    }
    float sum = 0;
    for (int rule = 0; rule < LEARND_MIX_RULES; rule++) {
        const float log = logs[rule] - top;
        logs[rule] = log > LOG_LEAST_RULE ? log : LOG_LEAST_RULE;
        rules[rule] = exponential(logs[rule]);
        sum += rules[rule];
    }
    for (int rule = 0; rule < LEARND_MIX_RULES; rule++) rules[rule] /= sum;
}

// v = A g; s -= e v / d; A -= (c / d) v v', with d = noise + c g'v; then A's diagonal rises to .01.
LEARND_INLINE void mix_newton(const learnd_mix *mix, const float *slope, float error,
                              float curvature, float noise) {
    const size_t slots = mix->slots;
    float *stack = mix->parts + LEARND_MIX_STACK * slots;
    float inner = 0;
    float direction[LEARND_MIX_SLOTS_MOST];
    for (size_t g = 0; g < slots; g += 16) {
        lanes16 v;
        lanes_fill(&v, 0);
        for (size_t j = 0; j < slots; j++) {
            LOAD(lanes16, a, mix->spread + j * slots + g);
            v += a * slope[j];
        }
        memcpy(direction + g, &v, sizeof(v));
        LOAD(lanes16, own, slope + g);
        own *= v;
        inner += lanes_sum(&own);
    }
    const float denominator = noise + curvature * (inner > 0 ? inner : 0);
    const float shrink = curvature / denominator, step = error / denominator;
    for (size_t g = 0; g < slots; g += 16) {
        LOAD(lanes16, s, stack + g);
        LOAD(lanes16, v, direction + g);
        s -= v * step;
        lanes_at_least(&s, -100);
        lanes_at_most(&s, 100);
        memcpy(stack + g, &s, sizeof(s));
    }
    for (size_t j = 0; j < slots; j++) {
        const float factor = shrink * direction[j];
        for (size_t g = 0; g < slots; g += 16) {
            LOAD(lanes16, a, mix->spread + j * slots + g);
            LOAD(lanes16, v, direction + g);
            a -= factor * v;
            memcpy(mix->spread + j * slots + g, &a, sizeof(a));
        }
        float *own = mix->spread + j * slots + j;
        if (*own < 0.01f) *own += 1e-6f;
        if (!(*own > 1e-9f)) *own = 1e-9f;
    }
}

#endif
