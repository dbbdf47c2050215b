// SPDX-License-Identifier: Apache-2.0
//
// Predictions of a forest. A row is walked with as one number after the other, with -infinity in
// front: that is what a leaf looks at, and its step is 0, so a walk of too many steps stays where
// it is and needs no question at each node. Eight walks go side by side, because each waits for
// memory at every step: eight rows through one tree, or, where rows are few or wide, one row
// through eight trees. The trees of a row are always added up in their order.

#include "experts_forests.h"

#include <math.h>
#include <string.h>

#include "clones.h"

#pragma STDC FP_CONTRACT OFF

#define SIDE_BY_SIDE 8
// The widest row, or many narrow ones.
#define ROOM (LEARND_FOREST_INPUTS + SIDE_BY_SIDE)

// Where eight walks stand, and what they walk with.
typedef struct {
    const learnd_forest_node *nodes[SIDE_BY_SIDE];
    const float *inputs[SIDE_BY_SIDE];
} walks;

// One step of each walk; returns 0 where all stood at leaves.
LEARND_INLINE unsigned step(walks *w) {
    unsigned moving = 0;
    for (size_t i = 0; i < SIDE_BY_SIDE; i++) {
        const learnd_forest_node node = *w->nodes[i];
        moving |= node.feature;
        w->nodes[i] += node.step + (w->inputs[i][node.feature] > node.value);
    }
    return moving;
}

// Walks to the leaves, of which few are as deep as the tree: so from half way on, it is asked after
// every second step whether all are there.
LEARND_INLINE void walk(walks *w, size_t depth) {
    for (size_t done = 0; done < depth / 2; done++) step(w);
    for (size_t done = depth / 2; done < depth; done += 2) {
        step(w);
        if (!step(w)) return;
    }
}

// Lays a row out for a walk.
LEARND_INLINE void lay_out(const learnd_forest *forest, const learnd_expert_rows *rows, size_t row,
                           float *inputs) {
    const size_t width = rows->width, outputs = rows->outputs;
    inputs[0] = -INFINITY;
    memcpy(inputs + 1, rows->raw + row * width, width * sizeof *inputs);
    if (!forest->temporal) return;
    memcpy(inputs + 1 + width, rows->change + row * width, width * sizeof *inputs);
    memset(inputs + 1 + 2 * width, 0, outputs * sizeof *inputs);
    const int32_t last = rows->last[row];
    if (last >= 0 && (size_t)last < outputs) inputs[1 + 2 * width + (size_t)last] = 1;
}

// Adds what a leaf says to the opinion of a row.
LEARND_INLINE void add_leaf(const learnd_forest *forest, float value, float *opinion) {
    if (forest->classes <= 2) {
        opinion[0] += value;
        return;
    }
    if (value < 0) {
        opinion[(size_t)(-1 - value)] += 1;
        return;
    }
    const size_t leaf = (size_t)value;
    for (size_t i = forest->leaf_starts[leaf]; i < forest->leaf_starts[leaf + 1]; i++) {
        opinion[forest->leaf_classes[i]] += forest->leaf_shares[i];
    }
}

// Walks with rows that are laid out, eight at a time, through one tree after the other, so that a
// tree stays near while it is used.
LEARND_INLINE void walk_rows(const learnd_forest *forest, const float *inputs, size_t stride,
                             size_t rows, float *opinions, size_t outputs) {
    for (size_t tree = 0; tree < forest->trees; tree++) {
        for (size_t row = 0; row < rows; row += SIDE_BY_SIDE) {
            walks w;
            for (size_t i = 0; i < SIDE_BY_SIDE; i++) {
                w.nodes[i] = forest->nodes + forest->starts[tree];
                w.inputs[i] = inputs + (row + i) * stride;
            }
            walk(&w, forest->depths[tree]);
            for (size_t i = 0; i < SIDE_BY_SIDE; i++) {
                add_leaf(forest, w.nodes[i]->value, opinions + (row + i) * outputs);
            }
        }
    }
}

LEARND_INLINE void walk_trees(const learnd_forest *forest, const float *inputs, float *opinion) {
    for (size_t first = 0; first < forest->trees; first += SIDE_BY_SIDE) {
        const size_t count =
            forest->trees - first < SIDE_BY_SIDE ? forest->trees - first : SIDE_BY_SIDE;
        walks w;
        size_t steps = 0;
        for (size_t i = 0; i < SIDE_BY_SIDE; i++) {
            const size_t tree = first + (i < count ? i : 0);
            w.nodes[i] = forest->nodes + forest->starts[tree];
            w.inputs[i] = inputs;
            steps = forest->depths[tree] > steps ? forest->depths[tree] : steps;
        }
        walk(&w, steps);
        for (size_t i = 0; i < count; i++) add_leaf(forest, w.nodes[i]->value, opinion);
    }
}

// Makes an opinion of the sum of the trees.
LEARND_INLINE void finish(const learnd_forest *forest, const learnd_expert_rows *rows, size_t row,
                          float *opinion) {
    const size_t outputs = rows->outputs;
    if (forest->classes == 0) {
        const double number = forest->centre + forest->slope * (double)opinion[0];
        const double measured = (number - (double)rows->centres[row]) / (double)rows->spreads[row];
        opinion[0] = learnd_clamp((float)measured, forest->clip);
        return;
    }
    if (forest->classes == 2) {
        opinion[1] = opinion[0];
        opinion[0] = (float)forest->trees - opinion[1];
    }
    const float share = forest->trust / (float)forest->trees;
    const float floor = forest->floor / (float)outputs;
    for (size_t c = 0; c < outputs; c++) opinion[c] = share * opinion[c] + floor;
}

LEARND_CLONES void learnd_forest_predict(const learnd_forest *forest,
                                         const learnd_expert_rows *rows, float *opinions) {
    const size_t outputs = rows->outputs;
    const size_t inputs = forest->temporal ? 2 * rows->width + outputs : rows->width;
    const size_t stride = inputs + 1;
    float laid_out[ROOM];
    memset(opinions, 0, rows->rows * outputs * sizeof *opinions);
    const size_t chunk = ROOM / stride / SIDE_BY_SIDE * SIDE_BY_SIDE;
    size_t row = 0;
    while (chunk > 0 && row + SIDE_BY_SIDE <= rows->rows) {
        const size_t left = (rows->rows - row) / SIDE_BY_SIDE * SIDE_BY_SIDE;
        const size_t count = left < chunk ? left : chunk;
        for (size_t i = 0; i < count; i++) {
            lay_out(forest, rows, row + i, laid_out + i * stride);
        }
        walk_rows(forest, laid_out, stride, count, opinions + row * outputs, outputs);
        row += count;
    }
    for (; row < rows->rows; row++) {
        lay_out(forest, rows, row, laid_out);
        walk_trees(forest, laid_out, opinions + row * outputs);
    }
    for (row = 0; row < rows->rows; row++) finish(forest, rows, row, opinions + row * outputs);
}
