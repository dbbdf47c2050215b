// SPDX-License-Identifier: Apache-2.0
//
// The champion's average by closed forms: a champion whose parameter is the number of its mark.

import Consolidation
import Kernels
import Learning
import Primitives
import Testing

@Suite("The champion's average")
struct AverageTests {
    private let settings = LearnerSettings(model: .linear, optimiser: .sgd(rate: 0.01))

    /// A linear model whose bias is `number`, by a step of its own size.
    private func champion(_ number: Int) -> any Learner {
        var descent = settings
        descent.optimiser = .sgd(rate: 0.25)
        var learner = makeLearner(descent, width: 0, outputs: 1)
        var block = Block()
        block.reset(width: 0, outputs: 1)
        let none: [Float] = []
        // One step of rate 1/4 along 2 (0 - y) reaches y / 2.
        block.append(raw: none.span, target: Float(2 * number))
        block.features = none
        learner.testThenTrain(&block)
        return learner
    }

    private func bias(_ learner: any Learner) -> Double {
        Double(learner.parameters.numbers(of: "bias")[0])
    }

    @Test("Of w = t it is the mean while it is young, then it follows at a fixed distance")
    func line() {
        #expect(bias(champion(7)) == 7)
        let halfLife = 320
        var average = ChampionAverage(of: champion(1000), halfLife: halfLife)
        let keep = Scalar.exp(-Scalar.log(2) * 32 / Double(halfLife))
        var expected = 0.0
        for mark in 1...200 {
            average.pass(32, champion(mark))
            let share = max(1 / Double(mark), 1 - keep)
            expected += share * (Double(mark) - expected)
            #expect(abs(bias(average.learner) - expected) < 1e-3 * Double(mark))
            if mark <= 10 {
                #expect(abs(bias(average.learner) - Double(mark + 1) / 2) < 1e-4)
            }
        }
        // sum of keep^k (1 - keep) (t - k) = t - keep / (1 - keep)
        let distance = keep / (1 - keep)
        #expect(abs(200 - bias(average.learner) - distance) < 0.01)
    }

    @Test("It looks at marks only, and forgets where it began")
    func marks() {
        var average = ChampionAverage(of: champion(9), halfLife: 100)
        average.pass(31, champion(5))
        #expect(bias(average.learner) == 9 && average.rowsToMark == 1)
        average.pass(1, champion(4))
        #expect(bias(average.learner) == 4 && average.rowsToMark == 32)
        average.restart(with: champion(100))
        average.pass(32, champion(6))
        #expect(bias(average.learner) == 6)
    }

    @Test("Its bytes go on as it would have")
    func bytes() throws {
        var average = ChampionAverage(of: champion(9), halfLife: 100)
        for mark in 1...5 { average.pass(20, champion(mark)) }
        var writer = ByteWriter()
        average.encode(into: &writer)
        var reader = ByteReader(writer.bytes)
        var restored = try ChampionAverage(from: &reader)
        try reader.expectEnd()
        for mark in 6...9 {
            average.pass(20, champion(mark))
            restored.pass(20, champion(mark))
        }
        #expect(bias(average.learner) == bias(restored.learner))
    }

    @Test("It lies nearer to the truth than descent at a constant rate")
    func noiseFloor() {
        let kind = Kind.named("softmax")
        var champion = kind.fresh()
        var average = ChampionAverage(of: champion.learner, halfLife: 500)
        var losses = (own: 0.0, mean: 0.0)
        for part in 0..<120 {
            var rows = kind.block(32, seed: UInt64(100 + part))
            champion.testThenTrain(&rows)
            average.pass(32, champion.learner)
            guard part >= 60, part % 10 == 9 else { continue }
            var mean = champion
            mean.learner.approach(average.learner, share: 1)
            losses.own += Double(kind.loss(champion))
            losses.mean += Double(kind.loss(mean))
        }
        #expect(losses.mean < losses.own)
    }
}
