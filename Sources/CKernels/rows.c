// SPDX-License-Identifier: Apache-2.0
//
// Rows of a matrix and planes of an image: biases, softmax, layer normalisation. Sums over one row
// go over sixteen lanes in a fixed order, so that every processor gives the same bits.

#include "network.h"

#include <math.h>

#pragma STDC FP_CONTRACT OFF

#include "clones.h"
#include "probability.h"

#define LANES 16
#define EPSILON 1e-5f

LEARND_INLINE float fold_lanes(const float *lanes) {
    float sum = 0;
    for (size_t lane = 0; lane < LANES; lane++) sum += lanes[lane];
    return sum;
}

LEARND_INLINE float row_sum(const float *x, size_t n) {
    float lanes[LANES] = {0};
    size_t i = 0;
    for (; i + LANES <= n; i += LANES)
        for (size_t lane = 0; lane < LANES; lane++) lanes[lane] += x[i + lane];
    for (; i < n; i++) lanes[i % LANES] += x[i];
    return fold_lanes(lanes);
}

LEARND_INLINE float row_product(const float *a, const float *b, size_t n) {
    float lanes[LANES] = {0};
    size_t i = 0;
    for (; i + LANES <= n; i += LANES)
        for (size_t lane = 0; lane < LANES; lane++) lanes[lane] += a[i + lane] * b[i + lane];
    for (; i < n; i++) lanes[i % LANES] += a[i] * b[i];
    return fold_lanes(lanes);
}

LEARND_CLONES void learnd_add_to_rows(const float *restrict numbers, float *restrict y,
                                      size_t rows, size_t n) {
    for (size_t row = 0; row < rows; row++)
        for (size_t i = 0; i < n; i++) y[row * n + i] += numbers[i];
}

LEARND_CLONES void learnd_add_row_sums(const float *restrict y, float *restrict numbers,
                                       size_t rows, size_t n) {
    for (size_t row = 0; row < rows; row++)
        for (size_t i = 0; i < n; i++) numbers[i] += y[row * n + i];
}

LEARND_CLONES void learnd_add_to_planes(const float *restrict numbers, float *restrict y,
                                        size_t planes, size_t n) {
    for (size_t plane = 0; plane < planes; plane++)
        for (size_t i = 0; i < n; i++) y[plane * n + i] += numbers[plane];
}

LEARND_CLONES void learnd_add_plane_sums(const float *restrict y, float *restrict numbers,
                                         size_t planes, size_t n) {
    for (size_t plane = 0; plane < planes; plane++) numbers[plane] += row_sum(y + plane * n, n);
}

LEARND_CLONES void learnd_softmax_rows(const float *restrict x, float *restrict y, size_t rows,
                                       size_t n, float scale) {
    for (size_t row = 0; row < rows; row++) {
        for (size_t i = 0; i < n; i++) y[row * n + i] = x[row * n + i] * scale;
        softmax(y + row * n, n);
    }
}

LEARND_CLONES void learnd_softmax_rows_back(const float *restrict y, const float *restrict dy,
                                            float *restrict dx, size_t rows, size_t n,
                                            float scale) {
    for (size_t row = 0; row < rows; row++) {
        const float *out = y + row * n, *dout = dy + row * n;
        const float mean = row_product(out, dout, n);
        for (size_t i = 0; i < n; i++) dx[row * n + i] += out[i] * (dout[i] - mean) * scale;
    }
}

LEARND_CLONES void learnd_normalise_rows(const float *restrict x, const float *restrict gain,
                                         const float *restrict shift, float *restrict y,
                                         float *restrict normal, float *restrict inverse,
                                         size_t rows, size_t n) {
    for (size_t row = 0; row < rows; row++) {
        const float *in = x + row * n;
        float *z = normal + row * n;
        const float mean = row_sum(in, n) / (float)n;
        for (size_t i = 0; i < n; i++) z[i] = in[i] - mean;
        const float variance = row_product(z, z, n) / (float)n;
        const float scale = 1.0f / __builtin_sqrtf(variance + EPSILON);
        inverse[row] = scale;
        for (size_t i = 0; i < n; i++) {
            z[i] *= scale;
            y[row * n + i] = z[i] * gain[i] + shift[i];
        }
    }
}

LEARND_CLONES void learnd_normalise_rows_back(const float *restrict dy,
                                              const float *restrict gain,
                                              const float *restrict normal,
                                              const float *restrict inverse, float *restrict dx,
                                              float *restrict dgain, float *restrict dshift,
                                              size_t rows, size_t n) {
    for (size_t row = 0; row < rows; row++) {
        const float *z = normal + row * n, *dout = dy + row * n;
        float direct[LANES] = {0}, along[LANES] = {0};
        for (size_t i = 0; i < n; i++) {
            const float dz = dout[i] * gain[i];
            direct[i % LANES] += dz;
            along[i % LANES] += dz * z[i];
            dgain[i] += dout[i] * z[i];
            dshift[i] += dout[i];
        }
        if (!dx) continue;
        const float mean = fold_lanes(direct) / (float)n, slope = fold_lanes(along) / (float)n;
        for (size_t i = 0; i < n; i++)
            dx[row * n + i] += inverse[row] * (dout[i] * gain[i] - mean - z[i] * slope);
    }
}
