// SPDX-License-Identifier: Apache-2.0
//
// The nearest rows of a history, and what they say of a class. Sources/Kernels/Nearest.swift is the
// shell, nearest.c has the method.

#ifndef LEARND_EXPERTS_NEAREST_H
#define LEARND_EXPERTS_NEAREST_H

#include "experts.h"

// How many floats of scratch a search over these rows needs.
size_t learnd_nearest_scratch(const learnd_expert_rows *rows, size_t window);

// For each row the `k` nearest of the `window` rows of the history before it, by the squared
// distance of their scaled columns, nearest first; of rows that are equally far the newer one comes
// first. `squares` and `places` have `k` numbers for each row; where there are fewer rows before
// it, the rest of them are infinite and -1.
void learnd_nearest(const learnd_expert_rows *rows, const learnd_expert_history *history,
                    size_t window, size_t k, float *scratch, float *squares, int32_t *places);

// What the first `k` of the `found` nearest rows of each row say: a probability for each class.
void learnd_nearest_classes(const learnd_expert_rows *rows, const learnd_expert_history *history,
                            const float *squares, const int32_t *places, size_t found, size_t k,
                            float *opinions);

#endif
