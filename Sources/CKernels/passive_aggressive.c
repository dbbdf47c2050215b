// SPDX-License-Identifier: Apache-2.0
//
// Passive-aggressive learning on the rows of a block; PassiveAggressive.swift has the formulas.

#include "ckernels.h"

#pragma STDC FP_CONTRACT OFF

#include "wide.h"

// How far to go for a row with this loss and norm.
LEARND_INLINE double length(double loss, double norm, double aggressiveness, int is_second) {
    if (is_second) return loss / (norm + 1 / (2 * aggressiveness));
    const double whole = loss / norm;
    return whole < aggressiveness ? whole : aggressiveness;
}

LEARND_CLONES void learnd_passive_aggressive(const learnd_samples *block, size_t rows,
                                             double *values, const learnd_pull *pull,
                                             const learnd_pa_rule *rule) {
    const size_t n = block->n, size = n + 1;
    for (size_t row = 0; row < block->rows; row++) {
        const float *x = block->features + row * n;
        wide_scores(block, row, rows, values);
        if (wide_learns(block, row)) {
            const double norm = wide_norm(x, n);
            const double c = rule->aggressiveness * (double)block->weights[row];
            for (size_t k = 0; k < rows; k++) {
                double *w = values + k * size;
                const double score = wide_score(w, x, n);
                double side, loss;
                if (block->is_number) {
                    const double lack = (double)block->targets[row] - score;
                    side = lack < 0 ? -1 : 1;
                    loss = fabs(lack) - rule->insensitivity;
                } else {
                    side = wide_side(block, row, rows, k);
                    loss = 1 - side * score;
                }
                if (!(loss > 0)) continue;
                const double step = length(wide_clamp(loss, LEARND_SCORE_LIMIT), norm, c,
                                           rule->is_second);
                for (size_t i = 0; i < size; i++) {
                    const double moved = w[i] + step * side * (i < n ? (double)x[i] : 1);
                    w[i] = wide_clamp(moved, LEARND_PARAMETER_LIMIT);
                }
                if (!pull->anchor) continue;
                const learnd_pull own = {pull->anchor + k * size, pull->l2, pull->l1};
                for (size_t i = 0; i < size; i++) wide_pull(w, i, step, &own);
            }
        }
        learnd_map_margins(block, row, rows);
    }
}
