// SPDX-License-Identifier: Apache-2.0
//
// The hashing trick (Weinberger, Dasgupta, Langford, Smola and Attenberg, "Feature hashing for
// large scale multitask learning", 2009): a token falls into bucket |h| mod n with the sign of h,
// where h is MurmurHash3_x86_32 of its UTF-8 bytes with the seed 0. These are the buckets and signs
// of scikit-learn's FeatureHasher. Tokens:
//
//   a number or a truth          name           times its value
//   a category                   name=text      times 1
//   an identifier in an array    index=number   times 1
//   a word or n-gram of a text   name=n-gram    times its count; in buckets of its own: n-gram
//   a label k labels ago         label-k        times its value, in slots
//   a class k labels ago         label-k=index  times 1, in slots

import Kernels

/// Where a token falls.
struct Token: Sendable, BitwiseCopyable {
    private var hash: Int32

    init(_ token: Span<UInt8>) {
        hash = TokenHash.murmur3(token)
    }

    /// The bucket among `buckets`.
    func bucket(of buckets: Int) -> Int { Int(hash.magnitude) % buckets }

    /// What its value is multiplied by.
    var sign: Float { hash >= 0 ? 1 : -1 }
}
