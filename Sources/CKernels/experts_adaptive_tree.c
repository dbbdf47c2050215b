// SPDX-License-Identifier: Apache-2.0
//
// The Hoeffding adaptive tree (Bifet and Gavalda, "Adaptive learning from evolving data streams",
// 2009): every node on the way of a row watches whether the rows that pass it are predicted worse
// than before. If so, another tree begins to grow in its place, on the same rows. When both have
// been watched for 300 rows, the one with fewer errors stays, if the difference is no chance:
// beyond sqrt(2 v ln(2 / 0.05) (1 / n + 1 / m)), with v the variance of the node's errors.

#include "experts_trees.h"

#pragma STDC FP_CONTRACT OFF

#include "tree_answer.h"

#define LEAST_ROWS 300
// 2 ln(2 / 0.05).
#define DOUBT 7.377758908227872

// 1: the alternate is better, -1: it is worse, 0: nobody knows.
static int compare(const uint32_t *own, const uint32_t *other) {
    double e, f, variance, ignored;
    const uint32_t n = learnd_watch_moments(own, &e, &variance);
    const uint32_t m = learnd_watch_moments(other, &f, &ignored);
    if (n < LEAST_ROWS || m < LEAST_ROWS) return 0;
    const double bound = sqrt(DOUBT * variance * (1.0 / n + 1.0 / m));
    return e - f > bound ? 1 : f - e > bound ? -1 : 0;
}

// Takes an error into a watch; 1: errors have become more, 0: they have not, -1: it is not due.
static int watch_error(const learnd_tree_rule *rule, uint32_t *watch, uint32_t error,
                       double drift) {
    if (!learnd_watch_add(watch, error)) return -1;
    if (learnd_watch_check(watch, error_most(rule), drift, drift) != 2) return 0;
    learnd_watch_cut(watch, error_most(rule), drift);
    return 1;
}

// The alternate of a node predicts the row, and learns it.
LEARND_INLINE void try_alternate(const learnd_tree_rule *rule, learnd_adaptive_tree *adaptive,
                                 size_t node, const tree_row *row, float *scratch) {
    const int32_t place = adaptive->places[node] - 1;
    learnd_tree_alternate *other = adaptive->alternates + place;
    const tree_answer answer = tree_ask(rule, &other->tree, row, scratch);
    const uint32_t error = tree_error(rule, row, &answer);
    tree_teach(rule, &other->tree, row, answer, row->weight, scratch);
    if (watch_error(rule, other->watch, error, adaptive->drift) < 0) return;
    const int better = compare(adaptive->watches + node * LEARND_WATCH_WORDS, other->watch);
    if (better > 0 && adaptive->won < 0) adaptive->won = place;
    if (better < 0 && adaptive->lost < 0) adaptive->lost = place;
}

// Every node on the way of the row hears how well it was predicted.
LEARND_INLINE void tell_nodes(const learnd_tree_rule *rule, const learnd_tree *tree,
                              learnd_adaptive_tree *adaptive, const tree_row *row, uint32_t error,
                              float *scratch) {
    size_t node = 0;
    for (;;) {
        uint32_t *watch = adaptive->watches + node * LEARND_WATCH_WORDS;
        if (watch_error(rule, watch, error, adaptive->drift) == 1 && adaptive->places[node] == 0 &&
            adaptive->wanted_count < LEARND_WANTED_MOST) {
            adaptive->wanted[adaptive->wanted_count++] = (int32_t)node;
        }
        if (adaptive->places[node] > 0) try_alternate(rule, adaptive, node, row, scratch);
        const learnd_tree_node *at = tree->nodes + node;
        if (at->column < 0) return;
        node = (size_t)at->child + !goes_first(at, row->slow, row->raw);
    }
}

static int all_have_room(const learnd_tree *tree, const learnd_adaptive_tree *adaptive) {
    int have = has_room(tree);
    for (size_t i = 0; i < adaptive->alternate_count; i++) {
        have &= has_room(&adaptive->alternates[i].tree);
    }
    return have;
}

LEARND_CLONES learnd_tree_news learnd_adaptive_follow(const learnd_tree_rule *rule,
                                                      size_t alternate_leaves, learnd_tree *tree,
                                                      learnd_adaptive_tree *adaptive,
                                                      const learnd_expert_rows *rows, size_t *row,
                                                      size_t end, float *scratch,
                                                      float *opinions) {
    const size_t outputs = rule->classes > 0 ? rule->classes : 1;
    learnd_tree_rule other_rule = *rule;
    other_rule.leaves_most = alternate_leaves;
    adaptive->wanted_count = 0;
    adaptive->won = adaptive->lost = -1;
    float *x = scratch, *votes = x + rule->padded, *more = votes + in_lanes(rule->classes + 1);
    memset(x, 0, rule->padded * sizeof(float));
    for (; *row < end; *row += 1) {
        const tree_row here = read_row(rule, rows, *row, x);
        if (here.learns && !all_have_room(tree, adaptive)) return LEARND_TREE_FULL;
        const tree_answer answer = tree_ask(rule, tree, &here, votes);
        memcpy(opinions + *row * outputs, votes, outputs * sizeof(float));
        if (!here.learns) continue;
        const uint32_t error = tree_error(rule, &here, &answer);
        tell_nodes(&other_rule, tree, adaptive, &here, error, more);
        tree_teach(rule, tree, &here, answer, here.weight, more);
        if (adaptive->wanted_count > 0 || adaptive->won >= 0 || adaptive->lost >= 0) {
            *row += 1;
            return LEARND_TREE_DRIFT;
        }
    }
    return LEARND_TREE_DONE;
}
