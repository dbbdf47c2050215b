// SPDX-License-Identifier: Apache-2.0
//
// Log losses of predicted classes. The logarithm needs no libm, so that a loop over rows is
// vectorised and gives the same bits everywhere: p = 2^e m with m between the square roots of 1/2
// and 2, ln p = e ln 2 + ln m, and ln m = 2 artanh(s) with s = (m - 1) / (m + 1), whose series
// needs five terms. It is off by less than 1e-6 of its size, near 1 too.

#include "ckernels.h"

#include <string.h>

#include "clones.h"

#pragma STDC FP_CONTRACT OFF

#define NOT_COUNTED __builtin_nanf("")

LEARND_INLINE float minus_log(float p) {
    int32_t bits;
    memcpy(&bits, &p, sizeof(bits));
    // The bits of the square root of 1/2.
    int32_t exponent = (bits - 0x3F3504F3) >> 23;
    bits -= (int32_t)((uint32_t)exponent << 23);
    float m;
    memcpy(&m, &bits, sizeof(m));
    // m - 1 is exact.
    float s = (m - 1.0f) / (m + 1.0f);
    float square = s * s;
    float rest = 1.0f / 3 + square * (1.0f / 5 + square * (1.0f / 7 + square * (1.0f / 9)));
    float log = 2.0f * (s + s * square * rest);
    float e = (float)exponent;
    // ln 2 in two parts, the first with few bits, so that e times it is exact.
    return -(e * 0.693359375f + (e * -2.12194440e-4f + log));
}

// Puts the probability of each row's label into `losses`, or NaN, and says whether another class
// is predicted.
LEARND_INLINE void judge(const float *restrict predictions, size_t outputs,
                         const int32_t *restrict labels, const uint8_t *restrict uses,
                         uint8_t skipped, size_t rows, float *restrict losses,
                         uint8_t *restrict errors) {
    for (size_t r = 0; r < rows; r++) {
        const int32_t label = labels[r];
        const float *row = predictions + r * outputs;
        size_t best = 0;
        for (size_t k = 1; k < outputs; k++) best = row[k] > row[best] ? k : best;
        const int is_known = label >= 0 && (size_t)label < outputs;
        const float p = is_known ? row[label] : 0;
        const int is_counted = (label >= 0) & (uses[r] != skipped);
        losses[r] = is_counted ? p : NOT_COUNTED;
        errors[r] = is_counted & !(is_known && best == (size_t)label);
    }
}

// The same for two classes, without a branch.
LEARND_INLINE void judge_pairs(const float *restrict predictions, const int32_t *restrict labels,
                               const uint8_t *restrict uses, uint8_t skipped, size_t rows,
                               float *restrict losses, uint8_t *restrict errors) {
    for (size_t r = 0; r < rows; r++) {
        const int32_t label = labels[r];
        const float p0 = predictions[2 * r], p1 = predictions[2 * r + 1];
        const int32_t best = p1 > p0;
        const int32_t is_counted = (label >= 0) & (uses[r] != skipped);
        float p = label == 0 ? p0 : p1;
        p = label > 1 ? 0 : p;
        losses[r] = is_counted ? p : NOT_COUNTED;
        errors[r] = (uint8_t)(is_counted & (best != label));
    }
}

LEARND_CLONES void learnd_log_losses(const float *restrict predictions, size_t outputs,
                                     const int32_t *restrict labels, const uint8_t *restrict uses,
                                     uint8_t skipped, size_t rows, float smallest,
                                     float *restrict losses, uint8_t *restrict errors) {
    if (outputs == 2) {
        judge_pairs(predictions, labels, uses, skipped, rows, losses, errors);
    } else {
        judge(predictions, outputs, labels, uses, skipped, rows, losses, errors);
    }
    for (size_t r = 0; r < rows; r++) {
        const float p = losses[r];
        const float loss = minus_log(p < smallest ? smallest : p);
        losses[r] = p == p ? loss : NOT_COUNTED;
    }
}
