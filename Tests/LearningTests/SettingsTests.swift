// SPDX-License-Identifier: Apache-2.0
//
// Settings that are refused, and bits that must not depend on the build.

import Learning
import Primitives
import Testing

@Suite("Settings and bits")
struct SettingsTests {
    private func bytes(_ settings: LearnerSettings) -> [UInt8] {
        var writer = ByteWriter()
        settings.encode(into: &writer)
        return writer.bytes
    }

    private static let good: [LearnerSettings] = [
        LearnerSettings(model: .linear, optimiser: .sgd(rate: 0.1)),
        LearnerSettings(model: .linear, optimiser: .invariant(rate: 0.1)),
        LearnerSettings(
            model: .linear,
            loss: .expectile(tau: 0.6),
            optimiser: .invariant(rate: 0.1)
        ),
        LearnerSettings(
            model: .linear,
            loss: .huber(delta: 2),
            optimiser: .momentum(rate: 0.1, momentum: 0.9),
            l1: 0.1,
            l2: 0.2,
            mode: .meanGradient,
            gradientClip: 3
        ),
        LearnerSettings(model: .logistic, optimiser: .adaGrad(rate: 0.1, epsilon: 1e-8)),
        LearnerSettings(
            model: .softmax,
            optimiser: .adam(rate: 0.1, beta1: 0.9, beta2: 0.999, epsilon: 1e-8)
        ),
        LearnerSettings(
            model: .softmax,
            optimiser: .rmsProp(rate: 0.01, keep: 0.9, epsilon: 1e-8)
        ),
        LearnerSettings(
            model: .logistic,
            optimiser: .adamW(rate: 0.01, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, decay: 0.01)
        ),
        LearnerSettings(
            model: .softmax,
            loss: .crossEntropy,
            optimiser: .followTheLeader(rate: 0.3, beta: 1),
            l1: 0.1,
            l2: 20
        ),
        LearnerSettings(
            model: .logistic,
            loss: .logistic,
            optimiser: .sgd(rate: 0.5),
            pace: .decay(speed: 0.01, power: 0.5)
        ),
        LearnerSettings(
            model: .softmax,
            loss: .crossEntropy,
            optimiser: .sgd(rate: 0.01),
            pace: .hypergradient(gain: 0.05)
        ),
        LearnerSettings(model: .svm, optimiser: .sgd(rate: 0.05)),
        LearnerSettings(model: .linear, loss: .quantile(tau: 0.5), optimiser: .sgd(rate: 0.1)),
        LearnerSettings(model: .rls, optimiser: .sgd(rate: 0.05)),
        LearnerSettings(model: .arow, optimiser: .sgd(rate: 0.05)),
        LearnerSettings(
            model: .passiveAggressive,
            loss: .epsilonInsensitive,
            optimiser: .sgd(rate: 0.05)
        ),
    ]

    private static func outputs(_ settings: LearnerSettings) -> Int {
        switch settings.model {
        case .linear, .rls, .passiveAggressive, .network: 1
        // The middle one of three lies between two lines, which one against the rest cannot learn.
        case .logistic, .svm, .arow: 2
        default: 3
        }
    }

    @Test("Good settings survive as bytes", arguments: good)
    func coding(settings: LearnerSettings) throws {
        #expect(settings.problem == nil)
        var reader = ByteReader(bytes(settings))
        #expect(try LearnerSettings(from: &reader) == settings)
        try reader.expectEnd()
    }

    private func expectRefused(_ bad: [(LearnerSettings, String)]) {
        for (settings, word) in bad {
            #expect(settings.problem?.contains(word) == true, "\(word)")
            var reader = ByteReader(bytes(settings))
            #expect(throws: DecodeError.self) { try LearnerSettings(from: &reader) }
        }
    }

    @Test("Models without gradients refuse what would do nothing")
    func rowByRowProblems() {
        var bad: [(LearnerSettings, String)] = []
        func addRow(
            _ word: String,
            _ model: ModelKind,
            _ change: (inout LearnerSettings) -> Void
        ) {
            var settings = LearnerSettings(model: model, optimiser: .sgd(rate: 0.05))
            change(&settings)
            bad.append((settings, word))
        }
        addRow("mean_gradient", .rls) { $0.mode = .meanGradient }
        addRow("l1", .arow) { $0.l1 = 0.1 }
        addRow("l2", .passiveAggressive) { $0.l2 = 0.1 }
        addRow("gradient_clip", .rls) { $0.gradientClip = 1 }
        addRow("squared", .arow) { $0.loss = .squared }
        addRow("rls.forgetting", .rls) { $0.models.rls.forgetting = 1.5 }
        addRow("rls.ridge", .rls) { $0.models.rls.ridge = 0 }
        addRow("rls.trace_cap", .rls) { $0.models.rls.traceCap = 0.5 }
        addRow("rls.clip", .rls) { $0.models.rls.clip = 0.5 }
        addRow("arow.r", .arow) { $0.models.arow.r = 0 }
        addRow("arow.q", .arow) { $0.models.arow.q = -1 }
        addRow("arow.full_width", .arow) { $0.models.arow.fullWidth = 1025 }
        addRow("passive_aggressive.aggressiveness", .passiveAggressive) {
            $0.models.passiveAggressive.aggressiveness = 0
        }
        addRow("passive_aggressive.insensitivity", .passiveAggressive) {
            $0.models.passiveAggressive.insensitivity = .nan
        }
        expectRefused(bad)
    }

    @Test("Bad settings say which value, and are refused as bytes")
    func problems() {
        let base = LearnerSettings(model: .linear, optimiser: .sgd(rate: 0.1))
        var bad: [(LearnerSettings, String)] = []
        func add(_ word: String, _ change: (inout LearnerSettings) -> Void) {
            var settings = base
            change(&settings)
            bad.append((settings, word))
        }
        add("logistic") { $0.loss = .logistic }
        add("delta") { $0.loss = .huber(delta: 0) }
        add("tau") { $0.loss = .quantile(tau: 0) }
        add("tau") { $0.loss = .expectile(tau: 1) }
        add("svm") { $0.loss = .hinge }
        add("rate") { $0.optimiser = .sgd(rate: 0) }
        add("rate") { $0.optimiser = .sgd(rate: .nan) }
        add("rate") { $0.optimiser = .sgd(rate: .infinity) }
        add("momentum") { $0.optimiser = .momentum(rate: 0.1, momentum: 1) }
        add("beta2") { $0.optimiser = .adam(rate: 1, beta1: 0, beta2: -1, epsilon: 1e-8) }
        add("epsilon") { $0.optimiser = .adaGrad(rate: 0.1, epsilon: 0) }
        add("l1") { $0.l1 = -1 }
        add("l2") { $0.l2 = 11 }
        add("l2") { $0.l2 = .nan }
        add("gradient_clip") { $0.gradientClip = 0 }
        add("invariant") {
            $0.optimiser = .invariant(rate: 0.1)
            $0.mode = .meanGradient
        }
        add("adagrad_keep") { $0.optimiser = .adaGrad(rate: 0.1, epsilon: 1e-8, keep: 0) }
        add("rmsprop_keep") { $0.optimiser = .rmsProp(rate: 0.1, keep: 1, epsilon: 1e-8) }
        add("weight_decay") {
            $0.optimiser = .adamW(rate: 0.1, beta1: 0, beta2: 0, epsilon: 1e-8, decay: 11)
        }
        add("ftrl_beta") { $0.optimiser = .followTheLeader(rate: 0.1, beta: -1) }
        add("ftrl") { $0.optimiser = .followTheLeader(rate: 1e-7, beta: 1) }
        add("rate_decay") { $0.pace = .decay(speed: 0, power: 1) }
        add("rate_power") { $0.pace = .decay(speed: 1, power: 3) }
        add("hypergradient_gain") { $0.pace = .hypergradient(gain: 1) }
        add("1e-06") {
            $0.optimiser = .sgd(rate: 2)
            $0.pace = .hypergradient(gain: 0.1)
        }
        add("sgd") {
            $0.optimiser = .momentum(rate: 0.1, momentum: 0.9)
            $0.pace = .decay(speed: 1, power: 1)
        }
        expectRefused(bad)
    }

    /// Numbers without libm, so that only the kernels decide the bits.
    private func block() -> Block {
        var random = RandomSource(seed: 77)
        var block = Block()
        block.reset(width: 53, outputs: 3)
        for _ in 0..<500 {
            let row = (0..<53).map { _ in Float(random.unit() * 4 - 2) }
            let score = row[0] - row[1] + row[2] / 2
            block.append(
                raw: row.span,
                target: score,
                class: score < -0.5 ? 0 : score < 0.5 ? 1 : 2
            )
        }
        return block
    }

    @Test("The same rows leave the same bits in every build and on every x86-64")
    func bits() {
        var digests: [UInt32] = []
        for settings in SettingsTests.good {
            let outputs = SettingsTests.outputs(settings)
            var standardiser = Standardiser(memory: 100)
            standardiser.grow(width: 53)
            var learner = makeLearner(settings, width: 53, outputs: outputs)
            var block = block()
            standardiser.standardise(&block)
            learner.testThenTrain(&block)
            // The invariant step uses libm's exponential: its bits are the C library's affair.
            if case .invariant = settings.optimiser { continue }
            var writer = ByteWriter()
            standardiser.encode(into: &writer)
            // Not the settings: their bytes may become others without a change of any result.
            writer.write(learner.parameters.numbers)
            writer.write(block.predictions)
            digests.append(Checksum.of(writer.bytes))
        }
        #expect(
            digests == [
                2_792_853_325, 2_042_014_449, 1_583_902_683, 238_163_462, 3_576_018_367,
                2_901_623_310, 4_283_092_592, 413_831_722, 1_778_185_840, 1_709_007_577,
                1_676_047_620, 1_407_593_729, 109_396_856, 849_941_391,
            ]
        )
    }

    @Test("Each classifier learns what can be learned", arguments: good)
    func learns(settings: LearnerSettings) {
        var random = RandomSource(seed: 5)
        let outputs = SettingsTests.outputs(settings)
        var standardiser = Standardiser()
        standardiser.grow(width: 4)
        var learner = makeLearner(settings, width: 4, outputs: outputs)
        var evaluation = Evaluation(task: settings.task)
        for _ in 0..<600 {
            var block = Block()
            block.reset(width: 4, outputs: outputs)
            for _ in 0..<10 {
                let row = (0..<4).map { Float(random.normal()) * Float($0 * 100 + 1) + 1000 }
                let score = (row[1] - 1000) / 101 - (row[2] - 1000) / 201
                block.append(
                    raw: row.span,
                    target: 3 * score + 10,
                    class: outputs == 2 ? (score > 0 ? 1 : 0) : (score < -1 ? 0 : score < 1 ? 1 : 2)
                )
            }
            standardiser.standardise(&block)
            learner.testThenTrain(&block)
            evaluation.record(&block)
        }
        if settings.task == .regression {
            #expect((evaluation.json["r2"]?.double ?? 0) > 0.8)
            #expect(evaluation.lossRecent < 1)
        } else {
            #expect(evaluation.accuracyRecent > 0.93)
            #expect((evaluation.json["kappa"]?.double ?? 0) > 0.8)
        }
    }
}
