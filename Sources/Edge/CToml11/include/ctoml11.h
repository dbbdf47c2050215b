// SPDX-License-Identifier: Apache-2.0
//
// toml11 behind a C interface. A document is parsed at once into a flat list of nodes in which
// parents stand before their children; node 0 is the root table. No exception leaves these
// functions, and nothing that they return outlives the document.

#ifndef LEARND_CTOML11_H
#define LEARND_CTOML11_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum ctoml_kind {
  CTOML_TABLE = 0,
  CTOML_ARRAY = 1,
  CTOML_BOOLEAN = 2,
  CTOML_INTEGER = 3,
  CTOML_FLOATING = 4,
  CTOML_STRING = 5,
  CTOML_DATE = 6
};

struct ctoml_node {
  int32_t kind;
  // The index of the table or array that holds this node; -1 for the root.
  int64_t parent;
  // The line, from 1, on which the value stands.
  int64_t line;
  int64_t integer;
  double floating;
  // The key in the parent table, and the bytes of a string; neither ends in NUL.
  const char *key;
  size_t key_length;
  const char *text;
  size_t text_length;
};

typedef struct ctoml_document ctoml_document;

// Parses `length` bytes. Never NULL but when memory ran out.
ctoml_document *ctoml_parse(const char *text, size_t length);
void ctoml_free(ctoml_document *document);

// The number of nodes; 0 when the text is not TOML.
size_t ctoml_count(const ctoml_document *document);
// Fills `node` with node `index`; 0 when there is none.
int ctoml_node_at(const ctoml_document *document, size_t index, struct ctoml_node *node);

// What is wrong and on which line (0: not known), when the count is 0.
const char *ctoml_error(const ctoml_document *document);
int64_t ctoml_error_line(const ctoml_document *document);

#ifdef __cplusplus
}
#endif

#endif
