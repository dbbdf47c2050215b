// SPDX-License-Identifier: Apache-2.0
//
// What predicted probabilities are worth, row after row: squared distances from what came (Brier),
// and how often the class that is predicted comes, by how probable it was said to be. Everything is
// added in the order of the rows, so that the ends of blocks do not matter.

#include "ckernels.h"

#include "clones.h"

#pragma STDC FP_CONTRACT OFF

// Where sums over rows of about the same top probability are kept.
typedef struct {
    uint64_t *counts;
    uint64_t *hits;
    double *confidences;
} bins;

// 1 belongs to the last bin, and what is no number to the first.
LEARND_INLINE void note(bins into, float top, uint8_t error) {
    const float scaled = top * LEARND_CONFIDENCE_BINS;
    const int bin = !(scaled > 0)                       ? 0
                    : scaled < LEARND_CONFIDENCE_BINS ? (int)scaled
                                                        : LEARND_CONFIDENCE_BINS - 1;
    into.counts[bin] += 1;
    into.hits[bin] += error == 0;
    into.confidences[bin] += top > 0 ? (double)top : 0;
}

// The sum over the classes of (p - 1{label})² is that of p², less twice the label's p, plus 1; it
// is never above 2.
LEARND_INLINE double distance(float squares, float known) {
    const float d = squares - 2 * known + 1;
    return d <= 2 ? (d > 0 ? (double)d : 0) : 2;
}

// Adds the squared distances of the rows to `squares`, and gives the sum; a label beyond the
// outputs had no probability.
LEARND_CLONES double learnd_calibrate(const float *restrict predictions, size_t outputs,
                                      const int32_t *restrict labels,
                                      const uint8_t *restrict errors, size_t rows, double squares,
                                      uint64_t *restrict counts, uint64_t *restrict hits,
                                      double *restrict confidences) {
    const bins into = {counts, hits, confidences};
    if (outputs == 2) {
        for (size_t r = 0; r < rows; r++) {
            const float p0 = predictions[2 * r], p1 = predictions[2 * r + 1];
            const float known = labels[r] == 0 ? p0 : labels[r] == 1 ? p1 : 0;
            squares += distance(p0 * p0 + p1 * p1, known);
            note(into, p1 > p0 ? p1 : p0, errors[r]);
        }
        return squares;
    }
    for (size_t r = 0; r < rows; r++) {
        const float *row = predictions + r * outputs;
        const size_t label = (size_t)labels[r];
        float sum = 0, top = 0;
        for (size_t k = 0; k < outputs; k++) {
            sum += row[k] * row[k];
            top = row[k] > top ? row[k] : top;
        }
        squares += distance(sum, label < outputs ? row[label] : 0);
        note(into, top, errors[r]);
    }
    return squares;
}
