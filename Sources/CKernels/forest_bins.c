// SPDX-License-Identifier: Apache-2.0
//
// Puts a column into at most 255 bins. A column with no more different values than that gets a bin
// for each; any other is cut where about the same number of rows lies in each bin, without parting
// equal values. An edge lies in the middle between the values beside it. Values are sorted by their
// bits (three passes of eleven), which takes a time that does not depend on them.

#include "experts_forests.h"

#include <string.h>

#include "clones.h"

#pragma STDC FP_CONTRACT OFF

#define DIGIT_BITS 11
#define DIGITS (1u << DIGIT_BITS)
#define PASSES 3

// Whole numbers that are ordered as the floats are; -0 is 0.
LEARND_INLINE uint32_t ordered(float value) {
    const float x = value + 0.0f;
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits & 0x80000000u ? ~bits : bits | 0x80000000u;
}

LEARND_INLINE float unordered(uint32_t key) {
    const uint32_t bits = key & 0x80000000u ? key & 0x7FFFFFFFu : ~key;
    float x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

LEARND_INLINE uint32_t key_of(uint64_t item) { return (uint32_t)(item >> 32); }

// Sorts by the upper half; what is equal stays in the order of the rows.
static const uint64_t *sort_items(uint64_t *items, uint64_t *other, size_t rows) {
    uint32_t counts[PASSES][DIGITS];
    memset(counts, 0, sizeof counts);
    for (size_t i = 0; i < rows; i++) {
        const uint32_t key = key_of(items[i]);
        for (int pass = 0; pass < PASSES; pass++) {
            counts[pass][(key >> (pass * DIGIT_BITS)) & (DIGITS - 1)]++;
        }
    }
    for (int pass = 0; pass < PASSES; pass++) {
        uint32_t before = 0;
        for (size_t digit = 0; digit < DIGITS; digit++) {
            const uint32_t count = counts[pass][digit];
            counts[pass][digit] = before;
            before += count;
        }
        for (size_t i = 0; i < rows; i++) {
            const uint32_t digit = (key_of(items[i]) >> (pass * DIGIT_BITS)) & (DIGITS - 1);
            other[counts[pass][digit]++] = items[i];
        }
        uint64_t *const sorted = other;
        other = items;
        items = sorted;
    }
    return items;
}

// In the middle, at least `low` and less than `high`.
LEARND_INLINE float between(float low, float high) {
    const float middle = low * 0.5f + high * 0.5f;
    return middle >= low && middle < high ? middle : low;
}

size_t learnd_forest_bins(const float *column, size_t stride, size_t rows, uint8_t *bins,
                          float *edges, uint64_t *scratch) {
    for (size_t i = 0; i < rows; i++) {
        scratch[i] = (uint64_t)ordered(column[i * stride]) << 32 | i;
    }
    const uint64_t *const items = sort_items(scratch, scratch + rows, rows);
    size_t different = 1;
    for (size_t i = 1; i < rows; i++) different += key_of(items[i]) != key_of(items[i - 1]);
    const int all = different <= LEARND_FOREST_BINS;
    size_t bin = 0;
    // The bin is closed at the first edge that lies here or behind.
    size_t full = rows / LEARND_FOREST_BINS;
    for (size_t i = 0; i < rows; i++) {
        const uint64_t item = items[i];
        if (i > 0 && key_of(item) != key_of(items[i - 1]) && bin + 1 < LEARND_FOREST_BINS &&
            (all || i >= full)) {
            edges[bin] = between(unordered(key_of(items[i - 1])), unordered(key_of(item)));
            bin++;
            full = i + (rows - i) / (LEARND_FOREST_BINS - bin);
        }
        bins[(uint32_t)item] = (uint8_t)bin;
    }
    return bin + 1;
}
