// SPDX-License-Identifier: Apache-2.0
//
// Weights that differ by many powers of ten. Where a mean is that of next to nothing, the first row
// that counts moves it all the way, and what is left of the distance is rounding: its product with
// the distance may lie below 0, and so would a variance.

import Experts
import Primitives
import Testing

@Suite("Weights without measure")
struct UnevenWeightTests {
    @Test("Bytes can be read back, whatever rows weigh", arguments: ExpertSubject.all)
    func bytesStaySound(subject: ExpertSubject) throws {
        var random = RandomSource(seed: 17)
        var trial = subject.trial
        var stream = subject.stream(96, seed: 18)
        let weights: [Float] = [1e-7, 1e-7, 1, 1e-6, 3e4]
        for row in stream.weights.indices {
            stream.weights[row] = weights[random.below(weights.count)]
        }
        for start in stride(from: 0, to: stream.count, by: 3) {
            let said = trial.run(stream, start..<start + 3)
            #expect(said.allSatisfy { $0.isFinite })
            var reader = ByteReader(trial.bytes)
            _ = try ExpertCoding.decode(from: &reader)
        }
    }
}
