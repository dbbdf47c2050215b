// SPDX-License-Identifier: Apache-2.0
//
// Numbers that are kept or set to 0.

#include "ckernels.h"

#include "clones.h"

LEARND_CLONES void learnd_mask(float *restrict numbers, const float *restrict factors, size_t n) {
    for (size_t i = 0; i < n; i++) numbers[i] *= factors[i];
}
