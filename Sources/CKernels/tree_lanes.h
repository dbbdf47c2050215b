// SPDX-License-Identifier: Apache-2.0
//
// Functions of eight numbers at once, with the same bits on every processor.

#ifndef LEARND_TREE_LANES_H
#define LEARND_TREE_LANES_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "clones.h"

#define LANES 8

typedef float lanes __attribute__((ext_vector_type(LANES)));
typedef float halves __attribute__((ext_vector_type(LANES / 2)));
typedef int32_t words __attribute__((ext_vector_type(LANES)));

#define LOAD(type, name, pointer) \
    type name;                    \
    memcpy(&name, (pointer), sizeof(name))
#define STORE(pointer, value) memcpy((pointer), &(value), sizeof(value))

LEARND_INLINE size_t in_lanes(size_t n) { return (n + LANES - 1) / LANES * LANES; }

// The binary logarithm of numbers that are not negative, off by less than 2e-6; of 0 it is -127, so
// that 0 times it is 0.
LEARND_INLINE void binary_logarithms(lanes *x) {
    words bits;
    memcpy(&bits, x, sizeof(bits));
    const words power = (bits >> 23) - 127;
    const words fraction = (bits & 0x007FFFFF) | 0x3F800000;
    lanes m;
    memcpy(&m, &fraction, sizeof(m));
    const lanes t = m - 1.0f;
    const lanes square = t * t;
    const lanes low = 1.44269347f + t * -0.721179783f;
    const lanes middle = 0.477905095f + t * -0.340097368f;
    const lanes high = (0.217226684f + t * -0.0975221470f) + square * 0.0209755767f;
    const lanes series = (low + square * middle) + (square * square) * high;
    *x = __builtin_convertvector(power, lanes) + t * series;
}

// 2 to the power of numbers between -126 and 126.
LEARND_INLINE void binary_powers(lanes *x) {
    const lanes shifted = *x + 12582912.0f;
    const lanes r = *x - (shifted - 12582912.0f);
    const lanes square = r * r;
    const lanes low = 1.0f + r * 0.693147242f;
    const lanes middle = 0.240221068f + r * 0.0555029735f;
    const lanes high = 0.00967603642f + r * 0.00134100043f;
    const lanes series = (low + square * middle) + (square * square) * high;
    words bits;
    memcpy(&bits, &shifted, sizeof(bits));
    bits = (bits << 23) + 0x3F800000;
    lanes power;
    memcpy(&power, &bits, sizeof(power));
    *x = series * power;
}

LEARND_INLINE void hold(lanes *x, float least, float most) {
    const lanes bottom = least, top = most;
    const lanes low = *x < bottom ? bottom : *x;
    *x = low > top ? top : low;
}

// The share of a normal distribution below z, off by less than 2e-5.
LEARND_INLINE void normal_shares(lanes *z) {
    hold(z, -6, 6);
    const lanes square = *z * *z;
    lanes power = *z * (-2.30172713f + square * (-0.106177323f + square * 9.11226548e-4f));
    binary_powers(&power);
    *z = 1.0f / (1.0f + power);
}

LEARND_INLINE float sum_of(const lanes *x) {
    const lanes v = *x;
    const halves four = __builtin_shufflevector(v, v, 0, 1, 2, 3) +
                        __builtin_shufflevector(v, v, 4, 5, 6, 7);
    return (four[0] + four[2]) + (four[1] + four[3]);
}

#endif
