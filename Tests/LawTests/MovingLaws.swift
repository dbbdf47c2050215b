// SPDX-License-Identifier: Apache-2.0
//
// Parameters moved as a whole: what every learner that can be shrunk or averaged promises.

import Kernels
import Learning
import Networks
import Primitives
import Testing

@Suite("Moving parameters")
struct MovingLaws {
    private static let able = Subject.plain.filter { $0.learner().canShrink }

    private func trained(_ subject: Subject) -> any Learner {
        var learner = subject.learner()
        learner.learn(Rows.random(40, seed: 8, classes: subject.outputs))
        return learner
    }

    @Test("Nothing but word vectors and pools cannot be shrunk")
    func nobodyIsForgotten() {
        #expect(MovingLaws.able.count == Subject.plain.count)
        for subject in Subject.plain {
            let isPlain = subject.settings.isolation == nil
            let hasMeans =
                isPlain
                && [.linear, .logistic, .softmax, .svm, .network]
                    .contains(subject.settings.model)
            #expect(subject.learner().averages == hasMeans, "\(subject.testDescription)")
        }
    }

    @Test("All of itself and no noise is itself, to the bit", arguments: able)
    func identity(subject: Subject) {
        var learner = trained(subject)
        let before = learner.bytes
        var random = RandomSource(seed: 1)
        let draws = random
        learner.shrink(to: 1, noise: 0, random: &random)
        #expect(learner.bytes == before)
        #expect(random == draws, "nothing is drawn")
    }

    @Test("Nothing of itself and no noise is where every tensor starts", arguments: able)
    func start(subject: Subject) {
        var learner = trained(subject)
        var random = RandomSource(seed: 1)
        learner.shrink(to: 0, noise: 0, random: &random)
        for tensor in learner.parameters.tensors where tensor.name != "ensemble" {
            // Gains of norms start at 1.
            let isStart =
                tensor.numbers.allSatisfy { $0 == 0 }
                || tensor.numbers.allSatisfy { $0 == 1 }
            #expect(isStart || tensor.isIndex, "\(tensor.name)")
        }
    }

    @Test("Noise has the spread of the start", arguments: [1, 2] as [UInt64])
    func noise(seed: UInt64) throws {
        let network = NetworkSettings(layers: [LayerSettings(.dense(units: 400), activation: .relu)]
        )
        let settings = LearnerSettings(
            model: .network,
            loss: .crossEntropy,
            optimiser: .sgd(rate: 0.1),
            network: NetworkChoice(network, seed: 3)
        )
        let fresh = makeLearner(settings, width: 50, outputs: 2)
        var noisy = fresh
        var random = RandomSource(seed: seed)
        noisy.shrink(to: 0, noise: 0.5, random: &random)
        let spread = { (learner: any Learner) -> Double in
            let numbers = learner.parameters.numbers(of: "layers.0.weight")
            let squares = numbers.reduce(0.0) { $0 + Double($1) * Double($1) }
            return (squares / Double(numbers.count)).squareRoot()
        }
        #expect(abs(spread(noisy) / spread(fresh) - 0.5) < 0.02)
        let head = noisy.parameters.numbers(of: "output.weight")
        #expect(head.allSatisfy { $0 == 0 }, "the last layer starts at 0, and has no spread")
    }

    @Test("The whole way is the other, half of it the middle", arguments: able)
    func approach(subject: Subject) {
        let other = trained(subject)
        guard other.averages else { return }
        let blank = subject.learner()
        var whole = blank
        whole.approach(other, share: 1)
        #expect(whole.parameters == other.parameters)
        var half = blank
        half.approach(other, share: 0.5)
        let numbers = zip(blank.parameters.numbers, other.parameters.numbers)
        for (own, (low, high)) in zip(half.parameters.numbers, numbers) {
            #expect(abs(own - (low + high) / 2) <= 1e-6 * max(1, abs(high)))
        }
    }
}
