// SPDX-License-Identifier: Apache-2.0
//
// Splitting a leaf of a tree for numbers: the border between two bins of a column by which the
// variance falls most (Ikonomovska, Gama and Dzeroski, "Learning model trees from evolving data
// streams", 2011). With weight and sum n, s of all rows and l, u of those below it, the variance
// falls by
//
//     (u^2 / l + (s - u)^2 / (n - l) - s^2 / n) / n
//
// The best column must be better than the second by Hoeffding's bound on the quotient of the two.

#ifndef LEARND_TREE_NUMBER_SPLIT_H
#define LEARND_TREE_NUMBER_SPLIT_H

#include "tree_number.h"
#include "tree_split.h"

// Of one column the largest fall of the variance, times the weight; -1: there is no border.
LEARND_INLINE float number_gain(const learnd_tree_rule *rule, const float *leaf, size_t j,
                                size_t *border) {
    const float *bins = leaf + number_bins(rule) + 2 * BINS * j;
    float n = 0, s = 0, below = 0, sum = 0, best = -1;
    for (size_t i = 0; i < BINS; i++) {
        n += bins[2 * i];
        s += bins[2 * i + 1];
    }
    for (size_t i = 0; i + 1 < BINS; i++) {
        below += bins[2 * i];
        sum += bins[2 * i + 1];
        const float above = n - below, rest = s - sum;
        if (!(below >= LEAST_SIDE * n) || !(above >= LEAST_SIDE * n)) continue;
        const float gain = (sum * sum / below + rest * rest / above) - s * s / n;
        if (gain > best) {
            best = gain;
            *border = i + 1;
        }
    }
    return best;
}

LEARND_INLINE float border_value(const learnd_tree_rule *rule, const float *leaf, size_t j,
                                 size_t border) {
    return leaf[number_lows(rule) + j] + (float)border / leaf[number_scales(rule) + j];
}

// The best split of a leaf; the column is the width where there is none.
LEARND_INLINE split_choice number_find(const learnd_tree_rule *rule, const float *leaf,
                                       size_t *border) {
    split_choice choice = {0, 0, rule->width, 0};
    uint64_t state = (uint64_t)leaf[LEAF_SEED];
    size_t wanted = rule->looks;
    for (size_t j = 0; j < rule->width; j += LANES) {
        int looks[LANES];
        if (!draw_looks(rule, j, &state, &wanted, looks)) continue;
        for (size_t l = 0; l < LANES; l++) {
            if (!looks[l]) continue;
            size_t here = 0;
            const float gain = number_gain(rule, leaf, j + l, &here);
            if (gain > choice.best) {
                choice.second = choice.best;
                choice.best = gain;
                choice.column = j + l;
                choice.limit = border_value(rule, leaf, j + l, here);
                *border = here;
            } else if (gain > choice.second) {
                choice.second = gain;
            }
        }
    }
    return choice;
}

LEARND_INLINE int number_is_sure(const learnd_tree_rule *rule, const split_choice *choice,
                                 float weight) {
    const float bound = sqrtf(rule->doubt / weight);
    return choice->second / choice->best + bound < 1 || bound < rule->tie;
}

// A child looks closer: its bins fill the part of the range in which its parent had rows.
LEARND_INLINE void narrow_range(const learnd_tree_rule *rule, const float *parent, size_t j,
                                float least, float most, float *low, float *scale) {
    const float *bins = parent + number_bins(rule) + 2 * BINS * j;
    size_t first = 0, last = BINS;
    while (first + 1 < BINS && !(bins[2 * first] > 0)) first++;
    while (last > first + 1 && !(bins[2 * last - 2] > 0)) last--;
    const float from = border_value(rule, parent, j, first);
    const float to = border_value(rule, parent, j, last);
    const float bottom = from > least ? from : least, top = to < most ? to : most;
    *low = bottom;
    *scale = top - bottom > 1e-4f ? BINS / (top - bottom) : BINS * 1e4f;
}

// Leaves in a child what the parent knew of the rows on that side: their weight and their sum.
LEARND_INLINE void number_inherit(const learnd_tree_rule *rule, const float *parent, float *child,
                                  float weight, float sum, const split_choice *split,
                                  int is_above) {
    const float mean = sum / weight;
    const float line_error = parent[NUMBER_LINE_ERROR], mean_error = parent[NUMBER_MEAN_ERROR];
    for (size_t j = 0; j < rule->padded; j++) {
        const int is_own = j == split->column;
        const float least = is_own && is_above ? split->limit : -FLT_MAX;
        const float most = is_own && !is_above ? split->limit : FLT_MAX;
        float low, scale;
        narrow_range(rule, parent, j, least, most, &low, &scale);
        child[number_lows(rule) + j] = low;
        child[number_scales(rule) + j] = scale;
        child[number_weights() + j] = parent[number_weights() + j];
        memset(child + number_bins(rule) + 2 * BINS * j, 0, 2 * BINS * sizeof(float));
    }
    child[number_bias(rule)] = parent[number_bias(rule)];
    child[NUMBER_MEAN] = mean;
    child[NUMBER_MEAN_ERROR] = mean_error;
    child[NUMBER_LINE_ERROR] = line_error;
    child[LEAF_WEIGHT] = weight < rule->inherited ? weight : rule->inherited;
    child[LEAF_LOOKED] = child[NUMBER_BINNED] = 0;
}

#endif
