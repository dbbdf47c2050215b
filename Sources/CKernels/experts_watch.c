// SPDX-License-Identifier: Apache-2.0
//
// ADWIN (Bifet and Gavalda, 2007; Sources/Pure/Drift/ADWIN.swift has the algorithm) on small whole
// numbers: the error bits of a tree, or the sizes of its errors in steps. A watch stands beside
// each tree, and in an adaptive tree beside each node, so it is small, and lies in one piece. Sums
// of whole numbers are exact; the squares of a window tell its deviation whatever was merged. It
// raises its alarms where that detector does, with a clock of 16, while the window holds less than
// MOST * 2^ROWS values, 5 million; then it drops the oldest.
//
//     words: rows in use, clock, count, total, how many buckets each row holds,
//     the sums of each row's buckets, oldest first, then their sums of squares

#include <math.h>
#include <string.h>

#include "experts_trees.h"

#pragma STDC FP_CONTRACT OFF

#define ROWS 20
#define MOST 5
#define ROOM (MOST + 1)
#define CLOCK 16
#define GRACE 10
#define LEAST 5

enum { WATCH_ROWS, WATCH_CLOCK, WATCH_COUNT, WATCH_TOTAL, WATCH_HELD };
#define SUMS (WATCH_HELD + ROWS)
#define SQUARES (SUMS + ROWS * ROOM)

static void drop_oldest(uint32_t *watch) {
    const size_t row = watch[WATCH_ROWS] - 1;
    uint32_t *sums = watch + SUMS + row * ROOM, *squares = watch + SQUARES + row * ROOM;
    watch[WATCH_COUNT] -= (uint32_t)1 << row;
    watch[WATCH_TOTAL] -= sums[0];
    memmove(sums, sums + 1, MOST * sizeof(uint32_t));
    memmove(squares, squares + 1, MOST * sizeof(uint32_t));
    watch[WATCH_HELD + row] -= 1;
    if (watch[WATCH_HELD + row] == 0 && row > 0) watch[WATCH_ROWS] -= 1;
}

int learnd_watch_add(uint32_t *watch, uint32_t value) {
    watch[WATCH_COUNT] += 1;
    watch[WATCH_TOTAL] += value;
    if (watch[WATCH_ROWS] == 0) watch[WATCH_ROWS] = 1;
    uint32_t sum = value, square = value * value;
    for (size_t row = 0;; row++) {
        uint32_t *sums = watch + SUMS + row * ROOM, *squares = watch + SQUARES + row * ROOM;
        const uint32_t held = watch[WATCH_HELD + row];
        sums[held] = sum;
        squares[held] = square;
        watch[WATCH_HELD + row] = held + 1;
        if (held < MOST) break;
        if (row == ROWS - 1) {
            drop_oldest(watch);
            break;
        }
        sum = sums[0] + sums[1];
        square = squares[0] + squares[1];
        memmove(sums, sums + 2, (ROOM - 2) * sizeof(uint32_t));
        memmove(squares, squares + 2, (ROOM - 2) * sizeof(uint32_t));
        watch[WATCH_HELD + row] = MOST - 1;
        if (watch[WATCH_ROWS] < row + 2) watch[WATCH_ROWS] = (uint32_t)row + 2;
    }
    watch[WATCH_CLOCK] = (watch[WATCH_CLOCK] + 1) % CLOCK;
    return watch[WATCH_CLOCK] == 0;
}

uint32_t learnd_watch_moments(const uint32_t *watch, double *mean, double *variance) {
    const uint32_t count = watch[WATCH_COUNT];
    double squares = 0;
    for (size_t row = 0; row < watch[WATCH_ROWS]; row++) {
        for (size_t i = 0; i < watch[WATCH_HELD + row]; i++) {
            squares += watch[SQUARES + row * ROOM + i];
        }
    }
    const double n = count > 0 ? count : 1, total = watch[WATCH_TOTAL];
    *mean = total / n;
    *variance = (squares - total * *mean) / n;
    return count;
}

// 0: nothing; 1, 2: a rise beyond the loose and the strict level; -2: a fall beyond the strict one.
static int scan(const uint32_t *watch, double most, double warning, double drift) {
    const double n = watch[WATCH_COUNT], total = watch[WATCH_TOTAL];
    if (n <= GRACE) return 0;
    double mean, variance;
    learnd_watch_moments(watch, &mean, &variance);
    const double doubled = 2 * log(n);
    const double strict = log(doubled / drift), loose = log(doubled / warning);
    const double bound = 2 * variance * n * loose, allowance = 0.5 * loose * n * most;
    double n0 = 0, u0 = 0;
    int found = 0;
    for (size_t row = watch[WATCH_ROWS]; row-- > 0;) {
        const double size = (double)((uint32_t)1 << row);
        for (size_t i = 0; i < watch[WATCH_HELD + row]; i++) {
            n0 += size;
            u0 += watch[SUMS + row * ROOM + i];
            const double n1 = n - n0;
            const double d = fabs(u0 * n - total * n0) - allowance;
            if (!(d > 0) || d * d <= bound * (n0 * n1)) continue;
            if (n0 < LEAST || n1 < LEAST) continue;
            const double difference = u0 / n0 - (total - u0) / n1;
            const double m = 1 / (n0 - LEAST + 1) + 1 / (n1 - LEAST + 1);
            const double off = fabs(difference), far = 2.0 / 3 * m * most;
            if (off > sqrt(2 * m * variance * strict) + strict * far) {
                return difference < 0 ? 2 : -2;
            }
            if (difference < 0 && off > sqrt(2 * m * variance * loose) + loose * far) {
                found = 1;
            }
        }
    }
    return found;
}

int learnd_watch_check(uint32_t *watch, double most, double warning, double drift) {
    const int found = scan(watch, most, warning, drift);
    if (found != -2) return found;
    learnd_watch_cut(watch, most, drift);
    return 0;
}

void learnd_watch_cut(uint32_t *watch, double most, double drift) {
    do drop_oldest(watch);
    while (scan(watch, most, drift, drift) != 0);
}

int learnd_watch_is_sound(const uint32_t *watch) {
    if (watch[WATCH_ROWS] > ROWS || watch[WATCH_CLOCK] >= CLOCK) return 0;
    uint64_t count = 0, total = 0;
    for (size_t row = 0; row < ROWS; row++) {
        const uint32_t held = watch[WATCH_HELD + row];
        // A row behind the last has nothing, any other but the first something.
        if (held > MOST || (held > 0 && row >= watch[WATCH_ROWS])) return 0;
        if (held == 0 && row > 0 && row < watch[WATCH_ROWS]) return 0;
        for (size_t i = 0; i < held; i++) {
            count += (uint64_t)1 << row;
            total += watch[SUMS + row * ROOM + i];
        }
    }
    return count == watch[WATCH_COUNT] && total == watch[WATCH_TOTAL];
}
