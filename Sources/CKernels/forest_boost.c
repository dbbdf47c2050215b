// SPDX-License-Identifier: Apache-2.0
//
// Grows one tree of a gradient boosting of the squared error (Friedman, "Greedy function
// approximation: a gradient boosting machine", Annals of Statistics 29, 2001) on rows in bins:
//
//   1. each row is to get what the trees before leave of its value;
//   2. the leaf whose best partition gains most is parted, until there are enough leaves. With the
//      sum s of w r and the sum W of w, a partition gains s1^2 / W1 + s2^2 / W2 - s^2 / W;
//   3. a leaf predicts `rate` s / W.
//
// The sums of the bins of all inputs are kept for each leaf. Of two children those of the one with
// fewer rows are gathered; those of the other are the parent's less them. So of a node of n rows
// n / 2 at most are looked at (Ke et al., "LightGBM", NIPS 2017).

#include "experts_forests.h"

#include <string.h>

#include "clones.h"

#pragma STDC FP_CONTRACT OFF

// A gain is one when it is this share of what the node has.
#define SMALLEST_GAIN 1e-6f
// The gain of a node that has children.
#define PARTED -1
// The numbers in the table of an input.
#define TABLE (2 * LEARND_FOREST_STRIDE)

typedef float pair __attribute__((vector_size(8)));

LEARND_INLINE pair pair_at(const float *numbers, size_t place) {
    pair p;
    memcpy(&p, numbers + 2 * place, sizeof p);
    return p;
}

LEARND_INLINE void set_pair(float *numbers, size_t place, pair p) {
    memcpy(numbers + 2 * place, &p, sizeof p);
}

LEARND_INLINE float *table_of(const learnd_forest_rows *rows, const learnd_boosted_tree *tree,
                              size_t table) {
    return tree->cells + table * rows->inputs * TABLE;
}

LEARND_INLINE void gather(const learnd_forest_rows *rows, const learnd_boosted_tree *tree,
                          size_t node) {
    float *cells = table_of(rows, tree, tree->tables[node]);
    const uint16_t *const order = tree->order + tree->starts[node];
    const float *const sums = tree->sums + 2 * (size_t)tree->starts[node];
    const size_t count = tree->counts[node];
    memset(cells, 0, rows->inputs * TABLE * sizeof *cells);
    for (size_t input = 0; input < rows->inputs; input++, cells += TABLE) {
        const uint8_t *const bins = rows->bins + input * rows->rows;
        if (rows->bin_counts[input] < 2) continue;
        for (size_t i = 0; i < count; i++) {
            const size_t bin = bins[order[i]];
            set_pair(cells, bin, pair_at(cells, bin) + pair_at(sums, i));
        }
    }
}

// What an edge between bins gains beside no edge, and less than 0 where a side is too light.
LEARND_INLINE void gains_of(const float *cells, size_t edges, pair all, float least,
                            float *restrict gains) {
    float sums[LEARND_FOREST_STRIDE], weights[LEARND_FOREST_STRIDE];
    pair left = {0, 0};
    for (size_t edge = 0; edge < edges; edge++) {
        left += pair_at(cells, edge);
        sums[edge] = left[0];
        weights[edge] = left[1];
    }
    for (size_t edge = 0; edge < edges; edge++) {
        const float s = sums[edge], w = weights[edge];
        const float other_s = all[0] - s, other_w = all[1] - w;
        const float gain = s * s / w + other_s * other_s / other_w;
        gains[edge] = w >= least && other_w >= least ? gain : -1;
    }
}

// The first of the largest. Numbers that are not below 0 are ordered as their bits are, and all
// that are below count for nothing here, so the largest is found without an order of comparisons.
LEARND_INLINE size_t largest(const float *gains, size_t count) {
    int32_t most = -1;
    for (size_t i = 0; i < count; i++) {
        int32_t bits;
        memcpy(&bits, gains + i, sizeof bits);
        most = bits > most ? bits : most;
    }
    for (size_t i = 0; i < count; i++) {
        int32_t bits;
        memcpy(&bits, gains + i, sizeof bits);
        if (bits == most) return i;
    }
    return 0;
}

// Looks for the best partition of a node whose table is filled.
LEARND_INLINE void search(const learnd_forest_rows *rows, const learnd_boost_rule *rule,
                          learnd_boosted_tree *tree, size_t node, pair all) {
    const float *cells = table_of(rows, tree, tree->tables[node]);
    const float base = all[0] * all[0] / all[1];
    float best = base + SMALLEST_GAIN * base;
    tree->gains[node] = 0;
    if (all[1] < 2 * rule->leaf_weight) return;
    for (size_t input = 0; input < rows->inputs; input++, cells += TABLE) {
        const size_t edges = (size_t)rows->bin_counts[input] - 1;
        float gains[LEARND_FOREST_STRIDE];
        if (edges == 0) continue;
        gains_of(cells, edges, all, rule->leaf_weight, gains);
        size_t edge = largest(gains, edges);
        if (!(gains[edge] > best)) continue;
        best = gains[edge];
        size_t end = edge;
        // Empty bins, and those that only rounding left something in.
        while (end + 1 < edges && pair_at(cells, end + 1)[1] <= 0) end++;
        tree->gains[node] = best - base;
        tree->best_inputs[node] = (uint32_t)input;
        tree->best_edges[node] = (uint32_t)(edge + end) / 2;
    }
}

LEARND_INLINE pair sum_of(const learnd_boosted_tree *tree, size_t node) {
    const float *const sums = tree->sums + 2 * (size_t)tree->starts[node];
    pair even = {0, 0}, odd = even;
    for (size_t i = 0; i < tree->counts[node]; i++) {
        if (i & 1) odd += pair_at(sums, i);
        else even += pair_at(sums, i);
    }
    return even + odd;
}

LEARND_INLINE void add_node(learnd_boosted_tree *tree, size_t start, size_t count, size_t table) {
    const size_t node = tree->state.node_count++;
    tree->starts[node] = (uint32_t)start;
    tree->counts[node] = (uint32_t)count;
    tree->tables[node] = (uint32_t)table;
    tree->gains[node] = 0;
}

// Puts the rows of a node that go right behind the others; returns how many go left.
LEARND_INLINE size_t part_rows(const learnd_forest_rows *rows, learnd_boosted_tree *tree,
                               size_t node) {
    const uint8_t *const bins = rows->bins + tree->best_inputs[node] * rows->rows;
    const uint32_t edge = tree->best_edges[node];
    uint16_t *const order = tree->order + tree->starts[node];
    float *const sums = tree->sums + 2 * (size_t)tree->starts[node];
    size_t left = 0, right = 0;
    for (size_t i = 0; i < tree->counts[node]; i++) {
        const uint16_t row = order[i];
        const pair own = pair_at(sums, i);
        const size_t goes_right = bins[row] > edge;
        order[left] = row;
        set_pair(sums, left, own);
        tree->spare_order[right] = row;
        set_pair(tree->spare_sums, right, own);
        left += 1 - goes_right;
        right += goes_right;
    }
    memcpy(order + left, tree->spare_order, right * sizeof *order);
    memcpy(sums + 2 * left, tree->spare_sums, right * sizeof(pair));
    return left;
}

// Returns about how many values were looked at.
LEARND_INLINE size_t part(const learnd_forest_rows *rows, const learnd_boost_rule *rule,
                          learnd_boosted_tree *tree, size_t node, size_t leaves) {
    const size_t start = tree->starts[node], count = tree->counts[node];
    const size_t left = part_rows(rows, tree, node), right = count - left;
    const size_t children = tree->state.node_count;
    const int left_is_small = left <= right;
    const size_t table = tree->tables[node];
    tree->nodes[node] = (learnd_forest_node){
        rows->edges[(size_t)tree->best_inputs[node] * LEARND_FOREST_STRIDE +
                    tree->best_edges[node]],
        (uint16_t)(tree->best_inputs[node] + 1), (uint16_t)(children - node)};
    tree->gains[node] = PARTED;
    add_node(tree, start, left, left_is_small ? leaves : table);
    add_node(tree, start + left, right, left_is_small ? table : leaves);
    if (leaves + 1 >= rule->leaves) return count;
    const size_t small = left_is_small ? children : children + 1;
    gather(rows, tree, small);
    const float *restrict taken = table_of(rows, tree, leaves);
    float *restrict kept = table_of(rows, tree, table);
    for (size_t i = 0; i < rows->inputs * TABLE; i++) kept[i] -= taken[i];
    search(rows, rule, tree, children, sum_of(tree, children));
    search(rows, rule, tree, children + 1, sum_of(tree, children + 1));
    return rows->inputs * (tree->counts[small] + 4 * LEARND_FOREST_STRIDE) + count;
}

LEARND_CLONES void learnd_boost_start(const learnd_forest_rows *rows,
                                      const learnd_boost_rule *rule, learnd_boosted_tree *tree) {
    for (size_t row = 0; row < rows->rows; row++) {
        const float w = rows->weights[row];
        tree->order[row] = (uint16_t)row;
        set_pair(tree->sums, row, (pair){w * (rows->values[row] - tree->predictions[row]), w});
    }
    tree->state.node_count = 0;
    tree->state.is_done = 0;
    add_node(tree, 0, rows->rows, 0);
    gather(rows, tree, 0);
    search(rows, rule, tree, 0, sum_of(tree, 0));
}

LEARND_CLONES void learnd_boost_grow(const learnd_forest_rows *rows,
                                     const learnd_boost_rule *rule, learnd_boosted_tree *tree,
                                     size_t budget) {
    for (size_t looked = 0; looked < budget;) {
        const size_t leaves = (tree->state.node_count + 1) / 2;
        size_t best = 0;
        for (size_t node = 1; node < tree->state.node_count; node++) {
            best = tree->gains[node] > tree->gains[best] ? node : best;
        }
        if (leaves >= rule->leaves || !(tree->gains[best] > 0)) {
            tree->state.is_done = 1;
            return;
        }
        looked += part(rows, rule, tree, best, leaves);
    }
}

LEARND_INLINE void make_leaf(const learnd_boost_rule *rule, learnd_boosted_tree *tree,
                             size_t node) {
    const pair all = sum_of(tree, node);
    const float value = rule->rate * (all[0] / all[1]);
    tree->nodes[node] = (learnd_forest_node){value, 0, 0};
    const uint16_t *const order = tree->order + tree->starts[node];
    for (size_t i = 0; i < tree->counts[node]; i++) tree->predictions[order[i]] += value;
}

void learnd_boost_finish(const learnd_boost_rule *rule, learnd_boosted_tree *tree) {
    // Which node stands at each place.
    uint32_t *const from = tree->tables;
    const size_t count = tree->state.node_count;
    size_t placed = 1;
    for (size_t node = 0; node < count; node++) {
        if (tree->gains[node] != PARTED) make_leaf(rule, tree, node);
    }
    from[0] = 0;
    for (size_t place = 0; place < count; place++) {
        learnd_forest_node node = tree->nodes[from[place]];
        if (node.feature > 0) {
            const uint32_t child = from[place] + node.step;
            node.step = (uint16_t)(placed - place);
            from[placed] = child;
            from[placed + 1] = child + 1;
            placed += 2;
        }
        tree->ordered[place] = node;
    }
}
