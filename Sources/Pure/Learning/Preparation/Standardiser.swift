// SPDX-License-Identifier: Apache-2.0
//
// Each column measured by its own running mean and deviation, so that one rate suits all columns.
// For each value x of a column, in the order of the rows:
//
//   1. k = min(count + 1, memory)
//   2. d = x - mean;  mean += d / k;  variance += (d (x - mean) - variance) / k
//   3. z = clip((x - mean) / sqrt(variance), ±limit), and 0 where the variance is at most 1e-12
//
// Until `memory` values have come this is Welford's exact mean and variance ("Note on a method for
// calculating corrected sums of squares and products", 1962); then an exponential average over
// about that many, which follows a column that drifts. A missing value moves nothing and gives 0,
// the mean. Mean and variance are in double precision; root and quotient are in single precision,
// off by less than 3e-7 of the result. A column whose deviation is above 1.8e19, which single
// precision cannot square, gives 0.

import Kernels
package import Primitives

/// Running standardisation of every column, with clipping.
package struct Standardiser: Sendable {
    /// After how many values a column's statistics forget.
    package let memory: Int
    /// The largest size of a standardised value.
    package let clip: Float
    /// The mean of each column.
    package private(set) var mean: [Double] = []
    private var variance: [Double] = []
    /// How many values each column has had, up to the memory.
    private var counts: [Double] = []

    /// The least variance that counts as one.
    package static let smallestVariance = 1e-12

    /// Makes a standardiser without columns.
    package init(memory: Int = 2000, clip: Float = 5) {
        precondition(memory >= 1 && memory <= 1 << 40, "a standardiser remembers one value or more")
        precondition(clip > 0 && clip.isFinite, "a clip is a positive number")
        self.memory = memory
        self.clip = clip
    }

    /// The number of columns.
    package var width: Int { mean.count }

    /// The deviation of each column; 0 where the variance is at most 1e-12.
    package var deviation: [Double] { Standardiser.deviation(of: variance) }

    static func deviation(of variance: [Double]) -> [Double] {
        variance.map { $0 > Standardiser.smallestVariance ? $0.squareRoot() : 0 }
    }

    /// Adds columns that have seen nothing, up to `width`.
    package mutating func grow(width: Int) {
        while mean.count < width {
            mean.append(0)
            variance.append(0)
            counts.append(0)
        }
    }

    /// Starts with means and deviations that others have measured, as if over the whole memory.
    ///
    /// - Precondition: there is one of each for every column.
    package mutating func start(mean: [Double], deviation: [Double]) {
        precondition(
            mean.count == width && deviation.count == width,
            "each column has its mean and its deviation"
        )
        self.mean = mean
        variance = deviation.map { $0 * $0 }
        counts = [Double](repeating: Double(memory), count: width)
    }

    /// Takes each row into the statistics, in order, then fills its features.
    package mutating func standardise(_ block: inout Block) {
        lend(to: &block, taking: nil)
    }

    /// Fills the features of each row from the rows before it, then takes the row into the
    /// statistics if its place in `taken` is not 0.
    ///
    /// So a row that nobody learns leaves no trace, and what is predicted for the next one is what
    /// ``apply(_:)`` would give.
    package mutating func standardise(_ block: inout Block, taking taken: [UInt8]) {
        precondition(taken.count == block.rows, "each row is taken or not")
        lend(to: &block, taking: taken)
    }

    /// Lets the statistics go on loan with the block's features, so that both change in place.
    private mutating func lend(to block: inout Block, taking taken: [UInt8]?) {
        precondition(block.width == width, "a block must be as wide as its standardiser")
        block.prepareFeatures()
        var ownMean = Block.take(&mean)
        var ownVariance = Block.take(&variance)
        var ownCounts = Block.take(&counts)
        var features = Block.take(&block.features)
        follow(block, taken, &ownMean, &ownVariance, &ownCounts, &features)
        mean = ownMean
        variance = ownVariance
        counts = ownCounts
        block.features = features
    }

    private func follow(
        _ block: borrowing Block,
        _ taken: [UInt8]?,
        _ mean: inout [Double],
        _ variance: inout [Double],
        _ counts: inout [Double],
        _ features: inout [Float]
    ) {
        var means = mean.mutableSpan
        var variances = variance.mutableSpan
        var count = counts.mutableSpan
        var measured = features.mutableSpan
        if let taken {
            Standardising.measureThenFollow(
                mean: &means,
                variance: &variances,
                count: &count,
                memory: Double(memory),
                clip: clip,
                raw: block.raw.span,
                features: &measured,
                taken: taken.span
            )
        } else {
            Standardising.follow(
                mean: &means,
                variance: &variances,
                count: &count,
                memory: Double(memory),
                clip: clip,
                raw: block.raw.span,
                features: &measured,
                rows: block.rows
            )
        }
    }

    /// Lets the statistics follow new rows as quickly as if they had seen no more than `most`.
    package mutating func trust(atMost most: Int) {
        for column in counts.indices { counts[column] = min(counts[column], Double(most)) }
    }

    /// Fills the features of each row, and leaves the statistics as they are.
    package func apply(_ block: inout Block) {
        precondition(block.width == width, "a block must be as wide as its standardiser")
        Standardiser.apply(&block, mean: mean, variance: variance, clip: clip)
    }

    /// Fills the features of each row as measured by the given statistics.
    static func apply(_ block: inout Block, mean: [Double], variance: [Double], clip: Float) {
        block.prepareFeatures()
        var features = Block.take(&block.features)
        apply(block, &features, mean: mean, variance: variance, clip: clip)
        block.features = features
    }

    private static func apply(
        _ block: borrowing Block,
        _ features: inout [Float],
        mean: [Double],
        variance: [Double],
        clip: Float
    ) {
        var measured = features.mutableSpan
        Standardising.apply(
            mean: mean.span,
            variance: variance.span,
            clip: clip,
            raw: block.raw.span,
            features: &measured,
            rows: block.rows
        )
    }
}

extension Standardiser: ByteCodable {
    /// Appends the settings and the statistics.
    package func encode(into writer: inout ByteWriter) {
        writer.write(UInt64(memory))
        writer.write(clip)
        writer.write(mean)
        writer.write(variance)
        writer.write(counts)
    }

    /// Reads a standardiser, and refuses statistics that no rows could have left.
    package init(from reader: inout ByteReader) throws(DecodeError) {
        let memory = try reader.read(UInt64.self)
        clip = try reader.readFloat()
        guard memory >= 1, memory <= 1 << 40, clip > 0, clip.isFinite else {
            throw .invalid("a standardiser's memory or clip is out of range")
        }
        self.memory = Int(memory)
        mean = try reader.readDoubles()
        variance = try reader.readDoubles()
        counts = try reader.readDoubles()
        guard variance.count == mean.count, counts.count == mean.count,
            mean.allSatisfy(\.isFinite), variance.allSatisfy({ $0.isFinite && $0 >= 0 }),
            counts.allSatisfy({ $0 >= 0 && $0 <= Double(memory) && $0 == $0.rounded() })
        else {
            throw .invalid("a standardiser's statistics are not those of numbers")
        }
    }
}
