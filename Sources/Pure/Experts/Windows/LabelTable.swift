// SPDX-License-Identifier: Apache-2.0
//
// How often each label followed each other one lately, and nothing else: the honest baseline of
// every stream whose labels go in runs or in circles. With the last label u, of K classes:
//
//     p(y) = (C[u][y] + 0.5 / K) / (sum of C[u] + 0.5)
//     then, with the label y:  C[u] *= 0.995,  C[u][y] += weight
//
// Where no label is known yet, all are alike. The last label is what was known when the row came:
// of a stream whose labels are late that is an old one, and the table learns what it is worth.

import Kernels
import Primitives

/// Transitions from label to label.
struct LabelTable: Expert {
    private(set) var shape: ExpertShape
    private var counts: [Float]

    private static let keep: Float = 0.995
    private static let prior: Float = 0.5

    init(_ shape: ExpertShape) {
        self.shape = shape
        counts = [Float](repeating: 0, count: shape.classes * shape.classes)
    }

    var cost: Double { 8 + Double(shape.classes) }
    var isFinite: Bool { counts.allSatisfy(\.isFinite) }
    var tensors: [ExpertTensor] {
        [ExpertTensor("counts", [shape.classes, shape.classes], counts)]
    }

    mutating func testThenTrain(
        _ rows: ExpertRows,
        _ history: ExpertHistory,
        _ opinions: inout MutableSpan<Float>
    ) {
        let classes = shape.classes
        for row in 0..<rows.count {
            predict(after: rows.last[row], at: row * classes, &opinions)
            let (last, label) = (Int(rows.last[row]), Int(rows.labels[row]))
            guard rows.learns[row] == 1, last >= 0, label >= 0 else { continue }
            for place in last * classes..<(last + 1) * classes { counts[place] *= LabelTable.keep }
            counts[last * classes + label] += min(rows.weights[row], ExpertRows.weightMost)
        }
    }

    func predict(
        _ rows: ExpertRows,
        _ history: ExpertHistory,
        _ opinions: inout MutableSpan<Float>
    ) {
        for row in 0..<rows.count {
            predict(after: rows.last[row], at: row * shape.classes, &opinions)
        }
    }

    private func predict(after last: Int32, at start: Int, _ opinions: inout MutableSpan<Float>) {
        let classes = shape.classes
        guard last >= 0 else {
            for place in 0..<classes { opinions[start + place] = 1 / Float(classes) }
            return
        }
        let first = Int(last) * classes
        var sum = LabelTable.prior
        for place in 0..<classes { sum += counts[first + place] }
        let share = LabelTable.prior / Float(classes)
        for place in 0..<classes { opinions[start + place] = (counts[first + place] + share) / sum }
    }

    mutating func grow(to shape: ExpertShape) {
        var grown = [Float](repeating: 0, count: shape.classes * shape.classes)
        for last in 0..<self.shape.classes {
            for label in 0..<self.shape.classes {
                grown[last * shape.classes + label] = counts[last * self.shape.classes + label]
            }
        }
        counts = grown
        self.shape = shape
    }

    func encode(into writer: inout ByteWriter) { writer.write(counts) }

    init(from reader: inout ByteReader, _ shape: ExpertShape) throws(DecodeError) {
        self.shape = shape
        counts = try reader.readFloats()
        guard counts.count == shape.classes * shape.classes,
            counts.allSatisfy({ $0 >= 0 && $0 <= 1e12 })
        else { throw .invalid("a label followed another less than never") }
    }
}

extension ExpertKind {
    /// How often each label follows each other one.
    static let labelTable = ExpertKind(
        "label_table",
        number: 1,
        use: .classes,
        make: { shape, _ in LabelTable(shape) },
        read: { reader, shape throws(DecodeError) in try LabelTable(from: &reader, shape) }
    )
}
