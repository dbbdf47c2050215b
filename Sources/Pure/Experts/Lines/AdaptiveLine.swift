// SPDX-License-Identifier: Apache-2.0
//
// AROW (Crammer, Kulesza and Dredze, "Adaptive regularization of weight vectors", 2009) with
// process noise, in single precision and with full covariances. For the features f of a row and
// their 1 of the bias, y = 1 or -1, and a weight h:
//
//     m = y w·f
//     where m < 1:  b = 1 / (f'Sf + 1 / h)
//                   w += (1 - m) b y S f
//                   S -= b (S f)(S f)'
//     always:       S_ii += q where S_ii < 1
//
// S begins as the unit matrix. Of two classes there is one such model, for the second; of more each
// class has one, against the rest. Probabilities are softmax(2 w·f), of two classes
// sigmoid(2 w·f): a fixed map, which the mix of a pool calibrates.
//
// With changes and the last label among the features it follows a stream in which the next row
// resembles the last; with squares and products it bends. A row of weight 2 is trusted like one
// with half of the noise. What is new is as uncertain as everything was at the start.

import Kernels
import Primitives

/// Adaptive regularisation of weight vectors.
struct AdaptiveLine: Expert {
    private(set) var shape: ExpertShape
    private var weights: AdaptiveWeights

    /// The most numbers that all covariances may have: 16 MiB.
    static let numbersMost = 1 << 22

    init(_ shape: ExpertShape, form: LineForm, noise: Float) {
        self.shape = shape
        weights = AdaptiveWeights(
            form: form,
            noise: noise,
            width: shape.width,
            classes: shape.classes
        )
    }

    private var layout: LineLayout { LineLayout(form: weights.form, shape: shape) }

    var isFinite: Bool {
        weights.numbers.allSatisfy(\.isFinite) && weights.variances.allSatisfy(\.isFinite)
            && weights.covariances.allSatisfy(\.isFinite)
    }
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
        let (models, area) = (Double(layout.models), Double(layout.size * layout.stride))
        return 20 + models * (65 + 0.045 * area)
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
        let old = layout
        let grown = LineLayout(form: weights.form, shape: shape)
        weights.numbers = old.movedWeights(weights.numbers, to: grown, share: 1)
        if old.splits(into: grown) {
            weights.variances += weights.variances
            weights.covariances += weights.covariances
        }
        weights.variances = old.moved(
            weights.variances,
            to: grown,
            count: grown.models,
            filler: 1
        )
        weights.covariances = old.movedMatrices(
            weights.covariances,
            to: grown,
            count: grown.models
        )
        self.shape = shape
    }

    func encode(into writer: inout ByteWriter) {
        writer.write(layout.packed(weights.numbers))
        writer.write(layout.packed(weights.variances))
        writer.write(layout.triangles(weights.covariances))
    }

    init(
        from reader: inout ByteReader,
        _ shape: ExpertShape,
        form: LineForm,
        noise: Float
    ) throws(DecodeError) {
        let layout = LineLayout(form: form, shape: shape)
        let (models, count) = (layout.models, layout.models * layout.size)
        let numbers = try reader.readFloats(count, in: -1e6...1e6)
        let variances = try reader.readFloats(count, in: 1e-6...2)
        let triangles = try reader.readFloats(models * layout.triangle, in: -2...2)
        self.init(shape, form: form, noise: noise)
        weights.numbers = layout.padded(numbers)
        weights.variances = layout.padded(variances)
        weights.covariances = layout.matrices(triangles, count: models)
        guard
            (0..<count).allSatisfy({ row in
                weights.covariances[row * layout.stride + row % layout.size] == 0
            })
        else { throw .invalid("a variance stands among the covariances of an expert") }
    }
}

extension ExpertKind {
    /// AROW on columns, their changes and the last label.
    static let arowTemporal = arow("arow_temporal", number: 23, form: .temporal) { shape in
        2 * shape.width + shape.classes <= 130
    }
    /// AROW on columns, their squares and their products.
    static let arowQuadratic = arow("arow_quadratic", number: 24, form: .quadratic) { shape in
        shape.width <= 10
    }

    private static let noise: Float = 1e-4

    private static func arow(
        _ name: String,
        number: UInt8,
        form: LineForm,
        fits: @escaping @Sendable (ExpertShape) -> Bool
    ) -> ExpertKind {
        ExpertKind(
            name,
            number: number,
            use: .classes,
            fits: { shape in
                guard fits(shape) else { return false }
                let layout = LineLayout(form: form, shape: shape)
                return layout.models * layout.size * layout.stride <= AdaptiveLine.numbersMost
            },
            make: { shape, _ in AdaptiveLine(shape, form: form, noise: noise) },
            read: { reader, shape throws(DecodeError) in
                try AdaptiveLine(from: &reader, shape, form: form, noise: noise)
            }
        )
    }
}
