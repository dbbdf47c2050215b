// SPDX-License-Identifier: Apache-2.0
//
// What the experts for numbers share.

#ifndef LEARND_NUMBERS_H
#define LEARND_NUMBERS_H

#include "clones.h"
#include "experts_numbers.h"

// A target of NaN is none.
LEARND_INLINE int number_learns(const learnd_expert_rows *rows, size_t row) {
    return rows->learns[row] && rows->targets[row] == rows->targets[row] && rows->weights[row] > 0;
}

// A number as it came, measured as the targets of a row are.
LEARND_INLINE float number_measured(const learnd_expert_rows *rows, size_t row, float number) {
    return learnd_clamp((number - rows->centres[row]) / rows->spreads[row], LEARND_NUMBER_MOST);
}

#endif
