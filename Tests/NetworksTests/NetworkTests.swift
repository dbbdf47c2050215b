// SPDX-License-Identifier: Apache-2.0
//
// What a network promises beside its gradients: bytes, seeds, growth, masks, bounds.

import Kernels
import Networks
import Primitives
import Testing

@Suite("Networks")
struct NetworkTests {
    /// Some steps of Adam on made-up errors; returns the network's bytes.
    private func learn(_ network: inout Network, _ subject: Subject, steps: Int = 4) -> [UInt8] {
        let step = NetworkStep(
            .adam(beta1: 0.9, beta2: 0.99, epsilon: 1e-6, decay: 0.01),
            rate: 0.01,
            clip: 1
        )
        var optimiser = NetworkOptimiser(step.rule, count: network.parameters.count)
        var work = Workspace()
        let none: [Float] = []
        for number in 0..<steps {
            let rows = subject.rows(5, seed: UInt64(number))
            network.forwardTraining(rows.span, at: 0, rows: 5, &work)
            let errors = work.scores(of: network, rows: 5).map { $0 - 0.5 }
            work.clearGradient(network.parameters.count)
            network.backward(errors.span, at: 0, rows: 5, &work)
            optimiser.step(&network, gradient: work.gradient.span, anchor: none.span, step)
        }
        return bytes(network)
    }

    private func bytes(_ network: Network) -> [UInt8] {
        var writer = ByteWriter()
        network.encode(into: &writer)
        return writer.bytes
    }

    @Test("The same seed gives the same bytes, another gives others", arguments: Subject.all)
    func seedsDecide(subject: Subject) {
        var first = subject.network()
        var second = subject.network()
        var other = subject.network(seed: 4)
        #expect(bytes(first) == bytes(second))
        #expect(bytes(first) != bytes(other))
        let learned = learn(&first, subject)
        #expect(learned == learn(&second, subject))
        #expect(learned != learn(&other, subject))
    }

    @Test("Bytes give the network back, with the same future", arguments: Subject.all)
    func codingKeepsEverything(subject: Subject) throws {
        var network = subject.network()
        network.frozen[0] = true
        _ = learn(&network, subject)
        var reader = ByteReader(bytes(network))
        var restored = try Network(from: &reader)
        try reader.expectEnd()
        #expect(bytes(restored) == bytes(network))
        #expect(restored.settings == network.settings && restored.tensors == network.tensors)
        #expect(learn(&restored, subject) == learn(&network, subject))
    }

    @Test("Damaged bytes are refused, or still make a network", arguments: Subject.all)
    func damageIsRefused(subject: Subject) {
        var network = subject.network()
        let good = bytes(network)
        for length in stride(from: 0, to: good.count, by: max(1, good.count / 60)) {
            var reader = ByteReader(Array(good.prefix(length)))
            #expect(throws: DecodeError.self) { try Network(from: &reader) }
        }
        var random = RandomSource(seed: 9)
        var refused = 0
        for _ in 0..<150 {
            var damaged = good
            damaged[random.below(min(140, good.count))] ^= UInt8(1 + random.below(255))
            var reader = ByteReader(damaged)
            guard var decoded = try? Network(from: &reader) else {
                refused += 1
                continue
            }
            guard decoded.inputs == subject.inputs, decoded.outputs == subject.outputs,
                decoded.settings.inputShape == subject.settings.inputShape
            else { continue }
            _ = learn(&decoded, subject, steps: 1)
        }
        #expect(refused > 30)
        _ = learn(&network, subject)
    }

    @Test("Whatever comes in, scores and parameters stay finite", arguments: Subject.all)
    func extremesStayFinite(subject: Subject) {
        var network = subject.network()
        let extremes: [Float] = [.nan, .infinity, -3e38, 3e38, .leastNonzeroMagnitude, 0, -1e20, 1]
        var random = RandomSource(seed: 3)
        let rows = (0..<5 * subject.inputs).map { _ in extremes[random.below(extremes.count)] }
        let step = NetworkStep(.sgd, rate: 100)
        var optimiser = NetworkOptimiser(step.rule, count: network.parameters.count)
        var work = Workspace()
        let none: [Float] = []
        for _ in 0..<6 {
            network.forwardTraining(rows.span, at: 0, rows: 5, &work)
            let scores = work.scores(of: network, rows: 5)
            #expect(scores.allSatisfy { $0.isFinite })
            work.clearGradient(network.parameters.count)
            network.backward(scores.span, at: 0, rows: 5, &work)
            optimiser.step(&network, gradient: work.gradient.span, anchor: none.span, step)
            #expect(network.parameters.allSatisfy { $0.isFinite })
        }
    }

    @Test("New inputs and outputs change no score, and learn from then on")
    func growth() {
        let subject = Subject.all[0]
        var narrow = subject.network()
        let rows = subject.rows(4)
        let before = narrow.scores(rows, 4)
        var wide = narrow
        let old = wide.grow(inputs: 8, outputs: 5)
        #expect(wide.inputs == 8 && wide.outputs == 5)
        var wider: [Float] = []
        for row in 0..<4 { wider += rows[row * 5..<(row + 1) * 5] + [0, 0, 0] }
        let after = wide.scores(wider, 4)
        for row in 0..<4 {
            for output in 0..<3 {
                #expect(abs(after[row * 5 + output] - before[row * 3 + output]) < 1e-5)
            }
            #expect(after[row * 5 + 3] == 0 && after[row * 5 + 4] == 0)
        }
        // The weights of new inputs are drawn, not 0, or relu units born without inputs would stay
        // dead; and they are those that the network would have been born with.
        let born = Network(subject.settings, inputs: 8, outputs: 5, seed: 1)
        let first = wide.tensors[0]
        #expect(first.shape == [6, 8])
        let scale = (Float(5) / 8).squareRoot()
        for unit in 0..<6 {
            for column in 0..<8 {
                let place = unit * 8 + column
                let expected = born.parameters[place] / (column < 5 ? scale : 1)
                #expect(abs(wide.parameters[place] - expected) < 1e-5)
            }
        }
        let carried = Tensor.carry(narrow.parameters, from: old, to: wide.tensors)
        #expect(carried.count == wide.parameters.count)
        #expect(carried[first.at + 8] == narrow.parameters[5] && carried[first.at + 7] == 0)
        var again = wide
        _ = again.grow(inputs: 2, outputs: 1)
        #expect(bytes(again) == bytes(wide), "never shrinks")
        _ = learn(&narrow, subject)
    }

    @Test("Dropout forgets its share while learning, and nothing while predicting")
    func dropout() {
        let settings = NetworkSettings(
            inputShape: [400],
            layers: [
                LayerSettings(.dropout(share: 0.25))
            ]
        )
        var network = Network(settings, inputs: 400, outputs: 1, seed: 1)
        for place in 0..<400 { network.parameters[place] = 1 }
        let ones = [Float](repeating: 1, count: 400 * 4)
        #expect(network.scores(ones, 4) == [400, 400, 400, 400])
        var work = Workspace()
        network.forwardTraining(ones.span, at: 0, rows: 4, &work)
        let first = work.scores(of: network, rows: 4)
        #expect(Set(first).count > 1)
        // Each kept number counts 4/3; four standard deviations around 400.
        for score in first { #expect(abs(score - 400) < 50 && score != 400) }
        network.forwardTraining(ones.span, at: 0, rows: 4, &work)
        #expect(work.scores(of: network, rows: 4) != first, "another mask each time")
        // The gradient goes where the numbers went.
        let errors: [Float] = [1, 0, 0, 0]
        work.clearGradient(network.parameters.count)
        network.backward(errors.span, at: 0, rows: 4, &work)
        #expect(Set(work.gradient.prefix(400).map { ($0 * 3).rounded() }) == [0, 4])
    }

    @Test("Frozen tensors stay, and regularisers spare biases")
    func frozenTensors() {
        let subject = Subject.all[0]
        var network = subject.network()
        network.frozen[2] = true
        let before = network
        let zeros = [Float](repeating: 0, count: network.parameters.count)
        let none: [Float] = []
        let step = NetworkStep(.sgd, rate: 0.1, l2: 0.5)
        var optimiser = NetworkOptimiser(step.rule, count: zeros.count)
        optimiser.step(&network, gradient: zeros.span, anchor: none.span, step)
        for (number, tensor) in network.tensors.enumerated() {
            let isSame = network.numbers(of: tensor) == before.numbers(of: tensor)
            #expect(isSame == (tensor.isBias || number == 2), "\(tensor.name)")
        }
        var broken = zeros
        broken[3] = .nan
        let kept = network.parameters
        #expect(!optimiser.step(&network, gradient: broken.span, anchor: none.span, step))
        #expect(network.parameters == kept)
    }

    @Test("Products run on the calling thread alone")
    func oneThread() throws {
        // Networks of a size at which OpenBLAS would use threads if it could.
        let settings = NetworkSettings(layers: [LayerSettings(.dense(units: 700))])
        let network = Network(settings, inputs: 700, outputs: 700, seed: 1)
        let before = Workspace.threads
        var work = Workspace()
        let rows = [Float](repeating: 1, count: 256 * 700)
        network.forward(rows.span, at: 0, rows: 256, &work)
        #expect(Workspace.threads == 1 && before == 1)
    }
}
