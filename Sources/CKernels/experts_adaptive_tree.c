// SPDX-License-Identifier: Apache-2.0
//
// The Hoeffding adaptive tree (Bifet and Gavalda, "Adaptive learning from evolving data streams",
// 2009): every node on the way of a row watches whether the rows that pass it are predicted worse
// than before. If so, another tree begins to grow in its place, on the same rows. When both have
// been watched for 300 rows, the one with fewer errors stays, if the difference is no chance:
// beyond sqrt(2 e (1 - e) ln(2 / 0.05) (1 / n + 1 / m)), with e the errors of the node.

#include "experts_trees.h"

#pragma STDC FP_CONTRACT OFF

#include "tree_grow.h"
#include "tree_row.h"

#define LEAST_ROWS 300
// 2 ln(2 / 0.05).
#define DOUBT 7.377758908227872

// 1: the alternate is better, -1: it is worse, 0: nobody knows.
static int compare(const uint32_t *own, const uint32_t *other) {
    const uint32_t n = learnd_watch_count(own), m = learnd_watch_count(other);
    if (n < LEAST_ROWS || m < LEAST_ROWS) return 0;
    const double e = learnd_watch_mean(own), f = learnd_watch_mean(other);
    const double bound = sqrt(DOUBT * e * (1 - e) * (1.0 / n + 1.0 / m));
    return e - f > bound ? 1 : f - e > bound ? -1 : 0;
}

// The alternate predicts the row, and learns it.
LEARND_INLINE void try_alternate(const learnd_tree_rule *rule, learnd_adaptive_tree *adaptive,
                                 size_t node, const float *row, const float *x, size_t y,
                                 float weight, float *scratch) {
    const int32_t place = adaptive->places[node] - 1;
    learnd_tree_alternate *other = adaptive->alternates + place;
    const size_t leaf = descend(&other->tree, row);
    const leaf_choice choice = leaf_predict(rule, slot_of(rule, &other->tree, leaf), x, scratch);
    leaf_learn(rule, &other->tree, leaf, x, y, weight, &choice, scratch);
    const int is_wrong = (choice.is_bayes ? choice.bayes : choice.majority) != y;
    if (!learnd_watch_add(other->watch, (uint32_t)is_wrong)) return;
    if (learnd_watch_check(other->watch, adaptive->drift, adaptive->drift) == 2) {
        learnd_watch_cut(other->watch, adaptive->drift);
    }
    const int better = compare(adaptive->watches + node * LEARND_WATCH_WORDS, other->watch);
    if (better > 0 && adaptive->won < 0) adaptive->won = place;
    if (better < 0 && adaptive->lost < 0) adaptive->lost = place;
}

// Every node on the way of the row hears whether it was predicted well.
LEARND_INLINE void tell_nodes(const learnd_tree_rule *other_rule, learnd_tree *tree,
                              learnd_adaptive_tree *adaptive, const float *row, const float *x,
                              size_t y, float weight, int is_wrong, float *scratch) {
    size_t node = 0;
    for (;;) {
        uint32_t *watch = adaptive->watches + node * LEARND_WATCH_WORDS;
        if (learnd_watch_add(watch, (uint32_t)is_wrong) &&
            learnd_watch_check(watch, adaptive->drift, adaptive->drift) == 2) {
            learnd_watch_cut(watch, adaptive->drift);
            if (adaptive->places[node] == 0 && adaptive->wanted_count < LEARND_WANTED_MOST) {
                adaptive->wanted[adaptive->wanted_count++] = (int32_t)node;
            }
        }
        if (adaptive->places[node] > 0) {
            try_alternate(other_rule, adaptive, node, row, x, y, weight, scratch);
        }
        const learnd_tree_node *at = tree->nodes + node;
        if (at->column < 0) return;
        node = (size_t)at->child + !(row[at->column] <= at->limit);
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
                                                      float *scratch, float *opinions) {
    const size_t classes = rule->classes, width = rule->width;
    learnd_tree_rule other_rule = *rule;
    other_rule.leaves_most = alternate_leaves;
    adaptive->wanted_count = 0;
    adaptive->won = adaptive->lost = -1;
    float *x = scratch, *votes = x + rule->padded, *more = votes + in_lanes(classes);
    memset(x, 0, rule->padded * sizeof(float));
    for (; *row < rows->rows; *row += 1) {
        const size_t at = *row, y = (size_t)rows->labels[at];
        const float weight = row_weight(rows->weights[at]);
        const int learns = rows->learns[at] && y < classes && weight > 0;
        if (learns && !all_have_room(tree, adaptive)) return LEARND_TREE_FULL;
        const float *own = rows->slow + at * width;
        memcpy(x, own, width * sizeof(float));
        const size_t node = descend(tree, own);
        const leaf_choice choice = leaf_predict(rule, slot_of(rule, tree, node), x, votes);
        memcpy(opinions + at * classes, votes, classes * sizeof(float));
        if (!learns) continue;
        const int is_wrong = (choice.is_bayes ? choice.bayes : choice.majority) != y;
        tell_nodes(&other_rule, tree, adaptive, own, x, y, weight, is_wrong, more);
        leaf_learn(rule, tree, node, x, y, weight, &choice, more);
        if (adaptive->wanted_count > 0 || adaptive->won >= 0 || adaptive->lost >= 0) {
            *row += 1;
            return LEARND_TREE_DRIFT;
        }
    }
    return LEARND_TREE_DONE;
}
