// SPDX-License-Identifier: Apache-2.0
//
// What the numbers of the nearest rows say; NearestNumbers.swift of the experts has the formula.

#include "experts_numbers.h"

#include <math.h>

#include "numbers.h"

#pragma STDC FP_CONTRACT OFF

#define CLOSEST 1e-3f
#define WEIGHT_LIMIT 1e6f

void learnd_nearest_numbers(const learnd_expert_rows *rows, const learnd_expert_history *history,
                            const float *squares, const int32_t *places, size_t count,
                            float *opinions) {
    for (size_t row = 0; row < rows->rows; row++) {
        const float *square = squares + row * count;
        const int32_t *place = places + row * count;
        float sum = 0, whole = 0;
        for (size_t i = 0; i < count && place[i] >= 0; i++) {
            const float own = history->weights[place[i]];
            const float weight =
                (own < WEIGHT_LIMIT ? own : WEIGHT_LIMIT) / (sqrtf(square[i]) + CLOSEST);
            sum += weight * number_measured(rows, row, history->targets[place[i]]);
            whole += weight;
        }
        opinions[row] = whole > 0 ? sum / whole : 0;
    }
}
