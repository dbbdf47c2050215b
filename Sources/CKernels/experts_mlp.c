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
// Nothing needs to be cut off to stay finite: a step of Adam is at most 0.0095, and does not change
// a parameter of 2^18, so none comes beyond; inputs are at most 5, columns at most 1,024, errors at
// most 10, weights at most 100. So no unit passes 1.2e16, and no square of a gradient 1.5e38.

#include "experts_networks.h"

#include <math.h>
#include <string.h>

#pragma STDC FP_CONTRACT OFF
// Everything is inlined, so no vector is ever passed.
#pragma clang diagnostic ignored "-Wpsabi"

#include "probability.h"
#include "score.h"

#define BATCH (LEARND_NETWORK_REPLAY + 1)
#define RATE 0.003
#define LEAVES_FIRST 0.1f
#define LEAVES_SECOND 0.001f
#define EPSILON_SQUARE 1e-16f
// What the header of this file counts with.
#define ERROR_MOST 10.0f
#define WEIGHT_MOST 100.0f
#define TARGET_MOST 5.0f
// What is smaller changes nothing, and products of it would slow the processor down.
#define POWER_LEAST 1e-30
#define DELTA_LEAST 1e-12f

typedef int32_t words16 __attribute__((vector_size(64)));

#if defined(__x86_64__) && !defined(LEARND_ONE_VARIANT)
#define WIDE __attribute__((min_vector_width(512)))
#else
#define WIDE
#endif

#define STORE(pointer, lanes) memcpy((pointer), &(lanes), sizeof(lanes))

LEARND_INLINE lanes16 all(float x) {
    return (lanes16){x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x};
}

LEARND_INLINE lanes16 chosen(words16 where, lanes16 yes, lanes16 no) {
    return (lanes16)((where & (words16)yes) | (~where & (words16)no));
}

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

// Forward

// One layer for `rows` rows, 1 or 4: out = relu(x w), then a 1. Inputs have a 1 at their end, so
// `n` counts the bias.
LEARND_INLINE void forward_some(const float *w, size_t n, size_t hidden, const float *x,
                                size_t stride, float *out, size_t out_stride, const size_t rows) {
    // For one row, sums of every fourth input: an addition need not wait for the one before.
    const size_t chains = rows == 1 ? 4 : 1;
    for (size_t tile = 0; tile < hidden; tile += 32) {
        lanes16 low[4], high[4];
        for (size_t r = 0; r < 4; r++) low[r] = high[r] = all(0);
        size_t j = 0;
        for (; j + chains <= n; j += chains) {
            for (size_t c = 0; c < chains; c++) {
                LOAD(lanes16, w_low, w + (j + c) * hidden + tile);
                LOAD(lanes16, w_high, w + (j + c) * hidden + tile + 16);
                for (size_t r = 0; r < rows; r++) {
                    const lanes16 own = all(x[r * stride + j + c]);
                    low[r + c] += own * w_low;
                    high[r + c] += own * w_high;
                }
            }
        }
        for (; j < n; j++) {
            LOAD(lanes16, w_low, w + j * hidden + tile);
            LOAD(lanes16, w_high, w + j * hidden + tile + 16);
            low[0] += all(x[j]) * w_low;
            high[0] += all(x[j]) * w_high;
        }
        if (rows == 1) {
            low[0] = (low[0] + low[2]) + (low[1] + low[3]);
            high[0] = (high[0] + high[2]) + (high[1] + high[3]);
        }
        for (size_t r = 0; r < rows; r++) {
            low[r] = chosen(low[r] > 0, low[r], all(0));
            high[r] = chosen(high[r] > 0, high[r], all(0));
            STORE(out + r * out_stride + tile, low[r]);
            STORE(out + r * out_stride + tile + 16, high[r]);
        }
    }
    for (size_t r = 0; r < rows; r++) out[r * out_stride + hidden] = 1;
}

LEARND_INLINE float sum_of_sixteen(lanes16 x) {
    const lanes8 eight = __builtin_shufflevector(x, x, 0, 1, 2, 3, 4, 5, 6, 7) +
                         __builtin_shufflevector(x, x, 8, 9, 10, 11, 12, 13, 14, 15);
    const lanes4 four = __builtin_shufflevector(eight, eight, 0, 1, 2, 3) +
                        __builtin_shufflevector(eight, eight, 4, 5, 6, 7);
    return (four[0] + four[2]) + (four[1] + four[3]);
}

LEARND_INLINE void score(const float *w, const float *biases, size_t outputs, size_t hidden,
                         const float *h, float *scores) {
    for (size_t k = 0; k < outputs; k++) {
        lanes16 sum = all(0);
        for (size_t i = 0; i < hidden; i += 16) {
            LOAD(lanes16, own, w + k * hidden + i);
            LOAD(lanes16, unit, h + i);
            sum += own * unit;
        }
        scores[k] = sum_of_sixteen(sum) + biases[k];
    }
}

// Backward

// Keeps the deltas of units that were not cut off.
LEARND_INLINE void store_where_positive(float *deltas, lanes16 delta, const float *h) {
    LOAD(lanes16, unit, h);
    delta = chosen(unit > 0, delta, all(0));
    STORE(deltas, delta);
}

// deltas[i] = sum_k given[k] w[k][i] where unit i was not cut off.
LEARND_INLINE void backward_rows(const float *w, size_t n, size_t hidden, const float *given,
                                 const float *h, float *deltas) {
    for (size_t tile = 0; tile < hidden; tile += 32) {
        lanes16 low = all(0), high = all(0);
        for (size_t k = 0; k < n; k++) {
            LOAD(lanes16, w_low, w + k * hidden + tile);
            LOAD(lanes16, w_high, w + k * hidden + tile + 16);
            low += all(given[k]) * w_low;
            high += all(given[k]) * w_high;
        }
        store_where_positive(deltas + tile, low, h + tile);
        store_where_positive(deltas + tile + 16, high, h + tile + 16);
    }
}

// The same for four rows at a time.
LEARND_INLINE void backward_four(const float *w, size_t n, size_t hidden, const float *given,
                                 const float *h, float *deltas, size_t stride) {
    lanes16 low[4], high[4];
    for (size_t r = 0; r < 4; r++) low[r] = high[r] = all(0);
    for (size_t k = 0; k < n; k++) {
        LOAD(lanes16, w_low, w + k * hidden);
        LOAD(lanes16, w_high, w + k * hidden + 16);
        for (size_t r = 0; r < 4; r++) {
            const lanes16 own = all(given[r * stride + k]);
            low[r] += own * w_low;
            high[r] += own * w_high;
        }
    }
    for (size_t r = 0; r < 4; r++) {
        store_where_positive(deltas + r * stride, low[r], h + r * stride);
        store_where_positive(deltas + r * stride + 16, high[r], h + r * stride + 16);
    }
}

// Of each four lanes a0 a1 a2 a3 and b0 b1 b2 b3: a0 + a1, a2 + a3, b0 + b1, b2 + b3.
LEARND_INLINE lanes16 pairs(lanes16 a, lanes16 b) {
    return __builtin_shufflevector(a, b, 0, 2, 16, 18, 4, 6, 20, 22, 8, 10, 24, 26, 12, 14, 28,
                                   30) +
           __builtin_shufflevector(a, b, 1, 3, 17, 19, 5, 7, 21, 23, 9, 11, 25, 27, 13, 15, 29,
                                   31);
}

// The same of groups of four lanes.
LEARND_INLINE lanes16 pairs_of_fours(lanes16 a, lanes16 b) {
    return __builtin_shufflevector(a, b, 0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26,
                                   27) +
           __builtin_shufflevector(a, b, 4, 5, 6, 7, 12, 13, 14, 15, 20, 21, 22, 23, 28, 29, 30,
                                   31);
}

// deltas[i] = sum_o given[o] w[i][o] of 32 units: sixteen dot products at once.
LEARND_INLINE void backward_turned(const float *w, const float *given, const float *h,
                                   float *deltas) {
    LOAD(lanes16, low, given);
    LOAD(lanes16, high, given + 16);
    for (size_t first = 0; first < 32; first += 16) {
        lanes16 fours[4];
        for (size_t f = 0; f < 4; f++) {
            lanes16 sums[4];
            for (size_t i = 0; i < 4; i++) {
                const float *row = w + (first + 4 * f + i) * 32;
                LOAD(lanes16, w_low, row);
                LOAD(lanes16, w_high, row + 16);
                sums[i] = w_low * low + w_high * high;
            }
            fours[f] = pairs(pairs(sums[0], sums[1]), pairs(sums[2], sums[3]));
        }
        const lanes16 delta = pairs_of_fours(pairs_of_fours(fours[0], fours[1]),
                                             pairs_of_fours(fours[2], fours[3]));
        store_where_positive(deltas + first, delta, h + first);
    }
}

#define FOUR_BY_FOUR(a, b, c, d)                                                               \
    do {                                                                                       \
        const lanes16 ab_low = __builtin_shufflevector(a, b, 0, 16, 1, 17, 4, 20, 5, 21, 8,    \
                                                       24, 9, 25, 12, 28, 13, 29);             \
        const lanes16 ab_high = __builtin_shufflevector(a, b, 2, 18, 3, 19, 6, 22, 7, 23, 10,  \
                                                        26, 11, 27, 14, 30, 15, 31);           \
        const lanes16 cd_low = __builtin_shufflevector(c, d, 0, 16, 1, 17, 4, 20, 5, 21, 8,    \
                                                       24, 9, 25, 12, 28, 13, 29);             \
        const lanes16 cd_high = __builtin_shufflevector(c, d, 2, 18, 3, 19, 6, 22, 7, 23, 10,  \
                                                        26, 11, 27, 14, 30, 15, 31);           \
        a = __builtin_shufflevector(ab_low, cd_low, 0, 1, 16, 17, 4, 5, 20, 21, 8, 9, 24, 25,  \
                                    12, 13, 28, 29);                                           \
        b = __builtin_shufflevector(ab_low, cd_low, 2, 3, 18, 19, 6, 7, 22, 23, 10, 11, 26,    \
                                    27, 14, 15, 30, 31);                                       \
        c = __builtin_shufflevector(ab_high, cd_high, 0, 1, 16, 17, 4, 5, 20, 21, 8, 9, 24,    \
                                    25, 12, 13, 28, 29);                                       \
        d = __builtin_shufflevector(ab_high, cd_high, 2, 3, 18, 19, 6, 7, 22, 23, 10, 11, 26,  \
                                    27, 14, 15, 30, 31);                                       \
    } while (0)

#define FOURS_LOW(a, b) \
    __builtin_shufflevector(a, b, 0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26, 27)
#define FOURS_HIGH(a, b) \
    __builtin_shufflevector(a, b, 4, 5, 6, 7, 12, 13, 14, 15, 20, 21, 22, 23, 28, 29, 30, 31)

// out[j][i] = w[i][j] for 16 by 16 numbers of matrices of 32 columns: first within each four by
// four, then the fours.
LEARND_INLINE void turn(const float *w, float *out) {
    lanes16 rows[16];
    for (size_t i = 0; i < 16; i++) memcpy(rows + i, w + i * 32, sizeof(lanes16));
    for (size_t f = 0; f < 16; f += 4) {
        FOUR_BY_FOUR(rows[f], rows[f + 1], rows[f + 2], rows[f + 3]);
    }
    // rows[f + i], group g: column 4 g + i of the rows f to f + 3.
    for (size_t i = 0; i < 4; i++) {
        const lanes16 even = FOURS_LOW(rows[i], rows[4 + i]);
        const lanes16 odd = FOURS_HIGH(rows[i], rows[4 + i]);
        const lanes16 even2 = FOURS_LOW(rows[8 + i], rows[12 + i]);
        const lanes16 odd2 = FOURS_HIGH(rows[8 + i], rows[12 + i]);
        const lanes16 columns[4] = {FOURS_LOW(even, even2), FOURS_LOW(odd, odd2),
                                    FOURS_HIGH(even, even2), FOURS_HIGH(odd, odd2)};
        for (size_t g = 0; g < 4; g++) STORE(out + (4 * g + i) * 32, columns[g]);
    }
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
