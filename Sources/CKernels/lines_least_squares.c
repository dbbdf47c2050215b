// SPDX-License-Identifier: Apache-2.0
//
// Recursive least squares; LeastSquaresLine.swift of the experts has the formulas. In double
// precision: the covariance of a row seen a million times is a millionth of what it was. It stays
// exactly symmetric, because (i, j) and (j, i) are the same product. rls.c of the linear models has
// the bias last and no padding, which costs its rows their alignment and a call for each block its
// features.

#include "experts_numbers.h"

#pragma STDC FP_CONTRACT OFF

#include "lines.h"
#include "numbers.h"

#define WEIGHT_MOST 1e6
#define ERROR_MOST 1e3
#define VARIANCE_LEAST 1e-12
// After how many rows the usual error is known, and after how many it forgets.
#define WARM 100
#define MEMORY 500

typedef double doubles8 __attribute__((vector_size(64)));

LEARND_INLINE double held(double x, double limit) {
    const double low = x < -limit ? -limit : x;
    return low > limit ? limit : low;
}

LEARND_INLINE double sum_of(const doubles8 *lanes) {
    const doubles8 a = *lanes;
    return ((a[0] + a[4]) + (a[2] + a[6])) + ((a[1] + a[5]) + (a[3] + a[7]));
}

LEARND_INLINE double wide_dot(const double *a, const double *b, size_t stride) {
    doubles8 even = {0}, odd = {0};
    for (size_t i = 0; i < stride; i += 16) {
        LOAD(doubles8, a0, a + i);
        LOAD(doubles8, b0, b + i);
        LOAD(doubles8, a1, a + i + 8);
        LOAD(doubles8, b1, b + i + 8);
        even += a0 * b0;
        odd += a1 * b1;
    }
    even += odd;
    return sum_of(&even);
}

// `chunks` chunks of eight of the product of a symmetric matrix and a row, in two sums each.
LEARND_INLINE void product_part(const double *matrix, const double *row, size_t size,
                                size_t stride, double *product, const size_t chunks) {
    doubles8 even[4] = {{0}, {0}, {0}, {0}}, odd[4] = {{0}, {0}, {0}, {0}};
    size_t i = 0;
    for (; i + 2 <= size; i += 2) {
        for (size_t c = 0; c < chunks; c++) {
            LOAD(doubles8, first, matrix + i * stride + c * 8);
            LOAD(doubles8, second, matrix + (i + 1) * stride + c * 8);
            even[c] += first * row[i];
            odd[c] += second * row[i + 1];
        }
    }
    for (size_t c = 0; c < chunks; c++) {
        if (i < size) {
            LOAD(doubles8, last, matrix + i * stride + c * 8);
            even[c] += last * row[i];
        }
        even[c] += odd[c];
        memcpy(product + c * 8, even + c, sizeof(doubles8));
    }
}

// A stride is a multiple of sixteen, and what fills a row of the matrix is zero.
LEARND_INLINE void wide_product(const double *matrix, const double *row, size_t size,
                                size_t stride, double *product) {
    size_t at = 0;
    for (; at + 32 <= stride; at += 32) {
        product_part(matrix + at, row, size, stride, product + at, 4);
    }
    if (at < stride) product_part(matrix + at, row, size, stride, product + at, 2);
}

// The error that is learned: no more than `clip` usual ones, once it is known what is usual.
LEARND_INLINE double innovation(double error, learnd_least_squares_line *line) {
    error = held(error, ERROR_MOST);
    if (line->count >= WARM) error = held(error, line->clip * sqrt(line->variance));
    line->count = line->count < MEMORY ? line->count + 1 : MEMORY;
    line->variance += (error * error - line->variance) / line->count;
    return error;
}

// P = (P - u u') growth, with growth 1 / forgetting unless the trace would pass its cap.
LEARND_INLINE void shrink(const learnd_least_squares_line *line, const double *u, size_t size,
                          size_t stride) {
    double *p = line->covariance;
    double trace = 0;
    for (size_t i = 0; i < size; i++) trace += p[i * stride + i] - u[i] * u[i];
    const double most = line->variance_most * (double)size / trace;
    double growth = 1 / line->forgetting;
    growth = growth > most ? most : growth;
    growth = growth < 1 ? 1 : growth;
    for (size_t i = 0; i < size; i++) {
        double *row = p + i * stride;
        for (size_t j = 0; j < stride; j += 8) {
            LOAD(doubles8, own, row + j);
            LOAD(doubles8, other, u + j);
            own -= other * u[i];
            if (line->forgetting < 1) own *= growth;
            memcpy(row + j, &own, sizeof(own));
        }
        if (!(row[i] >= VARIANCE_LEAST)) row[i] = VARIANCE_LEAST;
    }
}

LEARND_INLINE void learn(const learnd_expert_rows *rows, size_t row,
                         learnd_least_squares_line *line, const double *x, double said,
                         double *product, size_t size, size_t stride) {
    wide_product(line->covariance, x, size, stride, product);
    double spread = wide_dot(product, x, stride);
    spread = spread > 0 ? spread : 0;
    const double scale = line->forgetting / (double)line_weight(rows, row) + spread;
    const double share = innovation((double)rows->targets[row] - said, line) / scale;
    for (size_t i = 0; i < size; i++) {
        line->weights[i] = held(line->weights[i] + product[i] * share, WEIGHT_MOST);
    }
    const double root = sqrt(1 / scale);
    for (size_t i = 0; i < stride; i++) product[i] *= root;
    shrink(line, product, size, stride);
}

size_t learnd_least_squares_scratch(learnd_line_form form, size_t width) {
    return 3 * line_stride(line_size(form, width, 1));
}

LEARND_CLONES void learnd_least_squares_run(const learnd_expert_rows *rows, learnd_line_form form,
                                            learnd_least_squares_line *line, double *scratch,
                                            int learns, float *opinions) {
    const size_t size = line_size(form, rows->width, 1), stride = line_stride(size);
    double *x = scratch, *product = scratch + stride;
    float *features = (float *)(scratch + 2 * stride);
    for (size_t row = 0; row < rows->rows; row++) {
        line_features(rows, row, form, features);
        for (size_t i = 0; i < stride; i++) x[i] = (double)features[i];
        const double said = wide_dot(line->weights, x, stride);
        opinions[row] = (float)held(said, (double)LEARND_NUMBER_MOST);
        if (learns && number_learns(rows, row)) {
            learn(rows, row, line, x, said, product, size, stride);
        }
    }
}
