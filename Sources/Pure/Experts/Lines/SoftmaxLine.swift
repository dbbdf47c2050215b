// SPDX-License-Identifier: Apache-2.0
//
// Softmax regression by gradient steps, on columns as they are or with their products. For the
// features f of a row and their 1 of the bias, of K classes:
//
//     p = softmax(W f)
//     q = running mean of f·f, of about the last 1,000 rows, this one among them
//     W_k += rate / max(q, f·f / 4) * weight * ((k = y) - p_k) f
//
// The rate is measured by how large features are (Nagumo and Noda's normalised LMS, 1967), by their
// mean and not by the row's own size: a row that says much then moves much. Of two classes there is
// one row of weights for the margin, which moves twice as far, as the difference of two rows would.
//
// A row of weight 2 takes a step twice as long. New columns and classes begin at 0.

import Kernels
import Primitives

/// A softmax regression.
struct SoftmaxLine: Expert {
    private(set) var shape: ExpertShape
    private var weights: SoftmaxWeights

    /// The most weights: 64 MiB.
    static let weightsMost = 1 << 24

    init(_ shape: ExpertShape, form: LineForm, rate: Float) {
        self.shape = shape
        weights = SoftmaxWeights(
            form: form,
            rate: rate,
            width: shape.width,
            classes: shape.classes
        )
    }

    private var layout: LineLayout { LineLayout(form: weights.form, shape: shape) }

    var isFinite: Bool { weights.numbers.allSatisfy(\.isFinite) && weights.square.isFinite }
    var tensors: [ExpertTensor] {
        [
            ExpertTensor(
                "weights",
                [layout.models, layout.size],
                layout.packed(weights.numbers)
            )
        ]
    }
    var roundable: [String] { ["weights"] }

    mutating func take(rounded numbers: [Float], as name: String) {
        weights.numbers = layout.padded(numbers)
    }

    var cost: Double {
        let numbers = Double(layout.models * layout.stride)
        return 40 + 4 * Double(shape.classes) + 0.1 * Double(layout.stride) + 0.11 * numbers
    }

    mutating func testThenTrain(
        _ rows: ExpertRows,
        _ history: ExpertHistory,
        _ opinions: inout MutableSpan<Float>
    ) {
        weights.learn(rows, &opinions)
    }

    func predict(
        _ rows: ExpertRows,
        _ history: ExpertHistory,
        _ opinions: inout MutableSpan<Float>
    ) {
        weights.predict(rows, &opinions)
    }

    mutating func grow(to shape: ExpertShape) {
        let grown = LineLayout(form: weights.form, shape: shape)
        weights.numbers = layout.movedWeights(weights.numbers, to: grown, share: 0.5)
        self.shape = shape
    }

    func encode(into writer: inout ByteWriter) {
        writer.write(layout.packed(weights.numbers))
        writer.write(weights.square)
        writer.write(weights.count)
    }

    init(
        from reader: inout ByteReader,
        _ shape: ExpertShape,
        form: LineForm,
        rate: Float
    ) throws(DecodeError) {
        self.init(shape, form: form, rate: rate)
        let count = layout.models * layout.size
        weights.numbers = layout.padded(try reader.readFloats(count, in: -1e6...1e6))
        weights.square = try reader.readFloat()
        weights.count = try reader.readFloat()
        guard weights.square >= 0, weights.square.isFinite, (0...1000).contains(weights.count)
        else {
            throw .invalid("the mean size of an expert's features is no size")
        }
    }
}

extension ExpertKind {
    /// Softmax regression at a low rate.
    static let linearSlow = softmax("linear_slow", number: 20, form: .plain, rate: 0.1)
    /// Softmax regression at a high rate.
    static let linearFast = softmax("linear_fast", number: 21, form: .plain, rate: 10)
    /// Softmax regression on columns, their squares and their products.
    static let quadratic = softmax(
        "quadratic",
        number: 22,
        form: .quadratic,
        rate: 1,
        widthMost: 64
    )

    private static func softmax(
        _ name: String,
        number: UInt8,
        form: LineForm,
        rate: Float,
        widthMost: Int = ExpertShape.widthMost
    ) -> ExpertKind {
        ExpertKind(
            name,
            number: number,
            use: .classes,
            fits: { shape in
                guard shape.width <= widthMost else { return false }
                let layout = LineLayout(form: form, shape: shape)
                return layout.models * layout.stride <= SoftmaxLine.weightsMost
            },
            make: { shape, _ in SoftmaxLine(shape, form: form, rate: rate) },
            read: { reader, shape throws(DecodeError) in
                try SoftmaxLine(from: &reader, shape, form: form, rate: rate)
            }
        )
    }
}
