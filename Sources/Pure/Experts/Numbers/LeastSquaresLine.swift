// SPDX-License-Identifier: Apache-2.0
//
// Recursive least squares: the line that fits all rows best, after each of them, or those of late.
// With the features f of NumberFeatures.swift, the measured target y, a row's weight h and what is
// kept of the past, k:
//
//     e = y - w f
//     v = P f,  s = k / h + f v
//     w += v e / s,  P = (P - v v' / s) / k
//
// w starts at 0 and P at 1 for each feature, so that with k = 1 this is ridge regression: w makes
// sum h e^2 + |w|^2 least. A prediction is w f, held within 5.
//
// Nothing may explode: P grows by 1 / k only as long as its trace stays below 100 for each feature,
// since without news in a direction it would grow for ever; an error is cut off at three usual ones
// once a hundred rows have told what is usual; the diagonal never falls below 1e-12.
//
// With products up to 14 columns (120 features), without up to 300; it is left out beyond, for its
// time grows with the square of the features.

import Kernels
import Primitives

/// A line for numbers by least squares.
struct LeastSquaresLine: Expert {
    private(set) var shape: ExpertShape
    let rule: LeastSquaresWeights.Rule
    private(set) var features: NumberFeatures
    private(set) var weights: LeastSquaresWeights

    /// The most columns of which products are made.
    static let quadraticMost = 14
    /// The most columns.
    static let widthMost = 300
    /// The variance of a weight of which nothing is known.
    static let start = 0.1

    init(_ shape: ExpertShape, forgetting: Double) {
        self.shape = shape
        rule = LeastSquaresWeights.Rule(forgetting: forgetting, varianceMost: 100, clip: 3)
        features = LeastSquaresLine.features(shape)
        weights = LeastSquaresWeights(size: features.size, start: LeastSquaresLine.start)
    }

    private static func features(_ shape: ExpertShape) -> NumberFeatures {
        NumberFeatures(width: shape.width, quadraticMost: quadraticMost)
    }

    var cost: Double { 60 + 0.1 * Double(features.size * features.stride) }
    var isFinite: Bool {
        weights.values.allSatisfy(\.isFinite) && weights.covariance.allSatisfy(\.isFinite)
            && weights.variance.isFinite
    }
    var tensors: [ExpertTensor] {
        let size = features.size
        return [ExpertTensor("weights", [size], .doubles(Array(weights.values.prefix(size))))]
    }
    var facts: [JSONValue.Member] { features.facts }

    mutating func testThenTrain(
        _ rows: ExpertRows,
        _ history: ExpertHistory,
        _ opinions: inout MutableSpan<Float>
    ) {
        weights.testThenTrain(rows, features.form, rule, &opinions)
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
        features = LeastSquaresLine.features(shape)
        weights = LeastSquaresWeights(size: features.size, start: LeastSquaresLine.start)
        (weights.variance, weights.count) = (old.variance, old.count)
        let places = features.places(of: before)
        for row in places {
            weights.values[row.new] = old.values[row.old]
            for column in places {
                weights.covariance[row.new * features.stride + column.new] =
                    old.covariance[row.old * before.stride + column.old]
            }
        }
    }

    func encode(into writer: inout ByteWriter) {
        writer.write(weights.values)
        writer.write(weights.covariance)
        writer.write(weights.variance)
        writer.write(weights.count)
    }

    init(
        forgetting: Double,
        from reader: inout ByteReader,
        _ shape: ExpertShape
    ) throws(DecodeError) {
        self.init(shape, forgetting: forgetting)
        let (size, stride) = (features.size, features.stride)
        weights.values = try reader.readDoubles()
        weights.covariance = try reader.readDoubles()
        weights.variance = try reader.readDouble()
        weights.count = try reader.readDouble()
        guard weights.values.count == stride, weights.values.allSatisfy({ abs($0) <= 1e6 }),
            weights.values[size...].allSatisfy({ $0 == 0 }),
            weights.covariance.count == size * stride, isCovariance,
            weights.variance >= 0, weights.variance <= 1e6, weights.count >= 0,
            weights.count <= 500
        else { throw .invalid("the numbers of a least squares line are not those of its shape") }
    }

    /// Whether no covariance is larger than variances allow, and nothing fills the rows.
    private var isCovariance: Bool {
        let (size, stride) = (features.size, features.stride)
        let most = 2 * rule.varianceMost * Double(size)
        return (0..<size).allSatisfy { row in
            let numbers = weights.covariance[row * stride..<(row + 1) * stride]
            return numbers.allSatisfy { abs($0) <= most }
                && numbers.dropFirst(size).allSatisfy { $0 == 0 }
                && weights.covariance[row * stride + row] > 0
        }
    }
}

extension ExpertKind {
    /// All rows count alike.
    static let leastSquaresLine = leastSquaresLine("rls", number: 30, forgetting: 1)
    /// About the last 2,000 rows count.
    static let forgettingLeastSquaresLine = leastSquaresLine(
        "rls_forgetting",
        number: 31,
        forgetting: 0.9995
    )

    private static func leastSquaresLine(
        _ name: String,
        number: UInt8,
        forgetting: Double
    ) -> ExpertKind {
        ExpertKind(
            name,
            number: number,
            use: .numbers,
            fits: { $0.width <= LeastSquaresLine.widthMost },
            make: { shape, _ in LeastSquaresLine(shape, forgetting: forgetting) },
            read: { reader, shape throws(DecodeError) in
                try LeastSquaresLine(forgetting: forgetting, from: &reader, shape)
            }
        )
    }
}
