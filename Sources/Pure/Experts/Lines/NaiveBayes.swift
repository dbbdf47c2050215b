// SPDX-License-Identifier: Apache-2.0
//
// Gaussian naive Bayes on columns as measured by all rows before. With the moments m and v of each
// column j of the rows of class c, and n_c of N rows of K classes being of that class:
//
//     p(c) is proportional to  (n_c + 0.1) / (N + 0.1 K) * product over j of N(x_j; m, v + 0.01)
//
// The moments are those of all rows of a class, by Welford's recurrence. The fading kind forgets:
// each class keeps the moments of about its own last 1,000 rows, and n_c counts about the last
// 1,000 rows of the stream. A column of a class that has not been seen has mean 0 and variance 1.
//
// A row of weight 2 counts like the row twice.

import Kernels
import Primitives

/// Columns that know nothing of one another, class by class.
struct NaiveBayes: Expert {
    private(set) var shape: ExpertShape
    private var moments: ClassMoments

    /// The most means: 64 MiB.
    static let meansMost = 1 << 24

    init(_ shape: ExpertShape, memory: Double) {
        self.shape = shape
        moments = ClassMoments(memory: memory, width: shape.width, classes: shape.classes)
    }

    private var layout: LineLayout { LineLayout(form: .slow, shape: shape) }

    var isFinite: Bool {
        (moments.counts + moments.frequencies).allSatisfy(\.isFinite)
            && (moments.means + moments.variances).allSatisfy(\.isFinite)
    }
    var tensors: [ExpertTensor] {
        let dimensions = [shape.classes, shape.width]
        return [
            ExpertTensor("frequencies", [shape.classes], .doubles(moments.frequencies)),
            ExpertTensor("means", dimensions, layout.packed(moments.means)),
            ExpertTensor("variances", dimensions, layout.packed(moments.variances)),
        ]
    }
    var cost: Double {
        let (classes, stride) = (Double(shape.classes), Double(layout.stride))
        return 50 + classes * (5 + 0.12 * stride) + 0.7 * stride
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
        let grown = LineLayout(form: .slow, shape: shape)
        let more = [Double](repeating: 0, count: shape.classes - self.shape.classes)
        moments = ClassMoments(
            memory: moments.memory,
            counts: moments.counts + more,
            frequencies: moments.frequencies + more,
            means: layout.moved(moments.means, to: grown, count: shape.classes),
            variances: layout.moved(
                moments.variances,
                to: grown,
                count: shape.classes,
                filler: ClassMoments.unseenVariance
            ),
            width: shape.width
        )
        self.shape = shape
    }

    func encode(into writer: inout ByteWriter) {
        writer.write(moments.counts)
        writer.write(moments.frequencies)
        writer.write(layout.packed(moments.means))
        writer.write(layout.packed(moments.variances))
    }

    init(
        from reader: inout ByteReader,
        _ shape: ExpertShape,
        memory: Double
    ) throws(DecodeError) {
        self.shape = shape
        let layout = LineLayout(form: .slow, shape: shape)
        let area = shape.classes * shape.width
        let counts = try reader.readCounts(shape.classes)
        let frequencies = try reader.readCounts(shape.classes)
        let means = try reader.readFloats(area, in: -10...10)
        let variances = try reader.readFloats(area, in: 0...1000)
        moments = ClassMoments(
            memory: memory,
            counts: counts,
            frequencies: frequencies,
            means: layout.padded(means),
            variances: layout.padded(variances),
            width: shape.width
        )
    }
}

extension ExpertKind {
    /// Gaussian naive Bayes of all rows.
    static let naiveBayes = bayes("naive_bayes", number: 25, memory: .infinity)
    /// Gaussian naive Bayes that forgets.
    static let naiveBayesFading = bayes("naive_bayes_fading", number: 26, memory: 1000)

    private static func bayes(_ name: String, number: UInt8, memory: Double) -> ExpertKind {
        ExpertKind(
            name,
            number: number,
            use: .classes,
            fits: { shape in
                shape.classes * LineForm.stride(of: shape.width) <= NaiveBayes.meansMost
            },
            make: { shape, _ in NaiveBayes(shape, memory: memory) },
            read: { reader, shape throws(DecodeError) in
                try NaiveBayes(from: &reader, shape, memory: memory)
            }
        )
    }
}
