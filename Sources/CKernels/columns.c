// SPDX-License-Identifier: Apache-2.0
//
// What is watched of columns, row after row: moments of their values, and how many lie above edges.
// Each column has sums of its own, to which its values are added in the order of the rows, so that
// the bits do not depend on how the rows are cut. Groups of columns go down the rows together; the
// last ones are copied into room for a whole group.

#include "ckernels.h"

#include <float.h>
#include <math.h>

#include "clones.h"

#pragma STDC FP_CONTRACT OFF

enum { LANES = 16, EDGES = 9 };

#define VALUE_LIMIT 8.0f

typedef struct {
    float count[LANES], sum[LANES], square[LANES], fourth[LANES];
} moments;

LEARND_INLINE void add_group(moments *m, const float *x, const float *center, const float *scale) {
    for (size_t k = 0; k < LANES; k++) {
        const float is_there = fabsf(x[k]) <= FLT_MAX ? 1.0f : 0.0f;
        const float z = learnd_clamp((x[k] - center[k]) * scale[k], VALUE_LIMIT);
        const float value = is_there > 0 ? z : 0.0f;
        const float square = value * value;
        m->count[k] += is_there;
        m->sum[k] += value;
        m->square[k] += square;
        m->fourth[k] += square * square;
    }
}

LEARND_INLINE void copy(float *to, const float *from, size_t n) {
    for (size_t k = 0; k < n; k++) to[k] = from[k];
}

LEARND_CLONES void learnd_column_sums(const float *raw, size_t stride, size_t rows, size_t n,
                                        const float *center, const float *scale, float *count,
                                        float *sum, float *square, float *fourth) {
    size_t i = 0;
    for (; i + LANES <= n; i += LANES) {
        moments m;
        copy(m.count, count + i, LANES);
        copy(m.sum, sum + i, LANES);
        copy(m.square, square + i, LANES);
        copy(m.fourth, fourth + i, LANES);
        for (size_t r = 0; r < rows; r++) {
            add_group(&m, raw + r * stride + i, center + i, scale + i);
        }
        copy(count + i, m.count, LANES);
        copy(sum + i, m.sum, LANES);
        copy(square + i, m.square, LANES);
        copy(fourth + i, m.fourth, LANES);
    }
    const size_t rest = n - i;
    if (rest == 0) return;
    moments m = {0};
    float own_center[LANES] = {0}, own_scale[LANES] = {0}, x[LANES] = {0};
    copy(own_center, center + i, rest);
    copy(own_scale, scale + i, rest);
    copy(m.count, count + i, rest);
    copy(m.sum, sum + i, rest);
    copy(m.square, square + i, rest);
    copy(m.fourth, fourth + i, rest);
    for (size_t r = 0; r < rows; r++) {
        copy(x, raw + r * stride + i, rest);
        add_group(&m, x, own_center, own_scale);
    }
    copy(count + i, m.count, rest);
    copy(sum + i, m.sum, rest);
    copy(square + i, m.square, rest);
    copy(fourth + i, m.fourth, rest);
}

LEARND_INLINE void count_group(float (*above)[LANES], float *there, const float *x,
                               const float (*edges)[LANES]) {
    for (size_t k = 0; k < LANES; k++) there[k] += fabsf(x[k]) <= FLT_MAX ? 1.0f : 0.0f;
    for (size_t e = 0; e < EDGES; e++) {
        for (size_t k = 0; k < LANES; k++) above[e][k] += x[k] > edges[e][k] ? 1.0f : 0.0f;
    }
}

LEARND_CLONES void learnd_column_bins(const float *raw, size_t stride, size_t rows, size_t n,
                                     size_t columns, const float *edges, float *above,
                                     float *there) {
    for (size_t i = 0; i < n; i += LANES) {
        const size_t held = n - i < LANES ? n - i : LANES;
        float own_edges[EDGES][LANES] = {{0}}, own_above[EDGES][LANES] = {{0}};
        float own_there[LANES] = {0}, x[LANES] = {0};
        copy(own_there, there + i, held);
        for (size_t e = 0; e < EDGES; e++) {
            copy(own_edges[e], edges + e * columns + i, held);
            copy(own_above[e], above + e * columns + i, held);
        }
        for (size_t r = 0; r < rows; r++) {
            copy(x, raw + r * stride + i, held);
            count_group(own_above, own_there, x, (const float(*)[LANES])own_edges);
        }
        copy(there + i, own_there, held);
        for (size_t e = 0; e < EDGES; e++) copy(above + e * columns + i, own_above[e], held);
    }
}
