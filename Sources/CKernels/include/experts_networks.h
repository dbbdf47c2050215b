// SPDX-License-Identifier: Apache-2.0
//
// The kernel of the experts with hidden layers: Sources/Kernels/SmallNetworks.swift is its shell,
// and experts_mlp.c says what lies where.

#ifndef LEARND_EXPERTS_NETWORKS_H
#define LEARND_EXPERTS_NETWORKS_H

#include "experts.h"

// How many rows of the history join a row that is learned, where rows are replayed.
#define LEARND_NETWORK_REPLAY 7

typedef struct {
    size_t width;
    size_t outputs;
    // Either 32 and 2, or 64 and 1.
    size_t hidden;
    size_t layers;
    // 1 where a number is predicted.
    int is_number;
    float *values;
    float *first;
    float *second;
    // beta1^t and beta2^t of Adam, t being the steps so far.
    double *powers;
    // As many numbers as learnd_network_scratch says.
    float *scratch;
} learnd_network;

// How many numbers the parameters are.
size_t learnd_network_values(size_t width, size_t outputs, size_t hidden, size_t layers);

// How many numbers a step needs room for.
size_t learnd_network_scratch(size_t width, size_t outputs, size_t hidden);

// Predicts each row and, if `learns` is 1, learns it where the rows say so. `draws` has the places
// of LEARND_NETWORK_REPLAY rows of the history for each row, -1 for the row itself; NULL: rows are
// learned alone.
void learnd_network_run(const learnd_network *network, const learnd_expert_rows *rows,
                        const learnd_expert_history *history, const int32_t *draws, int learns,
                        float *opinions);

#endif
