// SPDX-License-Identifier: Apache-2.0
//
// The first of two or three frames: `learner` or `learner/context`.

import Primitives

/// What a topic says, as positions in its bytes, so that reading it allocates nothing.
package enum Topic: Equatable, Sendable {
    /// The learner's name (empty: `default`), and the context's when there is one.
    case learner(Range<Int>, context: Range<Int>?)
    /// It is neither `learner` nor `learner/context`.
    case refused

    /// Reads a topic.
    package static func parse(_ bytes: UnsafeRawBufferPointer) -> Topic {
        guard bytes.count > 0 else { return .learner(0..<0, context: nil) }
        guard let slash = unsafe bytes.firstIndex(of: UInt8(ascii: "/")) else {
            return unsafe Name.isValid(bytes)
                ? .learner(0..<bytes.count, context: nil) : .refused
        }
        let learner = 0..<slash
        let context = slash + 1..<bytes.count
        guard unsafe Name.isValid(bytes[learner]), unsafe Name.isValid(bytes[context]) else {
            return .refused
        }
        return .learner(learner, context: context)
    }

    /// Why a topic was refused, for the log.
    package static func refusal(of bytes: UnsafeRawBufferPointer) -> String {
        let text = unsafe quoted(bytes)
        return "the topic \(text) is not a learner or learner/context; each is \(Name.rule)"
    }
}
