// SPDX-License-Identifier: Apache-2.0
//
// Trees for classes that grow with the stream, each by itself or one of several: every row is
// predicted, and learned right after. A tree's nodes lie in pairs, children behind their parent: of
// a tree with n leaves, the next pair is 2n - 1.

#include "experts_trees.h"

#pragma STDC FP_CONTRACT OFF

#include "tree_grow.h"
#include "tree_row.h"

// How fast the quality of a tree, the share of rows that it got right, follows.
#define QUALITY_SHARE 0.005f
#define LEAST_QUALITY 0.01f

size_t learnd_tree_stride(size_t classes, size_t padded) {
    return LEAF_HEAD + 3 * in_lanes(classes) + (2 + LEAF_MOMENTS * classes) * padded;
}

size_t learnd_tree_scratch(const learnd_tree_rule *rule) {
    return 3 * in_lanes(rule->classes) + rule->padded;
}

void learnd_tree_begin(const learnd_tree_rule *rule, learnd_tree *tree) {
    tree->nodes[0] = (learnd_tree_node){-1, 0, 0, 0};
    tree->slot_count = 1;
    leaf_clear(rule, tree->slots);
    tree->slots[LEAF_SEED] = draw_seed(tree);
}

LEARND_INLINE void add_votes(const learnd_tree_rule *rule, float quality, const float *votes,
                             float *opinions) {
    const float held = quality > LEAST_QUALITY ? quality : LEAST_QUALITY, say = held * held;
    for (size_t k = 0; k < rule->classes; k++) opinions[k] += say * votes[k];
}

// A tree that is never asked learns a row.
LEARND_INLINE void learn_unseen(const learnd_tree_rule *rule, learnd_tree *tree, const float *row,
                                const float *x, size_t y, float weight, float *scratch) {
    const size_t node = descend(tree, row);
    const leaf_choice choice = leaf_predict(rule, slot_of(rule, tree, node), x, scratch);
    leaf_learn(rule, tree, node, x, y, weight, &choice, scratch);
}

// Notes whether the tree was right; whether its watch is due.
LEARND_INLINE int note(learnd_tree_member *member, int is_wrong) {
    member->rows += 1;
    const float first = 1.0f / (float)member->rows;
    const float share = first > QUALITY_SHARE ? first : QUALITY_SHARE;
    member->quality += share * ((float)!is_wrong - member->quality);
    return member->drift > 0 && learnd_watch_add(member->watch, (uint32_t)is_wrong);
}

LEARND_CLONES learnd_tree_news learnd_tree_follow(const learnd_tree_rule *rule, learnd_tree *tree,
                                                  learnd_tree *background,
                                                  learnd_tree_member *member,
                                                  const learnd_expert_rows *rows, size_t *row,
                                                  float *scratch, float *opinions) {
    const size_t classes = rule->classes, width = rule->width;
    float *x = scratch, *votes = x + rule->padded, *more = votes + in_lanes(classes);
    memset(x, 0, rule->padded * sizeof(float));
    for (; *row < rows->rows; *row += 1) {
        const size_t at = *row;
        const float weight = row_weight(rows->weights[at]);
        const size_t y = (size_t)rows->labels[at];
        const int learns = rows->learns[at] && y < classes && weight > 0;
        if (learns && !(has_room(tree) && (!background || has_room(background)))) {
            return LEARND_TREE_FULL;
        }
        const float *own = rows->slow + at * width;
        memcpy(x, own, width * sizeof(float));
        const size_t node = descend(tree, own);
        const leaf_choice choice = leaf_predict(rule, slot_of(rule, tree, node), x, votes);
        add_votes(rule, member->quality, votes, opinions + at * classes);
        if (!learns) continue;
        const int is_due = note(member, (choice.is_bayes ? choice.bayes : choice.majority) != y);
        const uint32_t times = member->is_bagged ? draw_count(&member->random) : 1;
        if (times > 0) {
            leaf_learn(rule, tree, node, x, y, (float)times * weight, &choice, more);
            if (background) {
                learn_unseen(rule, background, own, x, y, (float)times * weight, more);
            }
        }
        const int found =
            is_due ? learnd_watch_check(member->watch, member->warning, member->drift) : 0;
        if (found > 0) {
            *row += 1;
            return found == 1 ? LEARND_TREE_WARNING : LEARND_TREE_DRIFT;
        }
    }
    return LEARND_TREE_DONE;
}

LEARND_CLONES void learnd_tree_vote(const learnd_tree_rule *rule, const learnd_tree *tree,
                                    float quality, const learnd_expert_rows *rows, float *scratch,
                                    float *opinions) {
    float *x = scratch, *votes = x + rule->padded;
    memset(x, 0, rule->padded * sizeof(float));
    for (size_t at = 0; at < rows->rows; at++) {
        memcpy(x, rows->slow + at * rule->width, rule->width * sizeof(float));
        leaf_predict(rule, slot_of(rule, tree, descend(tree, x)), x, votes);
        add_votes(rule, quality, votes, opinions + at * rule->classes);
    }
}

void learnd_tree_share(const learnd_expert_rows *rows, float *opinions) {
    const size_t classes = rows->outputs;
    for (size_t at = 0; at < rows->rows; at++) {
        float *own = opinions + at * classes, sum = 0;
        for (size_t k = 0; k < classes; k++) sum += own[k];
        const float scale = 1.0f / sum;
        for (size_t k = 0; k < classes; k++) own[k] *= scale;
    }
}
