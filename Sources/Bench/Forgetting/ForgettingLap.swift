// SPDX-License-Identifier: Apache-2.0
//
// One learner goes once through a stream in which classes come one after the other, and is then
// examined on all of them. It meets each class when the stream brings it, as in the daemon; every
// sample is learned as it comes, one at a time; nothing is set aside.

import Experts
import Kernels
package import Learning
import Networks

/// A learner and what it does against forgetting.
package struct ForgettingSubject: Sendable {
    /// What the line is called.
    package let name: String
    /// How it learns, for a seed.
    let learner: @Sendable (_ seed: UInt64) -> LearnerSettings
    /// What it does against forgetting.
    package let retention: RetentionSettings
    /// What the mean accuracy must be.
    package let bound: AccuracyBound?
    /// Whether it is asked for any class that ever was, not for what comes next.
    package var seesAllClasses = false

    /// Softmax under the daemon's default optimiser.
    static func softmax(_ seed: UInt64) -> LearnerSettings {
        LearnerSettings(model: .softmax, optimiser: .sgd(rate: 0.05))
    }

    /// The default model.
    static func pool(_ seed: UInt64) -> LearnerSettings {
        var settings = LearnerSettings(model: .pool, optimiser: .sgd(rate: 0.05))
        settings.pool = PoolSettings()
        settings.pool?.seed = seed
        return settings
    }

    /// A network with one hidden layer of 64 under the same optimiser.
    static func network(_ seed: UInt64) -> LearnerSettings {
        let hidden = LayerSettings(.dense(units: 64), activation: .relu)
        return LearnerSettings(
            model: .network,
            loss: .crossEntropy,
            optimiser: .sgd(rate: 0.05),
            network: NetworkChoice(NetworkSettings(layers: [hidden]), seed: seed)
        )
    }
}

/// What a mean accuracy must be.
package enum AccuracyBound: Sendable {
    /// No lower.
    case atLeast(Double)
    /// No higher.
    case atMost(Double)

    func isReached(by accuracy: Double) -> Bool {
        switch self {
        case .atLeast(let bound): accuracy >= bound
        case .atMost(let bound): accuracy <= bound
        }
    }

    var text: String {
        switch self {
        case .atLeast(let bound): ">= \(ForgettingRow.short(bound))"
        case .atMost(let bound): "<= \(ForgettingRow.short(bound))"
        }
    }
}

/// What one seed of a learner came to.
package struct ForgettingLap: Sendable {
    /// The share of all test rows that it got right.
    package let accuracy: Double
    /// That of the test rows of the two classes that came first.
    package let first: Double

    /// Learns the stream, and is examined.
    package init(
        _ subject: ForgettingSubject,
        seed: UInt64,
        train: LabelledRows,
        test: LabelledRows
    ) {
        let settings = subject.learner(seed)
        var scaling = PreparationSettings()
        if settings.model == .pool { scaling.scaling = .own }
        var preparation = Preparation(scaling)
        preparation.grow(width: train.width)
        var contender = Contender(
            preparation: preparation,
            learner: makeLearner(settings, width: train.width, outputs: 2),
            retention: Retention(settings: subject.retention, seed: seed)
        )
        var block = Block()
        for row in 0..<train.count {
            contender.grow(width: train.width, outputs: Int(train.labels[row]) + 1)
            block.reset(width: train.width, outputs: contender.learner.outputs)
            block.append(row, of: train)
            contender.testThenTrain(&block)
            guard contender.learner.refitState == .due,
                var refit = contender.learner.makeRefit(rows: .max, seed: seed &+ UInt64(row))
            else { continue }
            while !refit.isDone { refit.advance() }
            _ = contender.learner.adopt(refit)
        }
        contender.grow(width: train.width, outputs: test.classes)
        block.reset(width: test.width, outputs: contender.learner.outputs)
        for row in 0..<test.count { block.append(row, of: test) }
        contender.predict(&block)
        if subject.seesAllClasses, let view = contender.learner.classView {
            let width = test.width
            block.predictions = (0..<test.count).flatMap {
                view.predict(block.raw[$0 * width..<($0 + 1) * width])
            }
        }
        block.computeLosses(task: .classes)
        let opening = Set(train.labels.prefix(train.count / max(1, train.classes / 2)))
        let early = (0..<test.count).filter { opening.contains(test.labels[$0]) }
        accuracy = ForgettingLap.share(0..<test.count, right: block)
        first = ForgettingLap.share(early, right: block)
    }

    private static func share(_ rows: some Collection<Int>, right block: Block) -> Double {
        Double(rows.count { block.errors[$0] == 0 }) / Double(max(1, rows.count))
    }
}

extension Block {
    fileprivate mutating func append(_ row: Int, of rows: LabelledRows) {
        let start = row * rows.width
        append(
            raw: rows.features.span.extracting(start..<start + rows.width),
            class: rows.labels[row]
        )
    }
}
