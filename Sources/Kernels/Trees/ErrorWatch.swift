// SPDX-License-Identifier: Apache-2.0
//
// ADWIN in a small piece of memory, on errors as small whole numbers: 0 and 1 for classes, steps of
// a 32nd of a spread for numbers. The kernels of trees feed it row after row.

import CKernels

/// A watch for errors that become more.
package struct ErrorWatch: Sendable, Equatable {
    /// All that it remembers.
    package internal(set) var words: [UInt32]

    /// How many words it has.
    package static let wordCount = Int(LEARND_WATCH_WORDS)

    /// Makes a watch that has seen nothing.
    package init() { words = [UInt32](repeating: 0, count: ErrorWatch.wordCount) }

    /// Makes a watch of what ``words`` were.
    ///
    /// - Returns: nil when they cannot have been those of a watch.
    package init?(words: [UInt32]) {
        guard words.count == ErrorWatch.wordCount, learnd_watch_is_sound(words) == 1 else {
            return nil
        }
        self.words = words
    }

    /// Takes an error, as trees do.
    ///
    /// - Parameters:
    ///   - error: The error, at most `most`.
    ///   - most: The largest there is; at most 64.
    ///   - warning: The level of a warning.
    ///   - drift: The level of a drift; not above that of a warning.
    /// - Returns: Whether errors have become more.
    package mutating func update(
        with error: UInt32,
        most: Double,
        warning: Double,
        drift: Double
    ) -> TreeNews {
        guard learnd_watch_add(&words, error) == 1 else { return .none }
        switch learnd_watch_check(&words, most, warning, drift) {
        case 1: return .warning
        case 2: return .drift
        default: return .none
        }
    }
}
