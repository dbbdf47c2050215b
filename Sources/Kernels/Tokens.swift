// SPDX-License-Identifier: Apache-2.0
//
// Hashed tokens over spans: which bucket a token falls into, and lists of buckets with their
// values.

import CKernels

/// A bucket and its value, in one number.
package struct BucketValue: Sendable, BitwiseCopyable {
    private var pair: UInt64

    /// Makes a pair.
    package init(bucket: Int, value: Float) {
        pair = learnd_pair(UInt32(truncatingIfNeeded: bucket), value)
    }

    /// The number of the bucket.
    package var bucket: Int { Int(learnd_pair_bucket(pair)) }

    /// The value.
    package var value: Float { learnd_pair_value(pair) }

    /// Sorts pairs by bucket and adds up those of one bucket, whatever their order; those that add
    /// up to 0 are gone.
    package static func merge(_ pairs: inout [BucketValue]) {
        let left = pairs.withUnsafeMutableBytes { bytes in
            learnd_merge_pairs(
                bytes.baseAddress?.assumingMemoryBound(to: UInt64.self),
                bytes.count / 8
            )
        }
        pairs.removeLast(pairs.count - left)
    }
}

/// Hashes of tokens.
package enum TokenHash {
    /// MurmurHash3_x86_32 with the seed 0, as a number with a sign.
    package static func murmur3(_ token: Span<UInt8>) -> Int32 {
        token.withUnsafeBufferPointer {
            Int32(bitPattern: learnd_murmur3($0.baseAddress, $0.count, 0))
        }
    }
}
