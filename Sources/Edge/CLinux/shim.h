// SPDX-License-Identifier: Apache-2.0
//
// Calls of Linux that Swift's Glibc module does not show: each is one line around the C function
// of the same name.

#ifndef LEARND_CLINUX_H
#define LEARND_CLINUX_H

#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/random.h>

// The header shows it only with _GNU_SOURCE, which would make other types of the C library differ
// from the ones that the Glibc module has.
extern int pthread_setname_np(pthread_t thread, const char *name);

static inline int learnd_eventfd(void) { return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); }

static inline int learnd_thread_name(pthread_t thread, const char *name) {
    return pthread_setname_np(thread, name);
}

static inline long learnd_getrandom(void *bytes, unsigned long count) {
    return getrandom(bytes, count, 0);
}

static inline int learnd_lock_exclusively(int descriptor) {
    return flock(descriptor, LOCK_EX | LOCK_NB);
}

#endif
