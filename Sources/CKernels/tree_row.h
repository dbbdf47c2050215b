// SPDX-License-Identifier: Apache-2.0
//
// What trees ask of a row before they learn it.

#ifndef LEARND_TREE_ROW_H
#define LEARND_TREE_ROW_H

#include "clones.h"
#include "experts_trees.h"

// A row counts for no more than as many.
#define ROW_WEIGHT_MOST 1e4f

LEARND_INLINE float row_weight(float weight) {
    return weight < ROW_WEIGHT_MOST ? weight : ROW_WEIGHT_MOST;
}

LEARND_INLINE int has_room(const learnd_tree *tree) { return tree->slot_count < tree->slot_room; }

#endif
