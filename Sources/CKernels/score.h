// SPDX-License-Identifier: Apache-2.0
//
// The score of one row, in the one order that every kernel keeps, so that a row has the same bits
// whoever scores it. The products are taken in groups of eight columns; group g goes to sum
// g mod 4. The last group is that of the columns that fill no other, in the upper lanes, and of the
// bias, which is the last lane. Then the four sums are added in pairs, the lanes in halves. With
// fewer than four full groups the sums start at 0, else at their first product.

#ifndef LEARND_SCORE_H
#define LEARND_SCORE_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "clones.h"

typedef float lanes4 __attribute__((vector_size(16)));
typedef float lanes8 __attribute__((vector_size(32)));
typedef float lanes16 __attribute__((vector_size(64)));
typedef int32_t words8 __attribute__((vector_size(32)));

#define LOAD(type, name, pointer) \
    type name;                    \
    memcpy(&name, (pointer), sizeof(name))

// The last group of a row of features: zeros, the columns after the last full group, and a one for
// the bias. It reads nothing outside of the row.
LEARND_INLINE void last_features(const float *x, size_t n, lanes8 *last) {
    if (n < 8) {
        float few[8] = {0, 0, 0, 0, 0, 0, 0, 1};
        for (size_t i = 0; i < n; i++) few[7 - n + i] = x[i];
        memcpy(last, few, sizeof(few));
        return;
    }
    static const int32_t live[15] = {0, 0, 0, 0, 0, 0, 0, -1, -1, -1, -1, -1, -1, -1, -1};
    LOAD(lanes8, end, x + n - 8);
    LOAD(words8, mask, live + n % 8);
    const lanes8 one = {1, 1, 1, 1, 1, 1, 1, 1};
    lanes8 turned = __builtin_shufflevector(end, one, 1, 2, 3, 4, 5, 6, 7, 8);
    words8 bits;
    memcpy(&bits, &turned, sizeof(bits));
    bits &= mask;
    memcpy(last, &bits, sizeof(bits));
}

// The last group of a row of parameters; what lies in the lanes that the features leave zero is of
// no account, but finite.
LEARND_INLINE void last_parameters(const float *values, size_t n, lanes8 *last) {
    if (n < 8) {
        float few[8] = {0};
        for (size_t i = 0; i <= n; i++) few[7 - n + i] = values[i];
        memcpy(last, few, sizeof(few));
        return;
    }
    memcpy(last, values + n - 7, sizeof(*last));
}

// The four sums and their lanes.
LEARND_INLINE float sum_of_lanes(const lanes8 *sums) {
    const lanes8 eight = (sums[0] + sums[2]) + (sums[1] + sums[3]);
    const lanes4 four = __builtin_shufflevector(eight, eight, 0, 1, 2, 3) +
                        __builtin_shufflevector(eight, eight, 4, 5, 6, 7);
    return (four[0] + four[2]) + (four[1] + four[3]);
}

// Weights times features, plus the bias; `last` is from last_features. It may overflow.
LEARND_INLINE float plain_score(const float *values, const float *x, const lanes8 *last,
                                size_t n) {
    const size_t groups = n / 8;
    lanes8 sums[4] = {{0}, {0}, {0}, {0}};
    size_t g = 0;
    if (groups >= 4) {
        for (; g < 4; g++) {
            LOAD(lanes8, w, values + 8 * g);
            LOAD(lanes8, f, x + 8 * g);
            sums[g] = w * f;
        }
    }
    for (; g + 4 <= groups; g += 4) {
        for (size_t j = 0; j < 4; j++) {
            LOAD(lanes8, w, values + 8 * (g + j));
            LOAD(lanes8, f, x + 8 * (g + j));
            sums[j] += w * f;
        }
    }
    lanes8 w;
    last_parameters(values, n, &w);
    const lanes8 end = w * *last;
    // Written out, so that the sums stay in registers.
    const size_t left = groups - g;
    if (left > 0) {
        LOAD(lanes8, w0, values + 8 * g);
        LOAD(lanes8, f0, x + 8 * g);
        sums[0] += w0 * f0;
    } else {
        sums[0] += end;
    }
    if (left > 1) {
        LOAD(lanes8, w1, values + 8 * (g + 1));
        LOAD(lanes8, f1, x + 8 * (g + 1));
        sums[1] += w1 * f1;
    } else if (left == 1) {
        sums[1] += end;
    }
    if (left > 2) {
        LOAD(lanes8, w2, values + 8 * (g + 2));
        LOAD(lanes8, f2, x + 8 * (g + 2));
        sums[2] += w2 * f2;
        sums[3] += end;
    } else if (left == 2) {
        sums[2] += end;
    }
    return sum_of_lanes(sums);
}

#endif
