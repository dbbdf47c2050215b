// SPDX-License-Identifier: Apache-2.0
//
// Marks a kernel to be compiled once for each generation of x86-64; the loader picks one when the
// program starts. Under the thread sanitizer that choice would run before the sanitizer does, and
// crash, so there (and on other processors) a kernel is compiled once.

#ifndef LEARND_CLONES_H
#define LEARND_CLONES_H

#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define LEARND_ONE_VARIANT 1
#endif
#endif

#if defined(__x86_64__) && !defined(LEARND_ONE_VARIANT)
#define LEARND_CLONES \
    __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define LEARND_CLONES
#endif

#define LEARND_INLINE static inline __attribute__((always_inline))

LEARND_INLINE float learnd_clamp(float x, float limit) {
    float low = x < -limit ? -limit : x;
    return low > limit ? limit : low;
}

#endif
