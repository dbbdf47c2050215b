// SPDX-License-Identifier: Apache-2.0
//
// Functions of one number at a time: activations and their gradients, masks, bounds.

#include "network.h"

#include <math.h>

#pragma STDC FP_CONTRACT OFF

#include "clones.h"
#include "probability.h"

LEARND_CLONES void learnd_activate(int kind, const float *x, float *y, size_t n) {
    switch (kind) {
    case LEARND_RELU:
        for (size_t i = 0; i < n; i++) y[i] = x[i] > 0 ? x[i] : 0;
        break;
    case LEARND_TANH:
        for (size_t i = 0; i < n; i++) y[i] = hyperbolic_tangent(x[i]);
        break;
    default:
        for (size_t i = 0; i < n; i++) y[i] = sigmoid(x[i]);
    }
}

LEARND_CLONES void learnd_activate_back(int kind, const float *restrict y,
                                        const float *restrict dy, float *restrict dx, size_t n) {
    switch (kind) {
    case LEARND_RELU:
        for (size_t i = 0; i < n; i++) dx[i] += y[i] > 0 ? dy[i] : 0;
        break;
    case LEARND_TANH:
        for (size_t i = 0; i < n; i++) dx[i] += dy[i] * (1.0f - y[i] * y[i]);
        break;
    default:
        for (size_t i = 0; i < n; i++) dx[i] += dy[i] * (y[i] * (1.0f - y[i]));
    }
}

LEARND_CLONES void learnd_activate_back_here(int kind, const float *restrict y,
                                             float *restrict dx, size_t n) {
    switch (kind) {
    case LEARND_RELU:
        for (size_t i = 0; i < n; i++) dx[i] = y[i] > 0 ? dx[i] : 0;
        break;
    case LEARND_TANH:
        for (size_t i = 0; i < n; i++) dx[i] *= 1.0f - y[i] * y[i];
        break;
    default:
        for (size_t i = 0; i < n; i++) dx[i] *= y[i] * (1.0f - y[i]);
    }
}

// Splitmix64 of seed and place: each number is decided alone, so the loop has no chain.
LEARND_CLONES void learnd_dropout_mask(uint64_t seed, float share, float *mask, size_t n) {
    const float kept = 1.0f / (1.0f - share);
    for (size_t i = 0; i < n; i++) {
        uint64_t z = seed + (uint64_t)(i + 1) * 0x9E3779B97F4A7C15u;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
        z ^= z >> 31;
        const float unit = (float)(int32_t)(z >> 40) * 0x1p-24f;
        mask[i] = unit < share ? 0 : kept;
    }
}

LEARND_CLONES void learnd_product(const float *a, const float *b, float *y, size_t n) {
    for (size_t i = 0; i < n; i++) y[i] = a[i] * b[i];
}

LEARND_CLONES void learnd_add_product(const float *restrict a, const float *restrict b,
                                      float *restrict y, size_t n) {
    for (size_t i = 0; i < n; i++) y[i] += a[i] * b[i];
}

LEARND_CLONES void learnd_add(const float *restrict x, float *restrict y, size_t n) {
    for (size_t i = 0; i < n; i++) y[i] += x[i];
}

LEARND_CLONES void learnd_bound(const float *x, float *y, size_t n, float limit) {
    for (size_t i = 0; i < n; i++) y[i] = x[i] == x[i] ? learnd_clamp(x[i], limit) : 0;
}
