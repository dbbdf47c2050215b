// SPDX-License-Identifier: Apache-2.0
//
// The last label once more, with the share of rows in which that was right: what a model must beat
// before it has learned anything of a stream whose labels go in runs. With the last label u, of K
// classes:
//
//     h = (hits + 1 / K) / (hits + misses + 1)
//     p(u) = h,  p(y) = (1 - h) / (K - 1) for all others
//     then, with the label y:  both counts *= 0.999,  hits or misses += weight
//
// Where no label is known yet, all are alike. A row of weight 2 counts twice.

import Kernels
import Primitives

/// No change, and how often that was so.
struct LastLabel: Expert {
    private(set) var shape: ExpertShape
    private var hits: Float = 0
    private var misses: Float = 0

    private static let keep: Float = 0.999

    init(_ shape: ExpertShape) { self.shape = shape }

    var cost: Double { 5 + Double(shape.classes) }
    var isFinite: Bool { hits.isFinite && misses.isFinite }
    var tensors: [ExpertTensor] { [ExpertTensor("counts", [2], [hits, misses])] }

    mutating func testThenTrain(
        _ rows: ExpertRows,
        _ history: ExpertHistory,
        _ opinions: inout MutableSpan<Float>
    ) {
        for row in 0..<rows.count {
            predict(after: rows.last[row], at: row * shape.classes, &opinions)
            let (last, label) = (rows.last[row], rows.labels[row])
            guard rows.learns[row] == 1, last >= 0, label >= 0 else { continue }
            hits *= LastLabel.keep
            misses *= LastLabel.keep
            let weight = min(rows.weights[row], ExpertRows.weightMost)
            if last == label { hits += weight } else { misses += weight }
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
        let even = 1 / Float(classes)
        guard last >= 0, classes > 1 else {
            for place in 0..<classes { opinions[start + place] = even }
            return
        }
        let hit = (hits + even) / (hits + misses + 1)
        let miss = (1 - hit) / Float(classes - 1)
        for place in 0..<classes { opinions[start + place] = miss }
        opinions[start + Int(last)] = hit
    }

    mutating func grow(to shape: ExpertShape) { self.shape = shape }

    func encode(into writer: inout ByteWriter) {
        writer.write(hits)
        writer.write(misses)
    }

    init(from reader: inout ByteReader, _ shape: ExpertShape) throws(DecodeError) {
        self.shape = shape
        hits = try reader.readFloat()
        misses = try reader.readFloat()
        guard hits >= 0, misses >= 0, hits <= 1e12, misses <= 1e12 else {
            throw .invalid("the last label was right less often than never, or too often")
        }
    }
}

extension ExpertKind {
    /// The last label once more.
    static let lastLabel = ExpertKind(
        "last_label",
        number: 2,
        use: .classes,
        make: { shape, _ in LastLabel(shape) },
        read: { reader, shape throws(DecodeError) in try LastLabel(from: &reader, shape) }
    )
}
