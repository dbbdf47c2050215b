// SPDX-License-Identifier: Apache-2.0
//
// Sums over probabilities against plain loops, and what is no probability.

import Kernels
import Testing

@Suite("Calibrating")
struct CalibratingTests {
    private struct Sums: Equatable {
        var squares = 0.0
        var counts = [UInt64](repeating: 0, count: 10)
        var hits = [UInt64](repeating: 0, count: 10)
        var confidences = [Double](repeating: 0, count: 10)

        mutating func add(
            _ predictions: [Float],
            outputs: Int,
            labels: [Int32],
            errors: [UInt8]
        ) {
            var (ownCounts, ownHits, ownConfidences) = (counts, hits, confidences)
            var countSpan = ownCounts.mutableSpan
            var hitSpan = ownHits.mutableSpan
            var confidenceSpan = ownConfidences.mutableSpan
            Calibrating.add(
                predictions: predictions.span,
                outputs: outputs,
                labels: labels.span,
                errors: errors.span,
                squares: &squares,
                counts: &countSpan,
                hits: &hitSpan,
                confidences: &confidenceSpan
            )
            (counts, hits, confidences) = (ownCounts, ownHits, ownConfidences)
        }
    }

    @Test("As a plain loop, and the same in two parts", arguments: [1, 2, 3, 7])
    func plain(outputs: Int) {
        let rows = 200
        let predictions = (0..<rows * outputs).map { Float(($0 * 7919) % 1000) / 1000 }
        let labels = (0..<rows).map { Int32(($0 * 31) % (outputs + 1)) }
        let errors = (0..<rows).map { UInt8($0 % 3 / 2) }
        var sums = Sums()
        sums.add(predictions, outputs: outputs, labels: labels, errors: errors)
        var squares = 0.0
        var expected = Sums()
        for row in 0..<rows {
            let own = predictions[row * outputs..<(row + 1) * outputs].map(Double.init)
            let known = Int(labels[row]) < outputs ? own[Int(labels[row])] : 0
            let distance = own.reduce(1) { $0 + $1 * $1 } - 2 * known
            squares += min(2, max(0, distance))
            let top = own.max() ?? 0
            let bin = min(9, Int(Float(top) * 10))
            expected.counts[bin] += 1
            expected.hits[bin] += errors[row] == 0 ? 1 : 0
            expected.confidences[bin] += top
        }
        #expect(abs(sums.squares - squares) < 1e-4)
        expected.squares = sums.squares
        #expect(sums == expected)
        var parts = Sums()
        let cut = 77
        parts.add(
            Array(predictions[..<(cut * outputs)]),
            outputs: outputs,
            labels: Array(labels[..<cut]),
            errors: Array(errors[..<cut])
        )
        parts.add(
            Array(predictions[(cut * outputs)...]),
            outputs: outputs,
            labels: Array(labels[cut...]),
            errors: Array(errors[cut...])
        )
        #expect(parts == sums)
    }

    @Test("1 is in the last bin; what is no probability leaves no trace but its row")
    func edges() {
        var sums = Sums()
        sums.add([0, 1, .nan, .nan, 5, -3], outputs: 2, labels: [1, 0, 1], errors: [0, 1, 1])
        #expect(sums.counts == [1, 0, 0, 0, 0, 0, 0, 0, 0, 2])
        #expect(sums.hits[9] == 1 && sums.squares == 4 && sums.confidences[0] == 0)
        sums.add([], outputs: 0, labels: [0], errors: [1])
        #expect(sums.counts[0] == 2 && sums.squares == 5)
    }
}
