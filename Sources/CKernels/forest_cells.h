// SPDX-License-Identifier: Apache-2.0
//
// The sums of the rows of a bin, and of a node: four numbers that are added in one go. With the
// weight w and the value y of a row they are w y, w, 1 and w y y. Two classes are the values 0 and
// 1: the impurity of Gini is then twice the variance, so one search serves both.

#ifndef LEARND_FOREST_CELLS_H
#define LEARND_FOREST_CELLS_H

#include "experts_forests.h"

#include <string.h>

#include "clones.h"

typedef float quad __attribute__((vector_size(16)));

LEARND_INLINE quad quad_at(const float *numbers, size_t place) {
    quad q;
    memcpy(&q, numbers + 4 * place, sizeof q);
    return q;
}

LEARND_INLINE void set_quad(float *numbers, size_t place, quad q) {
    memcpy(numbers + 4 * place, &q, sizeof q);
}

// Bins that hold something, 64 to a word.
typedef struct {
    uint64_t words[LEARND_FOREST_STRIDE / 64];
} binset;

LEARND_INLINE void binset_add(binset *set, size_t bin) {
    set->words[bin >> 6] |= (uint64_t)1 << (bin & 63);
}

// The best place to part the rows of a node.
typedef struct {
    float gain;
    uint32_t input;
    uint32_t edge;
} partition;

#endif
