// SPDX-License-Identifier: Apache-2.0
//
// How a pool mixes what its experts say; Sources/Pure/Experts/Mixing has the formulas. Experts
// stand side by side in lanes of 16; what is behind the last one is 0 and stays so.

#ifndef LEARND_EXPERTS_MIX_H
#define LEARND_EXPERTS_MIX_H

#include <stddef.h>
#include <stdint.h>

// Numbers that each expert has, one row of `slots` after the other in a mix's state.
enum {
    LEARND_MIX_ACTIVE,
    LEARND_MIX_COUNT,
    LEARND_MIX_TEMPERATURE,
    LEARND_MIX_POWER,
    LEARND_MIX_SHARE,
    LEARND_MIX_LOG_HEDGE,
    LEARND_MIX_HEDGE,
    LEARND_MIX_STACK,
    LEARND_MIX_LOSS,
    LEARND_MIX_MISS,
    LEARND_MIX_OVERALL,
    LEARND_MIX_PARTS
};

// Numbers of the mix as a whole.
enum {
    LEARND_MIX_RULES = 3,
    LEARND_MIX_LOG_RULE = 0,
    LEARND_MIX_RULE = 3,
    LEARND_MIX_NOISE = 6,
    LEARND_MIX_ERROR = 7,
    LEARND_MIX_REACH = 8,
    LEARND_MIX_ROWS = 9,
    LEARND_MIX_WHOLES = 10
};

enum { LEARND_MIX_SLOTS_MOST = 64 };

typedef struct {
    // A multiple of 16, at most LEARND_MIX_SLOTS_MOST.
    size_t slots;
    // LEARND_MIX_PARTS rows of `slots`.
    float *parts;
    // `slots` rows of `slots`: how uncertain the weights of the third rule are.
    float *spread;
    // LEARND_MIX_WHOLES numbers.
    float *wholes;
    // Room for (3 * outputs + 1) * slots + 3 * outputs numbers.
    float *room;
} learnd_mix;

// Opinions lie expert after expert, and in each row after row.
void learnd_mix_classes(const learnd_mix *mix, const float *opinions, size_t experts, size_t rows,
                        size_t classes, const int32_t *labels, const uint8_t *learns,
                        float *predictions);
// `reaches` gets for each row how far the interval goes to either side.
void learnd_mix_numbers(const learnd_mix *mix, const float *opinions, size_t experts, size_t rows,
                        const float *targets, const float *spreads, const uint8_t *learns,
                        float *predictions, float *reaches);

#endif
