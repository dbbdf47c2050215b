// SPDX-License-Identifier: Apache-2.0
//
// Linear discriminants (Fisher 1936; the streaming form as in Hayes and Kanan, "Lifelong machine
// learning with deep streaming linear discriminant analysis", 2020): means of classes and one
// covariance S within them, whose inverse A is learned by the formula of Sherman and Morrison. For
// the t-th row x of class c, which has n_c rows with it but no more than 1000, from t = 0:
//
//     e = x - m_c,   m_c += e / n_c
//     r = 1 / (t + 2), at least 0.0002 and at most 0.02
//     S = (1 - r) S + r (1 - 1 / n_c) e e'      that is, A changes by one product
//
// Every 16 rows w_k = A m_k and o_k = -m_k·w_k / 2 are made anew for all classes, and for c itself
// in each of its first 16 rows. With f_k the rows of class k among about the last 200,
//
//     p(k) is proportional to  (f_k + 0.1) exp(w_k·x + o_k)
//
// So a mean is that of about the last 1,000 rows of its class: columns are measured by the last
// 2,000 rows, and a mean of older ones would be measured by something else.
//
// A column that never varies would make its number in A as large as can be: where one exceeds 1000,
// its row and column are scaled until it does not. A class that has not been seen has mean 0.
//
// A row of weight 2 counts twice in means and frequencies, and has twice the r, up to a half.

import Kernels
import Primitives

/// Linear discriminants with one covariance.
struct LinearDiscriminant: Expert {
    private(set) var shape: ExpertShape
    private var moments: SharedCovariance

    /// The widest rows.
    static let widthMost = 256

    init(_ shape: ExpertShape) {
        self.shape = shape
        moments = SharedCovariance(width: shape.width, classes: shape.classes)
    }

    private var layout: LineLayout { LineLayout(form: .scaled, shape: shape) }

    var isFinite: Bool {
        moments.counts.allSatisfy(\.isFinite) && moments.frequencies.allSatisfy(\.isFinite)
            && moments.means.allSatisfy(\.isFinite) && moments.weights.allSatisfy(\.isFinite)
            && moments.offsets.allSatisfy(\.isFinite) && moments.inverse.allSatisfy(\.isFinite)
    }
    var tensors: [ExpertTensor] {
        [
            ExpertTensor("frequencies", [shape.classes], moments.frequencies),
            ExpertTensor(
                "weights",
                [shape.classes, shape.width],
                layout.packed(moments.weights)
            ),
            ExpertTensor("offsets", [shape.classes], moments.offsets),
        ]
    }
    var cost: Double {
        let (classes, area) = (Double(shape.classes), Double(layout.size * layout.stride))
        return 70 + 5 * classes + (0.066 + 0.002 * classes) * area
    }

    mutating func testThenTrain(
        _ rows: ExpertRows,
        _ history: ExpertHistory,
        _ opinions: inout MutableSpan<Float>
    ) {
        moments.learn(rows, &opinions)
    }

    func predict(
        _ rows: ExpertRows,
        _ history: ExpertHistory,
        _ opinions: inout MutableSpan<Float>
    ) {
        moments.predict(rows, &opinions)
    }

    mutating func grow(to shape: ExpertShape) {
        let (old, classes) = (layout, shape.classes)
        let grown = LineLayout(form: .scaled, shape: shape)
        let more = classes - self.shape.classes
        moments.counts += [Double](repeating: 0, count: more)
        moments.frequencies += [Float](repeating: 0, count: more)
        moments.offsets += [Float](repeating: 0, count: more)
        moments.means = old.moved(moments.means, to: grown, count: classes)
        moments.weights = old.moved(moments.weights, to: grown, count: classes)
        moments.inverse = old.movedMatrices(moments.inverse, to: grown, count: 1)
        for column in old.size..<grown.size {
            moments.inverse[column * grown.stride + column] = 1
        }
        self.shape = shape
    }

    func encode(into writer: inout ByteWriter) {
        writer.write(moments.counts)
        writer.write(moments.frequencies)
        writer.write(layout.packed(moments.means))
        writer.write(layout.packed(moments.weights))
        writer.write(moments.offsets)
        writer.write(layout.triangles(moments.inverse))
        writer.write(moments.rows)
    }

    init(from reader: inout ByteReader, _ shape: ExpertShape) throws(DecodeError) {
        self.init(shape)
        let area = shape.classes * shape.width
        moments.counts = try reader.readCounts(shape.classes)
        moments.frequencies = try reader.readFloats(shape.classes, in: 0...1e12)
        moments.means = layout.padded(try reader.readFloats(area, in: -10...10))
        moments.weights = layout.padded(try reader.readFloats(area, in: -1e9...1e9))
        moments.offsets = try reader.readFloats(shape.classes, in: -1e12...1e12)
        let triangle = try reader.readFloats(layout.triangle, in: -1e6...1e6)
        moments.inverse = layout.matrices(triangle, count: 1)
        moments.rows = try reader.read()
        guard moments.rows <= 1 << 62 else {
            throw .invalid("linear discriminants have seen more rows than there are")
        }
    }
}

extension ExpertKind {
    /// Linear discriminants.
    static let linearDiscriminant = ExpertKind(
        "lda",
        number: 27,
        use: .classes,
        fits: { $0.width <= LinearDiscriminant.widthMost },
        make: { shape, _ in LinearDiscriminant(shape) },
        read: { reader, shape throws(DecodeError) in
            try LinearDiscriminant(from: &reader, shape)
        }
    )
}
