// SPDX-License-Identifier: Apache-2.0
//
// The visitor that writes the tape. Every byte of a document makes at most two words and four bytes
// of strings, which bounds the memory by the document's length; what is claimed to follow and does
// not is noticed when the bytes end.

#define MSGPACK_NO_BOOST

#include "cmsgpack.h"

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

#include <msgpack.hpp>
#include <simdjson.h>

namespace {

constexpr uint64_t count_max = 0xFFFFFF;

struct Visitor : msgpack::null_visitor {
    std::vector<uint64_t> words;
    std::vector<uint8_t> strings;
    std::vector<size_t> open;
    size_t depth;
    int error = LEARND_MSGPACK_OK;
    bool in_key = false;

    void begin() {
        words.clear();
        strings.clear();
        open.clear();
        error = LEARND_MSGPACK_OK;
        in_key = false;
        word('r', 0);
    }

    void word(char type, uint64_t payload) {
        words.push_back(static_cast<uint64_t>(static_cast<uint8_t>(type)) << 56 | payload);
    }

    bool fail(int reason) {
        error = reason;
        return false;
    }

    bool scalar(char type) {
        if (in_key) return fail(LEARND_MSGPACK_KEY);
        word(type, 0);
        return true;
    }

    bool number(char type, uint64_t bits) {
        if (!scalar(type)) return false;
        words.push_back(bits);
        return true;
    }

    bool floating(double value) {
        uint64_t bits;
        std::memcpy(&bits, &value, sizeof bits);
        return number('d', bits);
    }

    bool start(char type, uint32_t count) {
        if (in_key) return fail(LEARND_MSGPACK_KEY);
        if (open.size() >= depth) return fail(LEARND_MSGPACK_TOO_DEEP);
        open.push_back(words.size());
        word(type, (count > count_max ? count_max : count) << 32);
        return true;
    }

    bool end(char type) {
        size_t opening = open.back();
        open.pop_back();
        word(type, opening);
        words[opening] |= static_cast<uint32_t>(words.size());
        return true;
    }

    bool visit_nil() { return scalar('n'); }
    bool visit_boolean(bool value) { return scalar(value ? 't' : 'f'); }
    bool visit_positive_integer(uint64_t value) {
        return number(value > INT64_MAX ? 'u' : 'l', value);
    }
    bool visit_negative_integer(int64_t value) {
        return number('l', static_cast<uint64_t>(value));
    }
    bool visit_float32(float value) { return floating(value); }
    bool visit_float64(double value) { return floating(value); }

    bool visit_str(const char *text, uint32_t size) {
        if (size > 0 && !simdjson::validate_utf8(text, size)) return fail(LEARND_MSGPACK_TEXT);
        word('"', strings.size());
        const auto *length = reinterpret_cast<const uint8_t *>(&size);
        strings.insert(strings.end(), length, length + sizeof size);
        if (size > 0) strings.insert(strings.end(), text, text + size);
        return true;
    }

    bool visit_bin(const char *bytes, uint32_t size) {
        if (in_key) return fail(LEARND_MSGPACK_KEY);
        if (size % sizeof(float) != 0) return scalar('b');
        if (!start('[', size / sizeof(float))) return false;
        for (uint32_t offset = 0; offset < size; offset += sizeof(float)) {
            float value;
            std::memcpy(&value, bytes + offset, sizeof value);
            if (!floating(value)) return false;
        }
        return end(']');
    }

    bool visit_ext(const char *, uint32_t) { return scalar('b'); }

    bool start_array(uint32_t count) { return start('[', count); }
    bool end_array() { return end(']'); }
    bool start_map(uint32_t count) { return start('{', count); }
    bool end_map() { return end('}'); }
    void parse_error(size_t, size_t) { error = LEARND_MSGPACK_UNKNOWN_BYTE; }
    void insufficient_bytes(size_t, size_t) { error = LEARND_MSGPACK_CUT_SHORT; }
    bool start_map_key() {
        in_key = true;
        return true;
    }
    bool end_map_key() {
        in_key = false;
        return true;
    }
};

} // namespace

struct learnd_msgpack_parser {
    Visitor visitor;
};

learnd_msgpack_parser *learnd_msgpack_new(size_t depth) {
    try {
        auto *parser = new learnd_msgpack_parser();
        parser->visitor.depth = depth;
        return parser;
    } catch (...) {
        return nullptr;
    }
}

void learnd_msgpack_free(learnd_msgpack_parser *parser) { delete parser; }

int learnd_msgpack_parse(
    learnd_msgpack_parser *parser,
    const uint8_t *bytes,
    size_t count,
    learnd_msgpack_tape *tape
) {
    auto &visitor = parser->visitor;
    try {
        visitor.begin();
        size_t offset = 0;
        const auto *text = reinterpret_cast<const char *>(bytes);
        if (!msgpack::parse(text, count, offset, visitor)) {
            return visitor.error != LEARND_MSGPACK_OK ? visitor.error : LEARND_MSGPACK_UNKNOWN_BYTE;
        }
        if (offset != count) return LEARND_MSGPACK_REST;
        visitor.word('r', 0);
    } catch (...) {
        return LEARND_MSGPACK_MEMORY;
    }
    tape->tape = visitor.words.data();
    tape->words = visitor.words.size();
    tape->strings = visitor.strings.data();
    tape->string_bytes = visitor.strings.size();
    return LEARND_MSGPACK_OK;
}
