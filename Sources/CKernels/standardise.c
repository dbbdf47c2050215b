// SPDX-License-Identifier: Apache-2.0
//
// Running means and variances of columns, and rows measured by them. All statistics are double: a
// column may lie at 1.7e9 and move by ones, or hold 1e38. A value that is not finite is missing.
// Only what is measured by them, root and division, is single.
//
// Columns do not depend on one another, so groups of them go down the rows together (tile by tile,
// so that the rows stay in the nearest cache). The last eight columns may overlap those before:
// they start from statistics that were put aside, and so give the columns they share the same
// values once more.

#include "ckernels.h"

#include <float.h>
#include <string.h>

#include "clones.h"

#pragma STDC FP_CONTRACT OFF

#define SMALLEST_VARIANCE 1e-12f

enum { WARMING, STEADY, WHOLE };

#define LANES 32
#include "standardise_lanes.h"
#define LANES 16
#include "standardise_lanes.h"
#define LANES 8
#include "standardise_lanes.h"

enum { TILE = 64, LEAST = 8 };

// Fewer than eight columns, in room for eight.
LEARND_INLINE void few_columns(double *mean, double *variance, double *count, size_t n,
                               double memory, float clip, const float *raw, float *features,
                               size_t rows) {
    double few_mean[LEAST] = {0}, few_variance[LEAST] = {0}, few_count[LEAST] = {0};
    memcpy(few_mean, mean, n * sizeof(double));
    memcpy(few_variance, variance, n * sizeof(double));
    memcpy(few_count, count, n * sizeof(double));
    for (size_t r = 0; r < rows; r++) {
        float one[LEAST] = {0};
        for (size_t i = 0; i < n; i++) one[i] = raw[r * n + i];
        follow8(few_mean, few_variance, few_count, memory, WARMING, clip, one, one, 0, 1);
        for (size_t i = 0; i < n; i++) features[r * n + i] = one[i];
    }
    memcpy(mean, few_mean, n * sizeof(double));
    memcpy(variance, few_variance, n * sizeof(double));
    memcpy(count, few_count, n * sizeof(double));
}

// All columns down the rows of one tile; n is at least eight.
LEARND_INLINE void one_tile(double *mean, double *variance, double *count, size_t n,
                            double memory, float clip, const float *raw, float *features,
                            size_t rows, int *whole) {
    const size_t last = n - LEAST;
    double last_mean[LEAST], last_variance[LEAST], last_count[LEAST];
    memcpy(last_mean, mean + last, sizeof(last_mean));
    memcpy(last_variance, variance + last, sizeof(last_variance));
    memcpy(last_count, count + last, sizeof(last_count));
    size_t i = 0;
    for (; i + 32 <= n; i += 32) {
        columns32(mean + i, variance + i, count + i, memory, clip, raw + i, features + i, n, rows,
                  whole);
    }
    if (i + 16 <= n) {
        columns16(mean + i, variance + i, count + i, memory, clip, raw + i, features + i, n, rows,
                  whole);
        i += 16;
    }
    if (i + 8 <= n) {
        columns8(mean + i, variance + i, count + i, memory, clip, raw + i, features + i, n, rows,
                  whole);
        i += 8;
    }
    if (i == n) return;
    columns8(last_mean, last_variance, last_count, memory, clip, raw + last, features + last, n,
             rows, whole);
    memcpy(mean + last, last_mean, sizeof(last_mean));
    memcpy(variance + last, last_variance, sizeof(last_variance));
    memcpy(count + last, last_count, sizeof(last_count));
}

LEARND_CLONES void learnd_standardise(double *mean, double *variance, double *count, size_t n,
                                      double memory, float clip, const float *raw,
                                      float *features, size_t rows) {
    if (n < LEAST) {
        few_columns(mean, variance, count, n, memory, clip, raw, features, rows);
        return;
    }
    // The shortest way needs a memory of two or more.
    int whole = memory >= 2;
    for (size_t start = 0; start < rows; start += TILE) {
        const size_t some = rows - start < TILE ? rows - start : TILE;
        one_tile(mean, variance, count, n, memory, clip, raw + start * n, features + start * n,
                 some, &whole);
    }
}

LEARND_CLONES void learnd_apply_standard(const double *mean, const double *variance, size_t n,
                                         float clip, const float *raw, float *features,
                                         size_t rows) {
    if (n >= LEAST) {
        for (size_t r = 0; r < rows; r++) {
            for (size_t i = 0; i < n; i += LEAST) {
                const size_t at = i + LEAST <= n ? i : n - LEAST;
                applied8(mean + at, variance + at, clip, raw + r * n + at, features + r * n + at);
            }
        }
        return;
    }
    double few_mean[LEAST] = {0}, few_variance[LEAST] = {0};
    memcpy(few_mean, mean, n * sizeof(double));
    memcpy(few_variance, variance, n * sizeof(double));
    for (size_t r = 0; r < rows; r++) {
        float one[LEAST] = {0};
        for (size_t i = 0; i < n; i++) one[i] = raw[r * n + i];
        applied8(few_mean, few_variance, clip, one, one);
        for (size_t i = 0; i < n; i++) features[r * n + i] = one[i];
    }
}

// Each row is measured by the rows before it, and then taken in if its use is the learned one; what
// following it writes is of no account.
LEARND_CLONES void learnd_measure_then_follow(double *mean, double *variance, double *count,
                                              size_t n, double memory, float clip,
                                              const float *raw, float *features,
                                              const uint8_t *taken, size_t rows) {
    for (size_t i = 0; i < n; i += LEAST) {
        const size_t some = n - i < LEAST ? n - i : LEAST;
        double own_mean[LEAST] = {0}, own_variance[LEAST] = {0}, own_count[LEAST] = {0};
        memcpy(own_mean, mean + i, some * sizeof(double));
        memcpy(own_variance, variance + i, some * sizeof(double));
        memcpy(own_count, count + i, some * sizeof(double));
        for (size_t r = 0; r < rows; r++) {
            float one[LEAST] = {0}, measured[LEAST];
            memcpy(one, raw + r * n + i, some * sizeof(float));
            applied8(own_mean, own_variance, clip, one, measured);
            memcpy(features + r * n + i, measured, some * sizeof(float));
            if (taken[r]) {
                follow8(own_mean, own_variance, own_count, memory, WARMING, clip, one, measured,
                        0, 1);
            }
        }
        memcpy(mean + i, own_mean, some * sizeof(double));
        memcpy(variance + i, own_variance, some * sizeof(double));
        memcpy(count + i, own_count, some * sizeof(double));
    }
}
