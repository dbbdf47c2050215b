// SPDX-License-Identifier: Apache-2.0
//
// Contexts that own the last layer of a network: what is shared, and what is not.

import Kernels
import Networks
import Primitives
import Testing

@testable import Learning

@Suite("Heads of contexts") struct ContextHeadsTests {
    private func learner(mode: LearningMode = .sequential) -> ContextExperts {
        let network = NetworkSettings(layers: [LayerSettings(.dense(units: 8), activation: .tanh)])
        var settings = LearnerSettings(
            model: .network,
            loss: .crossEntropy,
            optimiser: .adam(rate: 0.02, beta1: 0.9, beta2: 0.99, epsilon: 1e-6),
            mode: mode,
            network: NetworkChoice(network, seed: 3, stepRows: 16)
        )
        settings.isolation = IsolationSettings(expertsMax: 4, sharesLayers: true)
        return ContextExperts(settings, width: 3, outputs: 2)
    }

    /// Rows of two contexts that take turns of `run` rows; the second has the opposite rule.
    private func rows(_ count: Int, run: Int, seed: UInt64, use: RowUse = .train) -> Block {
        var random = RandomSource(seed: seed)
        var block = Block()
        block.reset(width: 3, outputs: 2)
        for row in 0..<count {
            let context = Int32(row / run % 2)
            let x = (0..<3).map { _ in Float(random.normal()) }
            let isAbove = x[0] - x[1] > 0
            block.append(
                raw: x.span,
                class: isAbove == (context == 0) ? 1 : 0,
                context: context,
                use: use
            )
        }
        block.features = block.raw
        return block
    }

    private func parts(_ learner: ContextExperts, _ place: Int) -> (layers: [Float], head: [Float])
    {
        guard let network = (learner.experts[place].learner as? NetworkLearner)?.network else {
            return ([], [])
        }
        let at = network.outputLayerAt
        return (Array(network.parameters[..<at]), Array(network.parameters[at...]))
    }

    @Test("All heads stand on the same layers, and none is like another")
    func layersAreShared() {
        for mode in LearningMode.allCases {
            var learner = learner(mode: mode)
            for seed in 0..<5 as Range<UInt64> {
                var block = rows(300, run: 30, seed: seed)
                learner.testThenTrain(&block)
            }
            let all = (0..<3).map { parts(learner, $0) }
            #expect(all[0].layers.count == 8 * 4 && all[0].head.count == 2 * 9)
            #expect(all[0].layers == all[1].layers && all[1].layers == all[2].layers)
            #expect(all[0].head != all[1].head && all[1].head != all[2].head)
            var probe = rows(400, run: 1, seed: 99, use: .holdout)
            learner.predict(&probe)
            probe.computeLosses(task: .classes)
            let wrong = probe.errors.reduce(0) { $0 + Int($1) }
            #expect(wrong < 40, "\(mode.name): opposite rules on the same layers")
        }
    }

    @Test("What has no head of its own moves only the shared one")
    func strangersLeaveLayersAlone() {
        var learner = learner()
        var block = rows(200, run: 20, seed: 1)
        learner.testThenTrain(&block)
        let before = (0..<3).map { parts(learner, $0) }
        var strangers = rows(60, run: 20, seed: 2)
        for row in strangers.contexts.indices { strangers.contexts[row] = -1 }
        learner.testThenTrain(&strangers)
        let after = (0..<3).map { parts(learner, $0) }
        for place in 0..<3 { #expect(after[place].layers == before[place].layers) }
        #expect(after[0].head != before[0].head)
        #expect(after[1].head == before[1].head && after[2].head == before[2].head)
    }

    @Test("The artifact has the shared layers once")
    func artifactSharesLayers() {
        var learner = learner()
        var block = rows(100, run: 10, seed: 1)
        learner.testThenTrain(&block)
        let names = learner.parameters.tensors.map(\.name)
        #expect(names.filter { $0.hasPrefix("experts.0.") }.count == 4)
        #expect(
            names.filter { $0.hasPrefix("experts.1.") }
                == ["experts.1.output.weight", "experts.1.output.bias"]
        )
    }

    @Test("Heads need a network that keeps its units")
    func whatIsRefused() {
        var plain = LearnerSettings(model: .softmax, optimiser: .sgd(rate: 0.1))
        plain.isolation = IsolationSettings(sharesLayers: true)
        #expect(plain.problem?.contains("experts") == true)
        var settings = learner().settings
        let replacing = NetworkSettings(
            layers: [LayerSettings(.dense(units: 8), activation: .relu)],
            replacement: ReplacementSettings(rate: 0.01)
        )
        settings.network = NetworkChoice(replacing, seed: 3, stepRows: 16)
        #expect(settings.problem?.contains("replace.rate") == true)
        settings.network = NetworkChoice(
            NetworkSettings(layers: replacing.layers, replacement: .usual),
            seed: 3,
            stepRows: 16
        )
        #expect(settings.problem?.contains("replace.dead_after") == true)
    }
}
