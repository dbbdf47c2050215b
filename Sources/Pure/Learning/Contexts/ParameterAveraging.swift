// SPDX-License-Identifier: Apache-2.0
//
// Two models whose scores are linear in the features can become one that scores the mean of both,
// even when they measure the features differently: with z = gain z' + shift for each feature,
// w · z + b = (w gain) · z' + (b + w · shift).

/// A learner whose parameters can be averaged with those of another.
protocol ParameterAveraging: Learner {
    /// Takes over a share of another's parameters.
    ///
    /// - Parameters:
    ///   - other: The other learner, of the same settings and shape.
    ///   - share: How much of it counts, from 0 to 1.
    ///   - gain: What this learner's features are multiplied by to be the other's.
    ///   - shift: What is added to them.
    /// - Returns: False when the two do not go together, and nothing was changed.
    mutating func average(
        with other: any Learner,
        share: Float,
        gain: [Float],
        shift: [Float]
    ) -> Bool
}

extension LinearModel: ParameterAveraging {
    mutating func average(
        with other: any Learner,
        share: Float,
        gain: [Float],
        shift: [Float]
    ) -> Bool {
        guard let other = other as? LinearModel, other.kind == kind, other.width == width,
            other.outputs == outputs, gain.count == width, shift.count == width
        else { return false }
        let old = values
        for row in 0..<rows {
            let start = row * (width + 1)
            var bias = Double(other.values[start + width])
            for column in 0..<width {
                let weight = other.values[start + column]
                bias += Double(weight) * Double(shift[column])
                values[start + column] += share * (weight * gain[column] - values[start + column])
            }
            values[start + width] += share * (Float(bias) - values[start + width])
        }
        guard values.allSatisfy(\.isFinite) else {
            values = old
            return false
        }
        restartMoments()
        return true
    }
}

extension Preparation {
    /// How features that this one has made become those that another would have made of the same
    /// row: one is multiplied by the gain, then the shift is added; clipping apart.
    ///
    /// Where one of the two does not know a column, its weight has no meaning for the other, and
    /// the gain is 0. With products of columns there is no such way: nil.
    func change(to other: Preparation) -> (gain: [Float], shift: [Float])? {
        guard !settings.hasInteractions else { return nil }
        guard let from = statistics, let to = other.statistics else {
            let ones = [Float](repeating: 1, count: width)
            return (ones, [Float](repeating: 0, count: width))
        }
        var gain: [Float] = []
        var shift: [Float] = []
        for column in from.mean.indices {
            let isKnown =
                column < to.mean.count && to.deviation[column] > 0 && from.deviation[column] > 0
            let scale = isKnown ? to.deviation[column] : 1
            gain.append(isKnown ? Float(from.deviation[column] / scale) : 0)
            shift.append(isKnown ? Float((from.mean[column] - to.mean[column]) / scale) : 0)
        }
        return (gain, shift)
    }
}
