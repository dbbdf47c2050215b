// SPDX-License-Identifier: Apache-2.0
//
// What is done with the statistics of leaves outside of learning: tree_leaf.h has their order.

#include "experts_trees.h"

#pragma STDC FP_CONTRACT OFF

#include "tree_number.h"

void learnd_tree_note(const float *raw, size_t width, float *values, int32_t *counts) {
    for (size_t j = 0; j < width; j++) {
        if (counts[j] > LEARND_TREE_VALUES) continue;
        float *own = values + j * LEARND_TREE_VALUES;
        int32_t place = 0;
        while (place < counts[j] && own[place] != raw[j]) place++;
        if (place < counts[j]) continue;
        const int is_whole = fabsf(raw[j]) <= 0x1p24f && raw[j] == truncf(raw[j]);
        counts[j] = is_whole ? place + 1 : LEARND_TREE_VALUES + 1;
        if (is_whole && place < LEARND_TREE_VALUES) own[place] = raw[j];
    }
}

// A column that a leaf has not seen counts as one that was at its mean, with a deviation of 1.
static void widen_class(const learnd_tree_rule *narrow, const float *from,
                        const learnd_tree_rule *wide, float *to, float seen) {
    for (size_t j = 0; j < wide->width; j++) {
        const int was_there = j < narrow->width;
        to[j] = was_there ? from[j] : 0;
        to[LEAF_SQUARES * wide->padded + j] =
            was_there ? from[LEAF_SQUARES * narrow->padded + j] : seen;
        to[LEAF_INVERSES * wide->padded + j] =
            was_there ? from[LEAF_INVERSES * narrow->padded + j] : (seen > 0);
    }
}

static void widen_number(const learnd_tree_rule *narrow, const float *from,
                         const learnd_tree_rule *wide, float *to) {
    number_clear(wide, to);
    memcpy(to, from, LEAF_HEAD * sizeof(float));
    const size_t width = narrow->width * sizeof(float);
    memcpy(to + number_weights(), from + number_weights(), width);
    to[number_bias(wide)] = from[number_bias(narrow)];
    memcpy(to + number_lows(wide), from + number_lows(narrow), width);
    memcpy(to + number_scales(wide), from + number_scales(narrow), width);
    memcpy(to + number_bins(wide), from + number_bins(narrow), 2 * BINS * width);
    const size_t tables = 2 * LEARND_TREE_VALUES * narrow->tables;
    memcpy(to + number_tables(wide, 0), from + number_tables(narrow, 0), tables * sizeof(float));
}

void learnd_leaf_widen(const learnd_tree_rule *narrow, const float *from,
                       const learnd_tree_rule *wide, float *to) {
    if (narrow->classes == 0) {
        widen_number(narrow, from, wide, to);
        return;
    }
    memcpy(to, from, LEAF_HEAD * sizeof(float));
    for (size_t k = 0; k < narrow->classes; k++) {
        to[LEAF_HEAD + k] = from[LEAF_HEAD + k];
        to[leaf_seen(wide) + k] = from[leaf_seen(narrow) + k];
        to[leaf_norms(wide) + k] = from[leaf_norms(narrow) + k];
        widen_class(narrow, from + leaf_moments(narrow, k), wide, to + leaf_moments(wide, k),
                    from[leaf_seen(narrow) + k]);
        for (size_t t = 0; t < narrow->tables; t++) {
            memcpy(to + leaf_tables(wide, t, k), from + leaf_tables(narrow, t, k),
                   LEARND_TREE_VALUES * sizeof(float));
        }
    }
    for (size_t j = 0; j < wide->padded; j++) {
        const int was_there = j < narrow->width;
        to[leaf_lows(wide) + j] = was_there ? from[leaf_lows(narrow) + j] : 0;
        to[leaf_highs(wide) + j] = was_there ? from[leaf_highs(narrow) + j] : 0;
    }
}

int learnd_leaf_show(const learnd_tree_rule *rule, const float *leaf, float *counts, float *norms,
                     float *means, float *inverses) {
    const size_t width = rule->width;
    for (size_t k = 0; k < rule->classes; k++) {
        const float *from = leaf + leaf_moments(rule, k);
        counts[k] = leaf[LEAF_HEAD + k];
        norms[k] = leaf[leaf_norms(rule) + k];
        memcpy(means + k * width, from, width * sizeof(float));
        memcpy(inverses + k * width, from + LEAF_INVERSES * rule->padded, width * sizeof(float));
    }
    return leaf[LEAF_BAYES] >= leaf[LEAF_MAJORITY];
}

int learnd_leaf_show_number(const learnd_tree_rule *rule, const float *leaf, float *mean,
                            float *line) {
    *mean = leaf[NUMBER_MEAN];
    memcpy(line, leaf + number_weights(), rule->width * sizeof(float));
    line[rule->width] = leaf[number_bias(rule)];
    return leaf[NUMBER_LINE_ERROR] < leaf[NUMBER_MEAN_ERROR];
}

static int all_at_least(const float *numbers, size_t count, float least) {
    int is_sound = 1;
    for (size_t i = 0; i < count; i++) is_sound &= numbers[i] >= least && numbers[i] <= FLT_MAX;
    return is_sound;
}

static int number_is_sound(const learnd_tree_rule *rule, const float *leaf) {
    int is_sound = all_at_least(leaf, LEAF_HEAD + rule->padded + LANES, -FLT_MAX);
    for (size_t i = LEAF_WEIGHT; i < LEAF_HEAD; i++) is_sound &= i == NUMBER_MEAN || leaf[i] >= 0;
    is_sound &= all_at_least(leaf + number_lows(rule), rule->padded, -FLT_MAX);
    is_sound &= all_at_least(leaf + number_scales(rule), rule->padded, 1e-6f);
    const float *bins = leaf + number_bins(rule);
    for (size_t i = 0; i < BINS * rule->padded; i++) {
        is_sound &= all_at_least(bins + 2 * i, 1, 0);
        is_sound &= all_at_least(bins + 2 * i + 1, 1, -FLT_MAX);
    }
    for (size_t t = 0; t < rule->tables; t++) {
        const float *weights = leaf + number_tables(rule, t);
        is_sound &= all_at_least(weights, LEARND_TREE_VALUES, 0);
        is_sound &= all_at_least(weights + LEARND_TREE_VALUES, LEARND_TREE_VALUES, -FLT_MAX);
    }
    return is_sound && leaf[LEAF_SEED] <= 0x1p24f;
}

int learnd_leaf_is_sound(const learnd_tree_rule *rule, const float *leaf) {
    if (rule->classes == 0) return number_is_sound(rule, leaf);
    const size_t classes = in_lanes(rule->classes);
    int is_sound = all_at_least(leaf, LEAF_HEAD + 2 * classes, 0) && leaf[LEAF_SEED] <= 0x1p24f &&
                   all_at_least(leaf + leaf_norms(rule), classes + 2 * rule->padded, -FLT_MAX);
    for (size_t k = 0; k < rule->classes; k++) {
        const float *means = leaf + leaf_moments(rule, k);
        is_sound &= all_at_least(means, rule->padded, -FLT_MAX);
        is_sound &= all_at_least(means + LEAF_SQUARES * rule->padded,
                                 (LEAF_MOMENTS - LEAF_SQUARES) * rule->padded, 0);
    }
    const size_t tables = leaf_tables(rule, 0, 0);
    return is_sound && all_at_least(leaf + tables, rule->stride - tables, 0);
}
