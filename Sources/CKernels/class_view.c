// SPDX-License-Identifier: Apache-2.0
//
// Sums of products, and systems of equations of symmetric matrices (Cholesky's factors).

#include "class_view.h"

#include <math.h>

#include "clones.h"

#pragma STDC FP_CONTRACT OFF

LEARND_CLONES void learnd_scatter(double *restrict sums, const double *restrict a,
                                  const double *restrict b, double weight, size_t n) {
    for (size_t i = 0; i < n; i++) {
        const double factor = weight * a[i];
        double *restrict row = sums + i * n;
        for (size_t j = 0; j < n; j++) row[j] += factor * b[j];
    }
}

int learnd_cholesky(double *matrix, size_t n) {
    for (size_t j = 0; j < n; j++) {
        double *own = matrix + j * n;
        double rest = own[j];
        for (size_t k = 0; k < j; k++) rest -= own[k] * own[k];
        if (!(rest > 0) || rest - rest != 0) return 0;
        own[j] = sqrt(rest);
        for (size_t i = j + 1; i < n; i++) {
            double *row = matrix + i * n;
            double sum = row[j];
            for (size_t k = 0; k < j; k++) sum -= row[k] * own[k];
            row[j] = sum / own[j];
        }
        for (size_t k = j + 1; k < n; k++) own[k] = 0;
    }
    return 1;
}

void learnd_cholesky_solve(const double *factor, double *b, size_t n) {
    for (size_t i = 0; i < n; i++) {
        double sum = b[i];
        for (size_t k = 0; k < i; k++) sum -= factor[i * n + k] * b[k];
        b[i] = sum / factor[i * n + i];
    }
    for (size_t i = n; i-- > 0;) {
        double sum = b[i];
        for (size_t k = i + 1; k < n; k++) sum -= factor[k * n + i] * b[k];
        b[i] = sum / factor[i * n + i];
    }
}
