// SPDX-License-Identifier: Apache-2.0
//
// The kernels of the trees that grow with the stream. Sources/Kernels/Trees says what each number
// means, docs/experts-trees.md has the formulas.

#ifndef LEARND_EXPERTS_TREES_H
#define LEARND_EXPERTS_TREES_H

#include "experts.h"

// A split sends a row to the node `child` where its column is at most the limit, else to the node
// behind. With LEARND_TREE_EQUAL added to the column, it is the value as it came that must equal
// the limit. A leaf has no column (-1), and keeps its statistics in a slot.
#define LEARND_TREE_EQUAL (1 << 20)
typedef struct {
    int32_t column;
    float limit;
    int32_t child;
    int32_t slot;
} learnd_tree_node;

// How a tree grows, and where in a slot its parts begin.
typedef struct {
    size_t classes;
    size_t width;
    // The width, filled up to whole lanes; what is beyond the width is 0 in every row.
    size_t padded;
    size_t stride;
    // How many columns, drawn at a leaf's birth, it may be split by.
    size_t looks;
    // The most leaves.
    size_t leaves_most;
    // Weight between two looks for a split; half of ln(1 / delta); the bound below which any does.
    float grace;
    float doubt;
    float tie;
    // The share of a leaf's weight that is waited for besides; the weight of what a child knows.
    float patience;
    float inherited;
    // Columns that have few values, and LEARND_TREE_VALUES values of each as they come; NaN: none.
    size_t tables;
    const int32_t *table_columns;
    const float *table_values;
} learnd_tree_rule;

#define LEARND_TREE_VALUES 16
#define LEARND_TREE_TABLES_MOST 16

// There is room for `slot_room` leaves, and for 2 slot_room - 1 nodes.
typedef struct {
    learnd_tree_node *nodes;
    float *slots;
    size_t slot_count;
    size_t slot_room;
    uint64_t random;
    // What numbers are measured by.
    float centre;
    float spread;
} learnd_tree;

// What a tree of several has besides its nodes.
typedef struct {
    // LEARND_WATCH_WORDS words.
    uint32_t *watch;
    uint64_t random;
    uint64_t rows;
    // The share of rows that it got right lately; of numbers the mean square of its errors.
    float quality;
    // Whether rows count as often as is drawn, and the watch's levels; without levels it sleeps.
    int is_bagged;
    double warning;
    double drift;
} learnd_tree_member;

typedef enum {
    LEARND_TREE_DONE,
    // A tree has no room for one leaf more; the row was not looked at.
    LEARND_TREE_FULL,
    LEARND_TREE_WARNING,
    LEARND_TREE_DRIFT
} learnd_tree_news;

// experts_trees.c

// The numbers in a slot.
size_t learnd_tree_stride(size_t classes, size_t padded, size_t tables);
// Makes the tree one leaf that has seen nothing.
void learnd_tree_begin(const learnd_tree_rule *rule, learnd_tree *tree);
// Measures what a tree for numbers knows by another centre and spread.
void learnd_tree_measure(const learnd_tree_rule *rule, learnd_tree *tree, float centre,
                         float spread);
// The numbers that the scratch of the two below must have.
size_t learnd_tree_scratch(const learnd_tree_rule *rule);
// Predicts the rows from `*row` to `end`, and learns them with both trees (`background` may be
// none), until the member has news. Votes are added to the opinions, each by what the tree has to
// say, and that to `says`.
learnd_tree_news learnd_tree_follow(const learnd_tree_rule *rule, learnd_tree *tree,
                                    learnd_tree *background, learnd_tree_member *member,
                                    const learnd_expert_rows *rows, size_t *row, size_t end,
                                    float *scratch, float *opinions, float *says);
// Adds the votes of a tree that changes nothing; writes them when there are no `says`.
void learnd_tree_vote(const learnd_tree_rule *rule, const learnd_tree *tree, float quality,
                      const learnd_expert_rows *rows, float *scratch, float *opinions,
                      float *says);
// Makes the mean of the votes.
void learnd_tree_share(const learnd_expert_rows *rows, const float *says, float *opinions);

// experts_adaptive_tree.c

#define LEARND_WANTED_MOST 16

// A tree that grows in the place of a node, beside what is there.
typedef struct {
    learnd_tree tree;
    // LEARND_WATCH_WORDS words.
    uint32_t *watch;
} learnd_tree_alternate;

// What an adaptive tree has besides its nodes.
typedef struct {
    // For each node a watch, and the place of its alternate with 1 added; 0: it has none.
    uint32_t *watches;
    int32_t *places;
    learnd_tree_alternate *alternates;
    size_t alternate_count;
    // The level of the watches.
    double drift;
    // Out: up to LEARND_WANTED_MOST nodes whose errors have become more, and that have no
    // alternate; the place of one that is to replace its node, or to go; -1: none.
    int32_t wanted[LEARND_WANTED_MOST];
    size_t wanted_count;
    int32_t won;
    int32_t lost;
} learnd_adaptive_tree;

// As learnd_tree_follow; LEARND_TREE_DRIFT when there is something in what is out.
learnd_tree_news learnd_adaptive_follow(const learnd_tree_rule *rule, size_t alternate_leaves,
                                        learnd_tree *tree, learnd_adaptive_tree *adaptive,
                                        const learnd_expert_rows *rows, size_t *row, size_t end,
                                        float *scratch, float *opinions);

// experts_tree_slots.c

// Notes the values that columns show in a row: up to LEARND_TREE_VALUES of each in `values`, how
// many there are in `counts`, one more when there are too many, or one is not whole.
void learnd_tree_note(const float *raw, size_t width, float *values, int32_t *counts);
// Moves the statistics of a leaf into a slot, all zeros, of a rule with more columns, classes or
// tables.
void learnd_leaf_widen(const learnd_tree_rule *narrow, const float *from,
                       const learnd_tree_rule *wide, float *to);
// Writes what a leaf predicts by: `classes` counts and norms, `classes * width` means and inverse
// variances; whether it goes by naive Bayes.
int learnd_leaf_show(const learnd_tree_rule *rule, const float *leaf, float *counts, float *norms,
                     float *means, float *inverses);
// The same of a leaf for numbers: their mean, the weights of a line and its bias; whether it goes
// by the line.
int learnd_leaf_show_number(const learnd_tree_rule *rule, const float *leaf, float *mean,
                            float *line);
// Whether the numbers can be those of a leaf.
int learnd_leaf_is_sound(const learnd_tree_rule *rule, const float *leaf);

// experts_watch.c

#define LEARND_WATCH_WORDS 264

// Takes a value of at most 64; whether a check is due.
int learnd_watch_add(uint32_t *watch, uint32_t value);
// 0: nothing, or a fall, which was cut off; 1, 2: a rise beyond the loose, the strict level. Values
// are up to `most`.
int learnd_watch_check(uint32_t *watch, double most, double warning, double drift);
// Drops the oldest values until what is left agrees.
void learnd_watch_cut(uint32_t *watch, double most, double drift);
// The number of values in the window, their mean and their variance.
uint32_t learnd_watch_moments(const uint32_t *watch, double *mean, double *variance);
// Whether the words can be those of a watch.
int learnd_watch_is_sound(const uint32_t *watch);

#endif
