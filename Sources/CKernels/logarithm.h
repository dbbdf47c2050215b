// SPDX-License-Identifier: Apache-2.0
//
// The natural logarithm of a positive, normal number, to about two units in the last place, without
// a branch and with the same bits whatever the C library. With x = 2^n m, m between 0.7 and 1.42,
//
//     log x = n ln 2 + 2 (s + s^3 / 3 + s^5 / 5 + s^7 / 7 + s^9 / 9),   s = (m - 1) / (m + 1)
//
// where s is at most 0.172, so that the first term that is left out is below 1e-9.

#ifndef LEARND_LOGARITHM_H
#define LEARND_LOGARITHM_H

#include <stdint.h>
#include <string.h>

#include "clones.h"

LEARND_INLINE float logarithm(float x) {
    uint32_t bits;
    memcpy(&bits, &x, sizeof(bits));
    // Bits of about the square root of a half: what lies above goes to the exponent.
    const uint32_t above = bits - 0x3F350000u;
    const int32_t n = (int32_t)above >> 23;
    bits = (above & 0x007FFFFFu) + 0x3F350000u;
    float m;
    memcpy(&m, &bits, sizeof(m));
    const float s = (m - 1) / (m + 1), q = s * s;
    const float tail = q * (0.333333333f + q * (0.2f + q * (0.142857143f + q * 0.111111111f)));
    // ln 2 in two parts: n times the first is exact.
    return (float)n * 0.693145752f + ((2 * s + 2 * s * tail) + (float)n * 1.42860677e-6f);
}

#endif
