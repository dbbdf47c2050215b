// SPDX-License-Identifier: Apache-2.0
//
// Splitting a leaf of a tree for classes. Of each column ten limits are tried, evenly over the
// range that the leaf has seen; how much of a class lies below a limit is taken from its normal
// distribution. With n(k) the weight of class k, l(k) and r(k) on either side, N, L, R their sums
// and h(a) = a log2 a, the gain of information is
//
//     (sum h(l(k)) + h(r(k)) - h(L) - h(R) - sum h(n(k)) + h(N)) / N
//
// A side with less than a hundredth of the weight makes no split. A column that has few values may
// also be split by one of them against all others; how often each came with which class was
// counted.

#ifndef LEARND_TREE_SPLIT_H
#define LEARND_TREE_SPLIT_H

#include "tree_leaf.h"
#include "tree_random.h"

#define LIMITS 10
#define LEAST_SIDE 0.01f

typedef struct {
    float best;
    // Of the second best column.
    float second;
    size_t column;
    float limit;
    // With a table, the value at this place against all others.
    int has_table;
    size_t table;
    size_t place;
} split_choice;

// A split of one column.
typedef struct {
    float gain;
    size_t place;
} value_split;

// a log2 a; 0 for 0.
LEARND_INLINE void own_logarithms(lanes *x) {
    lanes logs = *x;
    binary_logarithms(&logs);
    *x *= logs;
}

// How much of a class lies below a limit.
LEARND_INLINE void shares_below(const float *moments, size_t padded, size_t j, const lanes *limit,
                                lanes *share) {
    LOAD(lanes, mean, moments + j);
    LOAD(lanes, inverse, moments + LEAF_INVERSES * padded + j);
    *share = (*limit - mean) * __builtin_elementwise_sqrt(inverse);
    normal_shares(share);
}

// Of eight columns the largest gain each, times the weight, and its limit; below 0: none.
LEARND_INLINE void split_lanes(const learnd_tree_rule *rule, const float *leaf, size_t j,
                               float total, float before, lanes *gains, lanes *where) {
    const float *seen = leaf + leaf_seen(rule);
    LOAD(lanes, low, leaf + leaf_lows(rule) + j);
    LOAD(lanes, high, leaf + leaf_highs(rule) + j);
    const lanes step = (high - low) * (1.0f / (LIMITS + 1));
    lanes left[LIMITS], sums[LIMITS];
    for (size_t i = 0; i < LIMITS; i++) left[i] = sums[i] = 0.0f;
    for (size_t k = 0; k < rule->classes; k++) {
        if (!(seen[k] > 0)) continue;
        for (size_t i = 0; i < LIMITS; i++) {
            const lanes limit = low + step * (float)(i + 1);
            lanes below;
            shares_below(leaf + leaf_moments(rule, k), rule->padded, j, &limit, &below);
            below *= seen[k];
            lanes above = seen[k] - below;
            left[i] += below;
            own_logarithms(&below);
            own_logarithms(&above);
            sums[i] += below + above;
        }
    }
    *gains = -1.0f;
    *where = low;
    for (size_t i = 0; i < LIMITS; i++) {
        lanes below = left[i], above = total - below;
        const lanes least = total * LEAST_SIDE;
        const words is_split = (below >= least) & (above >= least) & (high > low);
        own_logarithms(&below);
        own_logarithms(&above);
        const lanes gain = (sums[i] - (below + above)) - before;
        const words is_better = is_split & (gain > *gains);
        *gains = is_better ? gain : *gains;
        *where = is_better ? low + step * (float)(i + 1) : *where;
    }
}

// The value of a column that is best split off; of the gain, below 0: none.
LEARND_INLINE value_split split_values(const learnd_tree_rule *rule, const float *leaf,
                                       size_t table, float total) {
    lanes left[2] = {0.0f, 0.0f}, sums[2] = {0.0f, 0.0f};
    float whole = 0, parts = 0;
    for (size_t k = 0; k < rule->classes; k++) {
        const float *weights = leaf + leaf_tables(rule, table, k);
        LOAD(lanes, first, weights);
        LOAD(lanes, second, weights + LANES);
        const float n = sum_of(&first) + sum_of(&second);
        if (!(n > 0)) continue;
        lanes own = n;
        own_logarithms(&own);
        whole += n;
        parts += own[0];
        for (size_t half = 0; half < 2; half++) {
            lanes below = half ? second : first, above = n - below;
            above = above > 0 ? above : (lanes)0.0f;
            left[half] += below;
            own_logarithms(&below);
            own_logarithms(&above);
            sums[half] += below + above;
        }
    }
    value_split best = {-1, 0};
    // What was counted since the column is known to have few values must be most of what was seen.
    if (!(whole >= 0.5f * total)) return best;
    lanes all = whole;
    own_logarithms(&all);
    for (size_t half = 0; half < 2; half++) {
        lanes below = left[half], above = whole - below;
        const lanes least = whole * LEAST_SIDE;
        const words is_split = (below >= least) & (above >= least);
        own_logarithms(&below);
        own_logarithms(&above);
        const lanes gain = ((sums[half] - (below + above)) - (parts - all[0])) * (1 / whole);
        for (size_t l = 0; l < LANES; l++) {
            if (!is_split[l] || !(gain[l] > best.gain)) continue;
            best = (value_split){gain[l], half * LANES + l};
        }
    }
    return best;
}

// The table of a column; `tables` when it has none.
LEARND_INLINE size_t table_of(const learnd_tree_rule *rule, size_t column) {
    size_t table = 0;
    while (table < rule->tables && (size_t)rule->table_columns[table] != column) table++;
    return table;
}

// Takes the split of a column among the others.
LEARND_INLINE void weigh_split(split_choice *choice, const split_choice *other) {
    if (!(other->best > choice->second)) return;
    if (!(other->best > choice->best)) {
        choice->second = other->best;
        return;
    }
    const float second = choice->best;
    *choice = *other;
    choice->second = second;
}

// Which of the columns from j on a leaf may be split by: `*wanted` of all that are left, drawn from
// the leaf's own seed.
LEARND_INLINE int draw_looks(const learnd_tree_rule *rule, size_t j, uint64_t *state,
                             size_t *wanted, int *looks) {
    int any = 0;
    for (size_t l = 0; l < LANES; l++) {
        const uint64_t left = rule->width > j + l ? rule->width - j - l : 0;
        looks[l] = *wanted > 0 && (*wanted >= left || ((draw(state) >> 32) * left) >> 32 < *wanted);
        looks[l] = left > 0 && looks[l];
        *wanted -= (size_t)looks[l];
        any |= looks[l];
    }
    return any;
}

// The best split of a leaf; the column is the width where there is none.
LEARND_INLINE split_choice split_find(const learnd_tree_rule *rule, const float *leaf) {
    const float *seen = leaf + leaf_seen(rule);
    split_choice choice = {0, 0, rule->width, 0, 0, 0, 0};
    float total = 0;
    lanes sums = 0.0f;
    for (size_t k = 0; k < rule->classes; k += LANES) {
        LOAD(lanes, n, seen + k);
        total += sum_of(&n);
        own_logarithms(&n);
        sums += n;
    }
    lanes whole = total;
    own_logarithms(&whole);
    const float before = sum_of(&sums) - whole[0];
    uint64_t state = (uint64_t)leaf[LEAF_SEED];
    size_t wanted = rule->looks;
    for (size_t j = 0; j < rule->width; j += LANES) {
        int looks[LANES];
        if (!draw_looks(rule, j, &state, &wanted, looks)) continue;
        lanes gains, where;
        split_lanes(rule, leaf, j, total, before, &gains, &where);
        for (size_t l = 0; l < LANES; l++) {
            if (!looks[l]) continue;
            split_choice own = {gains[l] / total, 0, j + l, where[l], 0, 0, 0};
            const size_t table = table_of(rule, j + l);
            if (table < rule->tables) {
                const value_split value = split_values(rule, leaf, table, total);
                if (value.gain > own.best) {
                    own = (split_choice){value.gain, 0, j + l, 0, 1, table, value.place};
                }
            }
            weigh_split(&choice, &own);
        }
    }
    return choice;
}

// Whether the best column is better than all others but for a chance of delta (Hoeffding's bound),
// or so many rows have not told two columns apart that either will do.
LEARND_INLINE int split_is_sure(const learnd_tree_rule *rule, const split_choice *choice,
                                float range, float weight) {
    const float bound = range * sqrtf(rule->doubt / weight);
    return choice->best - choice->second > bound || bound < rule->tie;
}

#endif
