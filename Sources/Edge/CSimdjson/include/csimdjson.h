// SPDX-License-Identifier: Apache-2.0
//
// simdjson behind C. A parsed document is its "tape", as simdjson's document of that name says it:
// words with a type in the highest byte. No exception leaves these functions.

#ifndef LEARND_CSIMDJSON_H
#define LEARND_CSIMDJSON_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct learnd_json_parser learnd_json_parser;

/// What a parser made of a document; valid until it parses again.
typedef struct {
    const uint64_t *tape;
    size_t words;
    const uint8_t *strings;
    size_t string_bytes;
} learnd_json_tape;

/// A parser for documents nested at most `depth` deep; NULL when there is no memory.
learnd_json_parser *learnd_json_new(size_t depth);

void learnd_json_free(learnd_json_parser *parser);

/// How many bytes after the text must be readable.
size_t learnd_json_padding(void);

/// Parses a text; 0, or simdjson's error code.
int learnd_json_parse(
    learnd_json_parser *parser,
    const uint8_t *text,
    size_t count,
    learnd_json_tape *tape
);

/// The error in words.
const char *learnd_json_error(int code);

#ifdef __cplusplus
}
#endif

#endif
