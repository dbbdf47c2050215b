// SPDX-License-Identifier: Apache-2.0
//
// Predictions of models whose parameters are in double precision.

#include "ckernels.h"

#pragma STDC FP_CONTRACT OFF

#include "probability.h"
#include "wide.h"

void learnd_map_margins(const learnd_samples *block, size_t row, size_t rows) {
    float *scores = block->predictions + row * block->outputs;
    if (block->is_number) return;
    if (rows == 1) {
        const float second = sigmoid(2 * scores[0]);
        scores[0] = 1 - second;
        scores[1] = second;
    } else {
        softmax(scores, block->outputs);
    }
}

LEARND_CLONES void learnd_wide_predict(const learnd_samples *block, const double *values,
                                       size_t rows) {
    for (size_t row = 0; row < block->rows; row++) {
        wide_scores(block, row, rows, values);
        learnd_map_margins(block, row, rows);
    }
}
