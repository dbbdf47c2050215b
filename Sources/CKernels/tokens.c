// SPDX-License-Identifier: Apache-2.0
//
// Hashes of tokens, and the pairs that they become.

#include "ckernels.h"

#include <string.h>

#include "clones.h"

#pragma STDC FP_CONTRACT OFF

static uint32_t turn(uint32_t x, int by) { return x << by | x >> (32 - by); }

// MurmurHash3_x86_32 (Appleby, 2011).
uint32_t learnd_murmur3(const uint8_t *bytes, size_t length, uint32_t seed) {
    uint32_t hash = seed;
    size_t i = 0;
    for (; i + 4 <= length; i += 4) {
        uint32_t word = (uint32_t)bytes[i] | (uint32_t)bytes[i + 1] << 8 |
                        (uint32_t)bytes[i + 2] << 16 | (uint32_t)bytes[i + 3] << 24;
        word = turn(word * 0xCC9E2D51u, 15) * 0x1B873593u;
        hash = turn(hash ^ word, 13) * 5 + 0xE6546B64u;
    }
    uint32_t rest = 0;
    for (size_t left = length; left > i; left--) rest = rest << 8 | bytes[left - 1];
    if (length > i) hash ^= turn(rest * 0xCC9E2D51u, 15) * 0x1B873593u;
    hash ^= (uint32_t)length;
    hash = (hash ^ hash >> 16) * 0x85EBCA6Bu;
    hash = (hash ^ hash >> 13) * 0xC2B2AE35u;
    return hash ^ hash >> 16;
}

// --- pairs: the bucket in the upper half, the value in an order of bits in the lower one ---

static uint32_t ordered_bits(float value) {
    uint32_t bits;
    memcpy(&bits, &value, sizeof(bits));
    return bits >> 31 ? ~bits : bits | 0x80000000u;
}

static float ordered_value(uint32_t bits) {
    bits = bits >> 31 ? bits & 0x7FFFFFFFu : ~bits;
    float value;
    memcpy(&value, &bits, sizeof(value));
    return value;
}

uint64_t learnd_pair(uint32_t bucket, float value) {
    return (uint64_t)bucket << 32 | ordered_bits(value);
}

uint32_t learnd_pair_bucket(uint64_t pair) { return (uint32_t)(pair >> 32); }

float learnd_pair_value(uint64_t pair) { return ordered_value((uint32_t)pair); }

static void sift(uint64_t *pairs, size_t root, size_t n) {
    for (size_t child; (child = 2 * root + 1) < n; root = child) {
        if (child + 1 < n && pairs[child] < pairs[child + 1]) child++;
        if (pairs[root] >= pairs[child]) return;
        const uint64_t other = pairs[root];
        pairs[root] = pairs[child];
        pairs[child] = other;
    }
}

size_t learnd_merge_pairs(uint64_t *pairs, size_t n) {
    for (size_t root = n / 2; root-- > 0;) sift(pairs, root, n);
    for (size_t end = n; end-- > 1;) {
        const uint64_t other = pairs[0];
        pairs[0] = pairs[end];
        pairs[end] = other;
        sift(pairs, 0, end);
    }
    size_t kept = 0;
    for (size_t i = 0; i < n;) {
        const uint32_t bucket = learnd_pair_bucket(pairs[i]);
        float sum = 0;
        for (; i < n && learnd_pair_bucket(pairs[i]) == bucket; i++) {
            sum = learnd_clamp(sum + learnd_pair_value(pairs[i]), 3.402823466e38f);
        }
        if (sum != 0) pairs[kept++] = learnd_pair(bucket, sum);
    }
    return kept;
}
