// SPDX-License-Identifier: Apache-2.0
//
// The dot product, in the one order that every kernel keeps: lane l of 32 takes the products l,
// l + 32, ...; the lanes are added in halves, and the last products that fill no lane come at the
// end. The order is thus fixed by n alone.

#ifndef LEARND_DOT_H
#define LEARND_DOT_H

#include "score.h"

LEARND_INLINE float dot(const float *a, const float *b, size_t n) {
    size_t i = 0;
    lanes16 even = {0}, odd = {0};
    for (; i + 32 <= n; i += 32) {
        LOAD(lanes16, a0, a + i);
        LOAD(lanes16, b0, b + i);
        LOAD(lanes16, a1, a + i + 16);
        LOAD(lanes16, b1, b + i + 16);
        even += a0 * b0;
        odd += a1 * b1;
    }
    if (i + 16 <= n) {
        LOAD(lanes16, a0, a + i);
        LOAD(lanes16, b0, b + i);
        even += a0 * b0;
        i += 16;
    }
    even += odd;
    lanes8 eight = __builtin_shufflevector(even, even, 0, 1, 2, 3, 4, 5, 6, 7) +
                   __builtin_shufflevector(even, even, 8, 9, 10, 11, 12, 13, 14, 15);
    if (i + 8 <= n) {
        LOAD(lanes8, a0, a + i);
        LOAD(lanes8, b0, b + i);
        eight += a0 * b0;
        i += 8;
    }
    lanes4 four = __builtin_shufflevector(eight, eight, 0, 1, 2, 3) +
                  __builtin_shufflevector(eight, eight, 4, 5, 6, 7);
    if (i + 4 <= n) {
        LOAD(lanes4, a0, a + i);
        LOAD(lanes4, b0, b + i);
        four += a0 * b0;
        i += 4;
    }
    float sum = (four[0] + four[2]) + (four[1] + four[3]);
    for (; i < n; i++) sum += a[i] * b[i];
    return sum;
}

#endif
