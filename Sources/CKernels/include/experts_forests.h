// SPDX-License-Identifier: Apache-2.0
//
// Trees that are made anew from remembered rows: how the rows are put into bins, how random and
// boosted trees grow on them, and how a forest predicts. The Swift files of the same words in
// Sources/Kernels own the memory and check what is handed over.

#ifndef LEARND_EXPERTS_FORESTS_H
#define LEARND_EXPERTS_FORESTS_H

#include "experts.h"

// The most bins of an input; edges lie between them, and a table of either has room for one more.
#define LEARND_FOREST_BINS 255
#define LEARND_FOREST_STRIDE 256
// The most inputs; the row that is walked with lies on the stack.
#define LEARND_FOREST_INPUTS 8192
// The deepest tree.
#define LEARND_FOREST_DEPTH 64

// A node: an inner one has the input that it looks at, counted from 1, and goes left where that is
// at most `value`. Its children lie side by side, `step` nodes behind it. A leaf has the feature 0
// and the step 0, and what it says in `value`: a number; of two classes, the share of the second;
// of more, -1 - c for the class c alone, or its place among the leaves of several classes.
typedef struct {
    float value;
    uint16_t feature;
    uint16_t step;
} learnd_forest_node;

// forest_bins.c

// Puts a column into bins of about equally many rows, and finds the edges between them: a value
// lies left of an edge that is not smaller. Returns the number of bins. `scratch` holds two numbers
// for each row.
size_t learnd_forest_bins(const float *column, size_t stride, size_t rows, uint8_t *bins,
                          float *edges, uint64_t *scratch);

// Rows in bins; all but the labels or the values are there for every row.
typedef struct {
    // At most 65,535.
    size_t rows;
    size_t inputs;
    // Input after input.
    const uint8_t *bins;
    const float *edges;
    const uint16_t *bin_counts;
    const float *values;
    const uint16_t *labels;
    const float *weights;
} learnd_forest_rows;

// forest_grow.c

typedef struct {
    size_t tried;
    size_t leaf_rows;
    size_t depth;
} learnd_forest_tree_rule;

// How far a tree has grown.
typedef struct {
    size_t rows;
    size_t node_count;
    // The first node that has not been visited.
    size_t next;
    size_t leaf_count;
    size_t leaf_pairs;
    // The number of leaves of several classes in the trees before.
    size_t leaves_before;
    uint64_t random;
} learnd_forest_tree_state;

// A tree that grows: its rows in the order of its nodes, and what is known of each node. Room for
// as many rows as there are, and for twice as many nodes.
typedef struct {
    uint16_t *order;
    // Four numbers for each row: w y, w, 1, w y y; with labels, two: the label and w.
    float *sums;
    uint16_t *spare_order;
    float *spare_sums;
    // Where the rows of a node begin, and how many there are.
    uint32_t *starts;
    uint32_t *counts;
    uint8_t *depths;
    learnd_forest_node *nodes;
    // Every input once.
    uint16_t *inputs;
    // With labels: two numbers for each class, all 0.
    float *tally;
    // With labels: the classes of leaves of several, and their shares, room for each row; and where
    // those of each leaf end.
    uint16_t *leaf_classes;
    float *leaf_shares;
    uint32_t *leaf_ends;
    // Scratch: four numbers for each of the bins, all 0.
    float *cells;
    learnd_forest_tree_state state;
} learnd_forest_tree;

// Draws the rows of a tree, as many as there are and with replacement, and makes its root.
void learnd_forest_tree_start(const learnd_forest_rows *rows, learnd_forest_tree *tree);
// Visits nodes until all are done or about `budget` values have been looked at.
void learnd_forest_tree_grow(const learnd_forest_rows *rows, const learnd_forest_tree_rule *rule,
                      learnd_forest_tree *tree, size_t budget);

// forest_boost.c

typedef struct {
    // The share of a tree that is taken.
    float rate;
    size_t leaves;
    // The least weight of a leaf.
    float leaf_weight;
} learnd_boost_rule;

// How far a boosted tree has grown.
typedef struct {
    size_t node_count;
    int is_done;
} learnd_boosted_tree_state;

// A boosted tree that grows; room for twice as many nodes as leaves, and for a table of two numbers
// for each bin of each input for every leaf.
typedef struct {
    uint16_t *order;
    // Two numbers for each row: w (y - what the trees before predict) and w.
    float *sums;
    uint16_t *spare_order;
    float *spare_sums;
    float *predictions;
    uint32_t *starts;
    uint32_t *counts;
    // The table of each node; those of parents go over to their larger child.
    uint32_t *tables;
    // How much better the best partition of each node is; at most 0: it is a leaf.
    float *gains;
    uint32_t *best_inputs;
    uint32_t *best_edges;
    learnd_forest_node *nodes;
    learnd_forest_node *ordered;
    float *cells;
    learnd_boosted_tree_state state;
} learnd_boosted_tree;

// Measures what is left to predict, and makes the root.
void learnd_boost_start(const learnd_forest_rows *rows, const learnd_boost_rule *rule,
                        learnd_boosted_tree *tree);
// Parts the leaf that gains most, until the tree is done or about `budget` values have been looked
// at.
void learnd_boost_grow(const learnd_forest_rows *rows, const learnd_boost_rule *rule,
                       learnd_boosted_tree *tree, size_t budget);
// Gives the leaves their values, takes them into the predictions, and writes the nodes into
// `ordered`, each row of the tree behind the one above it.
void learnd_boost_finish(const learnd_boost_rule *rule, learnd_boosted_tree *tree);

// forest_predict.c

typedef struct {
    const learnd_forest_node *nodes;
    // The first node of each tree, and behind them the number of nodes.
    const uint32_t *starts;
    const uint8_t *depths;
    size_t trees;
    // The classes at the time of the forest: 0 for numbers, 2 where a leaf has one share.
    size_t classes;
    const uint32_t *leaf_starts;
    const uint16_t *leaf_classes;
    const float *leaf_shares;
    // Numbers: centre + slope * the sum of the trees.
    double centre;
    double slope;
    // Classes: trust * the mean of the trees, and floor that all classes share.
    float trust;
    float floor;
    // Whether changes and the last label are inputs behind the columns.
    int temporal;
    float clip;
} learnd_forest;

void learnd_forest_predict(const learnd_forest *forest, const learnd_expert_rows *rows,
                           float *opinions);

#endif
