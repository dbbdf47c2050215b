// SPDX-License-Identifier: Apache-2.0
//
// Steps of a sequence: rows of a table by number, and the cells of recurrent layers.

#include "network.h"

#include <math.h>
#include <string.h>

#pragma STDC FP_CONTRACT OFF

#include "clones.h"
#include "probability.h"

// A number that is no id, not even whole, is unknown.
LEARND_INLINE size_t table_row(float id, size_t words) {
    if (!(id >= 0 && id < (float)words)) return words;
    const size_t row = (size_t)id;
    return (float)row == id ? row : words;
}

void learnd_embed(const float *ids, const float *table, float *y, size_t n, size_t words,
                  size_t width) {
    for (size_t i = 0; i < n; i++)
        memcpy(y + i * width, table + table_row(ids[i], words) * width, width * sizeof(float));
}

LEARND_CLONES void learnd_embed_back(const float *restrict ids, const float *restrict dy,
                                     float *restrict dtable, size_t n, size_t words,
                                     size_t width) {
    for (size_t i = 0; i < n; i++) {
        float *row = dtable + table_row(ids[i], words) * width;
        for (size_t j = 0; j < width; j++) row[j] += dy[i * width + j];
    }
}

LEARND_CLONES void learnd_tanh_step(float *state, size_t rows, size_t stride, size_t n) {
    for (size_t row = 0; row < rows; row++, state += stride)
        for (size_t i = 0; i < n; i++) state[i] = hyperbolic_tangent(state[i]);
}

LEARND_CLONES void learnd_tanh_step_back(const float *restrict state, float *restrict dstate,
                                         size_t rows, size_t stride, size_t n) {
    for (size_t row = 0; row < rows; row++, state += stride, dstate += stride)
        for (size_t i = 0; i < n; i++) dstate[i] *= 1.0f - state[i] * state[i];
}

LEARND_CLONES void learnd_gru_step(const learnd_gru *step) {
    const size_t n = step->n;
    for (size_t row = 0; row < step->rows; row++) {
        float *restrict in = step->from_input + row * step->gates_stride;
        const float *restrict gates = step->from_state + row * step->gates_stride;
        const float *restrict before =
            step->before ? step->before + row * step->state_stride : NULL;
        float *restrict state = step->state + row * step->state_stride;
        for (size_t i = 0; i < n; i++) {
            const float reset = sigmoid(in[i] + gates[i]);
            const float update = sigmoid(in[n + i] + gates[n + i]);
            const float fresh = hyperbolic_tangent(in[2 * n + i] + reset * gates[2 * n + i]);
            const float old = before ? before[i] : 0;
            in[i] = reset;
            in[n + i] = update;
            in[2 * n + i] = fresh;
            state[i] = (1.0f - update) * fresh + update * old;
        }
    }
}

LEARND_CLONES void learnd_gru_step_back(const learnd_gru *step, const float *dstate,
                                        float *dbefore) {
    const size_t n = step->n;
    for (size_t row = 0; row < step->rows; row++) {
        float *restrict in = step->from_input + row * step->gates_stride;
        float *restrict gates = step->from_state + row * step->gates_stride;
        const float *restrict before =
            step->before ? step->before + row * step->state_stride : NULL;
        const float *dout = dstate + row * step->state_stride;
        float *dold = dbefore ? dbefore + row * step->state_stride : NULL;
        for (size_t i = 0; i < n; i++) {
            const float reset = in[i], update = in[n + i], fresh = in[2 * n + i];
            const float old = before ? before[i] : 0;
            const float dfresh = dout[i] * (1.0f - update) * (1.0f - fresh * fresh);
            const float dupdate = dout[i] * (old - fresh) * (update * (1.0f - update));
            const float dreset = dfresh * gates[2 * n + i] * (reset * (1.0f - reset));
            if (dold) dold[i] += dout[i] * update;
            in[i] = dreset;
            in[n + i] = dupdate;
            in[2 * n + i] = dfresh;
            gates[i] = dreset;
            gates[n + i] = dupdate;
            gates[2 * n + i] = dfresh * reset;
        }
    }
}
