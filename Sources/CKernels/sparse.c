// SPDX-License-Identifier: Apache-2.0
//
// Rows that are lists of columns with values, for models whose columns lie one after the other: the
// numbers of column c are values[c * stride] and those behind it. Column 0 is the bias; a column
// below 0 is one that the model does not have. Only what a row names is read or changed.

#include "ckernels.h"

#include <math.h>

#include "clones.h"
#include "ftrl.h"
#include "step.h"

#pragma STDC FP_CONTRACT OFF

static float bounded_score(double sum) {
    return sum > LEARND_SCORE_LIMIT ? LEARND_SCORE_LIMIT
                                    : sum < -LEARND_SCORE_LIMIT ? -LEARND_SCORE_LIMIT : (float)sum;
}

static float bounded_gradient(double g) {
    return g > LEARND_GRADIENT_LIMIT ? LEARND_GRADIENT_LIMIT
                                     : g < -LEARND_GRADIENT_LIMIT ? -LEARND_GRADIENT_LIMIT
                                                                  : (float)g;
}

void learnd_sparse_scores(const float *values, size_t stride, const learnd_sparse_row *row,
                          float *scores) {
    for (size_t k = 0; k < stride; k++) {
        double sum = 0;
        for (size_t j = 0; j < row->count; j++) {
            if (row->columns[j] < 0) continue;
            sum += (double)row->values[j] * values[(size_t)row->columns[j] * stride + k];
        }
        scores[k] = bounded_score(sum);
    }
}

void learnd_sparse_ftrl(float *values, float *z, float *n, const float *anchor, size_t stride,
                        size_t output, const learnd_sparse_row *row, float error,
                        const learnd_step *step) {
    for (size_t j = 0; j < row->count; j++) {
        if (row->columns[j] < 0) continue;
        const size_t at = (size_t)row->columns[j] * stride + output;
        const float l1 = row->columns[j] > 0 ? step->l1 : 0;
        const float l2 = row->columns[j] > 0 ? step->l2 : 0;
        const float target = anchor ? anchor[at] : 0;
        float g = bounded_gradient((double)error * row->values[j]);
        g = full_gradient(g, values[at], target, 0, step->pull, anchor != 0);
        ftrl_one(values + at, z + at, n + at, g, step->rate, step->a, l1, l2);
        if (!anchor || step->pull_l1 == 0) continue;
        const float scale = ftrl_scale(sqrtf(n[at]), step->rate, step->a, l2);
        const float moved = target + shrink(values[at] - target, step->pull_l1 / scale);
        if (moved != values[at]) z[at] = ftrl_sum(moved, z[at], scale, l1);
        values[at] = moved;
    }
}

void learnd_sparse_ftrl_sums(const float *values, float *z, const float *n, size_t stride,
                             size_t columns, const learnd_step *step) {
    for (size_t i = 0; i < columns * stride; i++) {
        const float l1 = i >= stride ? step->l1 : 0, l2 = i >= stride ? step->l2 : 0;
        const float scale = ftrl_scale(sqrtf(n[i]), step->rate, step->a, l2);
        z[i] = ftrl_sum(values[i], z[i], scale, l1);
    }
}

// --- factorisation machine: a column is its weight and then its factors ---

float learnd_factor_score(const float *values, size_t stride, const learnd_sparse_row *row,
                          double *sums) {
    double score = 0;
    for (size_t j = 0; j < row->count; j++) {
        if (row->columns[j] < 0) continue;
        score += (double)row->values[j] * values[(size_t)row->columns[j] * stride];
    }
    for (size_t k = 1; k < stride; k++) {
        double sum = 0, squares = 0;
        for (size_t j = 0; j < row->count; j++) {
            if (row->columns[j] <= 0) continue;
            const double part =
                (double)row->values[j] * values[(size_t)row->columns[j] * stride + k];
            sum += part;
            squares += part * part;
        }
        sums[k - 1] = sum;
        score += (sum * sum - squares) / 2;
    }
    return bounded_score(score);
}

static void factor_step_one(float *value, float *squares, float target, int anchored, float g,
                            float l2, float l1, const learnd_step *step) {
    g = full_gradient(g, *value, target, l2, step->pull, anchored);
    float own = step->rate;
    if (squares) {
        const float sum = *squares + g * g;
        *squares = sum > 1e38f ? 1e38f : sum;
        own = step->rate / (sqrtf(*squares) + step->a);
    }
    const float moved = learnd_clamp(*value - own * g, LEARND_PARAMETER_LIMIT);
    *value = settled(moved, target, own, l1, step->pull_l1, anchored);
}

void learnd_factor_step(float *values, float *squares, const float *anchor, size_t stride,
                        const learnd_sparse_row *row, const double *sums, float error,
                        const learnd_step *step) {
    for (size_t j = 0; j < row->count; j++) {
        if (row->columns[j] < 0) continue;
        const size_t at = (size_t)row->columns[j] * stride;
        const double x = row->values[j];
        const int is_bias = row->columns[j] == 0;
        factor_step_one(values + at, squares ? squares + at : 0, anchor ? anchor[at] : 0,
                        anchor != 0, bounded_gradient(error * x), is_bias ? 0 : step->l2,
                        is_bias ? 0 : step->l1, step);
        for (size_t k = 1; k < stride && !is_bias; k++) {
            const double slope = x * (sums[k - 1] - values[at + k] * x);
            factor_step_one(values + at + k, squares ? squares + at + k : 0,
                            anchor ? anchor[at + k] : 0, anchor != 0,
                            bounded_gradient(error * slope), step->l2, step->l1, step);
        }
    }
}
