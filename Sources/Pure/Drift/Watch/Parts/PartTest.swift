// SPDX-License-Identifier: Apache-2.0
//
// The errors (or bounded losses) of a part of the stream, such as a context or a producer: blocks
// of 32 go to a ``ShiftTest`` of their level. Small and O(1), since there may be many parts.
//
// Each look has the level delta / looks / 3, one-sided, where 25,600 samples have 800 blocks of
// whatever parts: a false report comes within them with at most the chance delta.

package import Primitives

/// One part of the stream.
struct PartTest: Sendable {
    /// The values of a block.
    static let blockValues = 32

    private var test = ShiftTest()
    private var count: Float = 0
    private var sum: Float = 0
    private var square: Float = 0

    init() {}

    /// Takes the next value, from 0 to 1.
    ///
    /// - Returns: A shift, at each block that shows it, until whoever heeds it begins anew.
    mutating func take(_ value: Float, critical: Double) -> BlockShift? {
        count += 1
        sum += value
        square += value * value
        guard count >= Float(PartTest.blockValues) else { return nil }
        let block = ValueBlock(count: count, sum: sum, square: square, fourth: 0)
        (count, sum, square) = (0, 0, 0)
        let size = Double(PartTest.blockValues)
        return test.take(block, size: size, critical: critical, aspects: 1)
    }

    /// What shifts exceed.
    static func critical(delta: Double) -> Double {
        let looks = Double(ColumnWatch.horizon / blockValues * ShiftTest.splits)
        return ChiSquared.quantile(tail: 2 * delta / looks, freedom: 1)
    }
}

extension PartTest: ByteCodable {
    func encode(into writer: inout ByteWriter) {
        test.encode(into: &writer)
        for number in [count, sum, square] { writer.write(number) }
    }

    init(from reader: inout ByteReader) throws(DecodeError) {
        test = try ShiftTest(from: &reader)
        count = try reader.readFloat()
        sum = try reader.readFloat()
        square = try reader.readFloat()
        guard count >= 0, count < Float(PartTest.blockValues) else {
            throw .invalid("a block of a part has \(count) values")
        }
    }
}

/// A rise of the errors of one part.
package struct PartShift: Sendable, Equatable {
    /// The part's number.
    package var part: Int
    /// Which way.
    package var change: DriftChange
    /// By how many standard deviations of the values before.
    package var size: Double
    /// How many of the part's own samples ago it began, to the block.
    package var samplesSinceOnset: Int
}

/// The errors of each context.
///
/// The first 256 contexts are watched; further ones are not.
package struct ContextWatch: Sendable {
    /// The most contexts that are watched.
    package static let most = 256

    /// The chance of a false report within 25,600 samples.
    package let delta: Double
    private let critical: Double
    private var tests: [PartTest] = []

    /// Makes a watch that has seen nothing.
    package init(delta: Double) {
        self.delta = delta
        critical = PartTest.critical(delta: delta)
    }

    /// Takes the next value of a context, from 0 to 1.
    package mutating func take(_ value: Float, of context: Int) -> PartShift? {
        guard context >= 0, context < ContextWatch.most else { return nil }
        while tests.count <= context { tests.append(PartTest()) }
        guard let shift = tests[context].take(value, critical: critical) else { return nil }
        tests[context] = PartTest()
        return PartShift(
            part: context,
            change: shift.change,
            size: shift.size,
            samplesSinceOnset: shift.blocks * PartTest.blockValues
        )
    }
}

extension ContextWatch: ByteCodable {
    /// Appends the tests.
    package func encode(into writer: inout ByteWriter) {
        writer.write(delta)
        writer.write(items: tests)
    }

    /// Reads the tests.
    package init(from reader: inout ByteReader) throws(DecodeError) {
        let delta = try reader.readDouble()
        guard delta > 0, delta < 1 else { throw .invalid("a watch has the level \(delta)") }
        self.init(delta: delta)
        tests = try reader.readItems()
        guard tests.count <= ContextWatch.most else {
            throw .invalid("\(tests.count) contexts are watched")
        }
    }
}
