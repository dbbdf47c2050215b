// SPDX-License-Identifier: Apache-2.0
//
// One expert by itself: rows get their forms, the history grows, and the expert goes through them
// in blocks of a chosen size, as it would in a pool.

import Experts
import Kernels
import Primitives

/// Labelled rows of a stream.
struct Stream {
    var width: Int
    /// 0: numbers are predicted.
    var classes: Int
    var columns: [Float] = []
    var labels: [Int32] = []
    var targets: [Double] = []
    var weights: [Float] = []

    var count: Int { weights.count }

    /// Rows whose class or number follows from two columns, with noise; some values are missing.
    static func random(_ count: Int, seed: UInt64, width: Int = 5, classes: Int = 3) -> Stream {
        var random = RandomSource(seed: seed)
        var stream = Stream(width: width, classes: classes)
        for _ in 0..<count {
            let row = (0..<width).map { _ in Float(random.normal()) * 2 + 1 }
            let score = Double(row[0]) + Double(row[1 % width]) * 0.5 + random.normal() * 0.3
            stream.columns += row.map { random.chance(0.02) ? .nan : $0 }
            stream.weights.append(random.chance(0.1) ? 2 : 1)
            if classes == 0 {
                stream.labels.append(-1)
                stream.targets.append(score * 10 + 50)
            } else {
                let class3 = score < 0.5 ? 0 : score < 2 ? 1 : 2
                stream.labels.append(Int32(class3 % classes))
                stream.targets.append(.nan)
            }
        }
        return stream
    }
}

/// An expert on its way through a stream.
struct ExpertTrial {
    let kind: ExpertKind
    var expert: any Expert
    var forms: RowForms
    var history = ExpertHistory(capacity: 5000)
    private var rows = ExpertRows()

    init(_ kind: ExpertKind, width: Int = 5, classes: Int = 3, seed: UInt64 = 7) {
        self.kind = kind
        let shape = ExpertShape(width: width, classes: classes)
        expert = kind.make(shape, seed)
        forms = RowForms(width: width)
        history.grow(width: width)
    }

    /// Goes through the rows of a range, or all; in blocks of `block` rows, learning them or not.
    ///
    /// - Returns: Every opinion, row after row, column after column within a row.
    @discardableResult
    mutating func run(
        _ stream: Stream,
        _ range: Range<Int>? = nil,
        block: Int = 16,
        learns: Bool = true
    ) -> [Float] {
        let range = range ?? 0..<stream.count
        var said: [Float] = []
        var start = range.lowerBound
        while start < range.upperBound {
            let end = min(start + block, range.upperBound)
            prepare(stream, start..<end, learns: learns)
            said += opinions(learns: learns)
            start = end
        }
        return said
    }

    private mutating func prepare(_ stream: Stream, _ range: Range<Int>, learns: Bool) {
        rows.reset(width: stream.width, outputs: max(1, stream.classes))
        rows.count = range.count
        rows.raw = Array(
            stream.columns[range.lowerBound * stream.width..<range.upperBound * stream.width]
        )
        let room = [Float](repeating: 0, count: rows.raw.count)
        (rows.scaled, rows.slow, rows.change, rows.scaledChange) = (room, room, room, room)
        let flags = [UInt8](repeating: learns ? 1 : 0, count: range.count)
        forms.make(&rows, follows: flags, recalled: [UInt8](repeating: 0, count: range.count))
        rows.learns = flags
        history.makeRoom(for: range.count)
        for (place, row) in range.enumerated() {
            rows.last.append(forms.last)
            rows.labels.append(learns ? stream.labels[row] : -1)
            rows.centres.append(Float(forms.centre))
            rows.spreads.append(Float(forms.spread))
            rows.targets.append(
                learns && stream.classes == 0 ? forms.measured(stream.targets[row]) : .nan
            )
            rows.weights.append(stream.weights[row])
            rows.before.append(Int32(history.count))
            guard learns else { continue }
            history.append(place, of: rows, target: Float(stream.targets[row]))
            if stream.classes == 0 { forms.note(number: stream.targets[row]) }
            if stream.classes > 0 { forms.note(label: stream.labels[row]) }
        }
    }

    private mutating func opinions(learns: Bool) -> [Float] {
        let area = rows.count * rows.outputs
        var said = [Float](repeating: .nan, count: area * expert.columns)
        var span = said.mutableSpan
        if learns {
            expert.testThenTrain(rows, history, &span)
        } else {
            expert.predict(rows, history, &span)
        }
        var turned: [Float] = []
        for row in 0..<rows.count {
            for column in 0..<expert.columns {
                let first = column * area + row * rows.outputs
                turned += said[first..<first + rows.outputs]
            }
        }
        return turned
    }

    var bytes: [UInt8] {
        var writer = ByteWriter()
        ExpertCoding.encode(expert, kind: kind, into: &writer)
        return writer.bytes
    }
}
