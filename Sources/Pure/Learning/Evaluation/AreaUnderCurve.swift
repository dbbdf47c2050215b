// SPDX-License-Identifier: Apache-2.0
//
// The area under the receiver operating characteristic over the newest rows: the share of pairs of
// a row of a class and a row of another in which the first has the higher probability of the class;
// ties count half (Hanley and McNeil, "The meaning and use of the area under a receiver operating
// characteristic curve", 1982). Of two classes there is one area; of more, it is the mean of the
// areas of each class against the rest, over the classes that the window holds.
//
// Adding a row is a store of a few numbers; the area is counted when it is asked for, in
// O(n log n) for each class. The window starts anew when there is one class more. Beyond 32 classes
// there is no area, so that the window stays small.

import Kernels
package import Primitives

/// The area under the curve of the last rows of a stream of classes.
package struct AreaUnderCurve: Sendable {
    private let size: Int
    /// How many classes there are; nothing is kept of fewer than two, or of too many.
    private var classes = 0
    /// Of each row the probability of class 1 of two, or that of each of more classes.
    private var scores: [Float] = []
    private var labels: [UInt8] = []
    private var next = 0
    private var count = 0

    /// The most classes that have an area.
    package static let classesMost = 32
    /// The longest window.
    private static let sizeMost = 1 << 20

    /// Makes an area over the last `size` rows.
    package init(size: Int) {
        precondition((1...AreaUnderCurve.sizeMost).contains(size), "a window has some rows")
        self.size = size
    }

    private static func isKept(_ classes: Int) -> Bool { (2...classesMost).contains(classes) }
    private static func scoresOfRow(_ classes: Int) -> Int { classes == 2 ? 1 : classes }

    /// What is no number has no place in an order.
    @inline(__always)
    private static func score(_ probability: Float) -> Float {
        probability.isNaN ? 0 : probability
    }

    /// Starts anew, for more classes.
    mutating func grow(to classes: Int) {
        guard classes != self.classes else { return }
        self.classes = classes
        (next, count) = (0, 0)
        let isKept = AreaUnderCurve.isKept(classes)
        Copying.resize(&scores, to: isKept ? size * AreaUnderCurve.scoresOfRow(classes) : 0)
        Copying.resize(&labels, to: isKept ? size : 0)
    }

    /// Adds rows, in order: of each the probabilities and the label; a class that a row has no
    /// probability of has the probability 0.
    mutating func add(
        _ predictions: Span<Float>,
        outputs: Int,
        classes labelColumn: Span<Int32>,
        _ rows: Range<Int>
    ) {
        guard AreaUnderCurve.isKept(classes) else { return }
        let first = classes == 2 ? 1 : 0
        let width = AreaUnderCurve.scoresOfRow(classes)
        let given = max(0, min(width, outputs - first))
        var ownScores = Block.take(&scores)
        var ownLabels = Block.take(&labels)
        var scoreRing = ownScores.mutableSpan
        var labelRing = ownLabels.mutableSpan
        var row = rows.lowerBound
        while row < rows.upperBound {
            let some = min(size - next, rows.upperBound - row)
            for index in 0..<some {
                labelRing[next + index] = UInt8(truncatingIfNeeded: labelColumn[row + index])
            }
            if given == 1 && width == 1 {
                for index in 0..<some {
                    scoreRing[next + index] = AreaUnderCurve.score(
                        predictions[(row + index) * outputs + 1]
                    )
                }
            } else {
                for index in 0..<some {
                    let from = (row + index) * outputs + first
                    let to = (next + index) * width
                    for place in 0..<width {
                        scoreRing[to + place] =
                            place < given ? AreaUnderCurve.score(predictions[from + place]) : 0
                    }
                }
            }
            row += some
            next += some
            count = max(count, next)
            if next == size { next = 0 }
        }
        scores = ownScores
        labels = ownLabels
    }

    /// The area; nil while the window lacks two classes.
    package var value: Double? {
        guard AreaUnderCurve.isKept(classes) else { return nil }
        if classes == 2 { return area(of: 1, at: 0) }
        var sum = 0.0
        var areas = 0
        for label in 0..<classes {
            guard let area = area(of: UInt8(label), at: label) else { continue }
            sum += area
            areas += 1
        }
        return areas > 0 ? sum / Double(areas) : nil
    }

    /// The area of a class against the rest; nil while the window lacks either.
    private func area(of label: UInt8, at place: Int) -> Double? {
        let width = AreaUnderCurve.scoresOfRow(classes)
        let rows = (0..<count).map { row in
            (score: scores[row * width + place], isOne: labels[row] == label)
        }
        .sorted { $0.score < $1.score }
        var negatives = 0
        var positives = 0
        var wins = 0.0
        var start = 0
        while start < rows.count {
            var end = start
            var tiedPositives = 0
            while end < rows.count && rows[end].score == rows[start].score {
                tiedPositives += rows[end].isOne ? 1 : 0
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
        writer.write(UInt64(size))
        writer.write(UInt64(classes))
        writer.write(scores)
        writer.write(labels)
        writer.write(UInt64(next))
        writer.write(UInt64(count))
    }

    /// Reads a ring.
    package init(from reader: inout ByteReader) throws(DecodeError) {
        let size = try reader.read(UInt64.self)
        let classes = try reader.read(UInt64.self)
        scores = try reader.readFloats()
        labels = try reader.readBytes()
        let next = try reader.read(UInt64.self)
        let count = try reader.read(UInt64.self)
        guard (1...UInt64(AreaUnderCurve.sizeMost)).contains(size), classes < 1 << 32 else {
            throw .invalid("a window is of an impossible size")
        }
        self.size = Int(size)
        self.classes = Int(classes)
        let isKept = AreaUnderCurve.isKept(self.classes)
        let width = isKept ? AreaUnderCurve.scoresOfRow(self.classes) : 0
        guard scores.count == self.size * width, labels.count == (isKept ? self.size : 0),
            next < size, count <= size, count == size || count == next,
            labels.allSatisfy({ $0 < max(1, classes) }), !scores.contains(where: \.isNaN)
        else { throw .invalid("a window's position lies outside of it") }
        self.next = Int(next)
        self.count = Int(count)
    }
}
