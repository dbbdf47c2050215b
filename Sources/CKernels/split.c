// SPDX-License-Identifier: Apache-2.0
//
// Texts into tokens. With `folds`, a token is a longest run of letters, digits and underscores, and
// capital letters become small; without, it is a longest run of whatever is no blank (a byte up to
// 0x20, or 0x7F) and is kept as it is.
//
// ASCII says what it is. Beyond it everything is a letter but the signs of Latin-1 (U+0080 to
// U+00BF without the three letters, the signs of multiplication and division), the general
// punctuation, currency signs and symbols (U+2000 to U+206F, U+20A0 to U+20CF, U+2190 to U+2BFF),
// the punctuation of Chinese, Japanese and Korean (U+3000 to U+303F) and that of full width.
// Capitals are folded in Latin (up to U+017F), Greek and Cyrillic, where both have two bytes; the
// table is here, so that it is the same for ever. Bytes that are no UTF-8 are blanks.

#include "ckernels.h"

typedef struct {
    size_t bytes;
    uint32_t scalar;
} character;

// The character at the head of a text; one byte that is a blank where there is none.
static character next(const uint8_t *text, size_t n) {
    const character none = {1, ' '};
    const uint32_t lead = text[0];
    if (lead < 0x80) return (character){1, lead};
    const size_t bytes = lead < 0xC2 ? 0 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : lead < 0xF5 ? 4 : 0;
    if (bytes == 0 || bytes > n) return none;
    uint32_t scalar = lead & (0x7Fu >> bytes);
    for (size_t i = 1; i < bytes; i++) {
        if ((text[i] & 0xC0) != 0x80) return none;
        scalar = scalar << 6 | (text[i] & 0x3F);
    }
    static const uint32_t least[5] = {0, 0, 0x80, 0x800, 0x10000};
    if (scalar < least[bytes] || scalar > 0x10FFFF || (scalar >= 0xD800 && scalar <= 0xDFFF)) {
        return none;
    }
    return (character){bytes, scalar};
}

static int is_within(uint32_t c, uint32_t first, uint32_t last) { return c >= first && c <= last; }

static int is_letter(uint32_t c) {
    if (c < 0x80) {
        return is_within(c, 'a', 'z') || is_within(c, 'A', 'Z') || is_within(c, '0', '9') ||
               c == '_';
    }
    if (c < 0xC0) return c == 0xAA || c == 0xB5 || c == 0xBA;
    if (c < 0x2000) return c != 0xD7 && c != 0xF7;
    return !(is_within(c, 0x2000, 0x206F) || is_within(c, 0x20A0, 0x20CF) ||
             is_within(c, 0x2190, 0x2BFF) || is_within(c, 0x3000, 0x303F) ||
             is_within(c, 0xFE10, 0xFE1F) || is_within(c, 0xFE30, 0xFE6F) ||
             is_within(c, 0xFF00, 0xFF0F) || is_within(c, 0xFF1A, 0xFF20) ||
             is_within(c, 0xFF3B, 0xFF40) || is_within(c, 0xFF5B, 0xFF65));
}

// The small letter of a capital one, which has as many bytes; any other character is its own.
static uint32_t small(uint32_t c) {
    if (c < 0x80) return is_within(c, 'A', 'Z') ? c + 32 : c;
    if (is_within(c, 0xC0, 0xDE)) return c == 0xD7 ? c : c + 32;
    if (c == 0x130 || c == 0x178) return c == 0x178 ? 0xFF : c;
    if (is_within(c, 0x100, 0x137) || is_within(c, 0x14A, 0x177)) return c | 1;
    if (is_within(c, 0x139, 0x148) || is_within(c, 0x179, 0x17E)) return c + (c & 1);
    if (is_within(c, 0x391, 0x3AB)) return c == 0x3A2 ? c : c + 32;
    if (is_within(c, 0x388, 0x38A)) return c + 37;
    if (c == 0x386) return 0x3AC;
    if (c == 0x38C) return 0x3CC;
    if (is_within(c, 0x38E, 0x38F)) return c + 63;
    if (is_within(c, 0x400, 0x40F)) return c + 80;
    if (is_within(c, 0x410, 0x42F)) return c + 32;
    if (is_within(c, 0x460, 0x481) || is_within(c, 0x48A, 0x4BF)) return c | 1;
    return c;
}

size_t learnd_split_text(const uint8_t *text, size_t n, int folds, size_t longest, uint8_t *bytes,
                         uint32_t *ends, uint64_t *hashes, size_t *skipped) {
    const uint64_t basis = 0xCBF29CE484222325, prime = 0x100000001B3;
    size_t count = 0, end = 0, start = 0, at = 0;
    uint64_t hash = basis;
    *skipped = 0;
    while (at <= n) {
        character here = at < n ? next(text + at, n - at) : (character){1, ' '};
        const int belongs =
            folds ? is_letter(here.scalar) : here.scalar > 0x20 && here.scalar != 0x7F;
        if (belongs) {
            const uint32_t c = folds ? small(here.scalar) : here.scalar;
            for (size_t i = 0; i < here.bytes; i++) {
                uint8_t byte = text[at + i];
                if (here.bytes == 1) byte = (uint8_t)c;
                if (here.bytes == 2) byte = i == 0 ? 0xC0 | c >> 6 : 0x80 | (c & 0x3F);
                bytes[end++] = byte;
                hash = (hash ^ byte) * prime;
            }
        } else if (end > start) {
            if (end - start <= longest) {
                ends[count] = (uint32_t)end;
                hashes[count++] = hash ^ hash >> 32;
                start = end;
            } else {
                *skipped += 1;
                end = start;
            }
            hash = basis;
        }
        at += here.bytes;
    }
    return count;
}
