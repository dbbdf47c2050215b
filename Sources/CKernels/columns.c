// SPDX-License-Identifier: Apache-2.0
//
// What is watched of columns, row after row: moments of their values, and how many lie above edges.
// Each column has sums of its own, to which its values are added in the order of the rows, so that
// the bits do not depend on how the rows are cut.
//
// Sixteen columns go down the rows together, their sums in registers; tile by tile, so that the
// rows stay in the nearest cache. A last group of fewer columns takes what lies beside them along,
// and drops it; only at the end of the rows, where nothing lies there, its values are copied.

#include "ckernels.h"

#include <float.h>
#include <string.h>

#include "clones.h"

#pragma STDC FP_CONTRACT OFF

enum { GROUP = 16, EDGES = 9, TILE = 32 };

#define VALUE_LIMIT 8.0f

typedef float floats __attribute__((ext_vector_type(16)));
typedef int32_t flags __attribute__((ext_vector_type(16)));

// Infinities and NaN give NaN when taken from themselves.
#define KNOWN(x) (((x) - (x)) == (floats)0.0f)

// A vector from memory, of which `held` numbers are the caller's.
#define LOAD(v, from, held)                                                   \
    do {                                                                      \
        if ((held) == GROUP) {                                                \
            memcpy(&(v), (from), sizeof(v));                                  \
        } else {                                                              \
            (v) = (floats)0.0f;                                               \
            for (size_t k_ = 0; k_ < (held); k_++) (v)[k_] = (from)[k_];      \
        }                                                                     \
    } while (0)

#define STORE(to, v, held)                                                    \
    do {                                                                      \
        if ((held) == GROUP) {                                                \
            memcpy((to), &(v), sizeof(v));                                    \
        } else {                                                              \
            for (size_t k_ = 0; k_ < (held); k_++) (to)[k_] = (v)[k_];        \
        }                                                                     \
    } while (0)

// The first rows, at which a whole group can be read although only `held` columns are left.
LEARND_INLINE size_t readable_rows(size_t stride, size_t rows, size_t held) {
    if (held == GROUP) return rows;
    const size_t end = (rows - 1) * stride + held;
    return end < GROUP ? 0 : (end - GROUP) / stride + 1 < rows ? (end - GROUP) / stride + 1 : rows;
}

typedef struct {
    const float *raw;
    size_t stride, rows;
    const float *center, *scale;
    float *count, *sum, *square, *fourth;
} columns;

#define ADD_ROW(x)                                                            \
    do {                                                                      \
        const flags known_ = KNOWN(x);                                        \
        floats z_ = ((x) - center) * scale;                                   \
        z_ = z_ < most ? z_ : most;                                           \
        z_ = z_ > least ? z_ : least;                                         \
        z_ = known_ ? z_ : (floats)0.0f;                                      \
        const floats square_ = z_ * z_;                                       \
        count += known_ ? (floats)1.0f : (floats)0.0f;                        \
        sum += z_;                                                            \
        square += square_;                                                    \
        fourth += square_ * square_;                                          \
    } while (0)

LEARND_INLINE void add_group(const columns *c, size_t i, size_t held) {
    floats center, scale, count, sum, square, fourth, x;
    const floats most = (floats)VALUE_LIMIT, least = -most;
    LOAD(center, c->center + i, held);
    LOAD(scale, c->scale + i, held);
    LOAD(count, c->count + i, held);
    LOAD(sum, c->sum + i, held);
    LOAD(square, c->square + i, held);
    LOAD(fourth, c->fourth + i, held);
    const size_t readable = readable_rows(c->stride, c->rows, held);
    const float *row = c->raw + i;
    for (size_t r = 0; r < readable; r++, row += c->stride) {
        memcpy(&x, row, sizeof(x));
        ADD_ROW(x);
    }
    for (size_t r = readable; r < c->rows; r++, row += c->stride) {
        LOAD(x, row, held);
        ADD_ROW(x);
    }
    STORE(c->count + i, count, held);
    STORE(c->sum + i, sum, held);
    STORE(c->square + i, square, held);
    STORE(c->fourth + i, fourth, held);
}

LEARND_CLONES void learnd_column_sums(const float *raw, size_t stride, size_t rows, size_t n,
                                      const float *center, const float *scale, float *count,
                                      float *sum, float *square, float *fourth) {
    columns c = {raw, stride, rows, center, scale, count, sum, square, fourth};
    for (size_t first = 0; first < rows; first += TILE) {
        c.raw = raw + first * stride;
        c.rows = rows - first < TILE ? rows - first : TILE;
        size_t i = 0;
        for (; i + GROUP <= n; i += GROUP) add_group(&c, i, GROUP);
        if (i < n) add_group(&c, i, n - i);
    }
}

#define COUNT_ROW(x)                                                          \
    do {                                                                      \
        there += KNOWN(x) ? (floats)1.0f : (floats)0.0f;                      \
        for (int e_ = 0; e_ < EDGES; e_++) {                                  \
            above[e_] += (x) > edge[e_] ? (floats)1.0f : (floats)0.0f;        \
        }                                                                     \
    } while (0)

LEARND_INLINE void count_group(const float *raw, size_t stride, size_t rows, size_t held,
                               size_t all, const float *edges, float *counts, float *present) {
    floats edge[EDGES], above[EDGES], there, x;
    LOAD(there, present, held);
    for (int e = 0; e < EDGES; e++) {
        LOAD(edge[e], edges + e * all, held);
        LOAD(above[e], counts + e * all, held);
    }
    const size_t readable = readable_rows(stride, rows, held);
    for (size_t r = 0; r < readable; r++, raw += stride) {
        memcpy(&x, raw, sizeof(x));
        COUNT_ROW(x);
    }
    for (size_t r = readable; r < rows; r++, raw += stride) {
        LOAD(x, raw, held);
        COUNT_ROW(x);
    }
    STORE(present, there, held);
    for (int e = 0; e < EDGES; e++) STORE(counts + e * all, above[e], held);
}

LEARND_CLONES void learnd_column_bins(const float *raw, size_t stride, size_t rows, size_t n,
                                      size_t all, const float *edges, float *above,
                                      float *there) {
    size_t i = 0;
    for (; i + GROUP <= n; i += GROUP) {
        count_group(raw + i, stride, rows, GROUP, all, edges + i, above + i, there + i);
    }
    if (i == n) return;
    count_group(raw + i, stride, rows, n - i, all, edges + i, above + i, there + i);
}
