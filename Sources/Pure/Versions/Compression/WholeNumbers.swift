// SPDX-License-Identifier: Apache-2.0
//
// Weights as whole numbers of one byte, with a scale for each row of the matrix, that is, for each
// output (symmetric quantisation per channel: Jacob et al., "Quantization and training of neural
// networks for efficient integer-arithmetic-only inference", 2018; Krishnamoorthi, "Quantizing deep
// convolutional networks for efficient inference", 2018):
//
//     s = max |w| / 127 over the row; 1 for a row of zeros
//     q = w / s, rounded to the nearest whole number (to the even one of two), from -127 to 127
//     w is read back as q s, at most s / 2 away; 0 stays 0

/// Rows of whole numbers with their scales.
package struct WholeNumbers: Sendable, Equatable {
    /// The whole numbers, in the order of the weights.
    package var numbers: [Int8]
    /// The scale of each row.
    package var scales: [Float]

    /// The largest whole number.
    package static let most: Float = 127

    /// Makes whole numbers of weights; nil when what is read back would not be finite.
    ///
    /// - Precondition: there are as many weights in each of the rows.
    package init?(_ weights: [Float], rows: Int) {
        let width = rows == 0 ? 0 : weights.count / rows
        precondition(width * rows == weights.count, "rows of a matrix are of one length")
        numbers = []
        scales = []
        numbers.reserveCapacity(weights.count)
        scales.reserveCapacity(rows)
        for row in 0..<rows {
            let places = row * width..<(row + 1) * width
            var largest: Float = 0
            for place in places { largest = max(largest, weights[place].magnitude) }
            let scale = WholeNumbers.scale(of: largest)
            guard (scale * WholeNumbers.most).isFinite else { return nil }
            for place in places {
                let steps = (weights[place] / scale).rounded(.toNearestOrEven)
                guard !steps.isNaN else { return nil }
                numbers.append(Int8(min(max(steps, -WholeNumbers.most), WholeNumbers.most)))
            }
            scales.append(scale)
        }
    }

    private static func scale(of largest: Float) -> Float {
        guard largest > 0 else { return 1 }
        // A row of the very smallest numbers has no smaller scale than these.
        return max(largest / most, .leastNonzeroMagnitude)
    }

    /// The weights as they are read back.
    package var weights: [Float] {
        let width = scales.isEmpty ? 0 : numbers.count / scales.count
        return numbers.indices.map { Float(numbers[$0]) * scales[$0 / max(1, width)] }
    }
}
