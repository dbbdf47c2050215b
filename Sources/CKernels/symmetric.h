// SPDX-License-Identifier: Apache-2.0
//
// Symmetric matrices of `size` rows of `stride` numbers, the size rounded up to sixteen. Small ones
// are whole. Larger ones are taken in blocks of sixteen by sixteen: of those above the diagonal
// nothing is read or written, which saves more than it costs to use the others twice; those on the
// diagonal are whole.

#ifndef LEARND_SYMMETRIC_H
#define LEARND_SYMMETRIC_H

#include "lines.h"

#define FEW 4
// The longest rows of a matrix that is whole.
#define SMALL 32

// Sixteen sums of sixteen lanes each.
LEARND_INLINE void sums_of_lanes(lanes16 *rows, float *sums) {
    // Each round folds pairs of rows into one: half of the lanes of each.
    for (size_t r = 0; r < 8; r++) {
        const lanes16 a = rows[r], b = rows[r + 8];
        rows[r] = __builtin_shufflevector(a, b, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21,
                                          22, 23) +
                  __builtin_shufflevector(a, b, 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28,
                                          29, 30, 31);
    }
    for (size_t r = 0; r < 4; r++) {
        const lanes16 a = rows[r], b = rows[r + 4];
        rows[r] = __builtin_shufflevector(a, b, 0, 1, 2, 3, 16, 17, 18, 19, 8, 9, 10, 11, 24, 25,
                                          26, 27) +
                  __builtin_shufflevector(a, b, 4, 5, 6, 7, 20, 21, 22, 23, 12, 13, 14, 15, 28,
                                          29, 30, 31);
    }
    for (size_t r = 0; r < 2; r++) {
        const lanes16 a = rows[r], b = rows[r + 2];
        rows[r] = __builtin_shufflevector(a, b, 0, 1, 16, 17, 4, 5, 20, 21, 8, 9, 24, 25, 12, 13,
                                          28, 29) +
                  __builtin_shufflevector(a, b, 2, 3, 18, 19, 6, 7, 22, 23, 10, 11, 26, 27, 14,
                                          15, 30, 31);
    }
    const lanes16 a = rows[0], b = rows[1];
    const lanes16 folded = __builtin_shufflevector(a, b, 0, 16, 2, 18, 4, 20, 6, 22, 8, 24, 10, 26,
                                                   12, 28, 14, 30) +
                           __builtin_shufflevector(a, b, 1, 17, 3, 19, 5, 21, 7, 23, 9, 25, 11, 27,
                                                   13, 29, 15, 31);
    memcpy(sums, &folded, sizeof(folded));
}

LEARND_INLINE void add_lanes(float *to, const lanes16 *more) {
    LOAD(lanes16, own, to);
    own += *more;
    memcpy(to, &own, sizeof(own));
}

// The sum of `count` rows of `chunks` times sixteen, each times its number.
LEARND_INLINE void rows_product(const float *rows, const float *x, size_t count, size_t stride,
                                float *product, const size_t chunks) {
    lanes16 sums[4][2] = {{{0}, {0}}, {{0}, {0}}, {{0}, {0}}, {{0}, {0}}};
    size_t r = 0;
    for (; r + 4 <= count; r += 4) {
        for (size_t way = 0; way < 4; way++) {
            for (size_t chunk = 0; chunk < chunks; chunk++) {
                LOAD(lanes16, own, rows + (r + way) * stride + chunk * LINE_LANES);
                sums[way][chunk] += own * x[r + way];
            }
        }
    }
    for (; r < count; r++) {
        for (size_t chunk = 0; chunk < chunks; chunk++) {
            LOAD(lanes16, own, rows + r * stride + chunk * LINE_LANES);
            sums[0][chunk] += own * x[r];
        }
    }
    for (size_t chunk = 0; chunk < chunks; chunk++) {
        const lanes16 all =
            (sums[0][chunk] + sums[2][chunk]) + (sums[1][chunk] + sums[3][chunk]);
        memcpy(product + chunk * LINE_LANES, &all, sizeof(all));
    }
}

// Adds what the blocks left of the diagonal say of the rows from `top` on, and of the columns above
// them. Beyond `count` rows the last one stands in: its numbers meet zeros of x, or nobody.
LEARND_INLINE void left_product(const float *matrix, const float *x, size_t top, size_t count,
                                size_t stride, float *product, const int is_whole) {
    const float *rows = matrix + top * stride;
    lanes16 across[LINE_LANES] = {{0}};
    for (size_t at = 0; at < top; at += LINE_LANES) {
        LOAD(lanes16, other, x + at);
        lanes16 even = {0}, odd = {0};
        for (size_t r = 0; r < LINE_LANES; r += 2) {
            const size_t row = is_whole || r < count ? r : count - 1;
            const size_t next = is_whole || r + 1 < count ? r + 1 : count - 1;
            LOAD(lanes16, s0, rows + row * stride + at);
            LOAD(lanes16, s1, rows + next * stride + at);
            across[r] += s0 * other;
            across[r + 1] += s1 * other;
            even += s0 * x[top + r];
            odd += s1 * x[top + r + 1];
        }
        even += odd;
        add_lanes(product + at, &even);
    }
    float sums[LINE_LANES];
    sums_of_lanes(across, sums);
    LOAD(lanes16, all, sums);
    add_lanes(product + top, &all);
}

// The same, for a few rows.
LEARND_INLINE void left_product_of_few(const float *matrix, const float *x, size_t top,
                                       size_t count, size_t stride, float *product) {
    for (size_t r = top; r < top + count; r++) {
        lanes16 across = {0};
        for (size_t at = 0; at < top; at += LINE_LANES) {
            LOAD(lanes16, s, matrix + r * stride + at);
            LOAD(lanes16, other, x + at);
            across += s * other;
            s *= x[r];
            add_lanes(product + at, &s);
        }
        product[r] += line_sum(&across);
    }
}

// product = matrix * x; both `x` and `product` have `stride` numbers, those of x from `size` on 0.
LEARND_INLINE void symmetric_product(const float *matrix, const float *x, size_t size,
                                     size_t stride, float *product) {
    if (stride == SMALL) {
        rows_product(matrix, x, size, stride, product, 2);
        return;
    }
    for (size_t top = 0; top < size; top += LINE_LANES) {
        const size_t count = size - top < LINE_LANES ? size - top : LINE_LANES;
        rows_product(matrix + top * stride + top, x + top, count, stride, product + top, 1);
        if (top == 0) continue;
        if (count == LINE_LANES) {
            left_product(matrix, x, top, count, stride, product, 1);
        } else if (count > FEW) {
            left_product(matrix, x, top, count, stride, product, 0);
        } else {
            left_product_of_few(matrix, x, top, count, stride, product);
        }
    }
    for (size_t i = size; i < stride; i++) product[i] = 0;
}

// matrix = (matrix - u u') * scale.
LEARND_INLINE void symmetric_step(float *matrix, const float *u, float scale, size_t size,
                                  size_t stride) {
    for (size_t top = 0; top < size; top += LINE_LANES) {
        const size_t end = size - top < LINE_LANES ? size : top + LINE_LANES;
        const size_t right = stride <= SMALL ? stride : top + LINE_LANES;
        for (size_t at = 0; at < right; at += LINE_LANES) {
            LOAD(lanes16, other, u + at);
            for (size_t r = top; r < end; r++) {
                LOAD(lanes16, s, matrix + r * stride + at);
                s = (s - u[r] * other) * scale;
                memcpy(matrix + r * stride + at, &s, sizeof(s));
            }
        }
    }
}

#endif
