// SPDX-License-Identifier: Apache-2.0
//
// The forms of rows that experts want; Sources/Pure/Experts/Pool/RowForms.swift has the formulas.
// One pass over a row makes all of them and takes the row into the statistics: a column's numbers
// are read once, and columns lie side by side, so the loop runs over several at a time.

#include "experts.h"

#include <float.h>
#include <math.h>

#include "clones.h"

#pragma STDC FP_CONTRACT OFF

#define SMALLEST_VARIANCE 1e-12

LEARND_INLINE double held(double value, double limit) {
    const double low = value < -limit ? -limit : value;
    return low > limit ? limit : low;
}

LEARND_INLINE double measured(double distance, double variance, double clip) {
    const double safe = variance > SMALLEST_VARIANCE ? variance : 1;
    const double size = held(distance / sqrt(safe), clip);
    return variance > SMALLEST_VARIANCE ? size : 0;
}

// Takes a value into a mean and a variance that forget after 1 / share values.
LEARND_INLINE void follow(double *mean, double *variance, double x, double share, double taken) {
    const double distance = x - *mean;
    const double moved = *mean + distance * share;
    const double spread = *variance + (distance * (x - moved) - *variance) * share;
    *mean = taken * moved + (1 - taken) * *mean;
    *variance = taken * spread + (1 - taken) * *variance;
}

LEARND_CLONES void learnd_make_forms(const learnd_form_statistics *statistics, size_t width,
                                     double memory, double fading, float clip,
                                     const learnd_forms *forms, const uint8_t *follows,
                                     const uint8_t *recalled, size_t rows) {
    const learnd_form_statistics s = *statistics;
    double *restrict count = s.count, *restrict mean = s.mean, *restrict variance = s.variance;
    double *restrict slow_mean = s.slow_mean, *restrict slow_variance = s.slow_variance;
    double *restrict level = s.level, *restrict change_mean = s.change_mean;
    double *restrict change_variance = s.change_variance;
    for (size_t row = 0; row < rows; row++) {
        float *restrict raw = forms->raw + row * width;
        float *restrict scaled = forms->scaled + row * width;
        float *restrict slow = forms->slow + row * width;
        float *restrict change = forms->change + row * width;
        float *restrict scaled_change = forms->scaled_change + row * width;
        const double takes = follows[row] ? 1 : 0;
        const int came_before = recalled[row];
        for (size_t j = 0; j < width; j++) {
            const float came = raw[j];
            // Neither missing nor infinite.
            const int is_there = came - came == 0;
            const double x = is_there ? came : mean[j];
            const double there = is_there ? 1 : 0;
            raw[j] = (float)x;
            scaled[j] = (float)(there * measured(x - mean[j], variance[j], clip));
            slow[j] = (float)(there * measured(x - slow_mean[j], slow_variance[j], clip));
            const double moved = count[j] > 0 ? there * held(x - level[j], FLT_MAX) : 0;
            const double d = came_before ? change[j] : moved;
            change[j] = (float)d;
            scaled_change[j] =
                (float)(there * measured(d - change_mean[j], change_variance[j], clip));
            const double taken = there * takes;
            const double n = count[j] + 1;
            const double share = 1 / (n < memory ? n : memory);
            follow(mean + j, variance + j, x, share, taken);
            follow(slow_mean + j, slow_variance + j, x, 1 / n, taken);
            follow(change_mean + j, change_variance + j, d, share, taken);
            const double step = 1 / n > fading ? 1 / n : fading;
            level[j] += taken * step * (x - level[j]);
            count[j] += taken;
        }
    }
}
