// SPDX-License-Identifier: Apache-2.0
//
// For how many rows in a row each unit of a layer gave 0.

#include "ckernels.h"

#include "clones.h"

LEARND_CLONES uint32_t learnd_count_silence(const float *restrict values, size_t rows, size_t units,
                                            uint32_t limit, uint32_t *restrict silent) {
    for (size_t row = 0; row < rows; row++) {
        const float *restrict given = values + row * units;
        for (size_t unit = 0; unit < units; unit++) {
            uint32_t longer = silent[unit] < limit ? silent[unit] + 1 : limit;
            silent[unit] = given[unit] == 0 ? longer : 0;
        }
    }
    uint32_t longest = 0;
    for (size_t unit = 0; unit < units; unit++) {
        longest = silent[unit] > longest ? silent[unit] : longest;
    }
    return longest;
}
