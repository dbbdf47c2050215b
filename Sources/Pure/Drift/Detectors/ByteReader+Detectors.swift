// SPDX-License-Identifier: Apache-2.0
//
// What the detectors read back has to be something they could have written.

import Primitives

extension ByteReader {
    /// Takes a number that a detector may hold.
    mutating func readFinite() throws(DecodeError) -> Double {
        let number = try readDouble()
        guard number.isFinite else { throw .invalid("a detector's number is not finite") }
        return number
    }

    /// Takes a number within a range.
    mutating func readNumber(in range: ClosedRange<Double>) throws(DecodeError) -> Double {
        let number = try readDouble()
        guard range.contains(number) else {
            throw .invalid("a detector's number is \(number), not within \(range)")
        }
        return number
    }

    /// Takes a whole number within a range.
    mutating func readInteger(in range: ClosedRange<Int>) throws(DecodeError) -> Int {
        let number = Int(try read(Int64.self))
        guard range.contains(number) else {
            throw .invalid("a detector's number is \(number), not within \(range)")
        }
        return number
    }

    /// Takes a whole number of one byte within a range.
    mutating func readInteger8(in range: ClosedRange<Int>) throws(DecodeError) -> Int {
        let number = Int(try read(UInt8.self))
        guard range.contains(number) else {
            throw .invalid("a detector's number is \(number), not within \(range)")
        }
        return number
    }

    /// Takes a number of values that went by; counting on from there cannot overflow.
    mutating func readAge() throws(DecodeError) -> Int {
        try readInteger(in: 0...(Int.max / 2))
    }

    /// Takes how many values went by, which a detector keeps as a floating-point number.
    mutating func readCount() throws(DecodeError) -> Double {
        try readNumber(in: 0...1e18)
    }

    /// Takes a direction.
    mutating func readChange() throws(DecodeError) -> DriftChange {
        let byte = try read(UInt8.self)
        guard let change = DriftChange(rawValue: byte) else {
            throw .invalid("a change is 0, 1 or 2, not \(byte)")
        }
        return change
    }

    /// Takes whose rule a detector follows.
    mutating func readReference() throws(DecodeError) -> DetectorReference {
        let byte = try read(UInt8.self)
        guard let reference = DetectorReference(rawValue: byte) else {
            throw .invalid("a reference is 0 or 1, not \(byte)")
        }
        return reference
    }
}
