// SPDX-License-Identifier: Apache-2.0
//
// What lies between raw rows and features besides the running scaling: filling what is missing, the
// exact window, and products of columns.

#include "ckernels.h"

#include <math.h>

#include "clones.h"

#pragma STDC FP_CONTRACT OFF

LEARND_CLONES void learnd_fill_missing(const float *restrict raw, float *restrict features,
                                       size_t n) {
    for (size_t i = 0; i < n; i++) features[i] = fabsf(raw[i]) <= 3.402823466e38f ? raw[i] : 0;
}

LEARND_CLONES void learnd_interact(const float *restrict z, size_t n, float *restrict features,
                                   size_t rows) {
    const float half = 0.70710678f;
    for (size_t r = 0; r < rows; r++, z += n) {
        for (size_t j = 0; j < n; j++) {
            *features++ = z[j];
            for (size_t i = 0; i < j; i++) {
                features[i] = learnd_clamp(z[i] * z[j], LEARND_SCORE_LIMIT);
            }
            features += j;
            *features++ = learnd_clamp((z[j] * z[j] - 1) * half, LEARND_SCORE_LIMIT);
        }
    }
}

// --- the window: two stacks of which the front one holds the moments of each row and all that
// came after it, so that nothing is ever taken out of a sum ---

// Adds the moments b to the moments a, one column each (Chan, Golub and LeVeque, 1983).
LEARND_INLINE void merge(double *count, double *mean, double *square, double more_count,
                         double more_mean, double more_square) {
    const double all = *count + more_count;
    if (more_count > 0) {
        const double distance = more_mean - *mean;
        const double share = more_count / all;
        *square += more_square + distance * distance * (*count * share);
        *mean = *count > 0 ? *mean + distance * share : more_mean;
        *count = all;
    }
}

LEARND_INLINE void add_row(double *moments, const learnd_window *w, const float *row) {
    for (size_t i = 0; i < w->n; i++) {
        const double x = row[i];
        const double one = fabs(x) <= 3.402823466e38 ? 1 : 0;
        merge(moments + i, moments + w->stride + i, moments + 2 * w->stride + i, one,
              one > 0 ? x : 0, 0);
    }
}

static size_t slot_of(const learnd_window *w, size_t place) {
    const size_t slot = w->first + place;
    return slot < w->rows_max ? slot : slot - w->rows_max;
}

LEARND_CLONES void learnd_window_rebuild(learnd_window *w) {
    const size_t length = 3 * w->stride;
    for (size_t place = w->front; place-- > 0;) {
        double *own = w->front_moments + slot_of(w, place) * length;
        const double *next = w->front_moments + slot_of(w, place + 1) * length;
        for (size_t i = 0; i < length; i++) own[i] = place + 1 < w->front ? next[i] : 0;
        add_row(own, w, w->ring + slot_of(w, place) * w->stride);
    }
    for (size_t i = 0; i < length; i++) w->back_moments[i] = 0;
    for (size_t place = w->front; place < w->count; place++) {
        add_row(w->back_moments, w, w->ring + slot_of(w, place) * w->stride);
    }
}

LEARND_CLONES void learnd_window_measure(const learnd_window *w, double *mean, double *variance) {
    const size_t stride = w->stride;
    const double *back = w->back_moments;
    const double *front = w->front_moments + w->first * 3 * stride;
    for (size_t i = 0; i < w->n; i++) {
        double count = 0, center = 0, square = 0;
        if (w->front > 0) {
            count = front[i];
            center = front[stride + i];
            square = front[2 * stride + i];
        }
        merge(&count, &center, &square, back[i], back[stride + i], back[2 * stride + i]);
        mean[i] = center;
        variance[i] = count > 0 ? square / count : 0;
    }
}

void learnd_window_evict(learnd_window *w) {
    if (w->front == 0) {
        w->front = w->count;
        learnd_window_rebuild(w);
    }
    w->front--;
    w->count--;
    w->first = slot_of(w, 1);
}

LEARND_CLONES void learnd_window_push(learnd_window *w, const float *row) {
    if (w->count == w->rows_max) learnd_window_evict(w);
    float *own = w->ring + slot_of(w, w->count) * w->stride;
    for (size_t i = 0; i < w->n; i++) own[i] = row[i];
    w->count++;
    add_row(w->back_moments, w, row);
}

void learnd_window_follow(learnd_window *w, double *mean, double *variance, float clip,
                          const float *raw, float *features, size_t rows) {
    const size_t n = w->n;
    for (size_t r = 0; r < rows; r++) {
        learnd_window_push(w, raw + r * n);
        learnd_window_measure(w, mean, variance);
        learnd_apply_standard(mean, variance, n, clip, raw + r * n, features + r * n, 1);
    }
}
