// SPDX-License-Identifier: Apache-2.0
//
// A float32 is infinite when its exponent bits are all set and the others clear, and NaN when its
// exponent bits are all set and the others not.

#include "cdecoding.h"

#include <string.h>

int learnd_scan_floats(const void *source, size_t count) {
    const unsigned char *bytes = source;
    int32_t nan = 0;
    int32_t infinite = 0;
    for (size_t index = 0; index < count; index++) {
        int32_t bits;
        memcpy(&bits, bytes + index * 4, 4);
        bits &= 0x7FFFFFFF;
        nan |= bits > 0x7F800000;
        infinite |= bits == 0x7F800000;
    }
    return (nan ? LEARND_NAN : 0) | (infinite ? LEARND_INFINITY : 0);
}
