// SPDX-License-Identifier: Apache-2.0
//
// What the labels of the nearest of the last W rows say. With the k nearest rows i, by the
// distance d_i of their scaled columns, their labels y_i and weights h_i, of K classes:
//
//     s(y) = sum of h_i / (d_i + 0.001) over those with y_i = y,  divided by the sum over all
//     p(y) = (k s(y) + 0.3 / K) / (k + 0.3)
//
// with fewer than k rows those that there are, and all classes alike where there is none. Of rows
// that are equally far the newer one is nearer. The rows lie as they were measured when they were
// learned. A row of weight 2 has two votes, but is one of the k.
//
// Nothing is learned but the history, which is the pool's: so there is no state. Several k share
// one search.

import Kernels
import Primitives

/// The nearest rows of a window.
struct NearestNeighbours: Expert {
    private(set) var shape: ExpertShape
    let window: Int
    /// How many neighbours each opinion is made of.
    let counts: [Int]

    init(_ shape: ExpertShape, window: Int, counts: [Int]) {
        self.shape = shape
        self.window = window
        self.counts = counts
    }

    var columns: Int { counts.count }
    var isFinite: Bool { true }
    var tensors: [ExpertTensor] { [] }
    var facts: [JSONValue.Member] {
        [
            JSONValue.Member("window", .int(Int64(window))),
            JSONValue.Member("neighbours", .array(counts.map { .int(Int64($0)) })),
        ]
    }
    var cost: Double {
        let opinions = Double(columns * shape.classes)
        let search = Double(window) * (0.13 + 0.04 * Double(shape.width))
        return 20 + 2 * opinions + 25 * Double(most) + search
    }

    private var most: Int { counts.max() ?? 1 }

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
        Nearest.classes(
            rows,
            in: history,
            window: min(window, history.capacity),
            counts: counts,
            opinions: &opinions
        )
    }

    mutating func grow(to shape: ExpertShape) { self.shape = shape }

    func encode(into writer: inout ByteWriter) {}
}

extension ExpertKind {
    /// The 3 nearest of the last 200 rows.
    static let nearestOf200 = nearest("knn_200", number: 3, window: 200, counts: [3])
    /// The 3 and the 10 nearest of the last 1,000 rows.
    static let nearestOf1000 = nearest("knn_1000", number: 4, window: 1000, counts: [3, 10])
    /// The 10 nearest of the last 5,000 rows.
    static let nearestOf5000 = nearest("knn_5000", number: 5, window: 5000, counts: [10])

    private static func nearest(
        _ name: String,
        number: UInt8,
        window: Int,
        counts: [Int]
    ) -> ExpertKind {
        ExpertKind(
            name,
            number: number,
            use: .classes,
            columns: counts.count > 1 ? counts.map { "\(name)_k\($0)" } : [],
            make: { shape, _ in NearestNeighbours(shape, window: window, counts: counts) },
            read: { _, shape throws(DecodeError) in
                NearestNeighbours(shape, window: window, counts: counts)
            }
        )
    }
}
