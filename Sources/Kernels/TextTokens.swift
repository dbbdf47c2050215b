// SPDX-License-Identifier: Apache-2.0
//
// Texts into tokens; CKernels/split.c has the rule.

import CKernels

/// The tokens of one text, in room that is reused.
package struct TextTokens: Sendable {
    /// The tokens, one after the other.
    package private(set) var bytes: [UInt8] = []
    /// Where each token ends in the bytes.
    package private(set) var ends: [UInt32] = []
    /// A hash of each token.
    package private(set) var hashes: [UInt64] = []
    /// How many tokens there are.
    package private(set) var count = 0
    /// How many were left out because they were too long.
    package private(set) var skipped = 0

    /// Makes room for nothing.
    package init() {}

    /// Where a token lies in the bytes.
    package func range(_ token: Int) -> Range<Int> {
        (token == 0 ? 0 : Int(ends[token - 1]))..<Int(ends[token])
    }

    /// Takes the tokens of a text in the place of those that there were.
    ///
    /// - Parameters:
    ///   - text: UTF-8.
    ///   - folds: Whether only words count, in small letters; else whatever blanks separate.
    ///   - longest: The most bytes of a token.
    package mutating func split(_ text: Span<UInt8>, folds: Bool, longest: Int) {
        precondition(text.count < 1 << 31, "a text is shorter than two gigabytes")
        if bytes.count < text.count {
            bytes.append(contentsOf: repeatElement(0, count: text.count - bytes.count))
        }
        let most = (text.count + 1) / 2
        if ends.count < most {
            ends.append(contentsOf: repeatElement(0, count: most - ends.count))
            hashes.append(contentsOf: repeatElement(0, count: most - hashes.count))
        }
        skipped = 0
        count = TextTokens.split(text, folds, longest, &bytes, &ends, &hashes, &skipped)
    }

    private static func split(
        _ text: Span<UInt8>,
        _ folds: Bool,
        _ longest: Int,
        _ bytes: inout [UInt8],
        _ ends: inout [UInt32],
        _ hashes: inout [UInt64],
        _ skipped: inout Int
    ) -> Int {
        text.withUnsafeBufferPointer { text in
            bytes.withUnsafeMutableBufferPointer { bytes in
                ends.withUnsafeMutableBufferPointer { ends in
                    hashes.withUnsafeMutableBufferPointer { hashes in
                        guard let start = text.baseAddress, let bytes = bytes.baseAddress,
                            let ends = ends.baseAddress, let hashes = hashes.baseAddress
                        else { return 0 }
                        return learnd_split_text(
                            start,
                            text.count,
                            folds ? 1 : 0,
                            longest,
                            bytes,
                            ends,
                            hashes,
                            &skipped
                        )
                    }
                }
            }
        }
    }
}
