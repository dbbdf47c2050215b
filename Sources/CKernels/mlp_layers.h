// SPDX-License-Identifier: Apache-2.0
//
// The layers of small networks, forward and backward, for one row or for four at a time; their
// units lie side by side, in lanes of sixteen.

#ifndef LEARND_MLP_LAYERS_H
#define LEARND_MLP_LAYERS_H

#include <string.h>

#include "clones.h"
#include "score.h"

// Everything is inlined, so no vector is ever passed.
#pragma clang diagnostic ignored "-Wpsabi"

typedef int32_t words16 __attribute__((vector_size(64)));

#define STORE(pointer, lanes) memcpy((pointer), &(lanes), sizeof(lanes))

LEARND_INLINE lanes16 all(float x) {
    return (lanes16){x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x};
}

LEARND_INLINE lanes16 chosen(words16 where, lanes16 yes, lanes16 no) {
    return (lanes16)((where & (words16)yes) | (~where & (words16)no));
}

// Forward

// One layer for `rows` rows, 1 or 4: out = relu(x w), then a 1. Inputs have a 1 at their end, so
// `n` counts the bias.
LEARND_INLINE void forward_some(const float *w, size_t n, size_t hidden, const float *x,
                                size_t stride, float *out, size_t out_stride, const size_t rows) {
    // For one row, sums of every fourth input: an addition need not wait for the one before.
    const size_t chains = rows == 1 ? 4 : 1;
    for (size_t tile = 0; tile < hidden; tile += 32) {
        lanes16 low[4], high[4];
        for (size_t r = 0; r < 4; r++) low[r] = high[r] = all(0);
        size_t j = 0;
        for (; j + chains <= n; j += chains) {
            for (size_t c = 0; c < chains; c++) {
                LOAD(lanes16, w_low, w + (j + c) * hidden + tile);
                LOAD(lanes16, w_high, w + (j + c) * hidden + tile + 16);
                for (size_t r = 0; r < rows; r++) {
                    const lanes16 own = all(x[r * stride + j + c]);
                    low[r + c] += own * w_low;
                    high[r + c] += own * w_high;
                }
            }
        }
        for (; j < n; j++) {
            LOAD(lanes16, w_low, w + j * hidden + tile);
            LOAD(lanes16, w_high, w + j * hidden + tile + 16);
            low[0] += all(x[j]) * w_low;
            high[0] += all(x[j]) * w_high;
        }
        if (rows == 1) {
            low[0] = (low[0] + low[2]) + (low[1] + low[3]);
            high[0] = (high[0] + high[2]) + (high[1] + high[3]);
        }
        for (size_t r = 0; r < rows; r++) {
            low[r] = chosen(low[r] > 0, low[r], all(0));
            high[r] = chosen(high[r] > 0, high[r], all(0));
            STORE(out + r * out_stride + tile, low[r]);
            STORE(out + r * out_stride + tile + 16, high[r]);
        }
    }
    for (size_t r = 0; r < rows; r++) out[r * out_stride + hidden] = 1;
}

LEARND_INLINE float sum_of_sixteen(lanes16 x) {
    const lanes8 eight = __builtin_shufflevector(x, x, 0, 1, 2, 3, 4, 5, 6, 7) +
                         __builtin_shufflevector(x, x, 8, 9, 10, 11, 12, 13, 14, 15);
    const lanes4 four = __builtin_shufflevector(eight, eight, 0, 1, 2, 3) +
                        __builtin_shufflevector(eight, eight, 4, 5, 6, 7);
    return (four[0] + four[2]) + (four[1] + four[3]);
}

LEARND_INLINE void score(const float *w, const float *biases, size_t outputs, size_t hidden,
                         const float *h, float *scores) {
    for (size_t k = 0; k < outputs; k++) {
        lanes16 sum = all(0);
        for (size_t i = 0; i < hidden; i += 16) {
            LOAD(lanes16, own, w + k * hidden + i);
            LOAD(lanes16, unit, h + i);
            sum += own * unit;
        }
        scores[k] = sum_of_sixteen(sum) + biases[k];
    }
}

// Backward

// Keeps the deltas of units that were not cut off.
LEARND_INLINE void store_where_positive(float *deltas, lanes16 delta, const float *h) {
    LOAD(lanes16, unit, h);
    delta = chosen(unit > 0, delta, all(0));
    STORE(deltas, delta);
}

// deltas[i] = sum_k given[k] w[k][i] where unit i was not cut off.
LEARND_INLINE void backward_rows(const float *w, size_t n, size_t hidden, const float *given,
                                 const float *h, float *deltas) {
    for (size_t tile = 0; tile < hidden; tile += 32) {
        lanes16 low = all(0), high = all(0);
        for (size_t k = 0; k < n; k++) {
            LOAD(lanes16, w_low, w + k * hidden + tile);
            LOAD(lanes16, w_high, w + k * hidden + tile + 16);
            low += all(given[k]) * w_low;
            high += all(given[k]) * w_high;
        }
        store_where_positive(deltas + tile, low, h + tile);
        store_where_positive(deltas + tile + 16, high, h + tile + 16);
    }
}

// The same for four rows at a time.
LEARND_INLINE void backward_four(const float *w, size_t n, size_t hidden, const float *given,
                                 const float *h, float *deltas, size_t stride) {
    lanes16 low[4], high[4];
    for (size_t r = 0; r < 4; r++) low[r] = high[r] = all(0);
    for (size_t k = 0; k < n; k++) {
        LOAD(lanes16, w_low, w + k * hidden);
        LOAD(lanes16, w_high, w + k * hidden + 16);
        for (size_t r = 0; r < 4; r++) {
            const lanes16 own = all(given[r * stride + k]);
            low[r] += own * w_low;
            high[r] += own * w_high;
        }
    }
    for (size_t r = 0; r < 4; r++) {
        store_where_positive(deltas + r * stride, low[r], h + r * stride);
        store_where_positive(deltas + r * stride + 16, high[r], h + r * stride + 16);
    }
}

// Of each four lanes a0 a1 a2 a3 and b0 b1 b2 b3: a0 + a1, a2 + a3, b0 + b1, b2 + b3.
LEARND_INLINE lanes16 pairs(lanes16 a, lanes16 b) {
    return __builtin_shufflevector(a, b, 0, 2, 16, 18, 4, 6, 20, 22, 8, 10, 24, 26, 12, 14, 28,
                                   30) +
           __builtin_shufflevector(a, b, 1, 3, 17, 19, 5, 7, 21, 23, 9, 11, 25, 27, 13, 15, 29,
                                   31);
}

// The same of groups of four lanes.
LEARND_INLINE lanes16 pairs_of_fours(lanes16 a, lanes16 b) {
    return __builtin_shufflevector(a, b, 0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26,
                                   27) +
           __builtin_shufflevector(a, b, 4, 5, 6, 7, 12, 13, 14, 15, 20, 21, 22, 23, 28, 29, 30,
                                   31);
}

// deltas[i] = sum_o given[o] w[i][o] of 32 units: sixteen dot products at once.
LEARND_INLINE void backward_turned(const float *w, const float *given, const float *h,
                                   float *deltas) {
    LOAD(lanes16, low, given);
    LOAD(lanes16, high, given + 16);
    for (size_t first = 0; first < 32; first += 16) {
        lanes16 fours[4];
        for (size_t f = 0; f < 4; f++) {
            lanes16 sums[4];
            for (size_t i = 0; i < 4; i++) {
                const float *row = w + (first + 4 * f + i) * 32;
                LOAD(lanes16, w_low, row);
                LOAD(lanes16, w_high, row + 16);
                sums[i] = w_low * low + w_high * high;
            }
            fours[f] = pairs(pairs(sums[0], sums[1]), pairs(sums[2], sums[3]));
        }
        const lanes16 delta = pairs_of_fours(pairs_of_fours(fours[0], fours[1]),
                                             pairs_of_fours(fours[2], fours[3]));
        store_where_positive(deltas + first, delta, h + first);
    }
}

#define FOUR_BY_FOUR(a, b, c, d)                                                               \
    do {                                                                                       \
        const lanes16 ab_low = __builtin_shufflevector(a, b, 0, 16, 1, 17, 4, 20, 5, 21, 8,    \
                                                       24, 9, 25, 12, 28, 13, 29);             \
        const lanes16 ab_high = __builtin_shufflevector(a, b, 2, 18, 3, 19, 6, 22, 7, 23, 10,  \
                                                        26, 11, 27, 14, 30, 15, 31);           \
        const lanes16 cd_low = __builtin_shufflevector(c, d, 0, 16, 1, 17, 4, 20, 5, 21, 8,    \
                                                       24, 9, 25, 12, 28, 13, 29);             \
        const lanes16 cd_high = __builtin_shufflevector(c, d, 2, 18, 3, 19, 6, 22, 7, 23, 10,  \
                                                        26, 11, 27, 14, 30, 15, 31);           \
        a = __builtin_shufflevector(ab_low, cd_low, 0, 1, 16, 17, 4, 5, 20, 21, 8, 9, 24, 25,  \
                                    12, 13, 28, 29);                                           \
        b = __builtin_shufflevector(ab_low, cd_low, 2, 3, 18, 19, 6, 7, 22, 23, 10, 11, 26,    \
                                    27, 14, 15, 30, 31);                                       \
        c = __builtin_shufflevector(ab_high, cd_high, 0, 1, 16, 17, 4, 5, 20, 21, 8, 9, 24,    \
                                    25, 12, 13, 28, 29);                                       \
        d = __builtin_shufflevector(ab_high, cd_high, 2, 3, 18, 19, 6, 7, 22, 23, 10, 11, 26,  \
                                    27, 14, 15, 30, 31);                                       \
    } while (0)

#define FOURS_LOW(a, b) \
    __builtin_shufflevector(a, b, 0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26, 27)
#define FOURS_HIGH(a, b) \
    __builtin_shufflevector(a, b, 4, 5, 6, 7, 12, 13, 14, 15, 20, 21, 22, 23, 28, 29, 30, 31)

// out[j][i] = w[i][j] for 16 by 16 numbers of matrices of 32 columns: first within each four by
// four, then the fours.
LEARND_INLINE void turn(const float *w, float *out) {
    lanes16 rows[16];
    for (size_t i = 0; i < 16; i++) memcpy(rows + i, w + i * 32, sizeof(lanes16));
    for (size_t f = 0; f < 16; f += 4) {
        FOUR_BY_FOUR(rows[f], rows[f + 1], rows[f + 2], rows[f + 3]);
    }
    // rows[f + i], group g: column 4 g + i of the rows f to f + 3.
    for (size_t i = 0; i < 4; i++) {
        const lanes16 even = FOURS_LOW(rows[i], rows[4 + i]);
        const lanes16 odd = FOURS_HIGH(rows[i], rows[4 + i]);
        const lanes16 even2 = FOURS_LOW(rows[8 + i], rows[12 + i]);
        const lanes16 odd2 = FOURS_HIGH(rows[8 + i], rows[12 + i]);
        const lanes16 columns[4] = {FOURS_LOW(even, even2), FOURS_LOW(odd, odd2),
                                    FOURS_HIGH(even, even2), FOURS_HIGH(odd, odd2)};
        for (size_t g = 0; g < 4; g++) STORE(out + (4 * g + i) * 32, columns[g]);
    }
}

#endif
