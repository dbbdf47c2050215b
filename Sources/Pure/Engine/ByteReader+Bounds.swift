// SPDX-License-Identifier: Apache-2.0
//
// Numbers of the engine's state within bounds that no life reaches, so that a state that was
// damaged and read all the same can't overflow a sum later.

import Primitives

extension ByteReader {
    /// Takes a count or the number of a sample or version.
    mutating func readCounter() throws(DecodeError) -> UInt64 {
        let number = try read(UInt64.self)
        guard number < 1 << 56 else { throw .invalid("\(number) is too large for a counter") }
        return number
    }

    /// Takes a moment.
    mutating func readMoment() throws(DecodeError) -> Instant {
        let moment = try readInstant()
        guard (0..<1 << 62).contains(moment.nanoseconds) else {
            throw .invalid("\(moment.nanoseconds) ns are no moment of a life")
        }
        return moment
    }

    /// Takes a span of time of at most about 36 years.
    mutating func readSpan() throws(DecodeError) -> Duration {
        let nanoseconds = try read(Int64.self)
        guard (0...1 << 60).contains(nanoseconds) else {
            throw .invalid("\(nanoseconds) ns are no span of time of a setting")
        }
        return .nanoseconds(nanoseconds)
    }

    /// Takes a number of samples, rows or passes.
    mutating func readAmount() throws(DecodeError) -> Int {
        let number = try read(Int64.self)
        guard (0...1 << 53).contains(number) else { throw .invalid("\(number) is no amount") }
        return Int(number)
    }
}
