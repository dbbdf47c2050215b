// SPDX-License-Identifier: Apache-2.0
//
// Skip-gram with negative sampling over spans. Vectors and context vectors are rows of `width`
// numbers; a target is the number of a row of the context vectors. Ranges are checked here once for
// each call.

import CKernels

/// Steps and probabilities of skip-gram with negative sampling.
package enum SkipGram {
    /// No number of a vector leaves these bounds.
    package static let limit: Float = 1e6

    /// Learns the pairs of one centre word.
    ///
    /// - Parameters:
    ///   - centre: The row of the centre word.
    ///   - vectors: The vectors of all words.
    ///   - contexts: The context vectors of all words.
    ///   - width: The numbers of a vector.
    ///   - targets: For each pair the context word, then the noise words.
    ///   - size: How many targets a pair has.
    ///   - rate: The rate.
    ///   - gradient: Room for one vector.
    package static func learn(
        centre: Int,
        vectors: inout MutableSpan<Float>,
        contexts: inout MutableSpan<Float>,
        width: Int,
        targets: Span<UInt32>,
        size: Int,
        rate: Float,
        gradient: inout MutableSpan<Float>
    ) {
        check(targets, size, width, contexts.count)
        checkRange(centre * width, width, vectors.count)
        checkRange(0, width, gradient.count)
        let pairs = targets.count / size
        targets.withUnsafeBufferPointer { targets in
            vectors.withUnsafeMutableBufferPointer { vectors in
                contexts.withUnsafeMutableBufferPointer { contexts in
                    gradient.withUnsafeMutableBufferPointer { gradient in
                        guard let targets = targets.baseAddress else { return }
                        learnd_skip_gram(
                            start(vectors) + centre * width,
                            start(contexts),
                            width,
                            targets,
                            pairs,
                            size,
                            rate,
                            start(gradient)
                        )
                    }
                }
            }
        }
    }

    /// The probability that the centre word gives to one pair being as it is.
    ///
    /// It is the product of that of the context word being one, and of each noise word being none;
    /// each of them counts as `smallest` at least.
    package static func fit(
        centre: Int,
        vectors: Span<Float>,
        contexts: Span<Float>,
        width: Int,
        targets: Span<UInt32>,
        smallest: Double
    ) -> Double {
        check(targets, targets.count, width, contexts.count)
        checkRange(centre * width, width, vectors.count)
        return targets.withUnsafeBufferPointer { targets in
            vectors.withUnsafeBufferPointer { vectors in
                contexts.withUnsafeBufferPointer { contexts in
                    guard let first = targets.baseAddress else { return 1 }
                    return learnd_skip_gram_fit(
                        start(vectors) + centre * width,
                        start(contexts),
                        width,
                        first,
                        targets.count,
                        smallest
                    )
                }
            }
        }
    }

    private static func check(_ targets: Span<UInt32>, _ size: Int, _ width: Int, _ numbers: Int) {
        precondition(width > 0, "a vector has one number or more")
        precondition(targets.isEmpty || targets.count % size == 0, "pairs are of one size")
        let rows = UInt32(clamping: numbers / width)
        for index in targets.indices {
            precondition(targets[index] < rows, "a target is the number of a word")
        }
    }
}
