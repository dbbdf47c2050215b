// SPDX-License-Identifier: Apache-2.0
//
// The nearest rows of a history by brute force:
//
// 1. The rows that any row of the block may see are copied once into groups of sixteen, column
//    after column within a group, so that a vector holds one column of sixteen rows.
// 2. The squared distances of four rows of the block to each group are summed column after column
//    in registers; a group is loaded once for the four, and stays in the cache for a few fours.
// 3. The smallest distance of each lane over all groups is kept: sixteen distances of sixteen
//    different rows. The k-th smallest of them is a bound that at least k rows keep and few others
//    do: for k = 10 about sixteen rows, however many there are.
// 4. The groups are gone through from the newest to the oldest, and what keeps the bound is
//    inserted into a sorted list. Of equal distances the one that was there first, the newer, wins.
//
// A sum runs over the columns in their order, so it has the same bits in whichever group and block
// its row comes to lie, and on every processor.

#include "experts_nearest.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "clones.h"
#include "score.h"

#pragma STDC FP_CONTRACT OFF

#define LANES 16
#define ROWS 4
// Rows of the block that go through the groups together, and how many numbers of the groups they
// go through before they come back for more.
#define BAND 16
#define TILE 32768
#define WEIGHT_LIMIT 1e6f
#define CLOSEST 1e-3f
#define PRIOR 0.3f
#define INFINITY_BITS 0x7F800000

typedef int32_t words16 __attribute__((vector_size(64)));
typedef _Bool flags16 __attribute__((ext_vector_type(16)));

typedef struct {
    size_t first;
    size_t end;
} range;

// The rows of the history that a row may see.
LEARND_INLINE range seen(const learnd_expert_rows *rows, size_t row, size_t window) {
    const size_t end = rows->before[row] > 0 ? (size_t)rows->before[row] : 0;
    const range own = {end > window ? end - window : 0, end};
    return own;
}

// The rows that any of them may see.
LEARND_INLINE range all_seen(const learnd_expert_rows *rows, size_t window) {
    range all = {SIZE_MAX, 0};
    for (size_t row = 0; row < rows->rows; row++) {
        const range own = seen(rows, row, window);
        all.first = own.first < all.first ? own.first : all.first;
        all.end = own.end > all.end ? own.end : all.end;
    }
    return all;
}

size_t learnd_nearest_scratch(const learnd_expert_rows *rows, size_t window) {
    const range all = all_seen(rows, window);
    if (all.first >= all.end) return 0;
    const size_t lanes = (all.end - all.first + LANES - 1) / LANES * LANES;
    return lanes * (rows->width + BAND);
}

// Puts four columns of four rows side by side.
LEARND_INLINE void turn_square(const float *from, size_t width, float *turned) {
    LOAD(lanes4, a, from);
    LOAD(lanes4, b, from + width);
    LOAD(lanes4, c, from + 2 * width);
    LOAD(lanes4, d, from + 3 * width);
    const lanes4 ab = __builtin_shufflevector(a, b, 0, 4, 1, 5);
    const lanes4 cd = __builtin_shufflevector(c, d, 0, 4, 1, 5);
    const lanes4 ab2 = __builtin_shufflevector(a, b, 2, 6, 3, 7);
    const lanes4 cd2 = __builtin_shufflevector(c, d, 2, 6, 3, 7);
    const lanes4 columns[4] = {
        __builtin_shufflevector(ab, cd, 0, 1, 4, 5),
        __builtin_shufflevector(ab, cd, 2, 3, 6, 7),
        __builtin_shufflevector(ab2, cd2, 0, 1, 4, 5),
        __builtin_shufflevector(ab2, cd2, 2, 3, 6, 7),
    };
    for (size_t j = 0; j < 4; j++) memcpy(turned + j * LANES, &columns[j], sizeof(lanes4));
}

// Puts each column of sixteen rows side by side; the last four columns may be turned twice.
LEARND_INLINE void turn_group(const float *from, size_t width, float *turned) {
    if (width < 4) {
        for (size_t place = 0; place < LANES * width; place++) {
            turned[place] = from[place % LANES * width + place / LANES];
        }
        return;
    }
    for (size_t j = 0; j < width; j += 4) {
        const size_t column = j + 4 <= width ? j : width - 4;
        for (size_t lane = 0; lane < LANES; lane += 4) {
            turn_square(from + lane * width + column, width, turned + column * LANES + lane);
        }
    }
}

LEARND_INLINE void turn(const float *restrict numbers, size_t count, size_t width,
                        float *restrict turned) {
    size_t row = 0;
    for (; row + LANES <= count; row += LANES, turned += LANES * width) {
        turn_group(numbers + row * width, width, turned);
    }
    if (row == count) return;
    memset(turned, 0, LANES * width * sizeof(float));
    for (size_t lane = 0; row + lane < count; lane++) {
        for (size_t j = 0; j < width; j++) {
            turned[j * LANES + lane] = numbers[(row + lane) * width + j];
        }
    }
}

LEARND_INLINE void squares_of_four(const float *x, const float *turned, size_t width,
                                   range groups, float *squares, size_t stride) {
    const float *x0 = x, *x1 = x + width, *x2 = x + 2 * width, *x3 = x + 3 * width;
    for (size_t g = groups.first; g < groups.end; g++) {
        const float *from = turned + g * LANES * width;
        lanes16 s0 = {0}, s1 = {0}, s2 = {0}, s3 = {0};
        for (size_t j = 0; j < width; j++) {
            LOAD(lanes16, column, from + j * LANES);
            const lanes16 d0 = column - x0[j], d1 = column - x1[j];
            const lanes16 d2 = column - x2[j], d3 = column - x3[j];
            s0 += d0 * d0;
            s1 += d1 * d1;
            s2 += d2 * d2;
            s3 += d3 * d3;
        }
        float *to = squares + g * LANES;
        memcpy(to, &s0, sizeof(s0));
        memcpy(to + stride, &s1, sizeof(s1));
        memcpy(to + 2 * stride, &s2, sizeof(s2));
        memcpy(to + 3 * stride, &s3, sizeof(s3));
    }
}

LEARND_INLINE void squares_of_one(const float *x, const float *turned, size_t width, range groups,
                                  float *squares) {
    for (size_t g = groups.first; g < groups.end; g++) {
        const float *from = turned + g * LANES * width;
        lanes16 sum = {0};
        for (size_t j = 0; j < width; j++) {
            LOAD(lanes16, column, from + j * LANES);
            const lanes16 distance = column - x[j];
            sum += distance * distance;
        }
        memcpy(squares + g * LANES, &sum, sizeof(sum));
    }
}

LEARND_INLINE uint32_t bits_of(const words16 *mask) {
    const flags16 flags = __builtin_convertvector(*mask, flags16);
    uint16_t bits;
    memcpy(&bits, &flags, sizeof(bits));
    return bits;
}

// A distance that at least `k` rows do not exceed, if there are so many.
LEARND_INLINE float bound_of(const float *squares, range groups, size_t k) {
    if (k > LANES) return FLT_MAX;
    // Numbers that are not negative have the order of their bits.
    words16 least_bits;
    for (size_t lane = 0; lane < LANES; lane++) least_bits[lane] = INFINITY_BITS;
    for (size_t g = groups.first; g < groups.end; g++) {
        LOAD(words16, own, squares + g * LANES);
        least_bits = __builtin_elementwise_min(own, least_bits);
    }
    lanes16 least;
    memcpy(&least, &least_bits, sizeof(least));
    float all[LANES];
    memcpy(all, &least, sizeof(all));
    // How many of the sixteen are smaller, or equal and before.
    words16 rank = {0};
    const words16 lanes = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
    for (int32_t lane = 0; lane < LANES; lane++) {
        const words16 before = lanes > lane;
        rank -= (words16)(all[lane] < least) | ((words16)(all[lane] == least) & before);
    }
    const words16 is_kth = rank == (int32_t)k - 1;
    const float kth = all[__builtin_ctz(bits_of(&is_kth))];
    return kth < FLT_MAX ? kth : FLT_MAX;
}

// The nearest rows; `first` is the row of the history that lies at lane 0 of group 0.
LEARND_INLINE void nearest_of(const float *distances, range groups, size_t k, size_t first,
                              float *restrict squares, int32_t *restrict places) {
    const float bound = bound_of(distances, groups, k);
    size_t count = 0;
    for (size_t g = groups.end; g-- > groups.first;) {
        LOAD(lanes16, own, distances + g * LANES);
        const int is_full = count == k;
        const float limit = is_full ? squares[k - 1] : bound;
        const words16 near = is_full ? (words16)(own < limit) : (words16)(own <= limit);
        uint32_t bits = bits_of(&near);
        while (bits) {
            const uint32_t lane = 31 - (uint32_t)__builtin_clz(bits);
            bits ^= 1u << lane;
            const float distance = distances[g * LANES + lane];
            if (count == k && !(distance < squares[k - 1])) continue;
            size_t place = count < k ? count++ : k - 1;
            for (; place > 0 && squares[place - 1] > distance; place--) {
                squares[place] = squares[place - 1];
                places[place] = places[place - 1];
            }
            squares[place] = distance;
            places[place] = (int32_t)(first + g * LANES + lane);
        }
    }
    for (; count < k; count++) {
        squares[count] = INFINITY;
        places[count] = -1;
    }
}

// The squared distances of `some` rows of a block to the rows of the groups.
LEARND_INLINE void squares_of_band(const float *x, size_t some, const float *turned, size_t width,
                                   range groups, float *squares, size_t stride) {
    const size_t tile = width < TILE / LANES ? TILE / LANES / (width + 1) + 1 : 1;
    for (size_t from = groups.first; from < groups.end; from += tile) {
        const range part = {from, groups.end - from > tile ? from + tile : groups.end};
        size_t row = 0;
        for (; row + ROWS <= some; row += ROWS) {
            squares_of_four(x + row * width, turned, width, part, squares + row * stride, stride);
        }
        for (; row < some; row++) {
            squares_of_one(x + row * width, turned, width, part, squares + row * stride);
        }
    }
}

// What lies in the outermost groups, but is not seen, is infinitely far.
LEARND_INLINE void hide(float *distances, range groups, range own) {
    for (size_t lane = groups.first * LANES; lane < own.first; lane++) distances[lane] = INFINITY;
    for (size_t lane = own.end; lane < groups.end * LANES; lane++) distances[lane] = INFINITY;
}

LEARND_CLONES void learnd_nearest(const learnd_expert_rows *rows,
                                  const learnd_expert_history *history, size_t window, size_t k,
                                  float *scratch, float *squares, int32_t *places) {
    const range all = all_seen(rows, window);
    const size_t width = rows->width, span = all.first < all.end ? all.end - all.first : 0;
    const size_t stride = (span + LANES - 1) / LANES * LANES;
    float *turned = scratch + BAND * stride;
    if (span > 0) turn(history->scaled + all.first * width, span, width, turned);
    for (size_t from = 0; from < rows->rows; from += BAND) {
        const size_t some = rows->rows - from < BAND ? rows->rows - from : BAND;
        range own[BAND], groups[BAND], joint = {SIZE_MAX, 0};
        for (size_t i = 0; i < some; i++) {
            own[i] = seen(rows, from + i, window);
            groups[i] = (range){0, 0};
            if (own[i].first >= own[i].end) continue;
            own[i] = (range){own[i].first - all.first, own[i].end - all.first};
            groups[i] = (range){own[i].first / LANES, (own[i].end + LANES - 1) / LANES};
            joint.first = groups[i].first < joint.first ? groups[i].first : joint.first;
            joint.end = groups[i].end > joint.end ? groups[i].end : joint.end;
        }
        squares_of_band(rows->scaled + from * width, some, turned, width, joint, scratch, stride);
        for (size_t i = 0; i < some; i++) {
            float *distances = scratch + i * stride;
            if (groups[i].first < groups[i].end) hide(distances, groups[i], own[i]);
            nearest_of(distances, groups[i], k, all.first, squares + (from + i) * k,
                       places + (from + i) * k);
        }
    }
}

LEARND_CLONES void learnd_nearest_classes(const learnd_expert_rows *rows,
                                          const learnd_expert_history *history,
                                          const float *squares, const int32_t *places,
                                          size_t found, size_t k, float *opinions) {
    const size_t classes = rows->outputs;
    for (size_t row = 0; row < rows->rows; row++) {
        float *restrict p = opinions + row * classes;
        const float *restrict d = squares + row * found;
        const int32_t *restrict place = places + row * found;
        memset(p, 0, classes * sizeof(float));
        float sum = 0;
        size_t count = 0;
        for (; count < k && place[count] >= 0; count++) {
            const int32_t label = history->labels[place[count]];
            if (label < 0 || (size_t)label >= classes) continue;
            const float weight = history->weights[place[count]];
            const float vote =
                (weight < WEIGHT_LIMIT ? weight : WEIGHT_LIMIT) / (sqrtf(d[count]) + CLOSEST);
            p[label] += vote;
            sum += vote;
        }
        const float trust = sum > 0 ? (float)count : 0;
        const float scale = sum > 0 ? trust / sum : 0;
        const float prior = PRIOR / (float)classes, all = 1 / (trust + PRIOR);
        for (size_t c = 0; c < classes; c++) p[c] = (p[c] * scale + prior) * all;
    }
}
