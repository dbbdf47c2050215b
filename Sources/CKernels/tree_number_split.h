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

// The same of one value of a column against all others.
LEARND_INLINE value_split number_values(const learnd_tree_rule *rule, const float *leaf,
                                        size_t table) {
    const float *weights = leaf + number_tables(rule, table), *sums = weights + LEARND_TREE_VALUES;
    float n = 0, s = 0;
    for (size_t i = 0; i < LEARND_TREE_VALUES; i++) {
        n += weights[i];
        s += sums[i];
    }
    value_split best = {-1, 0};
    if (!(n >= 0.5f * leaf[NUMBER_BINNED])) return best;
    for (size_t i = 0; i < LEARND_TREE_VALUES; i++) {
        const float own = weights[i], other = n - own, rest = s - sums[i];
        if (!(own >= LEAST_SIDE * n) || !(other >= LEAST_SIDE * n)) continue;
        const float gain = (sums[i] * sums[i] / own + rest * rest / other) - s * s / n;
        // Of as many rows as all columns have seen.
        const float whole = gain * (leaf[NUMBER_BINNED] / n);
        if (whole > best.gain) best = (value_split){whole, i};
    }
    return best;
}

LEARND_INLINE float border_value(const learnd_tree_rule *rule, const float *leaf, size_t j,
                                 size_t border) {
    return leaf[number_lows(rule) + j] + (float)border / leaf[number_scales(rule) + j];
}

// The best split of a leaf; the column is the width where there is none, the place that of the
// border behind the bins below.
LEARND_INLINE split_choice number_find(const learnd_tree_rule *rule, const float *leaf) {
    split_choice choice = {0, 0, rule->width, 0, 0, 0, 0};
    uint64_t state = (uint64_t)leaf[LEAF_SEED];
    size_t wanted = rule->looks;
    for (size_t j = 0; j < rule->width; j += LANES) {
        int looks[LANES];
        if (!draw_looks(rule, j, &state, &wanted, looks)) continue;
        for (size_t l = 0; l < LANES; l++) {
            if (!looks[l]) continue;
            size_t border = 0;
            const float gain = number_gain(rule, leaf, j + l, &border);
            split_choice own = {gain, 0, j + l, 0, 0, 0, border};
            own.limit = border_value(rule, leaf, j + l, border);
            const size_t table = table_of(rule, j + l);
            if (table < rule->tables) {
                const value_split value = number_values(rule, leaf, table);
                if (value.gain > own.best) {
                    own = (split_choice){value.gain, 0, j + l, 0, 1, table, value.place};
                }
            }
            weigh_split(&choice, &own);
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

// The weights and the sums of the numbers on either side.
LEARND_INLINE void number_sides(const learnd_tree_rule *rule, const float *leaf,
                                const split_choice *split, float *weights, float *sums) {
    weights[0] = weights[1] = sums[0] = sums[1] = 0;
    if (split->has_table) {
        const float *table = leaf + number_tables(rule, split->table);
        for (size_t i = 0; i < LEARND_TREE_VALUES; i++) {
            weights[i != split->place] += table[i];
            sums[i != split->place] += table[LEARND_TREE_VALUES + i];
        }
        return;
    }
    const float *bins = leaf + number_bins(rule) + 2 * BINS * split->column;
    for (size_t i = 0; i < BINS; i++) {
        weights[i >= split->place] += bins[2 * i];
        sums[i >= split->place] += bins[2 * i + 1];
    }
}

// Leaves in a child what the parent knew of the rows on that side: their weight and their sum.
LEARND_INLINE void number_inherit(const learnd_tree_rule *rule, const float *parent, float *child,
                                  float weight, float sum, const split_choice *split,
                                  int is_above) {
    const float mean = sum / weight;
    const float line_error = parent[NUMBER_LINE_ERROR], mean_error = parent[NUMBER_MEAN_ERROR];
    for (size_t j = 0; j < rule->padded; j++) {
        const int is_own = j == split->column && !split->has_table;
        const float least = is_own && is_above ? split->limit : -FLT_MAX;
        const float most = is_own && !is_above ? split->limit : FLT_MAX;
        float low, scale;
        narrow_range(rule, parent, j, least, most, &low, &scale);
        child[number_lows(rule) + j] = low;
        child[number_scales(rule) + j] = scale;
        child[number_weights() + j] = parent[number_weights() + j];
        memset(child + number_bins(rule) + 2 * BINS * j, 0, 2 * BINS * sizeof(float));
    }
    const size_t tables = 2 * LEARND_TREE_VALUES * rule->tables;
    memset(child + number_tables(rule, 0), 0, tables * sizeof(float));
    child[number_bias(rule)] = parent[number_bias(rule)];
    child[NUMBER_MEAN] = mean;
    child[NUMBER_MEAN_ERROR] = mean_error;
    child[NUMBER_LINE_ERROR] = line_error;
    child[LEAF_WEIGHT] = weight < rule->inherited ? weight : rule->inherited;
    child[LEAF_LOOKED] = child[NUMBER_BINNED] = 0;
}

#endif
