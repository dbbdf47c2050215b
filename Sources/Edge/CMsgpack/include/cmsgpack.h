// SPDX-License-Identifier: Apache-2.0
//
// msgpack-cxx behind C. A document becomes a "tape", as simdjson's of a JSON document: words with a
// type in the highest byte and a payload in the rest. No exception leaves these functions, and
// nothing is allocated for what a document merely claims to hold: only for bytes that are there.
//
//   { [    payload: 32 bits index after the closing bracket, 24 bits count (at most 2^24 - 1)
//   } ]    payload: index of the opening bracket
//   "      payload: where the text stands among the strings: its length in 4 bytes, then its bytes
//   l u d  a signed, unsigned or floating number, whose bits are the next word
//   t f n  true, false, null
//   b      binary data or an extension that is no array of float32
//
// Binary data of whole float32 (little-endian) is read as an array of them.

#ifndef LEARND_CMSGPACK_H
#define LEARND_CMSGPACK_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct learnd_msgpack_parser learnd_msgpack_parser;

/// What a parser made of a document; valid until it parses again.
typedef struct {
    const uint64_t *tape;
    size_t words;
    const uint8_t *strings;
    size_t string_bytes;
} learnd_msgpack_tape;

/// Why bytes are no document.
enum {
    LEARND_MSGPACK_OK = 0,
    LEARND_MSGPACK_CUT_SHORT = 1,
    LEARND_MSGPACK_UNKNOWN_BYTE = 2,
    LEARND_MSGPACK_REST = 3,
    LEARND_MSGPACK_TOO_DEEP = 4,
    LEARND_MSGPACK_KEY = 5,
    LEARND_MSGPACK_TEXT = 6,
    LEARND_MSGPACK_MEMORY = 7,
};

/// A parser for documents nested at most `depth` deep; NULL when there is no memory.
learnd_msgpack_parser *learnd_msgpack_new(size_t depth);

void learnd_msgpack_free(learnd_msgpack_parser *parser);

/// Parses one document, which must fill the bytes; 0, or why not.
int learnd_msgpack_parse(
    learnd_msgpack_parser *parser,
    const uint8_t *bytes,
    size_t count,
    learnd_msgpack_tape *tape
);

#ifdef __cplusplus
}
#endif

#endif
