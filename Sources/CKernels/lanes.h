// SPDX-License-Identifier: Apache-2.0
//
// Arithmetic on sixteen numbers side by side. What a lane gets depends on that lane alone, and sums
// are taken in halves, so the bits are the same however many lanes a processor has at once.

#ifndef LEARND_LANES_H
#define LEARND_LANES_H

#include "score.h"

enum { LANES_OF_16 = 16 };

typedef int32_t words16 __attribute__((vector_size(64)));

LEARND_INLINE void lanes_fill(lanes16 *x, float value) {
    for (int lane = 0; lane < 16; lane++) (*x)[lane] = value;
}

LEARND_INLINE void lanes_choose(lanes16 *x, const words16 *where, const lanes16 *other) {
    words16 own, others;
    memcpy(&own, x, sizeof(own));
    memcpy(&others, other, sizeof(others));
    own = (*where & others) | (~*where & own);
    memcpy(x, &own, sizeof(own));
}

LEARND_INLINE void lanes_at_least(lanes16 *x, float least) {
    lanes16 floor;
    lanes_fill(&floor, least);
    const words16 below = *x < floor;
    lanes_choose(x, &below, &floor);
}

LEARND_INLINE void lanes_at_most(lanes16 *x, float most) {
    lanes16 ceiling;
    lanes_fill(&ceiling, most);
    const words16 above = *x > ceiling;
    lanes_choose(x, &above, &ceiling);
}

LEARND_INLINE void lanes_larger(lanes16 *x, const lanes16 *other) {
    const words16 below = *x < *other;
    lanes_choose(x, &below, other);
}

LEARND_INLINE float lanes_sum(const lanes16 *x) {
    const lanes8 eight = __builtin_shufflevector(*x, *x, 0, 1, 2, 3, 4, 5, 6, 7) +
                         __builtin_shufflevector(*x, *x, 8, 9, 10, 11, 12, 13, 14, 15);
    const lanes4 four = __builtin_shufflevector(eight, eight, 0, 1, 2, 3) +
                        __builtin_shufflevector(eight, eight, 4, 5, 6, 7);
    return (four[0] + four[2]) + (four[1] + four[3]);
}

LEARND_INLINE float lanes_top(const lanes16 *x) {
    float top = (*x)[0];
    for (int lane = 1; lane < 16; lane++) top = (*x)[lane] > top ? (*x)[lane] : top;
    return top;
}

// The exponential of numbers that are not positive; probability.h has the polynomial.
LEARND_INLINE void lanes_exponential(lanes16 *x) {
    lanes_at_least(x, -87.0f);
    const float magic = 12582912.0f;
    const lanes16 shifted = *x * 1.44269504f + magic;
    const lanes16 n = shifted - magic;
    const lanes16 r = *x - n * 0.693145752f;
    const lanes16 square = r * r;
    const lanes16 low = (1.0f + r) + square * (0.5f + 0.16666533f * r);
    const lanes16 high = (0.041667242f + 0.0083675420f * r) + square * 0.0013863727f;
    const lanes16 series = low + (square * square) * high;
    words16 bits;
    memcpy(&bits, &shifted, sizeof(bits));
    bits = (bits << 23) + 0x3F800000;
    lanes16 power;
    memcpy(&power, &bits, sizeof(power));
    *x = series * (power * (1.0f - n * 1.42860677e-6f));
}

// The logarithm of positive normal numbers. With x = m 2^n, m between the root of a half and that
// of two, and s = (m - 1) / (m + 1): ln m = 2 (s + s^3 / 3 + s^5 / 5 + ...), of which five terms
// leave an error below 3e-9.
LEARND_INLINE void lanes_logarithm(lanes16 *x) {
    words16 bits;
    memcpy(&bits, x, sizeof(bits));
    const words16 n = (bits - 0x3F3504F3) >> 23;
    bits -= n << 23;
    lanes16 m;
    memcpy(&m, &bits, sizeof(m));
    const lanes16 s = (m - 1.0f) / (m + 1.0f);
    const lanes16 square = s * s;
    const lanes16 series =
        1.0f +
        square * (0.33333333f + square * (0.2f + square * (0.14285714f + square * 0.11111111f)));
    const lanes16 whole = __builtin_convertvector(n, lanes16);
    *x = whole * 1.42860677e-6f + 2.0f * s * series + whole * 0.693145752f;
}

LEARND_INLINE void lanes_root(lanes16 *x) {
    for (int lane = 0; lane < 16; lane++) (*x)[lane] = __builtin_sqrtf((*x)[lane]);
}

#endif
