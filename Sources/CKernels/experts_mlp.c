// SPDX-License-Identifier: Apache-2.0
//
// Small networks of one size, test then train, one row or eight rows a step, with Adam. The
// networks of Sources/Pure/Networks do the same for any layers, by one call for each layer and a
// product of matrices in each call. At 32 units such a call costs more than its work: ten columns,
// two classes, two layers of 32 and Adam took 11.9 microseconds a step there, for eight rows 15.2;
// here they take 0.6 and 1.6.
//
// Layouts are such that all work runs along the units of a layer, which lie side by side:
//
//     values   w1 [width + 1][hidden], w2 [hidden + 1][hidden] if there are two layers,
//              w3 [outputs][hidden], biases of the outputs, filled up to a multiple of 16
//
// The last row of w1 and of w2 is the bias: inputs and hidden units have a 1 behind them. A step:
//
// 1. forward: h = relu(sum_j x[j] w[j]), for four rows at a time, so that a weight is read once;
// 2. backward: the deltas of hidden layer 2 are sums of the rows of w3; those of layer 1 need w2
//    turned round, which is done in registers (or, for one row, by sixteen dot products at once);
// 3. one pass over all parameters: the gradient of row j of a layer is sum_r x_r[j] delta_r, made
//    in registers and given to Adam at once, so that it is never stored.
//
// Adam (Kingma and Ba, 2015) with its epsilon under the root: the second moment takes g^2 + 1e-16.
// So it is never so small that the processor slows down, and 1 / sqrt(v) is the well-known integer
// guess with two steps of Newton, whose constants make the largest error least: half the time of a
// root and a division, and, being products and sums only, the same bits on every processor.
//
// Nothing needs to be cut off to stay finite: the first moment is at most 7.3 roots of the second,
// so that no step is longer than 0.022; such a step does not change a parameter of 2^19, and none
// comes beyond. Inputs are at most 5, columns at most 1,024, errors at most 10, weights at most 32.
// So no unit passes 5e16, and no square of a gradient 2.5e38.

#include "experts_networks.h"

#include <math.h>
#include <string.h>

#pragma STDC FP_CONTRACT OFF

#include "mlp_layers.h"
#include "probability.h"

#define BATCH (LEARND_NETWORK_REPLAY + 1)
#define RATE 0.003
#define LEAVES_FIRST 0.1f
#define LEAVES_SECOND 0.001f
#define EPSILON_SQUARE 1e-16f
// What the header of this file counts with.
#define ERROR_MOST 10.0f
#define WEIGHT_MOST 32.0f
#define TARGET_MOST 5.0f
// What is smaller changes nothing, and products of it would slow the processor down.
#define POWER_LEAST 1e-30
#define DELTA_LEAST 1e-12f

#if defined(__x86_64__) && !defined(LEARND_ONE_VARIANT)
#define WIDE __attribute__((min_vector_width(512)))
#else
#define WIDE
#endif

LEARND_INLINE size_t filled(size_t n) { return (n + 15) / 16 * 16; }

size_t learnd_network_values(size_t width, size_t outputs, size_t hidden, size_t layers) {
    const size_t inner = layers == 2 ? (hidden + 1) * hidden : 0;
    return (width + 1) * hidden + inner + outputs * hidden + filled(outputs);
}

// Where the rows of a step lie.
typedef struct {
    // [row][width, then 1]
    float *inputs;
    size_t input_stride;
    // [row][hidden, then 1], with room for whole lanes.
    float *hidden[2];
    float *hidden_deltas[2];
    size_t hidden_stride;
    // [row][outputs, then zeros]
    float *deltas;
    size_t delta_stride;
    float *turned;
} room;

size_t learnd_network_scratch(size_t width, size_t outputs, size_t hidden) {
    return BATCH * (filled(width + 1) + 4 * (hidden + 16) + filled(outputs)) + hidden * hidden;
}

LEARND_INLINE room divided(const learnd_network *network, size_t hidden) {
    room r;
    float *next = network->scratch;
    r.input_stride = filled(network->width + 1);
    r.hidden_stride = hidden + 16;
    r.delta_stride = filled(network->outputs);
    r.inputs = next;
    next += BATCH * r.input_stride;
    for (size_t layer = 0; layer < 2; layer++) {
        r.hidden[layer] = next;
        next += BATCH * r.hidden_stride;
        r.hidden_deltas[layer] = next;
        next += BATCH * r.hidden_stride;
    }
    r.deltas = next;
    next += BATCH * r.delta_stride;
    r.turned = next;
    return r;
}

// Adam

typedef struct {
    float *values;
    float *first;
    float *second;
} parameters;

// 1 / sqrt(x) of normal numbers, to 8e-7 of itself.
LEARND_INLINE lanes16 inverse_root(lanes16 x) {
    lanes16 y = (lanes16)(0x5F377400 - ((words16)x >> 1));
    const lanes16 half = x * 0.5f;
    y = y * (1.5009f - (half * y) * y);
    return y * (1.5000006f - (half * y) * y);
}

LEARND_INLINE void adam(parameters p, size_t at, lanes16 gradient, float rate) {
    LOAD(lanes16, value, p.values + at);
    LOAD(lanes16, first, p.first + at);
    LOAD(lanes16, second, p.second + at);
    first += (gradient - first) * LEAVES_FIRST;
    // What is far below epsilon becomes zero, not a number that slows the processor down.
    first = (first + 1e-20f) - 1e-20f;
    second += (gradient * gradient - second) * LEAVES_SECOND + EPSILON_SQUARE * LEAVES_SECOND;
    value -= (first * rate) * inverse_root(second);
    STORE(p.values + at, value);
    STORE(p.first + at, first);
    STORE(p.second + at, second);
}

// Adam on `n` rows of parameters, whose gradients are sum_r a_r[j] b_r.
LEARND_INLINE void learn_rows(parameters p, size_t n, size_t hidden, const float *a,
                              size_t a_stride, const float *b, size_t b_stride, float rate,
                              const size_t rows) {
    for (size_t tile = 0; tile < hidden; tile += 32) {
        lanes16 low[BATCH], high[BATCH];
        for (size_t r = 0; r < rows; r++) {
            memcpy(low + r, b + r * b_stride + tile, sizeof(lanes16));
            memcpy(high + r, b + r * b_stride + tile + 16, sizeof(lanes16));
        }
        for (size_t j = 0; j < n; j++) {
            lanes16 own = all(a[j]);
            lanes16 g_low = own * low[0], g_high = own * high[0];
            for (size_t r = 1; r < rows; r++) {
                own = all(a[r * a_stride + j]);
                g_low += own * low[r];
                g_high += own * high[r];
            }
            adam(p, j * hidden + tile, g_low, rate);
            adam(p, j * hidden + tile + 16, g_high, rate);
        }
    }
}

LEARND_INLINE void learn_biases(parameters p, size_t n, const float *deltas, size_t stride,
                                float rate, const size_t rows) {
    for (size_t k = 0; k < n; k += 16) {
        lanes16 gradient = all(0);
        for (size_t r = 0; r < rows; r++) {
            LOAD(lanes16, delta, deltas + r * stride + k);
            gradient += delta;
        }
        adam(p, k, gradient, rate);
    }
}

LEARND_INLINE parameters behind(parameters p, size_t count) {
    return (parameters){p.values + count, p.first + count, p.second + count};
}

// Steps

// What one row of a step is.
typedef struct {
    const float *x;
    int32_t label;
    float target;
    float weight;
} example;

LEARND_INLINE float measured(float target, float centre, float spread) {
    return learnd_clamp((target - centre) / spread, TARGET_MOST);
}

LEARND_INLINE example drawn(const learnd_expert_rows *rows, const learnd_expert_history *history,
                            size_t row, int32_t place) {
    if (place < 0) {
        return (example){rows->scaled + row * rows->width, rows->labels[row], rows->targets[row],
                         rows->weights[row]};
    }
    return (example){history->scaled + (size_t)place * history->width, history->labels[place],
                     measured(history->targets[place], rows->centres[row], rows->spreads[row]),
                     history->weights[place]};
}

// Turns the scores of a row into the gradient of its loss by them, times its share in the step.
LEARND_INLINE void differ(const learnd_network *network, const example *e, float share,
                          float *scores) {
    const float weight = e->weight < WEIGHT_MOST ? e->weight : WEIGHT_MOST;
    float factor = weight > 0 ? weight * share : 0;
    if (network->is_number) {
        const float error = learnd_clamp(scores[0] - e->target, ERROR_MOST);
        scores[0] = error == error ? error * factor : 0;
        return;
    }
    if (e->label < 0 || (size_t)e->label >= network->outputs) factor = 0;
    softmax(scores, network->outputs);
    if (factor > 0) scores[e->label] -= 1;
    for (size_t k = 0; k < network->outputs; k++) {
        scores[k] *= factor;
        scores[k] = fabsf(scores[k]) < DELTA_LEAST ? 0 : scores[k];
    }
}

// The scores of one row, with its inputs and hidden units left in the first places of the room.
LEARND_INLINE void predict_one(const learnd_network *network, const room *r, const float *x,
                               float *scores, const size_t hidden, const size_t layers) {
    const size_t n = network->width + 1;
    memcpy(r->inputs, x, network->width * sizeof(float));
    r->inputs[network->width] = 1;
    const float *w = network->values;
    forward_some(w, n, hidden, r->inputs, r->input_stride, r->hidden[0], r->hidden_stride, 1);
    w += n * hidden;
    if (layers == 2) {
        forward_some(w, hidden + 1, hidden, r->hidden[0], r->hidden_stride, r->hidden[1],
                     r->hidden_stride, 1);
        w += (hidden + 1) * hidden;
    }
    score(w, w + network->outputs * hidden, network->outputs, hidden, r->hidden[layers - 1],
          scores);
}

// Forward of all rows of a step, and the gradients by their scores.
LEARND_INLINE void forward_batch(const learnd_network *network, const room *r,
                                 const example *examples, const size_t hidden,
                                 const size_t layers) {
    const size_t n = network->width + 1;
    for (size_t row = 0; row < BATCH; row++) {
        float *inputs = r->inputs + row * r->input_stride;
        memcpy(inputs, examples[row].x, network->width * sizeof(float));
        inputs[network->width] = 1;
    }
    const float *w = network->values;
    for (size_t row = 0; row < BATCH; row += 4) {
        forward_some(w, n, hidden, r->inputs + row * r->input_stride, r->input_stride,
                     r->hidden[0] + row * r->hidden_stride, r->hidden_stride, 4);
    }
    w += n * hidden;
    if (layers == 2) {
        for (size_t row = 0; row < BATCH; row += 4) {
            const size_t at = row * r->hidden_stride;
            forward_some(w, hidden + 1, hidden, r->hidden[0] + at, r->hidden_stride,
                         r->hidden[1] + at, r->hidden_stride, 4);
        }
        w += (hidden + 1) * hidden;
    }
    for (size_t row = 0; row < BATCH; row++) {
        float *scores = r->deltas + row * r->delta_stride;
        score(w, w + network->outputs * hidden, network->outputs, hidden,
              r->hidden[layers - 1] + row * r->hidden_stride, scores);
        differ(network, examples + row, 1.0f / BATCH, scores);
    }
}

// Steps all parameters against the gradient of `rows` rows, which went forward, by their scores.
LEARND_INLINE void step(const learnd_network *network, const room *r, const size_t hidden,
                        const size_t layers, const size_t rows) {
    const size_t n = network->width + 1, outputs = network->outputs;
    const size_t stride = r->hidden_stride, top = layers - 1;
    parameters w1 = {network->values, network->first, network->second};
    parameters w2 = behind(w1, n * hidden);
    parameters w3 = layers == 2 ? behind(w2, (hidden + 1) * hidden) : w2;
    for (size_t row = 0; row < rows; row++) {
        backward_rows(w3.values, outputs, hidden, r->deltas + row * r->delta_stride,
                      r->hidden[top] + row * stride, r->hidden_deltas[top] + row * stride);
    }
    if (layers == 2 && rows == 1) {
        backward_turned(w2.values, r->hidden_deltas[1], r->hidden[0], r->hidden_deltas[0]);
    } else if (layers == 2) {
        for (size_t i = 0; i < 32; i += 16) {
            for (size_t j = 0; j < 32; j += 16) {
                turn(w2.values + i * 32 + j, r->turned + j * 32 + i);
            }
        }
        for (size_t at = 0; at < rows * stride; at += 4 * stride) {
            backward_four(r->turned, 32, 32, r->hidden_deltas[1] + at, r->hidden[0] + at,
                          r->hidden_deltas[0] + at, stride);
        }
    }
    const double kept[2] = {1 - (double)LEAVES_FIRST, 1 - (double)LEAVES_SECOND};
    for (size_t i = 0; i < 2; i++) {
        const double power = network->powers[i] * kept[i];
        network->powers[i] = power > POWER_LEAST ? power : 0;
    }
    const float rate =
        (float)(RATE * sqrt(1 - network->powers[1]) / (1 - network->powers[0]));
    learn_rows(w1, n, hidden, r->inputs, r->input_stride, r->hidden_deltas[0], stride, rate, rows);
    if (layers == 2) {
        learn_rows(w2, hidden + 1, hidden, r->hidden[0], stride, r->hidden_deltas[1], stride, rate,
                   rows);
    }
    learn_rows(w3, outputs, hidden, r->deltas, r->delta_stride, r->hidden[top], stride, rate,
               rows);
    learn_biases(behind(w3, outputs * hidden), outputs, r->deltas, r->delta_stride, rate, rows);
}

LEARND_INLINE void run(const learnd_network *network, const learnd_expert_rows *rows,
                       const learnd_expert_history *history, const int32_t *draws, int learns,
                       float *opinions, const size_t hidden, const size_t layers) {
    const size_t outputs = network->outputs;
    const room r = divided(network, hidden);
    memset(r.deltas, 0, BATCH * r.delta_stride * sizeof(float));
    for (size_t row = 0; row < rows->rows; row++) {
        float *said = opinions + row * outputs;
        predict_one(network, &r, rows->scaled + row * rows->width, said, hidden, layers);
        const example own = drawn(rows, history, row, -1);
        const int is_known = network->is_number ? own.target == own.target : own.label >= 0;
        if (learns && rows->learns[row] && is_known && !draws) {
            memcpy(r.deltas, said, outputs * sizeof(float));
            differ(network, &own, 1, r.deltas);
            step(network, &r, hidden, layers, 1);
        } else if (learns && rows->learns[row] && is_known) {
            example examples[BATCH] = {own};
            for (size_t i = 0; i < LEARND_NETWORK_REPLAY; i++) {
                const int32_t place = draws[row * LEARND_NETWORK_REPLAY + i];
                examples[i + 1] = drawn(rows, history, row, place);
            }
            forward_batch(network, &r, examples, hidden, layers);
            step(network, &r, hidden, layers, BATCH);
        }
        if (network->is_number) {
            said[0] = learnd_clamp(said[0], TARGET_MOST);
        } else {
            softmax(said, outputs);
        }
    }
}

WIDE LEARND_CLONES void learnd_network_run(const learnd_network *network,
                                           const learnd_expert_rows *rows,
                                           const learnd_expert_history *history,
                                           const int32_t *draws, int learns, float *opinions) {
    if (network->layers == 2) {
        run(network, rows, history, draws, learns, opinions, 32, 2);
    } else {
        run(network, rows, history, draws, learns, opinions, 64, 1);
    }
}
