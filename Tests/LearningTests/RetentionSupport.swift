// SPDX-License-Identifier: Apache-2.0
//
// Seeded streams and contenders for what is done against forgetting.

import Kernels
import Learning
import Networks
import Primitives

/// What the tests of retention learn.
enum RetentionSupport {
    static let width = 5

    /// A stream in which classes come one after the other, a fifth of it set aside or unlabelled.
    static func rows(_ count: Int, seed: UInt64, classes: Int = 3, mixed: Bool = true) -> Block {
        var random = RandomSource(seed: seed)
        var block = Block()
        block.reset(width: width, outputs: classes)
        for place in 0..<count {
            let label = mixed ? random.below(classes) : place * classes / count
            var row = (0..<width).map { _ in Float(random.normal()) }
            row[label % width] += 2
            let use: RowUse =
                switch random.below(10) {
                case 0: .holdout
                case 1: .scored
                default: .train
                }
            block.append(
                raw: row.span,
                target: classes == 1 ? row[0] - row[1] : .nan,
                class: classes == 1 || use == .scored ? -1 : Int32(label),
                weight: Float(1 + random.below(2)),
                use: use
            )
        }
        return block
    }

    /// Some rows of a block.
    static func part(_ rows: Range<Int>, of block: Block) -> Block {
        var part = Block()
        part.reset(width: block.width, outputs: block.outputs)
        for row in rows {
            part.append(
                raw: block.raw.span.extracting(row * block.width..<(row + 1) * block.width),
                target: block.targets[row],
                class: block.classes[row],
                weight: block.weights[row],
                use: block.uses[row]
            )
        }
        return part
    }

    static func contender(
        _ retention: RetentionSettings,
        _ model: ModelKind = .softmax,
        _ optimiser: OptimiserSettings = .sgd(rate: 0.05),
        mode: LearningMode = .sequential
    ) -> Contender {
        var preparation = Preparation()
        preparation.grow(width: width)
        return Contender(
            preparation: preparation,
            learner: makeLearner(
                learnerSettings(model, optimiser, mode),
                width: width,
                outputs: outputs(model)
            ),
            retention: Retention(settings: retention, seed: 9)
        )
    }

    static func learnerSettings(
        _ model: ModelKind,
        _ optimiser: OptimiserSettings,
        _ mode: LearningMode
    ) -> LearnerSettings {
        guard model == .network else {
            return LearnerSettings(model: model, optimiser: optimiser, mode: mode)
        }
        let layer = LayerSettings(.dense(units: 6), activation: .tanh)
        return LearnerSettings(
            model: .network,
            loss: .crossEntropy,
            optimiser: optimiser,
            mode: mode,
            network: NetworkChoice(NetworkSettings(layers: [layer]), seed: 4)
        )
    }

    static func outputs(_ model: ModelKind) -> Int {
        switch model {
        case .linear: 1
        case .logistic, .svm, .factorisation, .embedding: 2
        default: 3
        }
    }

    /// Settings with everything on, or one thing alone.
    static let all: [RetentionSettings] = {
        var plain = RetentionSettings()
        plain.replay = .plain
        plain.rows = 20
        plain.draws = 3
        var scores = plain
        scores.replay = .scores
        var ewc = RetentionSettings()
        ewc.ewc = 2
        ewc.renewEvery = 30
        ewc.ewcRows = 16
        var distilled = RetentionSettings()
        distilled.distil = 1
        distilled.renewEvery = 25
        var anchored = RetentionSettings()
        anchored.anchor = 0.1
        anchored.anchorL1 = 0.01
        anchored.renewEvery = 40
        var everything = scores
        everything.ewc = 1
        everything.ewcRows = 10
        everything.distil = 0.5
        everything.anchor = 0.01
        everything.renewEvery = 35
        return [plain, scores, ewc, distilled, anchored, everything]
    }()
}

extension Contender {
    var bytes: [UInt8] {
        var writer = ByteWriter()
        encode(into: &writer)
        return writer.bytes
    }

    /// Learns the rows and gives the predictions.
    @discardableResult
    mutating func learn(_ rows: Block) -> [Float] {
        var block = rows
        testThenTrain(&block)
        return block.predictions
    }
}
