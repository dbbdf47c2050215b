// SPDX-License-Identifier: Apache-2.0
//
// A leaf of a tree for classes: how often each class came, and of each class the mean and the
// variance of each column. In its slot lie, one after the other:
//
//     a head of eight numbers, below
//     counts[classes]        what is known of the classes here, with what the parent knew
//     seen[classes]          the weight behind the moments
//     norms[classes]         -1/2 the sum over columns of log2(variance)
//     lows, highs[columns]   the range of each column
//     for each class: means, squares, inverses[columns]
//                            mean, sum of squared deviations, 1 / variance
//     for each column of few values, for each class: weights[values]
//
// where classes and columns are filled up to whole lanes with zeros. To the variance is added a
// small part of the leaf's range, squared: a class that has shown one value so far is not certain
// of it.

#ifndef LEARND_TREE_LEAF_H
#define LEARND_TREE_LEAF_H

#include <float.h>
#include <math.h>

#include "experts_trees.h"
#include "tree_lanes.h"

// The weight, the weight at the last look for a split, the weight of rows that each way of
// predicting got right, and what decides which columns may split.
enum { LEAF_WEIGHT, LEAF_LOOKED, LEAF_MAJORITY, LEAF_BAYES, LEAF_SEED, LEAF_HEAD = 8 };
enum { LEAF_MEANS, LEAF_SQUARES, LEAF_INVERSES, LEAF_MOMENTS };

#define RANGE_SHARE 0.001f
#define LEAST_VARIANCE 1e-6f
#define MOST_WEIGHT 4e6f

LEARND_INLINE size_t leaf_seen(const learnd_tree_rule *rule) {
    return LEAF_HEAD + in_lanes(rule->classes);
}

LEARND_INLINE size_t leaf_norms(const learnd_tree_rule *rule) {
    return LEAF_HEAD + 2 * in_lanes(rule->classes);
}

LEARND_INLINE size_t leaf_lows(const learnd_tree_rule *rule) {
    return LEAF_HEAD + 3 * in_lanes(rule->classes);
}

LEARND_INLINE size_t leaf_highs(const learnd_tree_rule *rule) {
    return leaf_lows(rule) + rule->padded;
}

LEARND_INLINE size_t leaf_moments(const learnd_tree_rule *rule, size_t k) {
    return leaf_lows(rule) + (2 + k * LEAF_MOMENTS) * rule->padded;
}

LEARND_INLINE size_t leaf_tables(const learnd_tree_rule *rule, size_t table, size_t k) {
    const size_t rows = table * rule->classes + k;
    return leaf_moments(rule, rule->classes) + rows * LEARND_TREE_VALUES;
}

// Which of a column's few values a row shows; LEARND_TREE_VALUES: none of them.
LEARND_INLINE size_t value_place(const learnd_tree_rule *rule, size_t table, const float *raw) {
    const float *values = rule->table_values + table * LEARND_TREE_VALUES;
    const float value = raw[rule->table_columns[table]];
    size_t place = 0;
    while (place < LEARND_TREE_VALUES && values[place] != value) place++;
    return place;
}

LEARND_INLINE void leaf_clear(const learnd_tree_rule *rule, float *leaf) {
    memset(leaf, 0, rule->stride * sizeof(float));
    float *lows = leaf + leaf_lows(rule), *highs = leaf + leaf_highs(rule);
    for (size_t j = 0; j < rule->padded; j++) {
        lows[j] = FLT_MAX;
        highs[j] = -FLT_MAX;
    }
}

// Halves what was seen, so that a weight never grows beyond what single precision can count.
LEARND_INLINE void leaf_halve(const learnd_tree_rule *rule, float *leaf) {
    for (size_t i = LEAF_WEIGHT; i <= LEAF_BAYES; i++) leaf[i] *= 0.5f;
    for (size_t k = 0; k < rule->classes; k++) {
        leaf[LEAF_HEAD + k] *= 0.5f;
        leaf[leaf_seen(rule) + k] *= 0.5f;
        float *squares = leaf + leaf_moments(rule, k) + LEAF_SQUARES * rule->padded;
        for (size_t j = 0; j < rule->padded; j++) squares[j] *= 0.5f;
    }
    for (size_t i = leaf_tables(rule, 0, 0); i < rule->stride; i++) leaf[i] *= 0.5f;
}

// Takes a row into the statistics.
LEARND_INLINE void leaf_take(const learnd_tree_rule *rule, float *leaf, const float *x,
                             const float *raw, size_t y, float weight) {
    const size_t padded = rule->padded;
    float *means = leaf + leaf_moments(rule, y);
    float *squares = means + LEAF_SQUARES * padded, *inverses = means + LEAF_INVERSES * padded;
    float *lows = leaf + leaf_lows(rule), *highs = leaf + leaf_highs(rule);
    const float count = leaf[leaf_seen(rule) + y] + weight;
    leaf[leaf_seen(rule) + y] = count;
    leaf[LEAF_HEAD + y] += weight;
    leaf[LEAF_WEIGHT] += weight;
    const float share = weight / count, inverse_count = 1.0f / count;
    lanes logs = 0.0f;
    for (size_t j = 0; j < padded; j += LANES) {
        LOAD(lanes, value, x + j);
        LOAD(lanes, mean, means + j);
        LOAD(lanes, square, squares + j);
        LOAD(lanes, low, lows + j);
        LOAD(lanes, high, highs + j);
        const lanes off = value - mean;
        mean += off * share;
        square += (off * weight) * (value - mean);
        // Where the mean has moved all the way, what is left of the distance is rounding.
        square = square > 0 ? square : 0;
        low = value < low ? value : low;
        high = value > high ? value : high;
        const lanes range = high - low;
        lanes variance = square * inverse_count + (range * range * RANGE_SHARE + LEAST_VARIANCE);
        const lanes inverse = 1.0f / variance;
        STORE(means + j, mean);
        STORE(squares + j, square);
        STORE(lows + j, low);
        STORE(highs + j, high);
        STORE(inverses + j, inverse);
        binary_logarithms(&variance);
        logs += variance;
    }
    leaf[leaf_norms(rule) + y] = -0.5f * sum_of(&logs);
    for (size_t t = 0; t < rule->tables; t++) {
        const size_t place = value_place(rule, t, raw);
        if (place < LEARND_TREE_VALUES) leaf[leaf_tables(rule, t, y) + place] += weight;
    }
    if (leaf[LEAF_WEIGHT] > MOST_WEIGHT) leaf_halve(rule, leaf);
}

typedef struct {
    size_t majority;
    size_t bayes;
    int is_bayes;
} leaf_choice;

// Binary logarithms of what naive Bayes holds each class for; the likeliest class.
LEARND_INLINE size_t leaf_scores(const learnd_tree_rule *rule, const float *leaf, const float *x,
                                 float *scores) {
    const size_t padded = rule->padded, classes = rule->classes;
    const float *counts = leaf + LEAF_HEAD, *seen = leaf + leaf_seen(rule);
    const float *norms = leaf + leaf_norms(rule);
    for (size_t k = 0; k < classes; k += LANES) {
        LOAD(lanes, prior, counts + k);
        binary_logarithms(&prior);
        STORE(scores + k, prior);
    }
    size_t best = 0;
    for (size_t k = 0; k < classes; k++) {
        if (seen[k] > 0) {
            const float *means = leaf + leaf_moments(rule, k);
            const float *inverses = means + LEAF_INVERSES * padded;
            lanes sum = 0.0f;
            for (size_t j = 0; j < padded; j += LANES) {
                LOAD(lanes, value, x + j);
                LOAD(lanes, mean, means + j);
                LOAD(lanes, inverse, inverses + j);
                const lanes off = value - mean;
                sum += (off * off) * inverse;
            }
            // 1 / (2 ln 2): squares are natural, scores binary.
            scores[k] += norms[k] - 0.721347520f * sum_of(&sum);
        }
        if (scores[k] > scores[best]) best = k;
    }
    return best;
}

// What a leaf says of a row, in two ways, and the probabilities of the better one so far. There is
// room in `votes` for whole lanes.
LEARND_INLINE leaf_choice leaf_predict(const learnd_tree_rule *rule, const float *leaf,
                                       const float *x, float *votes) {
    const size_t classes = rule->classes;
    const float *counts = leaf + LEAF_HEAD;
    leaf_choice choice = {0, 0, leaf[LEAF_BAYES] >= leaf[LEAF_MAJORITY]};
    choice.bayes = leaf_scores(rule, leaf, x, votes);
    for (size_t k = 1; k < classes; k++) {
        if (counts[k] > counts[choice.majority]) choice.majority = k;
    }
    if (!choice.is_bayes) {
        const float scale = 1.0f / (leaf[LEAF_WEIGHT] + 1.0f);
        const float rest = scale / (float)classes;
        for (size_t k = 0; k < classes; k++) votes[k] = counts[k] * scale + rest;
        return choice;
    }
    const float top = votes[choice.bayes];
    for (size_t k = classes; k < in_lanes(classes); k++) votes[k] = top - 126.0f;
    lanes total = 0.0f;
    for (size_t k = 0; k < classes; k += LANES) {
        LOAD(lanes, score, votes + k);
        score -= top;
        hold(&score, -126, 0);
        binary_powers(&score);
        total += score;
        STORE(votes + k, score);
    }
    const float scale = 1.0f / sum_of(&total);
    for (size_t k = 0; k < classes; k++) votes[k] *= scale;
    return choice;
}

#endif
