// SPDX-License-Identifier: Apache-2.0
//
// What a tree says of a row, for classes or for a number, and how it learns the row right after.

#ifndef LEARND_TREE_ANSWER_H
#define LEARND_TREE_ANSWER_H

#include "tree_grow.h"
#include "tree_number_split.h"

// A row counts for no more than as many.
#define ROW_WEIGHT_MOST 1e4f
// Centres and spreads beyond make no difference.
#define MEASURE_MOST 1e18f
// A watch sees errors of numbers in as many steps of this part of a spread.
#define ERROR_STEPS 64
#define ERROR_STEP 0.03125f

// A row as trees see it; a number is measured by the row's centre and spread.
typedef struct {
    const float *slow;
    const float *raw;
    // Filled up to whole lanes.
    const float *x;
    size_t label;
    float number;
    float centre;
    float spread;
    float weight;
    int learns;
} tree_row;

typedef struct {
    size_t node;
    leaf_choice choice;
    number_choice number;
    // What was predicted, in the row's measure.
    float value;
} tree_answer;

LEARND_INLINE tree_row read_row(const learnd_tree_rule *rule, const learnd_expert_rows *rows,
                                size_t at, float *x) {
    tree_row row = {0};
    row.slow = rows->slow + at * rule->width;
    row.raw = rows->raw + at * rule->width;
    row.x = x;
    memcpy(x, row.slow, rule->width * sizeof(float));
    row.label = (size_t)rows->labels[at];
    row.number = rows->targets[at];
    row.centre = learnd_clamp(rows->centres[at], MEASURE_MOST);
    row.spread = learnd_clamp(rows->spreads[at], MEASURE_MOST);
    if (!(row.spread > 1 / MEASURE_MOST)) row.spread = 1 / MEASURE_MOST;
    row.weight = rows->weights[at] < ROW_WEIGHT_MOST ? rows->weights[at] : ROW_WEIGHT_MOST;
    const int is_told =
        rule->classes > 0 ? row.label < rule->classes : row.number - row.number == 0;
    row.learns = rows->learns[at] && is_told && row.weight > 0;
    return row;
}

LEARND_INLINE int has_room(const learnd_tree *tree) { return tree->slot_count < tree->slot_room; }

// A row's numbers in the measure of the tree are `scale` times theirs plus `shift`.
LEARND_INLINE void measure_of(const learnd_tree *tree, const tree_row *row, float *scale,
                              float *shift) {
    *scale = row->spread / tree->spread;
    *shift = (row->centre - tree->centre) / tree->spread;
}

// Measures all that the tree knows by another centre and spread.
LEARND_INLINE void set_measure(const learnd_tree_rule *rule, learnd_tree *tree, float centre,
                               float spread) {
    const float a = held_number(tree->spread / spread);
    const float b = held_number((tree->centre - centre) / spread);
    for (size_t slot = 0; slot < tree->slot_count; slot++) {
        number_measure(rule, tree->slots + slot * rule->stride, a, b);
    }
    tree->centre = centre;
    tree->spread = spread;
}

// Takes over the measure of the row when the tree's is far from it; whether it did.
LEARND_INLINE int keep_measure(const learnd_tree_rule *rule, learnd_tree *tree,
                               const tree_row *row) {
    float scale, shift;
    measure_of(tree, row, &scale, &shift);
    if (scale > 0.5f && scale < 2 && fabsf(shift) < 1) return 0;
    set_measure(rule, tree, row->centre, row->spread);
    return 1;
}

// What the tree says of the row; votes of classes go to `votes`.
LEARND_INLINE tree_answer tree_ask(const learnd_tree_rule *rule, const learnd_tree *tree,
                                   const tree_row *row, float *votes) {
    tree_answer answer = {0};
    answer.node = descend(tree, row->slow, row->raw);
    const float *leaf = slot_of(rule, tree, answer.node);
    if (rule->classes > 0) {
        answer.choice = leaf_predict(rule, leaf, row->x, votes);
        return answer;
    }
    answer.number = number_predict(rule, leaf, row->x);
    float scale, shift;
    measure_of(tree, row, &scale, &shift);
    answer.value = learnd_clamp((answer.number.number - shift) / scale, 5);
    votes[0] = answer.value;
    return answer;
}

// How wrong the answer was, in the steps of a watch.
LEARND_INLINE uint32_t tree_error(const learnd_tree_rule *rule, const tree_row *row,
                                  const tree_answer *answer) {
    if (rule->classes > 0) {
        const leaf_choice *choice = &answer->choice;
        return (choice->is_bayes ? choice->bayes : choice->majority) != row->label;
    }
    const float steps = fabsf(answer->value - row->number) * (1 / ERROR_STEP);
    return steps < ERROR_STEPS ? (uint32_t)steps : ERROR_STEPS;
}

LEARND_INLINE double error_most(const learnd_tree_rule *rule) {
    return rule->classes > 0 ? 1 : ERROR_STEPS;
}

LEARND_INLINE void number_look(const learnd_tree_rule *rule, learnd_tree *tree, size_t node) {
    float *leaf = slot_of(rule, tree, node);
    leaf[LEAF_LOOKED] = leaf[NUMBER_BINNED];
    if (tree->slot_count >= rule->leaves_most) return;
    const split_choice split = number_find(rule, leaf);
    if (split.column == rule->width) return;
    if (!number_is_sure(rule, &split, leaf[NUMBER_BINNED])) return;
    float weights[2], sums[2];
    number_sides(rule, leaf, &split, weights, sums);
    size_t slots[2];
    open_children(rule, tree, node, &split, slots);
    for (size_t side = 2; side-- > 0;) {
        float *child = tree->slots + slots[side] * rule->stride;
        number_inherit(rule, leaf, child, weights[side], sums[side], &split, side == 1);
        child[LEAF_SEED] = draw_seed(tree);
    }
}

// The tree learns the row of which it has said what it would; there is room for one leaf more.
LEARND_INLINE void tree_teach(const learnd_tree_rule *rule, learnd_tree *tree, const tree_row *row,
                              tree_answer answer, float weight, float *scratch) {
    if (rule->classes > 0) {
        leaf_learn(rule, tree, answer.node, row->x, row->raw, row->label, weight,
                   &answer.choice, scratch);
        return;
    }
    if (keep_measure(rule, tree, row)) answer = tree_ask(rule, tree, row, scratch);
    float scale, shift;
    measure_of(tree, row, &scale, &shift);
    float *leaf = slot_of(rule, tree, answer.node);
    number_take(rule, leaf, row->x, row->raw, scale * row->number + shift, weight, &answer.number);
    const float wait = rule->grace + rule->patience * leaf[NUMBER_BINNED];
    if (leaf[NUMBER_BINNED] - leaf[LEAF_LOOKED] >= wait) number_look(rule, tree, answer.node);
}

#endif
