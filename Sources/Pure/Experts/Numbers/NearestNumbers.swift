// SPDX-License-Identifier: Apache-2.0
//
// What the numbers of the 10 nearest of the last 5,000 rows say. With the distance d_i of their
// scaled columns, their weights h_i, and their numbers y_i, measured by the centre and the spread
// of the row at hand and held within 5:
//
//     prediction = sum of h_i y_i / (d_i + 0.001), divided by the sum of h_i / (d_i + 0.001)
//
// with fewer rows those that there are, and 0 where there is none. It follows any curve, if rows
// are many and columns few, and needs no time to learn it. Nothing is learned but the history,
// which is the pool's: so there is no state.

import Kernels
import Primitives

/// The numbers of the nearest rows of a window.
struct NearestNumbers: Expert {
    private(set) var shape: ExpertShape

    /// How many of the newest rows may be neighbours.
    static let window = 5000
    /// How many neighbours there are.
    static let count = 10

    init(_ shape: ExpertShape) { self.shape = shape }

    var window: Int { NearestNumbers.window }
    var isFinite: Bool { true }
    var tensors: [ExpertTensor] { [] }
    var facts: [JSONValue.Member] {
        [
            JSONValue.Member("window", .int(Int64(NearestNumbers.window))),
            JSONValue.Member("neighbours", .int(Int64(NearestNumbers.count))),
        ]
    }
    var cost: Double { 400 + Double(window) * (0.15 + 0.045 * Double(shape.width)) }

    mutating func testThenTrain(
        _ rows: ExpertRows,
        _ history: ExpertHistory,
        _ opinions: inout MutableSpan<Float>
    ) {
        predict(rows, history, &opinions)
    }

    func predict(
        _ rows: ExpertRows,
        _ history: ExpertHistory,
        _ opinions: inout MutableSpan<Float>
    ) {
        Nearest.numbers(
            rows,
            in: history,
            window: min(NearestNumbers.window, history.capacity),
            count: NearestNumbers.count,
            opinions: &opinions
        )
    }

    mutating func grow(to shape: ExpertShape) { self.shape = shape }

    func encode(into writer: inout ByteWriter) {}
}

extension ExpertKind {
    /// The 10 nearest of the last 5,000 rows.
    static let nearestNumbers = ExpertKind(
        "knn_numbers",
        number: 6,
        use: .numbers,
        make: { shape, _ in NearestNumbers(shape) },
        read: { _, shape throws(DecodeError) in NearestNumbers(shape) }
    )
}
