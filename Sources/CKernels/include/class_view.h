// SPDX-License-Identifier: Apache-2.0
//
// The view of all classes; Sources/Pure/Experts/Views/ClassView.swift has the formulas.

#ifndef LEARND_CLASS_VIEW_H
#define LEARND_CLASS_VIEW_H

#include <stddef.h>

// sums += weight a b', both of `n` numbers.
void learnd_scatter(double *sums, const double *a, const double *b, double weight, size_t n);
// The lower factor L of matrix = L L', in place; 0 when it is not positive definite.
int learnd_cholesky(double *matrix, size_t n);
// Solves L L' x = b in place.
void learnd_cholesky_solve(const double *factor, double *b, size_t n);

#endif
