// SPDX-License-Identifier: Apache-2.0
//
// Trees that grow with the stream, each by itself or one of several: every row is predicted, and
// learned right after. A tree's nodes lie in pairs, children behind their parent: of a tree with n
// leaves, the next pair is 2n - 1.

#include "experts_trees.h"

#pragma STDC FP_CONTRACT OFF

#include "tree_answer.h"

// How fast the quality of a tree follows.
#define QUALITY_SHARE 0.005f
#define LEAST_QUALITY 0.01f

size_t learnd_tree_stride(size_t classes, size_t padded, size_t tables) {
    const size_t in_tables = tables * LEARND_TREE_VALUES;
    if (classes == 0) return number_stride(padded) + 2 * in_tables;
    return LEAF_HEAD + 3 * in_lanes(classes) + (2 + LEAF_MOMENTS * classes) * padded +
           classes * in_tables;
}

size_t learnd_tree_scratch(const learnd_tree_rule *rule) {
    return 3 * in_lanes(rule->classes + 1) + rule->padded;
}

void learnd_tree_begin(const learnd_tree_rule *rule, learnd_tree *tree) {
    tree->nodes[0] = (learnd_tree_node){-1, 0, 0, 0};
    tree->slot_count = 1;
    tree->centre = 0;
    tree->spread = 1;
    if (rule->classes > 0) leaf_clear(rule, tree->slots);
    if (rule->classes == 0) number_clear(rule, tree->slots);
    tree->slots[LEAF_SEED] = draw_seed(tree);
}

void learnd_tree_measure(const learnd_tree_rule *rule, learnd_tree *tree, float centre,
                         float spread) {
    if (rule->classes == 0) set_measure(rule, tree, centre, spread);
}

// How much a tree has to say.
LEARND_INLINE float say_of(const learnd_tree_rule *rule, float quality) {
    if (rule->classes == 0) return 1 / (quality + LEAST_QUALITY);
    const float held = quality > LEAST_QUALITY ? quality : LEAST_QUALITY;
    return held * held;
}

LEARND_INLINE void add_votes(const learnd_tree_rule *rule, float quality, const float *votes,
                             float *opinions, float *says, size_t at) {
    const size_t outputs = rule->classes > 0 ? rule->classes : 1;
    const float say = say_of(rule, quality);
    for (size_t k = 0; k < outputs; k++) opinions[at * outputs + k] += say * votes[k];
    says[at] += say;
}

// A tree that is never asked learns a row.
LEARND_INLINE void learn_unseen(const learnd_tree_rule *rule, learnd_tree *tree,
                                const tree_row *row, float weight, float *scratch) {
    const tree_answer answer = tree_ask(rule, tree, row, scratch);
    tree_teach(rule, tree, row, answer, weight, scratch);
}

// Notes how good the tree was; whether its watch is due.
LEARND_INLINE int note(const learnd_tree_rule *rule, learnd_tree_member *member,
                       const tree_row *row, const tree_answer *answer) {
    const uint32_t error = tree_error(rule, row, answer);
    const float off = answer->value - row->number;
    const float good = rule->classes > 0 ? (float)!error : off * off;
    member->rows += 1;
    const float first = 1.0f / (float)member->rows;
    const float share = first > QUALITY_SHARE ? first : QUALITY_SHARE;
    member->quality += share * (good - member->quality);
    return member->drift > 0 && learnd_watch_add(member->watch, error);
}

LEARND_CLONES learnd_tree_news learnd_tree_follow(const learnd_tree_rule *rule, learnd_tree *tree,
                                                  learnd_tree *background,
                                                  learnd_tree_member *member,
                                                  const learnd_expert_rows *rows, size_t *row,
                                                  size_t end, float *scratch, float *opinions,
                                                  float *says) {
    float *x = scratch, *votes = x + rule->padded, *more = votes + in_lanes(rule->classes + 1);
    memset(x, 0, rule->padded * sizeof(float));
    for (; *row < end; *row += 1) {
        const tree_row here = read_row(rule, rows, *row, x);
        if (here.learns && !(has_room(tree) && (!background || has_room(background)))) {
            return LEARND_TREE_FULL;
        }
        const tree_answer answer = tree_ask(rule, tree, &here, votes);
        add_votes(rule, member->quality, votes, opinions, says, *row);
        if (!here.learns) continue;
        const int is_due = note(rule, member, &here, &answer);
        const uint32_t times = member->is_bagged ? draw_count(&member->random) : 1;
        const float weight = (float)times * here.weight;
        if (times > 0) {
            tree_teach(rule, tree, &here, answer, weight, more);
            if (background) learn_unseen(rule, background, &here, weight, more);
        }
        const int found = is_due ? learnd_watch_check(member->watch, error_most(rule),
                                                      member->warning, member->drift)
                                 : 0;
        if (found > 0) {
            *row += 1;
            return found == 1 ? LEARND_TREE_WARNING : LEARND_TREE_DRIFT;
        }
    }
    return LEARND_TREE_DONE;
}

LEARND_CLONES void learnd_tree_vote(const learnd_tree_rule *rule, const learnd_tree *tree,
                                    float quality, const learnd_expert_rows *rows, float *scratch,
                                    float *opinions, float *says) {
    const size_t outputs = rule->classes > 0 ? rule->classes : 1;
    float *x = scratch, *votes = x + rule->padded;
    memset(x, 0, rule->padded * sizeof(float));
    for (size_t at = 0; at < rows->rows; at++) {
        const tree_row here = read_row(rule, rows, at, x);
        tree_ask(rule, tree, &here, votes);
        if (says) {
            add_votes(rule, quality, votes, opinions, says, at);
        } else {
            memcpy(opinions + at * outputs, votes, outputs * sizeof(float));
        }
    }
}

void learnd_tree_share(const learnd_expert_rows *rows, const float *says, float *opinions) {
    const size_t outputs = rows->outputs;
    for (size_t at = 0; at < rows->rows; at++) {
        for (size_t k = 0; k < outputs; k++) opinions[at * outputs + k] /= says[at];
    }
}
