// SPDX-License-Identifier: Apache-2.0
//
// The area under the receiver operating characteristic over the newest rows: the share of pairs of
// a row of class 1 and a row of class 0 in which the first has the higher probability; ties count
// half (Hanley and McNeil, "The meaning and use of the area under a receiver operating
// characteristic curve", 1982). Adding a row is a store; the area is counted when it is asked for,
// in O(n log n).

package import Primitives

/// The area under the curve of the last rows of a two-class stream.
package struct AreaUnderCurve: Sendable {
    private var scores: [Float]
    private var labels: [UInt8]
    private var next = 0
    private var count = 0

    /// Makes an area over the last `size` rows.
    package init(size: Int) {
        precondition(size > 0, "a window holds one row or more")
        scores = [Float](repeating: 0, count: size)
        labels = [UInt8](repeating: 0, count: size)
    }

    /// Adds rows, in order: of each the probability of class 1, the second of two `predictions`,
    /// and the label; where there are not two, the probability is 0.
    mutating func add(
        _ predictions: Span<Float>,
        outputs: Int,
        classes: Span<Int32>,
        _ rows: Range<Int>
    ) {
        var ownScores = Block.take(&scores)
        var ownLabels = Block.take(&labels)
        var scoreRing = ownScores.mutableSpan
        var labelRing = ownLabels.mutableSpan
        var row = rows.lowerBound
        while row < rows.upperBound {
            let some = min(scoreRing.count - next, rows.upperBound - row)
            for index in 0..<some {
                scoreRing[next + index] = outputs == 2 ? predictions[2 * (row + index) + 1] : 0
                labelRing[next + index] = classes[row + index] == 1 ? 1 : 0
            }
            row += some
            next += some
            count = max(count, next)
            if next == scoreRing.count { next = 0 }
        }
        scores = ownScores
        labels = ownLabels
    }

    /// The area; nil while the window lacks one of the classes.
    package var value: Double? {
        let order = (0..<count).sorted { scores[$0] < scores[$1] }
        var negatives = 0
        var positives = 0
        var wins = 0.0
        var start = 0
        while start < order.count {
            var end = start
            var tiedPositives = 0
            while end < order.count && scores[order[end]] == scores[order[start]] {
                tiedPositives += Int(labels[order[end]])
                end += 1
            }
            let tiedNegatives = end - start - tiedPositives
            wins += Double(tiedPositives) * (Double(negatives) + Double(tiedNegatives) / 2)
            negatives += tiedNegatives
            positives += tiedPositives
            start = end
        }
        guard negatives > 0, positives > 0 else { return nil }
        return wins / (Double(negatives) * Double(positives))
    }
}

extension AreaUnderCurve: ByteCodable {
    /// Appends the ring as it lies.
    package func encode(into writer: inout ByteWriter) {
        writer.write(scores)
        writer.write(labels)
        writer.write(UInt64(next))
        writer.write(UInt64(count))
    }

    /// Reads a ring.
    package init(from reader: inout ByteReader) throws(DecodeError) {
        scores = try reader.readFloats()
        labels = try reader.readBytes()
        let next = try reader.read(UInt64.self)
        let count = try reader.read(UInt64.self)
        guard !scores.isEmpty, labels.count == scores.count, next < scores.count,
            count <= scores.count, labels.allSatisfy({ $0 <= 1 })
        else {
            throw .invalid("a window's position lies outside of it")
        }
        self.next = Int(next)
        self.count = Int(count)
    }
}
