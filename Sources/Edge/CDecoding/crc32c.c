// SPDX-License-Identifier: Apache-2.0
//
// CRC-32C by the processor's own instruction, eight bytes at a time.

#include "cdecoding.h"

#include <string.h>

#if defined(__x86_64__)

#include <nmmintrin.h>

int learnd_crc32c_available(void) { return __builtin_cpu_supports("sse4.2") != 0; }

__attribute__((target("sse4.2"))) uint32_t learnd_crc32c(const void *bytes, size_t count) {
    const unsigned char *next = bytes;
    uint64_t crc = 0xFFFFFFFF;
    for (; count >= 8; count -= 8, next += 8) {
        uint64_t word;
        memcpy(&word, next, 8);
        crc = _mm_crc32_u64(crc, word);
    }
    for (; count > 0; count--, next++) crc = _mm_crc32_u8((uint32_t)crc, *next);
    return ~(uint32_t)crc;
}

#else

int learnd_crc32c_available(void) { return 0; }

uint32_t learnd_crc32c(const void *bytes, size_t count) {
    (void)bytes;
    (void)count;
    return 0;
}

#endif
