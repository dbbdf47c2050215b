// SPDX-License-Identifier: Apache-2.0

#include "csimdjson.h"

#include <simdjson.h>

#include <new>

struct learnd_json_parser {
    simdjson::dom::parser parser;
    size_t depth;
};

learnd_json_parser *learnd_json_new(size_t depth) {
    try {
        auto *parser = new learnd_json_parser();
        parser->depth = depth;
        return parser;
    } catch (...) {
        return nullptr;
    }
}

void learnd_json_free(learnd_json_parser *parser) {
    try {
        delete parser;
    } catch (...) {
    }
}

size_t learnd_json_padding(void) { return simdjson::SIMDJSON_PADDING; }

int learnd_json_parse(
    learnd_json_parser *parser,
    const uint8_t *text,
    size_t count,
    learnd_json_tape *tape
) {
    try {
        if (parser->parser.capacity() < count || parser->parser.max_depth() != parser->depth) {
            auto failed = parser->parser.allocate(count < 4096 ? 4096 : count, parser->depth);
            if (failed) return failed;
        }
        simdjson::dom::element root;
        auto failed = parser->parser.parse(text, count, false).get(root);
        if (failed) return failed;
        const auto &document = parser->parser.doc;
        tape->tape = document.tape.get();
        tape->words = document.tape[0] & 0x00FFFFFFFFFFFFFF;
        tape->strings = document.string_buf.get();
        tape->string_bytes = document.capacity() / 3 * 5 + 64;
        return 0;
    } catch (...) {
        return simdjson::UNEXPECTED_ERROR;
    }
}

const char *learnd_json_error(int code) {
    try {
        return simdjson::error_message(static_cast<simdjson::error_code>(code));
    } catch (...) {
        return "unknown error";
    }
}
