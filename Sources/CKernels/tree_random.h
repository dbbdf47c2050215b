// SPDX-License-Identifier: Apache-2.0
//
// The chance in trees: splitmix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number
// generators", 2014), whose one word is its state.

#ifndef LEARND_TREE_RANDOM_H
#define LEARND_TREE_RANDOM_H

#include <stddef.h>
#include <stdint.h>

#include "clones.h"

LEARND_INLINE uint64_t draw(uint64_t *state) {
    *state += 0x9E3779B97F4A7C15u;
    uint64_t z = *state;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

// How often a row counts: 0 to 23 times, 6 on average. The bounds are the distribution function of
// Poisson's law with mean 6, times 2^32.
LEARND_INLINE uint32_t draw_count(uint64_t *state) {
    static const uint32_t bounds[] = {
        10646159u, 74523116u, 266153988u, 649415731u, 1224308346u, 1914179484u,
        2604050621u, 3195368740u, 3638857328u, 3934516387u, 4111911823u, 4208672969u,
        4257053542u, 4279383038u, 4288952822u, 4292780735u, 4294216203u, 4294722838u,
        4294891717u, 4294945047u, 4294961046u, 4294965617u, 4294966864u,
    };
    const uint32_t u = (uint32_t)(draw(state) >> 32);
    uint32_t count = 0;
    for (size_t i = 0; i < sizeof(bounds) / sizeof(bounds[0]); i++) count += u >= bounds[i];
    return count;
}

#endif
