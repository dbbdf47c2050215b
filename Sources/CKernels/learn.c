// SPDX-License-Identifier: Apache-2.0
//
// Test, then train, for all rows of a block in one call: logistic and softmax models under plain
// gradient descent. The bits are those of learnd_scores, learnd_sigmoid or learnd_softmax, and
// learnd_step_sgd, row by row. The bounds that those keep are checked once for the block: a block
// whose numbers might reach them is not touched, and goes the long way.

#include "ckernels.h"

#include <math.h>

#pragma STDC FP_CONTRACT OFF

#include "probability.h"
#include "score.h"

// The largest size among the numbers; infinity where one is not a number.
LEARND_INLINE double largest(const float *numbers, size_t count) {
    // As bits, sizes have the order of whole numbers.
    int32_t most = 0;
    for (size_t i = 0; i < count; i++) {
        int32_t bits;
        memcpy(&bits, numbers + i, sizeof(bits));
        bits &= 0x7FFFFFFF;
        most = bits > most ? bits : most;
    }
    float size;
    memcpy(&size, &most, sizeof(size));
    return size == size ? size : HUGE_VALF;
}

// Whether no bound can be reached in the block, whatever is predicted.
LEARND_INLINE int is_tame(const learnd_rows *block, const float *values, size_t outputs,
                          float rate) {
    const size_t n = block->n;
    const double feature = largest(block->features, block->rows * n);
    const double weight = largest(block->weights, block->rows);
    // An error is 1 at most.
    const double step =
        (double)rate * (weight > 1 ? weight : 1) * (feature > 1 ? feature : 1);
    const double parameter = largest(values, outputs * (n + 1)) + (double)block->rows * step;
    const double score = (double)(n + 1) * parameter * (feature > 1 ? feature : 1);
    return weight < LEARND_GRADIENT_LIMIT / 2 && step < LEARND_GRADIENT_LIMIT / 2 &&
           parameter < LEARND_PARAMETER_LIMIT / 2 && score < LEARND_SCORE_LIMIT / 2;
}

LEARND_INLINE int is_learned(const learnd_rows *block, size_t r, size_t classes) {
    const int32_t label = block->labels[r];
    return block->uses[r] == block->learned_use && block->weights[r] > 0 && label >= 0 &&
           (size_t)label < classes;
}

// The error with the row's weight in it; most rows weigh 1, and need not wait for the product.
LEARND_INLINE float weighted(float error, float weight) {
    if (__builtin_expect(weight != 1, 0)) error *= weight;
    return error;
}

// Parameters that stay in memory from row to row: any width, any number of outputs.
LEARND_INLINE void take_step(float *values, const float *x, size_t n, float rate, float error) {
    size_t i = 0;
    for (; i + 8 <= n; i += 8) {
        LOAD(lanes8, w, values + i);
        LOAD(lanes8, f, x + i);
        w -= error * (rate * f);
        memcpy(values + i, &w, sizeof(w));
    }
    for (; i < n; i++) values[i] -= error * (rate * x[i]);
    values[n] -= error * rate;
}

LEARND_INLINE void softmax_rows(const learnd_rows *block, float *values, size_t outputs,
                                float rate) {
    const size_t n = block->n;
    for (size_t r = 0; r < block->rows; r++) {
        const float *x = block->features + r * n;
        float *predictions = block->predictions + r * outputs;
        lanes8 last;
        last_features(x, n, &last);
        for (size_t k = 0; k < outputs; k++) {
            predictions[k] = plain_score(values + k * (n + 1), x, &last, n);
        }
        softmax(predictions, outputs);
        if (!is_learned(block, r, outputs)) continue;
        for (size_t k = 0; k < outputs; k++) {
            const float wanted = (size_t)block->labels[r] == k ? 1 : 0;
            const float error = weighted(predictions[k] - wanted, block->weights[r]);
            take_step(values + k * (n + 1), x, n, rate, error);
        }
    }
}

LEARND_INLINE void logistic_rows(const learnd_rows *block, float *values, float rate) {
    const size_t n = block->n;
    for (size_t r = 0; r < block->rows; r++) {
        const float *x = block->features + r * n;
        lanes8 last;
        last_features(x, n, &last);
        const float p = sigmoid(plain_score(values, x, &last, n));
        block->predictions[2 * r] = 1 - p;
        block->predictions[2 * r + 1] = p;
        if (!is_learned(block, r, 2)) continue;
        const float wanted = block->labels[r] == 1 ? 1 : 0;
        take_step(values, x, n, rate, weighted(p - wanted, block->weights[r]));
    }
}

// Parameters that stay in registers: `groups` of eight columns, a constant where it is called, and
// the last group. What the last group shares with the one before is written before that one is.
LEARND_INLINE void logistic_in_registers(const learnd_rows *block, float *values, float rate,
                                         size_t groups) {
    const size_t n = block->n;
    lanes8 w[8];
    for (size_t g = 0; g < groups; g++) memcpy(w + g, values + 8 * g, sizeof(lanes8));
    last_parameters(values, n, w + groups);
    for (size_t r = 0; r < block->rows; r++) {
        const float *row = block->features + r * n;
        lanes8 x[8];
        for (size_t g = 0; g < groups; g++) memcpy(x + g, row + 8 * g, sizeof(lanes8));
        last_features(row, n, x + groups);
        lanes8 sums[4] = {{0}, {0}, {0}, {0}};
        for (size_t g = 0; g <= groups; g++) {
            const lanes8 products = w[g] * x[g];
            sums[g % 4] = groups >= 4 && g < 4 ? products : sums[g % 4] + products;
        }
        const float p = sigmoid(sum_of_lanes(sums));
        block->predictions[2 * r] = 1 - p;
        block->predictions[2 * r + 1] = p;
        if (!is_learned(block, r, 2)) continue;
        const float wanted = block->labels[r] == 1 ? 1 : 0;
        const float error = weighted(p - wanted, block->weights[r]);
        for (size_t g = 0; g <= groups; g++) w[g] -= error * (rate * x[g]);
    }
    memcpy(values + n - 7, w + groups, sizeof(lanes8));
    for (size_t g = 0; g < groups; g++) memcpy(values + 8 * g, w + g, sizeof(lanes8));
}

LEARND_CLONES int learnd_learn_logistic(const learnd_rows *block, float *values, float rate) {
    if (!is_tame(block, values, 1, rate)) return 0;
    switch (block->n / 8) {
    case 1: logistic_in_registers(block, values, rate, 1); break;
    case 2: logistic_in_registers(block, values, rate, 2); break;
    case 3: logistic_in_registers(block, values, rate, 3); break;
    case 4: logistic_in_registers(block, values, rate, 4); break;
    case 5: logistic_in_registers(block, values, rate, 5); break;
    case 6: logistic_in_registers(block, values, rate, 6); break;
    case 7: logistic_in_registers(block, values, rate, 7); break;
    default: logistic_rows(block, values, rate);
    }
    return 1;
}

LEARND_CLONES int learnd_learn_softmax(const learnd_rows *block, float *values, size_t outputs,
                                       float rate) {
    if (!is_tame(block, values, outputs, rate)) return 0;
    if (outputs == 2) {
        softmax_rows(block, values, 2, rate);
    } else {
        softmax_rows(block, values, outputs, rate);
    }
    return 1;
}
