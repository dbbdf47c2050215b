// SPDX-License-Identifier: Apache-2.0
//
// How unusual each sample is, whatever is learned of it, and whether it has a label or not. It is
// scored first and counted afterwards, so that no sample makes itself usual.
//
//   1. scale   each column by a running mean and deviation, z = (x - mean) / deviation, then into
//              0...1 by 1/2 + z / (2 + 2 |z|): what is far out stays apart from what is farther.
//              A missing value is 1/2.
//   2. score   half-space trees
//   3. rank    the share of the last scores that were lower: 0.99 says "more unusual than 99 in
//              100", which a raw score does not

package import Primitives

/// What is known of one sample.
package struct Anomaly: Sendable, Equatable {
    /// The score of the trees, 0 to 1.
    package var score: Float
    /// The share of the last scores that were lower.
    package var rank: Float
}

/// The anomaly score of a learner's stream.
package struct AnomalyScore: Sendable {
    /// The trees.
    package private(set) var trees: HalfSpaceTrees
    private var scale: [ColumnScale] = []
    private var recent: [Float] = []
    private var next = 0
    private var point: [Float] = []
    private var mean = SlidingMean(size: AnomalyScore.recentMax)
    private var high = SlidingMean(size: AnomalyScore.recentMax)
    /// How many samples were scored.
    package private(set) var count: UInt64 = 0

    /// How many scores a new one is compared with.
    package static let recentMax = 512
    /// From this rank on a sample counts as unusual in the measures.
    private static let highRank: Float = 0.99

    /// Makes a score that has seen nothing.
    package init(settings: AnomalySettings, width: Int, seed: UInt64) {
        trees = HalfSpaceTrees(settings: settings, width: width, seed: seed)
        grow(width: width)
    }

    /// Makes room for columns that have appeared; the trees are drawn anew.
    package mutating func grow(width: Int) {
        while scale.count < width { scale.append(ColumnScale()) }
        if scale.count > width { scale.removeLast(scale.count - width) }
        trees.grow(width: width)
    }

    /// Scores the rows of a block, then counts each; those in `except` are passed over.
    ///
    /// - Returns: What is known of each row; nil before there is anything to compare with.
    package mutating func scoreThenLearn(
        _ block: Block,
        except passed: [Int],
        isHeld: Bool
    ) -> [Anomaly?] {
        var found = [Anomaly?](repeating: nil, count: block.rows)
        var point = Block.take(&self.point)
        var nextPassed = 0
        let width = min(block.width, scale.count)
        for row in 0..<block.rows {
            if nextPassed < passed.count, passed[nextPassed] == row {
                nextPassed += 1
                continue
            }
            let start = row * block.width
            place(block.raw.span.extracting(start..<start + width), in: &point)
            let score = trees.score(point.span)
            if !score.isNaN {
                let rank = rank(of: score)
                found[row] = Anomaly(score: score, rank: rank)
                note(score, rank: rank)
            }
            guard !isHeld else { continue }
            trees.learn(point.span)
            for column in 0..<width { scale[column].add(block.raw[start + column]) }
        }
        self.point = point
        return found
    }

    /// Brings a row into the unit cube.
    private func place(_ raw: Span<Float>, in point: inout [Float]) {
        point.removeAll(keepingCapacity: true)
        for column in scale.indices {
            point.append(column < raw.count ? scale[column].place(of: raw[column]) : 0.5)
        }
    }

    private func rank(of score: Float) -> Float {
        guard !recent.isEmpty else { return 0.5 }
        var lower = 0
        var equal = 0
        for other in recent {
            if other < score { lower += 1 }
            if other == score { equal += 1 }
        }
        return (Float(lower) + 0.5 * Float(equal)) / Float(recent.count)
    }

    private mutating func note(_ score: Float, rank: Float) {
        count += 1
        mean.add(score)
        high.add(rank >= AnomalyScore.highRank ? 1 : 0)
        guard recent.count == AnomalyScore.recentMax else {
            recent.append(score)
            return
        }
        recent[next] = score
        next = (next + 1) % AnomalyScore.recentMax
    }

    /// The measures, as they stand in a status and in a manifest.
    package var json: JSONValue {
        guard count > 0 else { return .null }
        return [
            "count": .int(Int64(clamping: count)), "score_recent": .number(mean.mean),
            "high_recent": .number(high.mean),
        ]
    }
}

extension AnomalyScore: ByteCodable {
    /// Appends trees, scales and the last scores.
    package func encode(into writer: inout ByteWriter) {
        trees.encode(into: &writer)
        writer.write(items: scale)
        writer.write(recent)
        writer.write(UInt32(next))
        mean.encode(into: &writer)
        high.encode(into: &writer)
        writer.write(count)
    }

    /// Reads trees, scales and the last scores.
    package init(from reader: inout ByteReader) throws(DecodeError) {
        trees = try HalfSpaceTrees(from: &reader)
        scale = try reader.readItems()
        recent = try reader.readFloats()
        next = Int(try reader.read(UInt32.self))
        mean = try SlidingMean(from: &reader)
        high = try SlidingMean(from: &reader)
        count = try reader.read()
        let isRing = recent.count == AnomalyScore.recentMax
        guard scale.count == trees.width, recent.count <= AnomalyScore.recentMax,
            next == 0 || isRing && recent.indices ~= next, count < 1 << 56
        else { throw .invalid("the parts of an anomaly score do not fit together") }
    }
}

/// The running mean and deviation of a column: all samples weigh the same until there are
/// `memory`, then the newest weighs 1 / memory.
private struct ColumnScale: Sendable, ByteCodable {
    private var mean = 0.0
    private var variance = 0.0
    private var count = 0.0

    private static let memory = 2000.0
    /// From so many samples on, none moves the scale as if it were farther out than so many
    /// deviations: an absurd value must not make the next one usual.
    private static let trusted = 20.0
    private static let farthest = 10.0

    init() {}

    func place(of value: Float) -> Float {
        guard !value.isNaN, variance > 0 else { return 0.5 }
        let z = (Double(value) - mean) / variance.squareRoot()
        guard z.isFinite else { return z < 0 ? 0 : 1 }
        return Float(0.5 + z / (2 + 2 * z.magnitude))
    }

    mutating func add(_ value: Float) {
        guard !value.isNaN else { return }
        count = min(count + 1, ColumnScale.memory)
        let step = 1 / count
        var difference = Double(value) - mean
        if count > ColumnScale.trusted, variance > 0 {
            let most = ColumnScale.farthest * variance.squareRoot()
            difference = max(-most, min(difference, most))
        }
        mean += step * difference
        variance = (1 - step) * (variance + step * difference * difference)
    }

    func encode(into writer: inout ByteWriter) {
        writer.write(mean)
        writer.write(variance)
        writer.write(count)
    }

    init(from reader: inout ByteReader) throws(DecodeError) {
        mean = try reader.readDouble()
        variance = try reader.readDouble()
        count = try reader.readDouble()
        guard mean.isFinite, variance >= 0, variance.isFinite, (0...ColumnScale.memory) ~= count
        else { throw .invalid("a column's scale is out of range") }
    }
}
