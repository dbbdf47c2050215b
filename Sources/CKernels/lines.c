// SPDX-License-Identifier: Apache-2.0
//
// The features of rows, for those who want them outside of a kernel.

#include "experts_lines.h"

#pragma STDC FP_CONTRACT OFF

#include "lines.h"

size_t learnd_line_size(learnd_line_form form, size_t width, size_t classes) {
    return line_size(form, width, classes);
}

size_t learnd_line_stride(size_t size) { return line_stride(size); }

size_t learnd_line_scratch(learnd_line_form form, size_t width, size_t classes) {
    return (LINE_ROWS + 2) * line_stride(line_size(form, width, classes));
}

LEARND_CLONES void learnd_line_features(const learnd_expert_rows *rows, size_t row,
                                        learnd_line_form form, float *features) {
    line_features(rows, row, form, features);
}
