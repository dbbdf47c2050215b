// SPDX-License-Identifier: Apache-2.0
//
// A challenger that learns to do with fewer weights: how many zeros there are at the end, what
// stays, and that it is refused when it is worse.

import Consolidation
import Kernels
import Learning
import Networks
import Primitives
import Testing

@Suite("Pruning with fine-tuning on memory")
struct PruningStageTests {
    /// Rows of which only three of twelve features matter.
    private func rows(_ count: Int) -> TrainingRows {
        var random = RandomSource(seed: 3)
        var memory = ReplayMemory(settings: MemorySettings(), seed: 5)
        memory.grow(width: 12)
        var block = Block()
        block.reset(width: 12, outputs: 2)
        for _ in 0..<count {
            let row = (0..<12).map { _ in Float(random.normal()) }
            let score = row[0] - row[1] + row[2]
            block.append(raw: row.span, class: score > 0 ? 1 : 0)
            block.losses.append(1)
        }
        _ = memory.remember(block, from: 0)
        return TrainingRows(memory: memory, task: .classes, since: 0)
    }

    private func contender(_ settings: LearnerSettings, _ rows: TrainingRows) -> Contender {
        var preparation = Preparation(PreparationSettings())
        preparation.grow(width: 12)
        rows.fit(&preparation)
        var contender = Contender(
            preparation: preparation,
            learner: makeLearner(settings, width: 12, outputs: 2)
        )
        var block = Block()
        for _ in 0..<4 {
            rows.fill(&block, from: Array(0..<rows.count)[...], outputs: 2)
            contender.preparation.apply(&block)
            contender.learner.testThenTrain(&block)
        }
        return contender
    }

    private var network: LearnerSettings {
        let hidden = LayerSettings(.dense(units: 8), activation: .relu)
        return LearnerSettings(
            model: .network,
            loss: .crossEntropy,
            optimiser: .adam(rate: 0.01, beta1: 0.9, beta2: 0.99, epsilon: 1e-6),
            mode: .meanGradient,
            network: NetworkChoice(NetworkSettings(layers: [hidden]), seed: 2, stepRows: 20)
        )
    }

    private func run(_ stage: PruningStage) -> PruningStage {
        var stage = stage
        while !stage.isDone { stage.advance() }
        return stage
    }

    private var none: TrainingRows { TrainingRows(MemoryRows(width: 12)) }

    private func zeros(_ contender: Contender) -> [Int] {
        contender.learner.parameters.tensors.filter { $0.shape.count > 1 }
            .map { $0.numbers.count { $0 == 0 } }
    }

    private func bytes(_ contender: Contender) -> [UInt8] {
        var writer = ByteWriter()
        contender.encode(into: &writer)
        return writer.bytes
    }

    @Test(
        "Exactly the share of each matrix is 0, and the model is as good",
        arguments: [true, false]
    )
    func zeros(keeps: Bool) throws {
        let rows = rows(400)
        let whole = contender(network, rows)
        var settings = PruningSettings()
        settings.share = 0.5
        settings.keeps = keeps
        let stage = run(PruningStage(whole, rows: rows, holdout: none, settings: settings, seed: 1))
        #expect(zeros(stage.contender) == [48, 8])
        #expect(stage.contender.learner.prunedCount == (keeps ? 56 : 0))
        let fidelity = try #require(stage.fidelity)
        #expect(fidelity.isKept && fidelity.rows == 400)
        #expect(fidelity.after.error ?? 1 < 0.08)
        let again = run(PruningStage(whole, rows: rows, holdout: none, settings: settings, seed: 1))
        #expect(bytes(again.contender) == bytes(stage.contender), "the same bytes each time")
        var learning = stage.contender
        var block = Block()
        rows.fill(&block, from: Array(0..<100)[...], outputs: 2)
        learning.testThenTrain(&block)
        #expect((zeros(learning) == [48, 8]) == keeps)
    }

    @Test("A linear model keeps the three weights that matter")
    func linear() {
        let rows = rows(400)
        var settings = PruningSettings()
        settings.share = 0.75
        settings.keeps = true
        let softmax = LearnerSettings(model: .logistic, optimiser: .sgd(rate: 0.05))
        let stage = run(
            PruningStage(
                contender(softmax, rows),
                rows: rows,
                holdout: none,
                settings: settings,
                seed: 1
            )
        )
        let weights = stage.contender.learner.parameters.numbers(of: "weights")
        #expect(weights.indices.filter { weights[$0] != 0 } == [0, 1, 2])
    }

    @Test("Units go, and the network learns on with those that are left")
    func units() throws {
        let rows = rows(400)
        var settings = PruningSettings()
        settings.unitShare = 0.5
        settings.tolerance = 1
        let whole = contender(network, rows)
        let stage = run(PruningStage(whole, rows: rows, holdout: none, settings: settings, seed: 1))
        let shapes = stage.contender.learner.parameters.tensors.map(\.shape)
        #expect(shapes == [[4, 12], [4], [2, 4], [2]])
        #expect(stage.fidelity?.after.error ?? 1 < 0.1)
        var reader = ByteReader(bytes(stage.contender))
        var restored = try Contender(from: &reader)
        #expect(bytes(restored) == bytes(stage.contender))
        restored.grow(width: 13, outputs: 3)
        #expect(restored.learner.parameters.tensors[0].shape == [4, 13])
        // It has what was asked for: nothing more goes.
        let next = PruningStage(
            stage.contender,
            rows: rows,
            holdout: none,
            settings: settings,
            seed: 1
        )
        #expect(next.isDone)
    }

    @Test("What is worse is not taken, and what cannot be pruned passes through")
    func refused() {
        let rows = rows(400)
        var settings = PruningSettings()
        settings.share = 0.95
        settings.tolerance = 0
        let whole = contender(network, rows)
        let stage = run(PruningStage(whole, rows: rows, holdout: none, settings: settings, seed: 1))
        #expect(stage.fidelity?.isKept == false)
        #expect(bytes(stage.contender) == bytes(whole))
        let arow = LearnerSettings(model: .arow, loss: .hinge, optimiser: .sgd(rate: 0.05))
        let other = contender(arow, rows)
        let idle = PruningStage(other, rows: rows, holdout: none, settings: settings, seed: 1)
        #expect(idle.isDone && idle.fidelity == nil)
        #expect(bytes(idle.contender) == bytes(other))
    }
}
