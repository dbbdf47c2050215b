// SPDX-License-Identifier: Apache-2.0
//
// The mix of a pool that predicts numbers; Sources/Pure/Experts/Mixing/NumberMix.swift has the
// formulas.

#include "experts_mix.h"

#include "lanes.h"
#include "mix_rules.h"

#pragma STDC FP_CONTRACT OFF

#define LEAST_ERROR 1e-6f
#define MOST_DISTANCE 6.0f
#define MEMORY 500.0f
#define MISSED_SHARE 0.1f

// exp(-d^2 / 2), with d the error in usual errors.
LEARND_INLINE float likelihood_of(float error, float usual) {
    float d = fabsf(error) / usual;
    d = d < MOST_DISTANCE ? d : MOST_DISTANCE;
    return exponential(-0.5f * d * d);
}

// How well each expert does by itself: means of error and squared error, in deviations of the
// target, and the mean error of all rows as it is.
LEARND_INLINE void measure(const learnd_mix *mix, size_t g, const lanes16 *error, float spread) {
    const size_t slots = mix->slots;
    float *losses = mix->parts + LEARND_MIX_LOSS * slots + g;
    float *misses = mix->parts + LEARND_MIX_MISS * slots + g;
    float *counts = mix->parts + LEARND_MIX_COUNT * slots + g;
    LOAD(lanes16, active, mix->parts + LEARND_MIX_ACTIVE * slots + g);
    LOAD(lanes16, loss, losses);
    LOAD(lanes16, miss, misses);
    LOAD(lanes16, count, counts);
    count += active;
    lanes16 rows = count;
    lanes_at_most(&rows, 1000);
    lanes_at_least(&rows, 1);
    const lanes16 square = *error * *error;
    loss += active * (square - loss) / rows;
    lanes16 size = -*error;
    lanes_larger(&size, error);
    miss += active * (size - miss) / rows;
    float *overalls = mix->parts + LEARND_MIX_OVERALL * slots + g;
    LOAD(lanes16, overall, overalls);
    lanes16 all = count;
    lanes_at_least(&all, 1);
    overall += active * (size * spread - overall) / all;
    memcpy(overalls, &overall, sizeof(overall));
    lanes_at_most(&count, 1e6f);
    memcpy(losses, &loss, sizeof(loss));
    memcpy(misses, &miss, sizeof(miss));
    memcpy(counts, &count, sizeof(count));
}

LEARND_CLONES void learnd_mix_numbers(const learnd_mix *mix, const float *opinions, size_t experts,
                                      size_t rows, const float *targets, const float *spreads,
                                      const uint8_t *learns, float *predictions, float *reaches) {
    const size_t slots = mix->slots;
    float *wholes = mix->wholes;
    float *said = mix->room, *likelihood = said + slots;
    memset(said, 0, slots * sizeof(float));
    for (size_t row = 0; row < rows; row++) {
        for (size_t e = 0; e < experts; e++) {
            const float active = mix->parts[LEARND_MIX_ACTIVE * slots + e];
            said[e] = active * opinions[e * rows + row];
        }
        float rules[LEARND_MIX_RULES] = {0, 0, 0};
        for (size_t g = 0; g < slots; g += 16) {
            LOAD(lanes16, p, said + g);
            LOAD(lanes16, share, mix->parts + LEARND_MIX_SHARE * slots + g);
            LOAD(lanes16, hedge, mix->parts + LEARND_MIX_HEDGE * slots + g);
            LOAD(lanes16, stack, mix->parts + LEARND_MIX_STACK * slots + g);
            share *= p;
            hedge *= p;
            stack *= p;
            rules[0] += lanes_sum(&share);
            rules[1] += lanes_sum(&hedge);
            rules[2] += lanes_sum(&stack);
        }
        float prediction = 0;
        for (int rule = 0; rule < LEARND_MIX_RULES; rule++) {
            rules[rule] = learnd_clamp(rules[rule], 100);
            prediction += wholes[LEARND_MIX_RULE + rule] * rules[rule];
        }
        predictions[row] = prediction;
        const float usual =
            wholes[LEARND_MIX_ERROR] > LEAST_ERROR ? wholes[LEARND_MIX_ERROR] : LEAST_ERROR;
        reaches[row] = wholes[LEARND_MIX_REACH] * usual;
        const float target = targets[row];
        if (!learns[row] || target - target != 0) continue;
        const float missed = fabsf(prediction - target) > reaches[row] ? 1.0f : 0.0f;
        const float turn = 1.0f + 0.02f * (missed - MISSED_SHARE);
        const float reach = wholes[LEARND_MIX_REACH] * turn;
        wholes[LEARND_MIX_REACH] = reach < 0.01f ? 0.01f : reach > 100.0f ? 100.0f : reach;
        for (size_t g = 0; g < slots; g += 16) {
            LOAD(lanes16, error, said + g);
            error -= target;
            measure(mix, g, &error, learnd_clamp(spreads[row], 1e30f));
            for (int lane = 0; lane < 16; lane++) {
                likelihood[g + lane] = likelihood_of(error[lane], usual);
            }
        }
        const float noise = wholes[LEARND_MIX_NOISE];
        const float third = rules[2] - target, bound = 3.0f * sqrtf(noise);
        mix_newton(mix, said, learnd_clamp(third, bound), 1, noise);
        wholes[LEARND_MIX_NOISE] += 0.01f * (third * third - noise);
        if (!(wholes[LEARND_MIX_NOISE] > 1e-6f)) wholes[LEARND_MIX_NOISE] = 1e-6f;
        mix_weigh(mix, likelihood);
        for (int rule = 0; rule < LEARND_MIX_RULES; rule++) {
            rules[rule] = likelihood_of(rules[rule] - target, usual);
        }
        mix_rules(mix, rules);
        float *count = wholes + LEARND_MIX_ROWS;
        *count = *count < 1e6f ? *count + 1 : *count;
        const float seen = *count < MEMORY ? *count : MEMORY;
        wholes[LEARND_MIX_ERROR] += (fabsf(prediction - target) - wholes[LEARND_MIX_ERROR]) / seen;
    }
}
