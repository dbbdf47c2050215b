// SPDX-License-Identifier: Apache-2.0
//
// A tree for classes learns a row: the leaf that it falls into takes it, and is split when it is
// time. The children of a split begin with what their parent knew, as if they had seen a little of
// it themselves: the counts of the classes, and the moments of all columns, those of a class by its
// share on either side. So they predict at once, and what they see soon outweighs it.

#ifndef LEARND_TREE_GROW_H
#define LEARND_TREE_GROW_H

#include "tree_split.h"

// Whether a row goes to the first child.
LEARND_INLINE int goes_first(const learnd_tree_node *node, const float *slow, const float *raw) {
    if (node->column >= LEARND_TREE_EQUAL) {
        return raw[node->column - LEARND_TREE_EQUAL] == node->limit;
    }
    return slow[node->column] <= node->limit;
}

LEARND_INLINE size_t descend(const learnd_tree *tree, const float *slow, const float *raw) {
    const learnd_tree_node *nodes = tree->nodes;
    size_t node = 0;
    while (nodes[node].column >= 0) {
        node = (size_t)nodes[node].child + !goes_first(nodes + node, slow, raw);
    }
    return node;
}

LEARND_INLINE float *slot_of(const learnd_tree_rule *rule, const learnd_tree *tree, size_t node) {
    return tree->slots + (size_t)tree->nodes[node].slot * rule->stride;
}

LEARND_INLINE float draw_seed(learnd_tree *tree) { return (float)(draw(&tree->random) >> 41); }

// Leaves in the tables of a child what the parent counted, times `part` of each class; of the
// column that was split, only what goes to that side.
LEARND_INLINE void tables_inherit(const learnd_tree_rule *rule, const float *parent, float *child,
                                  size_t k, float part, const split_choice *split, int is_second) {
    for (size_t t = 0; t < rule->tables; t++) {
        const float *from = parent + leaf_tables(rule, t, k);
        float *to = child + leaf_tables(rule, t, k);
        const int is_split = split->has_table && t == split->table;
        for (size_t i = 0; i < LEARND_TREE_VALUES; i++) {
            const int is_gone = is_split && (i == split->place) == is_second;
            to[i] = is_gone ? 0 : from[i] * part;
        }
    }
}

// Leaves in a child what the parent knew on that side: `counts` of its weight.
LEARND_INLINE void leaf_inherit(const learnd_tree_rule *rule, const float *parent, float *child,
                                const float *counts, const split_choice *split, int is_second) {
    const size_t padded = rule->padded;
    float sum = 0;
    for (size_t k = 0; k < rule->classes; k++) sum += counts[k];
    const float scale = sum > rule->inherited ? rule->inherited / sum : 1;
    const float hits = rule->inherited / parent[LEAF_WEIGHT];
    child[LEAF_WEIGHT] = child[LEAF_LOOKED] = sum;
    child[LEAF_MAJORITY] = parent[LEAF_MAJORITY] * hits;
    child[LEAF_BAYES] = parent[LEAF_BAYES] * hits;
    memmove(child + leaf_lows(rule), parent + leaf_lows(rule), 2 * padded * sizeof(float));
    for (size_t k = 0; k < rule->classes; k++) {
        const int is_there = counts[k] > 0;
        const float part = is_there ? counts[k] * scale / parent[leaf_seen(rule) + k] : 0;
        child[LEAF_HEAD + k] = counts[k];
        child[leaf_seen(rule) + k] = counts[k] * scale;
        child[leaf_norms(rule) + k] = is_there ? parent[leaf_norms(rule) + k] : 0;
        float *to = child + leaf_moments(rule, k);
        memmove(to, parent + leaf_moments(rule, k), LEAF_MOMENTS * padded * sizeof(float));
        for (size_t j = 0; j < padded; j++) to[LEAF_SQUARES * padded + j] *= part;
        if (!is_there) memset(to, 0, LEAF_MOMENTS * padded * sizeof(float));
        tables_inherit(rule, parent, child, k, part, split, is_second);
    }
    if (split->has_table) return;
    child[(is_second ? leaf_lows(rule) : leaf_highs(rule)) + split->column] = split->limit;
}

// The share of a class that shows the value which is split off.
LEARND_INLINE float value_share(const float *weights, size_t place) {
    float sum = 0;
    for (size_t i = 0; i < LEARND_TREE_VALUES; i++) sum += weights[i];
    return sum > 0 ? weights[place] / sum : 0;
}

// The weights of the classes on either side of a split.
LEARND_INLINE void share_counts(const learnd_tree_rule *rule, const float *leaf,
                                const split_choice *split, float *left, float *right) {
    const size_t lane = split->column % LANES, first = split->column - lane;
    const lanes limit = split->limit;
    for (size_t k = 0; k < rule->classes; k++) {
        const float n = leaf[leaf_seen(rule) + k];
        left[k] = right[k] = 0;
        if (!(n > 0)) continue;
        lanes share;
        shares_below(leaf + leaf_moments(rule, k), rule->padded, first, &limit, &share);
        left[k] = n * (split->has_table
                           ? value_share(leaf + leaf_tables(rule, split->table, k), split->place)
                           : share[lane]);
        right[k] = n - left[k];
    }
}

// Makes two leaves of one; the first keeps its slot, the other one has a slot of zeros.
LEARND_INLINE void open_children(const learnd_tree_rule *rule, learnd_tree *tree, size_t node,
                                 const split_choice *split, size_t *slots) {
    slots[0] = (size_t)tree->nodes[node].slot;
    slots[1] = tree->slot_count;
    const size_t child = 2 * slots[1] - 1;
    learnd_tree_node parent = {(int32_t)split->column, split->limit, (int32_t)child, -1};
    if (split->has_table) {
        parent.column += LEARND_TREE_EQUAL;
        parent.limit = rule->table_values[split->table * LEARND_TREE_VALUES + split->place];
    }
    tree->nodes[node] = parent;
    tree->nodes[child] = (learnd_tree_node){-1, 0, 0, (int32_t)slots[0]};
    tree->nodes[child + 1] = (learnd_tree_node){-1, 0, 0, (int32_t)slots[1]};
    tree->slot_count += 1;
    memset(tree->slots + slots[1] * rule->stride, 0, rule->stride * sizeof(float));
}

LEARND_INLINE void split_leaf(const learnd_tree_rule *rule, learnd_tree *tree, size_t node,
                              const split_choice *split, float *scratch) {
    float *left = scratch, *right = scratch + in_lanes(rule->classes);
    size_t slots[2];
    share_counts(rule, slot_of(rule, tree, node), split, left, right);
    open_children(rule, tree, node, split, slots);
    float *a = tree->slots + slots[0] * rule->stride, *b = tree->slots + slots[1] * rule->stride;
    // The second first: the first takes the place of the parent.
    leaf_inherit(rule, a, b, right, split, 1);
    leaf_inherit(rule, a, a, left, split, 0);
    a[LEAF_SEED] = draw_seed(tree);
    b[LEAF_SEED] = draw_seed(tree);
}

// Looks whether a leaf should be split, and splits it.
LEARND_INLINE void leaf_look(const learnd_tree_rule *rule, learnd_tree *tree, size_t node,
                             float *scratch) {
    float *leaf = slot_of(rule, tree, node);
    leaf[LEAF_LOOKED] = leaf[LEAF_WEIGHT];
    size_t there = 0;
    for (size_t k = 0; k < rule->classes; k++) there += leaf[leaf_seen(rule) + k] > 0;
    if (there < 2 || tree->slot_count >= rule->leaves_most) return;
    const split_choice split = split_find(rule, leaf);
    if (split.column == rule->width) return;
    lanes range = (float)there;
    binary_logarithms(&range);
    if (!split_is_sure(rule, &split, range[0], leaf[LEAF_WEIGHT])) return;
    split_leaf(rule, tree, node, &split, scratch);
}

// Takes a row into a leaf that has said what it would have predicted; the tree has room for one
// leaf more.
LEARND_INLINE void leaf_learn(const learnd_tree_rule *rule, learnd_tree *tree, size_t node,
                              const float *x, const float *raw, size_t y, float weight,
                              const leaf_choice *choice, float *scratch) {
    float *leaf = slot_of(rule, tree, node);
    if (choice->majority == y) leaf[LEAF_MAJORITY] += weight;
    if (choice->bayes == y) leaf[LEAF_BAYES] += weight;
    leaf_take(rule, leaf, x, raw, y, weight);
    const float wait = rule->grace + rule->patience * leaf[LEAF_WEIGHT];
    if (leaf[LEAF_WEIGHT] - leaf[LEAF_LOOKED] >= wait) leaf_look(rule, tree, node, scratch);
}

#endif
