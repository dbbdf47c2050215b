// SPDX-License-Identifier: Apache-2.0
//
// Two loops over the bytes of a message that Swift does not make fast. Both take bytes at any
// alignment, touch no global state and allocate nothing.

#ifndef LEARND_CDECODING_H
#define LEARND_CDECODING_H

#include <stddef.h>
#include <stdint.h>

/// What learnd_scan_floats found.
enum { LEARND_NAN = 1, LEARND_INFINITY = 2 };

/// Whether there are NaNs or infinities among `count` float32: the sum of the above, or 0.
int learnd_scan_floats(const void *source, size_t count);

/// Whether the processor has instructions for CRC-32C.
int learnd_crc32c_available(void);

/// The CRC-32C of the bytes; only where it is available.
uint32_t learnd_crc32c(const void *bytes, size_t count);

#endif
