// SPDX-License-Identifier: Apache-2.0
//
// SQLite as Debian ships it. SQLITE_TRANSIENT is a cast that Swift cannot see, so binding texts and
// blobs goes through two functions that ask SQLite to take a copy.

#ifndef LEARND_CSQLITE_SHIM_H
#define LEARND_CSQLITE_SHIM_H

#include <sqlite3.h>

static inline int learnd_sqlite_bind_text(sqlite3_stmt *statement, int index, const char *text,
                                          int length) {
    return sqlite3_bind_text(statement, index, text, length, SQLITE_TRANSIENT);
}

#endif
