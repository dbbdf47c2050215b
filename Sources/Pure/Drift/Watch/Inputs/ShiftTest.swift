// SPDX-License-Identifier: Apache-2.0
//
// Whether the newest blocks of values have another mean or another spread than those before.
//
// A block of values is one observation: its mean m, its variance v, and the variance k of the
// squared deviations, since single values depend on one another and on nothing that one knows.
// After each block the newest 1, 4 and 16 blocks (r of them) are held against all b before:
//
//   t^2 = (mean_r - mean_b)^2 / (s^2 (1/r + 1/b)),  r + b - 2 degrees of freedom
//
// for the level (means of m) and for the spread (means of v). s^2 is the variance that blocks have
// within the two groups, but at least what values as scattered as those of either group give by
// chance alone (v / n, and k / n for the spread): a feature that is nearly always 0 is not judged
// by how calm it was. Since s^2 is learned from whole blocks, streams whose values depend on one
// another within a block are not alarmed about.
//
// Variances of few values that count are skewed to the right, so theirs must also be far apart by
// the cube root, which is nearly normal.
//
// t^2 becomes the square of a normal number (Wallace, "Bounds on normal approximations to
// Student's and the chi-square distributions", 1959), which is held against a critical value. Most
// blocks are ruled out before, as t^2 is the larger of the two.

import Kernels
import Primitives

/// What is known of a block of values.
package struct ValueBlock: Sendable, Equatable {
    /// The mean, the variance, and the variance of the squared deviations.
    var numbers: SIMD4<Float>

    /// Takes sums of a block's values, of their squares and of their fourth powers.
    init(count: Float, sum: Float, square: Float, fourth: Float) {
        let mean = sum / count
        let second = square / count
        let wobble = max(0, fourth / count - second * second)
        numbers = SIMD4(mean, max(0, second - mean * mean), wobble, 0)
    }
}

/// Which property of values moved.
package enum DriftAspect: UInt8, Sendable, CaseIterable {
    /// Their mean.
    case level = 0
    /// Their variance.
    case spread = 1

    /// What it is called in events.
    package var name: String {
        switch self {
        case .level: "level"
        case .spread: "spread"
        }
    }
}

/// A shift between blocks.
struct BlockShift: Sendable, Equatable {
    var aspect: DriftAspect
    /// How far: in standard deviations of the values before (level), or as the ratio of the
    /// standard deviations (spread); not finite when there was no deviation before.
    var size: Double
    var change: DriftChange
    /// The square of the normal number.
    var strength: Double
    /// How many blocks have the new level or spread.
    var blocks: Int
}

/// Sums over blocks, of the level in one lane and of the spread in the other.
private struct BlockTotals: Equatable {
    typealias Lanes = SIMD2<Double>

    var values = Lanes()
    var squares = Lanes()
    var scatter = Lanes()

    init() {}

    init(_ block: SIMD4<Float>) {
        values = Lanes(Double(block.x), Double(block.y))
        squares = values * values
        scatter = Lanes(Double(block.y), Double(block.z))
    }

    static func + (left: BlockTotals, right: BlockTotals) -> BlockTotals {
        var sum = left
        sum.values += right.values
        sum.squares += right.squares
        sum.scatter += right.scatter
        return sum
    }

    static func - (left: BlockTotals, right: BlockTotals) -> BlockTotals {
        var rest = left
        rest.values -= right.values
        rest.squares -= right.squares
        rest.scatter -= right.scatter
        return rest
    }
}

/// What follows from how many blocks are held against how many.
private struct ShiftLook: Sendable {
    let recent: Double
    let past: Double
    /// One over each of them, and over the degrees of freedom.
    let perRecent: Double
    let perPast: Double
    let perFreedom: Double
    /// One over the sum of the first two.
    let weight: Double

    init(_ recent: Int, of blocks: Int) {
        self.recent = Double(recent)
        past = Double(blocks - recent)
        perRecent = 1 / self.recent
        perPast = 1 / past
        perFreedom = 1 / Double(blocks - 2)
        weight = 1 / (perRecent + perPast)
    }
}

/// The looks after so many blocks; columns that go together share them.
struct ShiftLooks: Sendable {
    fileprivate let blocks: Int
    fileprivate let one: ShiftLook?
    fileprivate let four: ShiftLook?
    fileprivate let sixteen: ShiftLook?

    /// Works out the looks for a test that has had so many blocks before.
    init(after blocks: Int) {
        self.blocks = blocks + 1
        func look(_ recent: Int) -> ShiftLook? {
            blocks + 1 - recent >= ShiftTest.pastLeast ? ShiftLook(recent, of: blocks + 1) : nil
        }
        one = look(1)
        four = look(4)
        sixteen = look(ShiftTest.recent)
    }
}

/// The blocks of one column.
struct ShiftTest: Sendable {
    /// The most blocks that are looked at as new.
    static let recent = 16
    /// How many looks each block brings for each aspect.
    static let splits = 3
    /// The fewest blocks that the newest are held against.
    static let pastLeast = 8

    private(set) var blocks = 0
    private var next = 0
    private var all = BlockTotals()
    private var four = BlockTotals()
    private var sixteen = BlockTotals()
    private var ring = InlineArray<16, SIMD4<Float>>(repeating: .zero)

    init() {}

    /// Takes the next block of `size` values.
    ///
    /// - Parameters:
    ///   - block: What is known of it.
    ///   - size: How many values it has.
    ///   - critical: The square of the normal number that a shift exceeds.
    ///   - aspects: 1 for the level alone, 2 for the spread too.
    ///   - looks: What follows from the number of blocks, if it has been worked out.
    /// - Returns: The clearest shift, if there is any.
    mutating func take(
        _ block: ValueBlock,
        size: Double,
        critical: Double,
        aspects: Int = 2,
        looks: ShiftLooks? = nil
    ) -> BlockShift? {
        let looks = looks ?? ShiftLooks(after: blocks)
        precondition(looks.blocks == blocks + 1, "looks belong to a number of blocks")
        let newest = BlockTotals(block.numbers)
        let old = (at(4), at(ShiftTest.recent))
        all = all + newest
        four = blocks >= 4 ? four + newest - old.0 : four + newest
        sixteen = blocks >= ShiftTest.recent ? sixteen + newest - old.1 : sixteen + newest
        ring[next] = block.numbers
        next = (next + 1) % ShiftTest.recent
        blocks += 1
        var found: BlockShift?
        if let look = looks.one { examine(newest, look, size, critical, aspects, &found) }
        if let look = looks.four { examine(four, look, size, critical, aspects, &found) }
        if let look = looks.sixteen { examine(sixteen, look, size, critical, aspects, &found) }
        return found
    }

    /// The block so many before the next one.
    private mutating func at(_ age: Int) -> BlockTotals {
        let span = ring.span
        return BlockTotals(span[(next + ShiftTest.recent - age) % ShiftTest.recent])
    }

    /// Holds the newest blocks against all before.
    @inline(__always)
    private func examine(
        _ recent: BlockTotals,
        _ look: ShiftLook,
        _ size: Double,
        _ critical: Double,
        _ aspects: Int,
        _ found: inout BlockShift?
    ) {
        let past = all - recent
        let new = recent.values * look.perRecent
        let old = past.values * look.perPast
        let within = recent.squares - recent.values * new + (past.squares - past.values * old)
        let least = pointwiseMax(recent.scatter * look.perRecent, past.scatter * look.perPast)
        let variance = pointwiseMax(within * look.perFreedom, least / size)
        let distance = new - old
        let weighed = distance * distance * look.weight
        let isFar = weighed .> critical * variance
        if any(isFar) { weigh(recent, past, look, variance, weighed, critical, aspects, &found) }
    }

    /// Says how clear a shift is of which t is large.
    private func weigh(
        _ recent: BlockTotals,
        _ past: BlockTotals,
        _ look: ShiftLook,
        _ variance: SIMD2<Double>,
        _ weighed: SIMD2<Double>,
        _ critical: Double,
        _ aspects: Int,
        _ found: inout BlockShift?
    ) {
        let new = recent.values * look.perRecent
        let old = past.values * look.perPast
        for lane in 0..<aspects where weighed[lane] > critical * variance[lane] {
            var square = weighed[lane] / variance[lane]
            if lane == 1, square.isFinite, old.y > 0 {
                square = min(square, ShiftTest.evened(new.y, old.y, variance.y / look.weight))
            }
            let strength = ShiftTest.normalSquare(of: square, freedom: 1 / look.perFreedom)
            guard strength > critical else { continue }
            // A level that moved is the better explanation of a spread that moved.
            if let found {
                if found.aspect == .level, lane == 1 { continue }
                if found.aspect.rawValue == lane, found.strength >= strength { continue }
            }
            let before = past.scatter.x * look.perPast
            found = BlockShift(
                aspect: lane == 0 ? .level : .spread,
                size: lane == 0
                    ? (new.x - old.x) / before.squareRoot()
                    : (recent.scatter.x * look.perRecent / before).squareRoot(),
                change: new[lane] > old[lane] ? .rise : .fall,
                strength: strength,
                blocks: Int(look.recent)
            )
        }
    }

    /// The squared t of a variance that is distributed like a gamma, by its cube root (Wilson and
    /// Hilferty, "The distribution of chi-square", 1931).
    private static func evened(_ recent: Double, _ past: Double, _ scatter: Double) -> Double {
        let variation = scatter / (past * past)
        let root = recent > 0 ? Scalar.exp(Scalar.log(recent / past) / 3) : 0
        let off = root - (1 - variation / 9)
        return off * off / (variation / 9)
    }

    /// The square of a normal number that is as unlikely as a squared t.
    private static func normalSquare(of t: Double, freedom: Double) -> Double {
        guard t.isFinite else { return .greatestFiniteMagnitude }
        let share = (8 * freedom + 1) / (8 * freedom + 3)
        return share * share * freedom * Scalar.log(1 + t / freedom)
    }
}

extension ShiftTest: ByteCodable {
    func encode(into writer: inout ByteWriter) {
        writer.write(UInt64(blocks))
        writer.write(UInt8(next))
        for totals in [all, four, sixteen] { totals.encode(into: &writer) }
        for place in 0..<ShiftTest.recent {
            for lane in 0..<3 { writer.write(ring[place][lane]) }
        }
    }

    init(from reader: inout ByteReader) throws(DecodeError) {
        let count = try reader.read(UInt64.self)
        next = Int(try reader.read(UInt8.self))
        guard count < 1 << 56, next < ShiftTest.recent else {
            throw .invalid("a test of shifts has \(count) blocks")
        }
        blocks = Int(count)
        all = try BlockTotals(from: &reader)
        four = try BlockTotals(from: &reader)
        sixteen = try BlockTotals(from: &reader)
        for place in 0..<ShiftTest.recent {
            for lane in 0..<3 { ring[place][lane] = try reader.readFloat() }
        }
    }
}

extension BlockTotals: ByteCodable {
    func encode(into writer: inout ByteWriter) {
        for lanes in [values, squares, scatter] {
            writer.write(lanes.x)
            writer.write(lanes.y)
        }
    }

    init(from reader: inout ByteReader) throws(DecodeError) {
        values = Lanes(try reader.readDouble(), try reader.readDouble())
        squares = Lanes(try reader.readDouble(), try reader.readDouble())
        scatter = Lanes(try reader.readDouble(), try reader.readDouble())
    }
}
