// SPDX-License-Identifier: Apache-2.0
//
// Whether probabilities mean what they say, since the start.
//
// - The Brier score ("Verification of forecasts expressed in terms of probability", 1950) is the
//   mean over the rows of the sum over the classes of (p - 1{it came})²: 0 for a sure and right
//   prediction, 2 for a sure and wrong one.
// - The reliability table gathers the rows by how probable the predicted class was said to be, in
//   ten bins of the same width: how many they are, the mean of what was said, and how often it was
//   right. The expected calibration error is the mean over the rows of the distance between the
//   two (Guo and others, "On calibration of modern neural networks", 2017).

import Kernels
import Primitives

/// Sums over the predicted probabilities of a stream of classes.
struct Calibration: Sendable {
    private var squares: Double = 0
    private var counts = [UInt64](repeating: 0, count: Calibrating.bins)
    private var hits = [UInt64](repeating: 0, count: Calibrating.bins)
    private var confidences = [Double](repeating: 0, count: Calibrating.bins)

    init() {}

    /// Adds rows that have a loss.
    mutating func add(_ block: borrowing Block, _ rows: Range<Int>) {
        let outputs = block.outputs
        let places = rows.lowerBound * outputs..<rows.upperBound * outputs
        var ownCounts = Block.take(&counts)
        var ownHits = Block.take(&hits)
        var ownConfidences = Block.take(&confidences)
        var countSpan = ownCounts.mutableSpan
        var hitSpan = ownHits.mutableSpan
        var confidenceSpan = ownConfidences.mutableSpan
        Calibrating.add(
            predictions: block.predictions.span.extracting(places),
            outputs: outputs,
            labels: block.classes.span.extracting(rows),
            errors: block.errors.span.extracting(rows),
            squares: &squares,
            counts: &countSpan,
            hits: &hitSpan,
            confidences: &confidenceSpan
        )
        counts = ownCounts
        hits = ownHits
        confidences = ownConfidences
    }

    private var rows: UInt64 { counts.reduce(0, +) }

    /// The Brier score; NaN when there is none.
    var brier: Double { rows == 0 ? .nan : squares / Double(rows) }

    /// The expected calibration error; NaN when there is none.
    var error: Double {
        guard rows > 0 else { return .nan }
        var sum = 0.0
        for bin in counts.indices { sum += abs(confidences[bin] - Double(hits[bin])) }
        return sum / Double(rows)
    }

    /// The reliability table, a column for each of its figures; null where a bin is empty.
    var reliability: JSONValue {
        func column(_ sum: (Int) -> Double) -> JSONValue {
            .array(
                counts.indices.map { bin in
                    counts[bin] == 0 ? .null : .number(sum(bin) / Double(counts[bin]))
                }
            )
        }
        return [
            "count": .array(counts.map { .int(Int64(clamping: $0)) }),
            "confidence": column { confidences[$0] },
            "hit_rate": column { Double(hits[$0]) },
        ]
    }
}

extension Calibration: ByteCodable {
    func encode(into writer: inout ByteWriter) {
        writer.write(squares)
        for bin in counts.indices {
            writer.write(counts[bin])
            writer.write(hits[bin])
            writer.write(confidences[bin])
        }
    }

    init(from reader: inout ByteReader) throws(DecodeError) {
        squares = try reader.readDouble()
        for bin in 0..<Calibrating.bins {
            counts[bin] = try reader.read()
            hits[bin] = try reader.read()
            confidences[bin] = try reader.readDouble()
            guard counts[bin] < 1 << 56, hits[bin] <= counts[bin],
                confidences[bin] >= 0, confidences[bin].isFinite
            else { throw .invalid("a reliability table counts what cannot be") }
        }
        guard squares >= 0, squares.isFinite else {
            throw .invalid("a Brier score is no sum of squares")
        }
    }
}
