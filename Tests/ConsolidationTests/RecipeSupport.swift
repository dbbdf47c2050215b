// SPDX-License-Identifier: Apache-2.0
//
// What the recipes are tried on: a champion of every kind, and a memory of rows around a line.

import Consolidation
import Kernels
import Learning
import Networks
import Primitives
import Testing

/// A model that recipes are tried on.
struct Kind: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var settings: LearnerSettings

    var isNumber: Bool { settings.task == .regression }

    static let all: [Kind] = {
        let sgd = OptimiserSettings.sgd(rate: 0.05)
        let layer = LayerSettings(.dense(units: 6), activation: .relu)
        let network = NetworkChoice(NetworkSettings(layers: [layer]), seed: 4, stepRows: 16)
        var isolated = LearnerSettings(model: .softmax, optimiser: sgd)
        isolated.isolation = IsolationSettings(
            expertsMax: 4,
            probation: 3,
            trial: 5,
            preparation: PreparationSettings()
        )
        return [
            Kind("linear", LearnerSettings(model: .linear, optimiser: .sgd(rate: 0.01))),
            Kind("logistic", LearnerSettings(model: .logistic, optimiser: sgd)),
            Kind("softmax", LearnerSettings(model: .softmax, optimiser: sgd)),
            Kind("svm", LearnerSettings(model: .svm, loss: .hinge, optimiser: sgd)),
            Kind("rls", LearnerSettings(model: .rls, optimiser: sgd)),
            Kind("arow", LearnerSettings(model: .arow, loss: .hinge, optimiser: sgd)),
            Kind(
                "passive_aggressive",
                LearnerSettings(
                    model: .passiveAggressive,
                    loss: .hinge,
                    optimiser: sgd
                )
            ),
            Kind(
                "network",
                LearnerSettings(
                    model: .network,
                    loss: .crossEntropy,
                    optimiser: sgd,
                    network: network
                )
            ),
            Kind("experts", isolated),
        ]
    }()

    init(_ name: String, _ settings: LearnerSettings) {
        testDescription = name
        self.settings = settings
    }

    static func named(_ name: String) -> Kind {
        all.first { $0.testDescription == name } ?? all[0]
    }

    /// A block of rows; every tenth label is wrong.
    func block(_ rows: Int, seed: UInt64, noise: Double = 0.1) -> Block {
        var random = RandomSource(seed: seed)
        var block = Block()
        block.reset(width: 3, outputs: isNumber ? 1 : 2)
        for row in 0..<rows {
            let features = (0..<3).map { _ in Float(random.normal()) }
            let score = features[0] - features[1] / 2
            let isOne = (score > 0) != random.chance(noise)
            block.append(
                raw: features.span,
                target: isNumber ? 4 * score + 1 : .nan,
                class: isNumber ? -1 : (isOne ? 1 : 0),
                context: Int32(row % 3)
            )
            block.losses.append(1)
        }
        return block
    }

    func fresh() -> Contender {
        var preparation = Preparation()
        preparation.grow(width: 3)
        return Contender(
            preparation: preparation,
            learner: makeLearner(settings, width: 3, outputs: isNumber ? 1 : 2)
        )
    }

    func champion(_ rows: Int = 60) -> Contender {
        var champion = fresh()
        var first = block(rows, seed: 21)
        champion.testThenTrain(&first)
        return champion
    }

    func memory(_ rows: Int = 300, holdoutEvery: Int = 0) -> ReplayMemory {
        var settings = MemorySettings()
        settings.holdoutEvery = holdoutEvery
        var memory = ReplayMemory(settings: settings, seed: 5)
        memory.grow(width: 3)
        var rows = block(rows, seed: 3)
        if holdoutEvery > 0 {
            for row in 0..<rows.rows where memory.nextIsHoldout() { rows.uses[row] = .holdout }
        }
        _ = memory.remember(rows, from: 0)
        return memory
    }

    func ingredients(_ memory: ReplayMemory) -> Ingredients {
        let champion = champion()
        var ingredients = Ingredients(
            champion: champion,
            fresh: fresh(),
            rows: TrainingRows(memory: memory, task: settings.task, since: 0),
            holdout: TrainingRows(memory.rows(of: .holdout)),
            warned: TrainingRows(memory.rows(of: .training, since: 200))
        )
        if champion.learner.averages { ingredients.average = self.champion(40).learner }
        return ingredients
    }

    func job(
        _ recipes: [Recipe],
        _ ingredients: Ingredients,
        seed: UInt64 = 7,
        _ change: (inout RecipeSettings) -> Void = { _ in }
    ) -> ConsolidationJob {
        var settings = RecipeSettings()
        settings.rowsPerRecipe = 1200
        change(&settings)
        return ConsolidationJob(
            id: 1,
            trigger: .command,
            recipes: recipes,
            ingredients: ingredients,
            memoryEnd: 300,
            settings: settings,
            seed: seed
        )
    }

    /// The mean loss on rows without noise.
    func loss(_ contender: Contender) -> Float {
        var block = block(200, seed: 11, noise: 0)
        contender.predict(&block)
        block.computeLosses(contender.learner.settings.yardstick)
        return block.losses.reduce(0, +) / 200
    }
}

extension ConsolidationJob {
    /// The challengers, when all slices are done.
    func finished() -> [Challenger] {
        var job = self
        while !job.isDone { job.advance() }
        return job.challengers
    }
}

extension Challenger {
    /// The challenger as bytes.
    var bytes: [UInt8] {
        var writer = ByteWriter()
        encode(into: &writer)
        return writer.bytes
    }
}
