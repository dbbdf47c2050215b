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

    /// Adds the probability of class 1 and whether it was the label.
    package mutating func add(score: Float, isPositive: Bool) {
        scores[next] = score
        labels[next] = isPositive ? 1 : 0
        next = next + 1 == scores.count ? 0 : next + 1
        if count < scores.count { count += 1 }
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
