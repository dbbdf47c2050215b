// SPDX-License-Identifier: Apache-2.0
//
// The other side of ctoml11.h. toml11 throws on a document that is not TOML; every entry catches.

#include "ctoml11.h"

#include <algorithm>
#include <deque>
#include <exception>
#include <new>
#include <sstream>
#include <string>
#include <toml.hpp>
#include <vector>

struct ctoml_document {
  // Keys and texts live in a deque, which never moves what it holds.
  std::deque<std::string> texts;
  std::vector<ctoml_node> nodes;
  std::string error;
  int64_t error_line = 0;
};

namespace {

const std::string &kept(ctoml_document &document, const std::string &text) {
  document.texts.push_back(text);
  return document.texts.back();
}

int64_t line_of(const toml::value &value) {
  return static_cast<int64_t>(value.location().line());
}

void append(ctoml_document &document, const toml::value &value, int64_t parent,
            const std::string *key) {
  ctoml_node node{};
  node.parent = parent;
  node.line = line_of(value);
  if (key != nullptr) {
    const std::string &copy = kept(document, *key);
    node.key = copy.data();
    node.key_length = copy.size();
  }
  const int64_t index = static_cast<int64_t>(document.nodes.size());
  switch (value.type()) {
  case toml::value_t::boolean:
    node.kind = CTOML_BOOLEAN;
    node.integer = value.as_boolean() ? 1 : 0;
    break;
  case toml::value_t::integer:
    node.kind = CTOML_INTEGER;
    node.integer = value.as_integer();
    break;
  case toml::value_t::floating:
    node.kind = CTOML_FLOATING;
    node.floating = value.as_floating();
    break;
  case toml::value_t::string: {
    const std::string &copy = kept(document, value.as_string().str);
    node.kind = CTOML_STRING;
    node.text = copy.data();
    node.text_length = copy.size();
    break;
  }
  case toml::value_t::array:
    node.kind = CTOML_ARRAY;
    document.nodes.push_back(node);
    for (const toml::value &item : value.as_array()) {
      append(document, item, index, nullptr);
    }
    return;
  case toml::value_t::table: {
    node.kind = CTOML_TABLE;
    document.nodes.push_back(node);
    // toml11's tables are hashed; here they come in the order of the file.
    std::vector<std::pair<std::string, const toml::value *>> members;
    for (const auto &member : value.as_table()) {
      members.emplace_back(member.first, &member.second);
    }
    std::sort(members.begin(), members.end(), [](const auto &left, const auto &right) {
      const int64_t left_line = line_of(*left.second);
      const int64_t right_line = line_of(*right.second);
      return left_line != right_line ? left_line < right_line : left.first < right.first;
    });
    for (const auto &member : members) {
      append(document, *member.second, index, &member.first);
    }
    return;
  }
  default:
    node.kind = CTOML_DATE;
    break;
  }
  document.nodes.push_back(node);
}

void fail(ctoml_document &document, const char *what, int64_t line) {
  document.nodes.clear();
  document.error_line = line;
  try {
    document.error = what;
  } catch (...) {
    document.error.clear();
  }
}

} // namespace

extern "C" ctoml_document *ctoml_parse(const char *text, size_t length) {
  ctoml_document *document = new (std::nothrow) ctoml_document;
  if (document == nullptr) {
    return nullptr;
  }
  try {
    std::istringstream stream(std::string(text, length));
    const toml::value root = toml::parse(stream, "learnd.toml");
    append(*document, root, -1, nullptr);
  } catch (const toml::exception &error) {
    fail(*document, error.what(), static_cast<int64_t>(error.location().line()));
  } catch (const std::exception &error) {
    fail(*document, error.what(), 0);
  } catch (...) {
    fail(*document, "unknown error", 0);
  }
  return document;
}

extern "C" void ctoml_free(ctoml_document *document) {
  try {
    delete document;
  } catch (...) {
  }
}

extern "C" size_t ctoml_count(const ctoml_document *document) { return document->nodes.size(); }

extern "C" int ctoml_node_at(const ctoml_document *document, size_t index, ctoml_node *node) {
  if (index >= document->nodes.size()) {
    return 0;
  }
  *node = document->nodes[index];
  return 1;
}

extern "C" const char *ctoml_error(const ctoml_document *document) {
  return document->error.c_str();
}

extern "C" int64_t ctoml_error_line(const ctoml_document *document) { return document->error_line; }
