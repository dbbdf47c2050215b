// SPDX-License-Identifier: Apache-2.0
//
// Normalised least mean squares: the cheapest expert for numbers. With the features f of
// NumberFeatures.swift and the measured target y:
//
//     e = y - w f, cut off at 3
//     q = running mean of f f, which forgets after 1,000 rows
//     w += lr / max(q, f f) e f
//
// and a prediction of w f, held within 5. A row of weight 2 takes a step of twice the length, but
// none takes one that would pass its own target. The slow one (lr 0.1) averages noise, the fast one
// (lr 0.3) follows a line that moves.

import Kernels
import Primitives

/// A line for numbers that steps down the gradient.
struct GradientLine: Expert {
    private(set) var shape: ExpertShape
    let rate: Float
    private(set) var features: NumberFeatures
    private(set) var weights: GradientWeights

    /// The most columns of which products are made.
    static let quadraticMost = 64

    init(_ shape: ExpertShape, rate: Float) {
        self.shape = shape
        self.rate = rate
        features = GradientLine.features(shape)
        weights = GradientWeights(stride: features.stride)
    }

    private static func features(_ shape: ExpertShape) -> NumberFeatures {
        NumberFeatures(width: shape.width, quadraticMost: quadraticMost)
    }

    var cost: Double { 20 + 0.2 * Double(features.stride) }
    var isFinite: Bool { weights.values.allSatisfy(\.isFinite) && weights.square.isFinite }
    var tensors: [ExpertTensor] {
        let size = features.size
        return [ExpertTensor("weights", [size], Array(weights.values.prefix(size)))]
    }
    var facts: [JSONValue.Member] { features.facts }

    mutating func testThenTrain(
        _ rows: ExpertRows,
        _ history: ExpertHistory,
        _ opinions: inout MutableSpan<Float>
    ) {
        weights.testThenTrain(rows, features.form, rate: rate, &opinions)
    }

    func predict(
        _ rows: ExpertRows,
        _ history: ExpertHistory,
        _ opinions: inout MutableSpan<Float>
    ) {
        weights.predict(rows, features.form, &opinions)
    }

    mutating func grow(to shape: ExpertShape) {
        let (old, before) = (weights, features)
        self.shape = shape
        features = GradientLine.features(shape)
        weights.values = [Float](repeating: 0, count: features.stride)
        for place in features.places(of: before) {
            weights.values[place.new] = old.values[place.old]
        }
        // Norms of other features are of another size.
        if features.form != before.form { (weights.square, weights.count) = (0, 0) }
    }

    func encode(into writer: inout ByteWriter) {
        writer.write(weights.values)
        writer.write(weights.square)
        writer.write(weights.count)
    }

    init(
        rate: Float,
        from reader: inout ByteReader,
        _ shape: ExpertShape
    ) throws(DecodeError) {
        self.init(shape, rate: rate)
        let (size, stride) = (features.size, features.stride)
        weights.values = try reader.readFloats()
        weights.square = try reader.readFloat()
        weights.count = try reader.readFloat()
        guard weights.values.count == stride, weights.values.allSatisfy({ abs($0) <= 1e6 }),
            weights.values[size...].allSatisfy({ $0 == 0 }),
            weights.square >= 0, weights.square.isFinite, weights.count >= 0, weights.count <= 1000
        else { throw .invalid("the weights of a line for numbers are not those of its shape") }
    }
}

extension NumberFeatures {
    /// What a consumer must know.
    var facts: [JSONValue.Member] {
        [JSONValue.Member("features", .string(form == .quadratic ? "quadratic" : "plain"))]
    }
}

extension ExpertKind {
    /// Steps of a tenth.
    static let slowGradientLine = gradientLine("nlms_slow", number: 28, rate: 0.1)
    /// Steps of three tenths.
    static let fastGradientLine = gradientLine("nlms_fast", number: 29, rate: 0.3)

    private static func gradientLine(_ name: String, number: UInt8, rate: Float) -> ExpertKind {
        ExpertKind(
            name,
            number: number,
            use: .numbers,
            make: { shape, _ in GradientLine(shape, rate: rate) },
            read: { reader, shape throws(DecodeError) in
                try GradientLine(rate: rate, from: &reader, shape)
            }
        )
    }
}
