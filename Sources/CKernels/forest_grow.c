// SPDX-License-Identifier: Apache-2.0
//
// Grows one tree of a random forest (Breiman, "Random forests", Machine Learning 45, 2001) on rows
// in bins:
//
//   1. as many rows as there are are drawn, with replacement; a row counts its weight as often as
//      it was drawn;
//   2. nodes are visited in the order in which they were made. Some inputs are drawn without
//      replacement; more, while none of them parts the rows;
//   3. the rows are parted where sum(w y)^2 / sum(w) of both sides together is largest, which is
//      where the variance left is smallest; with classes, where the impurity of Gini is: the sum
//      over both sides of sum_c (w of c)^2 / sum(w). Of empty bins beside the place, the middle;
//   4. a node that is too small or too deep, or whose rows are alike, is a leaf.
//
// The sums of a bin are gathered in a table that is all 0 between searches. In a node of few rows
// only bins that hold something are looked at, so that the work follows the rows.

#include "experts_forests.h"

#include "clones.h"
#include "forest_cells.h"

#pragma STDC FP_CONTRACT OFF

// From so many rows on, all bins are looked at.
#define MANY_ROWS 160
// Rows are alike when this share of their sum of squares is left.
#define ALIKE 1e-6f

// Steele, Lea and Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014.
LEARND_INLINE uint32_t draw(uint64_t *state, size_t bound) {
    *state += 0x9E3779B97F4A7C15u;
    uint64_t z = *state;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    z ^= z >> 31;
    return (uint32_t)(((z >> 32) * bound) >> 32);
}

// --- Values.

LEARND_INLINE float purity(quad left, quad right) {
    return left[0] * left[0] / left[1] + right[0] * right[0] / right[1];
}

LEARND_INLINE int may_part(quad left, quad right, float least) {
    return left[2] >= least && right[2] >= least && left[1] > 0 && right[1] > 0;
}

LEARND_INLINE void search_all_bins(const learnd_forest_rows *rows, uint32_t input, quad all,
                                   float least, float *cells, partition *best) {
    const uint32_t bins = rows->bin_counts[input];
    quad left = {0, 0, 0, 0};
    int found = 0;
    for (uint32_t bin = 0; bin + 1 < bins; bin++) {
        left += quad_at(cells, bin);
        const quad right = all - left;
        if (!may_part(left, right, least)) continue;
        const float gain = purity(left, right);
        if (!(gain > best->gain)) continue;
        *best = (partition){gain, input, bin};
        found = 1;
    }
    if (found) {
        uint32_t end = best->edge;
        while (quad_at(cells, end + 1)[2] == 0) end++;
        best->edge = (best->edge + end) / 2;
    }
    memset(cells, 0, bins * sizeof(quad));
}

LEARND_INLINE void search_some_bins(binset set, uint32_t input, quad all, float least,
                                    float *cells, partition *best) {
    quad left = {0, 0, 0, 0};
    const quad nothing = left;
    uint32_t before = 0;
    for (uint32_t word = 0; word < LEARND_FOREST_STRIDE / 64; word++) {
        for (uint64_t bits = set.words[word]; bits; bits &= bits - 1) {
            const uint32_t bin = word * 64 + (uint32_t)__builtin_ctzll(bits);
            const quad right = all - left;
            if (may_part(left, right, least)) {
                const float gain = purity(left, right);
                if (gain > best->gain) *best = (partition){gain, input, (before + bin - 1) / 2};
            }
            left += quad_at(cells, bin);
            set_quad(cells, bin, nothing);
            before = bin;
        }
    }
}

LEARND_INLINE void search_values(const learnd_forest_rows *rows, uint32_t input,
                                 const learnd_forest_tree *tree, size_t start, size_t count,
                                 quad all, float least, partition *best) {
    const uint8_t *const bins = rows->bins + input * rows->rows;
    const uint16_t *const order = tree->order + start;
    const float *const sums = tree->sums + 4 * start;
    float *const cells = tree->cells;
    if (count >= MANY_ROWS) {
        for (size_t i = 0; i < count; i++) {
            const size_t bin = bins[order[i]];
            set_quad(cells, bin, quad_at(cells, bin) + quad_at(sums, i));
        }
        search_all_bins(rows, input, all, least, cells, best);
        return;
    }
    binset set = {{0, 0, 0, 0}};
    for (size_t i = 0; i < count; i++) {
        const size_t bin = bins[order[i]];
        set_quad(cells, bin, quad_at(cells, bin) + quad_at(sums, i));
        binset_add(&set, bin);
    }
    search_some_bins(set, input, all, least, cells, best);
}

// --- Classes.

typedef struct {
    uint32_t label;
    float weight;
} labelled;

LEARND_INLINE labelled labelled_at(const float *numbers, size_t place) {
    labelled item;
    memcpy(&item, numbers + 2 * place, sizeof item);
    return item;
}

LEARND_INLINE void set_labelled(float *numbers, size_t place, labelled item) {
    memcpy(numbers + 2 * place, &item, sizeof item);
}

// Sorts the rows of a node by bin; `ends` then has where those of each bin in `set` end.
LEARND_INLINE binset sort_by_bin(const uint8_t *bins, const uint16_t *order, const float *items,
                                 size_t count, uint16_t *ends, float *out) {
    memset(ends, 0, LEARND_FOREST_STRIDE * sizeof *ends);
    binset set = {{0, 0, 0, 0}};
    for (size_t i = 0; i < count; i++) {
        const size_t bin = bins[order[i]];
        ends[bin]++;
        binset_add(&set, bin);
    }
    uint16_t before = 0;
    for (size_t word = 0; word < LEARND_FOREST_STRIDE / 64; word++) {
        for (uint64_t bits = set.words[word]; bits; bits &= bits - 1) {
            const size_t bin = word * 64 + (size_t)__builtin_ctzll(bits);
            const uint16_t here = ends[bin];
            ends[bin] = before;
            before = (uint16_t)(before + here);
        }
    }
    for (size_t i = 0; i < count; i++) {
        set_labelled(out, ends[bins[order[i]]]++, labelled_at(items, i));
    }
    return set;
}

// What lies on both sides: the weights, and the sums of the squares of those of the classes.
typedef struct {
    float left;
    float right;
    float left_squares;
    float right_squares;
} sides;

// Takes a row from the right to the left; a class has its weights on the left and in all.
LEARND_INLINE void move_left(labelled item, float *tally, sides *s) {
    float *const own = tally + 2 * (size_t)item.label;
    const float w = item.weight, left = own[0], right = own[1] - left;
    s->left_squares += w * (2 * left + w);
    s->right_squares -= w * (2 * right - w);
    s->left += w;
    s->right -= w;
    own[0] = left + w;
}

LEARND_INLINE void search_classes(const learnd_forest_rows *rows, uint32_t input,
                                  const learnd_forest_tree *tree, size_t start, size_t count,
                                  sides all, size_t least, partition *best) {
    const uint8_t *const bins = rows->bins + input * rows->rows;
    float *const items = tree->spare_sums;
    uint16_t ends[LEARND_FOREST_STRIDE];
    const binset set = sort_by_bin(bins, tree->order + start, tree->sums + 2 * start, count, ends,
                                   items);
    sides s = all;
    size_t done = 0;
    uint32_t before = 0;
    for (uint32_t word = 0; word < LEARND_FOREST_STRIDE / 64; word++) {
        for (uint64_t bits = set.words[word]; bits; bits &= bits - 1) {
            const uint32_t bin = word * 64 + (uint32_t)__builtin_ctzll(bits);
            if (done >= least && count - done >= least && s.left > 0 && s.right > 0) {
                const float gain = s.left_squares / s.left + s.right_squares / s.right;
                if (gain > best->gain) *best = (partition){gain, input, (before + bin - 1) / 2};
            }
            for (; done < ends[bin]; done++) move_left(labelled_at(items, done), tree->tally, &s);
            before = bin;
        }
    }
    for (size_t i = 0; i < count; i++) tree->tally[2 * labelled_at(items, i).label] = 0;
}

// --- Nodes.

LEARND_INLINE quad sum_values(const float *sums, size_t count) {
    quad even = {0, 0, 0, 0}, odd = even;
    for (size_t i = 0; i + 1 < count; i += 2) {
        even += quad_at(sums, i);
        odd += quad_at(sums, i + 1);
    }
    return count & 1 ? even + odd + quad_at(sums, count - 1) : even + odd;
}

// Sums the weights of the classes into the tally.
LEARND_INLINE sides sum_classes(const float *items, size_t count, float *tally) {
    sides all = {0, 0, 0, 0};
    for (size_t i = 0; i < count; i++) {
        const labelled item = labelled_at(items, i);
        float *const own = tally + 2 * (size_t)item.label;
        all.right += item.weight;
        all.right_squares += item.weight * (2 * own[1] + item.weight);
        own[1] += item.weight;
    }
    return all;
}

LEARND_INLINE void make_leaf(learnd_forest_tree *tree, size_t node, float value) {
    tree->nodes[node] = (learnd_forest_node){value, 0, 0};
}

LEARND_INLINE int is_pure(const float *items, size_t count) {
    const uint32_t first = labelled_at(items, 0).label;
    for (size_t i = 1; i < count; i++) {
        if (labelled_at(items, i).label != first) return 0;
    }
    return 1;
}

// Makes a leaf of one class, or writes the classes of a leaf in the order in which they are met;
// empties the tally.
LEARND_INLINE void make_class_leaf(learnd_forest_tree *tree, size_t node, const float *items,
                                   size_t count, float all) {
    if (is_pure(items, count)) {
        const uint32_t label = labelled_at(items, 0).label;
        tree->tally[2 * (size_t)label + 1] = 0;
        make_leaf(tree, node, -1 - (float)label);
        return;
    }
    learnd_forest_tree_state *const state = &tree->state;
    for (size_t i = 0; i < count; i++) {
        float *const own = tree->tally + 2 * (size_t)labelled_at(items, i).label;
        if (own[1] == 0) continue;
        tree->leaf_classes[state->leaf_pairs] = (uint16_t)labelled_at(items, i).label;
        tree->leaf_shares[state->leaf_pairs] = own[1] / all;
        state->leaf_pairs++;
        own[1] = 0;
    }
    make_leaf(tree, node, (float)(state->leaves_before + state->leaf_count));
    tree->leaf_ends[state->leaf_count] = (uint32_t)state->leaf_pairs;
    state->leaf_count++;
}

LEARND_INLINE void add_node(learnd_forest_tree *tree, size_t start, size_t count, size_t depth) {
    tree->starts[tree->state.node_count] = (uint32_t)start;
    tree->counts[tree->state.node_count] = (uint32_t)count;
    tree->depths[tree->state.node_count] = (uint8_t)depth;
    tree->state.node_count++;
}

// Parts the rows of a node, each side in the order it had, and makes its children.
LEARND_INLINE void part(const learnd_forest_rows *rows, learnd_forest_tree *tree, size_t node,
                        partition at, size_t lanes) {
    const uint8_t *const bins = rows->bins + at.input * rows->rows;
    const size_t start = tree->starts[node], count = tree->counts[node];
    const size_t bytes = lanes * sizeof(float);
    uint16_t *const order = tree->order + start;
    float *const sums = tree->sums + lanes * start;
    size_t left = 0, right = 0;
    for (size_t i = 0; i < count; i++) {
        const uint16_t row = order[i];
        const size_t goes_right = bins[row] > at.edge;
        order[left] = row;
        tree->spare_order[right] = row;
        memcpy(tree->spare_sums + lanes * right, sums + lanes * i, bytes);
        memmove(sums + lanes * left, sums + lanes * i, bytes);
        left += 1 - goes_right;
        right += goes_right;
    }
    memcpy(order + left, tree->spare_order, right * sizeof *order);
    memcpy(sums + lanes * left, tree->spare_sums, right * bytes);
    tree->nodes[node] = (learnd_forest_node){
        rows->edges[(size_t)at.input * LEARND_FOREST_STRIDE + at.edge],
        (uint16_t)(at.input + 1), (uint16_t)(tree->state.node_count - node)};
    const size_t depth = (size_t)tree->depths[node] + 1;
    add_node(tree, start, left, depth);
    add_node(tree, start + left, right, depth);
}

LEARND_INLINE int next_input(learnd_forest_tree *tree, size_t inputs, size_t *drawn) {
    const size_t place = *drawn + draw(&tree->state.random, inputs - *drawn);
    const uint16_t input = tree->inputs[place];
    tree->inputs[place] = tree->inputs[*drawn];
    tree->inputs[*drawn] = input;
    *drawn += 1;
    return input;
}

// Returns how many values were looked at.
LEARND_INLINE size_t visit_values(const learnd_forest_rows *rows,
                                  const learnd_forest_tree_rule *rule, learnd_forest_tree *tree,
                                  size_t node) {
    const size_t start = tree->starts[node], count = tree->counts[node];
    const quad all = sum_values(tree->sums + 4 * start, count);
    const float mean = all[0] / all[1];
    const int alike = all[3] - all[0] * mean <= ALIKE * all[3];
    size_t drawn = 0;
    partition best = {-1, 0, 0};
    if (count >= 2 * rule->leaf_rows && tree->depths[node] < rule->depth && !alike) {
        while (drawn < rows->inputs && (drawn < rule->tried || best.gain < 0)) {
            const uint32_t input = (uint32_t)next_input(tree, rows->inputs, &drawn);
            if (rows->bin_counts[input] < 2) continue;
            search_values(rows, input, tree, start, count, all, (float)rule->leaf_rows, &best);
        }
    }
    if (best.gain < 0) {
        make_leaf(tree, node, mean);
    } else {
        part(rows, tree, node, best, 4);
    }
    return (drawn + 1) * count;
}

LEARND_INLINE size_t visit_classes(const learnd_forest_rows *rows,
                                   const learnd_forest_tree_rule *rule, learnd_forest_tree *tree,
                                   size_t node) {
    const size_t start = tree->starts[node], count = tree->counts[node];
    const float *const items = tree->sums + 2 * start;
    const sides all = sum_classes(items, count, tree->tally);
    const int alike = all.right * all.right - all.right_squares <= ALIKE * all.right_squares;
    size_t drawn = 0;
    partition best = {-1, 0, 0};
    if (count >= 2 * rule->leaf_rows && tree->depths[node] < rule->depth && !alike) {
        while (drawn < rows->inputs && (drawn < rule->tried || best.gain < 0)) {
            const uint32_t input = (uint32_t)next_input(tree, rows->inputs, &drawn);
            if (rows->bin_counts[input] < 2) continue;
            search_classes(rows, input, tree, start, count, all, rule->leaf_rows, &best);
        }
    }
    if (best.gain < 0) {
        make_class_leaf(tree, node, items, count, all.right);
    } else {
        for (size_t i = 0; i < count; i++) tree->tally[2 * labelled_at(items, i).label + 1] = 0;
        part(rows, tree, node, best, 2);
    }
    return (drawn + 1) * count;
}

void learnd_forest_tree_start(const learnd_forest_rows *rows, learnd_forest_tree *tree) {
    uint16_t *const times = tree->spare_order;
    memset(times, 0, rows->rows * sizeof *times);
    for (size_t i = 0; i < rows->rows; i++) times[draw(&tree->state.random, rows->rows)]++;
    size_t count = 0;
    for (size_t row = 0; row < rows->rows; row++) {
        if (times[row] == 0) continue;
        const float w = (float)times[row] * rows->weights[row];
        tree->order[count] = (uint16_t)row;
        if (rows->labels) {
            set_labelled(tree->sums, count, (labelled){rows->labels[row], w});
        } else {
            const float y = rows->values[row];
            set_quad(tree->sums, count, (quad){w * y, w, 1, w * y * y});
        }
        count++;
    }
    for (size_t input = 0; input < rows->inputs; input++) tree->inputs[input] = (uint16_t)input;
    tree->state.rows = count;
    tree->state.node_count = 0;
    tree->state.next = 0;
    tree->state.leaf_count = 0;
    tree->state.leaf_pairs = 0;
    add_node(tree, 0, count, 0);
}

LEARND_CLONES void learnd_forest_tree_grow(const learnd_forest_rows *rows,
                                           const learnd_forest_tree_rule *rule,
                                           learnd_forest_tree *tree, size_t budget) {
    size_t looked = 0;
    while (tree->state.next < tree->state.node_count && looked < budget) {
        looked += rows->labels ? visit_classes(rows, rule, tree, tree->state.next)
                               : visit_values(rows, rule, tree, tree->state.next);
        tree->state.next++;
    }
}
