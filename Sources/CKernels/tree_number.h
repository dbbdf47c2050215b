// SPDX-License-Identifier: Apache-2.0
//
// A leaf of a tree for numbers. It predicts their mean or, where that was better lately, a line
// through the columns, which learns by normalised least mean squares. In its slot lie:
//
//     a head of eight numbers, below
//     weights[columns], bias     the line; the bias fills a group of lanes by itself
//     lows, scales[columns]      where the bins of each column begin, and bins per unit
//     bins[columns][BINS]        the weight and the sum of the numbers of the rows in each bin
//     for each column of few values: weights[values], sums[values]
//
// Numbers are measured by a centre and a spread that the whole tree has in common. Those of the
// stream wander; when they have gone far, everything that the tree knows is measured anew.

#ifndef LEARND_TREE_NUMBER_H
#define LEARND_TREE_NUMBER_H

#include "tree_leaf.h"
#include "tree_random.h"

// Weight, weight at the last look and seed as in a leaf for classes.
enum { NUMBER_MEAN = 2, NUMBER_BINNED = 3, NUMBER_MEAN_ERROR = 5, NUMBER_LINE_ERROR = 6 };

#define BINS 24
// The first leaf bins what lies within as many deviations.
#define FIRST_RANGE 3.5f
#define ERROR_SHARE 0.02f
// The line learns by 4 / (8 + weight) of what is missing, and no slower than this; the mean by
// 1 / weight, likewise.
#define LEAST_RATE 0.03f
#define LEAST_SHARE 0.01f
#define NUMBER_MOST 1e6f
// No row is taken to be further off.
#define OFF_MOST 16.0f

LEARND_INLINE size_t number_weights(void) { return LEAF_HEAD; }
LEARND_INLINE size_t number_bias(const learnd_tree_rule *rule) { return LEAF_HEAD + rule->padded; }
LEARND_INLINE size_t number_lows(const learnd_tree_rule *rule) {
    return LEAF_HEAD + rule->padded + LANES;
}
LEARND_INLINE size_t number_scales(const learnd_tree_rule *rule) {
    return number_lows(rule) + rule->padded;
}
LEARND_INLINE size_t number_bins(const learnd_tree_rule *rule) {
    return number_scales(rule) + rule->padded;
}
LEARND_INLINE size_t number_tables(const learnd_tree_rule *rule, size_t table) {
    return number_bins(rule) + 2 * BINS * rule->padded + 2 * LEARND_TREE_VALUES * table;
}
LEARND_INLINE size_t number_stride(size_t padded) {
    return LEAF_HEAD + LANES + (3 + 2 * BINS) * padded;
}

LEARND_INLINE float held_number(float x) { return learnd_clamp(x, NUMBER_MOST); }

LEARND_INLINE void number_clear(const learnd_tree_rule *rule, float *leaf) {
    memset(leaf, 0, rule->stride * sizeof(float));
    for (size_t j = 0; j < rule->padded; j++) {
        leaf[number_lows(rule) + j] = -FIRST_RANGE;
        leaf[number_scales(rule) + j] = BINS / (2 * FIRST_RANGE);
    }
}

typedef struct {
    float mean;
    float line;
    // The squares of the columns, and 1.
    float energy;
    float number;
} number_choice;

LEARND_INLINE number_choice number_predict(const learnd_tree_rule *rule, const float *leaf,
                                           const float *x) {
    lanes sum = 0.0f, squares = 0.0f;
    for (size_t j = 0; j < rule->padded; j += LANES) {
        LOAD(lanes, value, x + j);
        LOAD(lanes, weight, leaf + number_weights() + j);
        sum += value * weight;
        squares += value * value;
    }
    number_choice choice = {leaf[NUMBER_MEAN], 0, 0, 0};
    choice.line = sum_of(&sum) + leaf[number_bias(rule)];
    choice.energy = sum_of(&squares) + 1;
    const int is_line = leaf[NUMBER_LINE_ERROR] < leaf[NUMBER_MEAN_ERROR];
    choice.number = is_line ? choice.line : choice.mean;
    return choice;
}

LEARND_INLINE void number_bin(const learnd_tree_rule *rule, float *leaf, const float *x, float y,
                              float weight) {
    float *bins = leaf + number_bins(rule);
    for (size_t j = 0; j < rule->padded; j += LANES) {
        LOAD(lanes, value, x + j);
        LOAD(lanes, low, leaf + number_lows(rule) + j);
        LOAD(lanes, scale, leaf + number_scales(rule) + j);
        lanes place = (value - low) * scale;
        hold(&place, 0, BINS - 1);
        const words whole = __builtin_convertvector(place, words);
        for (size_t l = 0; l < LANES && j + l < rule->width; l++) {
            float *bin = bins + 2 * ((j + l) * BINS + (size_t)whole[l]);
            bin[0] += weight;
            bin[1] += weight * y;
        }
    }
}

LEARND_INLINE void number_halve(const learnd_tree_rule *rule, float *leaf) {
    leaf[LEAF_WEIGHT] *= 0.5f;
    leaf[LEAF_LOOKED] *= 0.5f;
    leaf[NUMBER_BINNED] *= 0.5f;
    for (size_t i = number_bins(rule); i < rule->stride; i++) leaf[i] *= 0.5f;
}

// Takes a row into the statistics.
LEARND_INLINE void number_take(const learnd_tree_rule *rule, float *leaf, const float *x,
                               const float *raw, float y, float weight,
                               const number_choice *choice) {
    const float mean_off = learnd_clamp(y - choice->mean, OFF_MOST);
    const float line_off = learnd_clamp(y - choice->line, OFF_MOST);
    leaf[LEAF_WEIGHT] += weight;
    leaf[NUMBER_BINNED] += weight;
    const float share = weight / leaf[LEAF_WEIGHT];
    const float follows = share > ERROR_SHARE ? share : ERROR_SHARE;
    leaf[NUMBER_MEAN_ERROR] += follows * (mean_off * mean_off - leaf[NUMBER_MEAN_ERROR]);
    leaf[NUMBER_LINE_ERROR] += follows * (line_off * line_off - leaf[NUMBER_LINE_ERROR]);
    leaf[NUMBER_MEAN] += (share > LEAST_SHARE ? share : LEAST_SHARE) * mean_off;
    float rate = 4 / (leaf[LEAF_WEIGHT] + 8);
    rate = (rate > LEAST_RATE ? rate : LEAST_RATE) * weight;
    rate = (rate < 0.5f ? rate : 0.5f) * line_off / choice->energy * 2;
    for (size_t j = 0; j < rule->padded; j++) leaf[number_weights() + j] += rate * x[j];
    leaf[number_bias(rule)] += rate;
    number_bin(rule, leaf, x, y, weight);
    for (size_t t = 0; t < rule->tables; t++) {
        const size_t place = value_place(rule, t, raw);
        if (place == LEARND_TREE_VALUES) continue;
        leaf[number_tables(rule, t) + place] += weight;
        leaf[number_tables(rule, t) + LEARND_TREE_VALUES + place] += weight * y;
    }
    if (leaf[LEAF_WEIGHT] > MOST_WEIGHT) number_halve(rule, leaf);
}

// Measures what a leaf knows by a new centre and spread: y becomes a y + b.
LEARND_INLINE void number_measure(const learnd_tree_rule *rule, float *leaf, float a, float b) {
    leaf[NUMBER_MEAN] = held_number(a * leaf[NUMBER_MEAN] + b);
    leaf[NUMBER_MEAN_ERROR] = held_number(a * a * leaf[NUMBER_MEAN_ERROR]);
    leaf[NUMBER_LINE_ERROR] = held_number(a * a * leaf[NUMBER_LINE_ERROR]);
    for (size_t j = 0; j < rule->padded; j++) {
        leaf[number_weights() + j] = held_number(a * leaf[number_weights() + j]);
    }
    leaf[number_bias(rule)] = held_number(a * leaf[number_bias(rule)] + b);
    float *bins = leaf + number_bins(rule);
    for (size_t i = 0; i < BINS * rule->padded; i++) {
        const float sum = a * bins[2 * i + 1] + b * bins[2 * i];
        bins[2 * i + 1] = learnd_clamp(sum, NUMBER_MOST * MOST_WEIGHT);
    }
    for (size_t t = 0; t < rule->tables; t++) {
        const float *weights = leaf + number_tables(rule, t);
        float *sums = leaf + number_tables(rule, t) + LEARND_TREE_VALUES;
        for (size_t i = 0; i < LEARND_TREE_VALUES; i++) {
            sums[i] = learnd_clamp(a * sums[i] + b * weights[i], NUMBER_MOST * MOST_WEIGHT);
        }
    }
}

#endif
