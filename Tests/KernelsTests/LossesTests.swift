// SPDX-License-Identifier: Apache-2.0
//
// Log losses against libm, and which rows are counted and wrong.

import Kernels
import Testing

@Suite("Losses")
struct LossesTests {
    private func judge(
        _ predictions: [Float],
        outputs: Int,
        labels: [Int32],
        uses: [UInt8]? = nil
    ) -> (losses: [Float], errors: [UInt8]) {
        var losses = [Float](repeating: 7, count: labels.count)
        var errors = [UInt8](repeating: 7, count: labels.count)
        let uses = uses ?? [UInt8](repeating: 0, count: labels.count)
        var lossSpan = losses.mutableSpan
        var errorSpan = errors.mutableSpan
        Losses.classes(
            predictions: predictions.span,
            outputs: outputs,
            labels: labels.span,
            uses: uses.span,
            skipped: 2,
            smallest: 1e-7,
            losses: &lossSpan,
            errors: &errorSpan
        )
        return (losses, errors)
    }

    @Test("The logarithm is that of libm to a millionth of its size")
    func logarithm() {
        var probabilities: [Float] = [1, 1e-7, 0.5, 0.70710677, 0.7071068, 0.70710695, 0.25]
        var p: Float = 1
        for _ in 0..<2000 {
            probabilities.append(p)
            p = p.nextDown
        }
        for step in 1...5000 { probabilities.append(Float(step) / 5001) }
        for step in 0...3000 { probabilities.append(Float(Scalar.exp(-Double(step) * 0.0053))) }
        let labels = [Int32](repeating: 0, count: probabilities.count)
        let losses = judge(probabilities, outputs: 1, labels: labels).losses
        for (probability, loss) in zip(probabilities, losses) {
            let exact = -Scalar.log(Double(max(probability, 1e-7)))
            #expect(abs(Double(loss) - exact) <= 1e-6 * exact, "\(probability)")
        }
    }

    @Test("Two classes: ties go to the first, labels beyond and missing ones are known")
    func pairs() {
        let (losses, errors) = judge(
            [0.75, 0.25, 0.25, 0.75, 0.5, 0.5, 0.5, 0.5, 1, 0, 1, 0, 1, 0, 1, 0],
            outputs: 2,
            labels: [0, 0, 0, 1, 5, -1, 0, 1],
            uses: [0, 1, 0, 0, 0, 0, 2, 1]
        )
        #expect(errors == [0, 1, 0, 1, 1, 0, 0, 1])
        #expect(losses[5].isNaN && losses[6].isNaN)
        let exact: [(Int, Double)] = [
            (0, 0.75), (1, 0.25), (2, 0.5), (3, 0.5), (4, 1e-7), (7, 1e-7),
        ]
        for (row, probability) in exact {
            #expect(abs(Double(losses[row]) + Scalar.log(probability)) < 1e-5)
        }
    }

    @Test("Any number of classes, none too", arguments: [0, 1, 3, 4, 7])
    func any(outputs: Int) {
        let rows = 40
        let predictions = (0..<rows * outputs).map { Float(($0 * 7919) % 11) / 11 }
        let labels = (0..<rows).map { Int32(($0 * 31) % (outputs + 3)) - 1 }
        let uses = (0..<rows).map { UInt8($0 % 3) }
        let (losses, errors) = judge(predictions, outputs: outputs, labels: labels, uses: uses)
        for row in 0..<rows {
            let own = Array(predictions[row * outputs..<(row + 1) * outputs])
            guard labels[row] >= 0, uses[row] != 2 else {
                #expect(losses[row].isNaN && errors[row] == 0)
                continue
            }
            let label = Int(labels[row])
            let best = own.max().flatMap { own.firstIndex(of: $0) }
            let probability = label < outputs ? max(own[label], 1e-7) : 1e-7
            #expect(errors[row] == (best == label ? 0 : 1))
            #expect(abs(Double(losses[row]) + Scalar.log(Double(probability))) < 2e-5)
        }
    }
}
