// SPDX-License-Identifier: Apache-2.0
//
// The kernel of the small networks does what the formulas say.

import Experts
import Kernels
import Primitives
import Testing

@Suite("Small networks")
struct SmallNetworkTests {
    /// A network and how it learns.
    struct Subject: Sendable, CustomTestStringConvertible {
        var form: SmallNetworkShape.Form
        var classes: Int
        var replays: Bool

        var testDescription: String { "\(form), \(classes) classes, replays: \(replays)" }
        var shape: SmallNetworkShape {
            let isNumber = classes == 0
            return SmallNetworkShape(form, width: 3, outputs: max(1, classes), isNumber: isNumber)
        }

        static let all = [SmallNetworkShape.Form.two32, .one64].flatMap { form in
            [0, 3, 17].flatMap { classes in
                [false, true].map { Subject(form: form, classes: classes, replays: $0) }
            }
        }
    }

    private var random = RandomSource(seed: 3)

    private mutating func state(_ shape: SmallNetworkShape) -> SmallNetworkState {
        var values = [Float](repeating: 0, count: shape.count)
        for place in 0..<shape.biasesOfOutputs.upperBound {
            values[place] = Float(random.normal() * 0.3)
        }
        return SmallNetworkState(values: values)
    }

    /// Twelve rows, of which each is in the history before the next one.
    private mutating func rows(_ subject: Subject) -> (ExpertRows, ExpertHistory, [Int32]) {
        var rows = ExpertRows()
        rows.reset(width: 3, outputs: max(1, subject.classes))
        rows.count = 12
        var history = ExpertHistory(capacity: 100)
        history.grow(width: 3)
        for _ in 0..<36 { rows.scaled.append(Float(random.normal())) }
        (rows.raw, rows.slow) = (rows.scaled, rows.scaled)
        (rows.change, rows.scaledChange) = (rows.scaled, rows.scaled)
        for row in 0..<12 {
            let isNumber = subject.classes == 0
            rows.last.append(-1)
            rows.labels.append(isNumber ? -1 : Int32(random.below(subject.classes)))
            rows.targets.append(isNumber ? Float(random.normal()) : .nan)
            rows.centres.append(7)
            rows.spreads.append(2)
            rows.weights.append(row % 5 == 4 ? 2 : 1)
            rows.learns.append(row % 6 == 5 ? 0 : 1)
        }
        var draws: [Int32] = []
        for row in 0..<12 {
            rows.before.append(Int32(history.count))
            if subject.replays {
                for _ in 0..<SmallNetworks.replay {
                    draws.append(Int32(row < 2 ? -1 : random.below(history.count)))
                }
            }
            guard rows.learns[row] == 1 else { continue }
            history.append(row, of: rows, target: rows.targets[row] * 2 + 7)
        }
        return (rows, history, draws)
    }

    private func plain(_ rows: ExpertRows, _ row: Int) -> PlainNetwork.Row {
        PlainNetwork.Row(
            x: rows.scaled[row * 3..<row * 3 + 3].map(Double.init),
            label: Int(rows.labels[row]),
            target: Double(rows.targets[row]),
            weight: Double(rows.weights[row])
        )
    }

    private func plain(_ history: ExpertHistory, _ row: Int) -> PlainNetwork.Row {
        PlainNetwork.Row(
            x: history.scaled[row * 3..<row * 3 + 3].map(Double.init),
            label: Int(history.labels[row]),
            target: (Double(history.targets[row]) - 7) / 2,
            weight: Double(history.weights[row])
        )
    }

    @Test("Predictions and steps are those of the formulas", arguments: Subject.all)
    mutating func stepsAreTheFormulas(subject: Subject) {
        let shape = subject.shape
        var state = state(shape)
        let (rows, history, draws) = rows(subject)
        var network = PlainNetwork(shape, values: state.values)
        var scratch = [Float](repeating: 0, count: shape.scratchCount)
        var said = [Float](repeating: .nan, count: 12 * shape.outputs)
        var span = said.mutableSpan
        SmallNetworks.testThenTrain(
            shape,
            &state,
            rows,
            history,
            draws: draws,
            scratch: &scratch,
            &span
        )
        for row in 0..<12 {
            let own = plain(rows, row)
            let expected = network.predict(own.x)
            for k in 0..<shape.outputs {
                let held = min(max(expected[k], -5), 5)
                #expect(abs(Double(said[row * shape.outputs + k]) - held) < 2e-4)
            }
            guard rows.learns[row] == 1 else { continue }
            var batch = [own]
            if subject.replays {
                let first = row * SmallNetworks.replay
                batch += draws[first..<first + SmallNetworks.replay].map {
                    $0 < 0 ? own : plain(history, Int($0))
                }
            }
            network.step(batch)
        }
        // A step of Adam has about the same size however small the gradient is, so where it is
        // zero but for rounding the parameters may part a little; the moments may not.
        let used = 0..<shape.biasesOfOutputs.upperBound
        var apart = 0.0
        for place in used {
            #expect(abs(Double(state.first[place]) - network.first[place]) < 1e-4)
            #expect(abs(Double(state.second[place]) - network.second[place]) < 1e-5)
            apart += abs(Double(state.values[place]) - network.values[place])
        }
        #expect(apart / Double(used.count) < 2e-6)
        #expect(state.values[used.upperBound...].allSatisfy { $0 == 0 })
    }

    @Test("The formulas' gradient is that of the loss", arguments: [0, 3])
    mutating func gradientIsThatOfTheLoss(classes: Int) {
        let subject = Subject(form: .two32, classes: classes, replays: false)
        var network = PlainNetwork(subject.shape, values: state(subject.shape).values)
        let (rows, _, _) = rows(subject)
        let batch = (0..<4).map { plain(rows, $0) }
        let gradient = network.gradient(batch)
        for _ in 0..<30 {
            let place = random.below(subject.shape.biasesOfOutputs.upperBound)
            let value = network.values[place]
            network.values[place] = value + 1e-6
            let above = network.loss(batch)
            network.values[place] = value - 1e-6
            let below = network.loss(batch)
            network.values[place] = value
            #expect(abs((above - below) / 2e-6 - gradient[place]) < 1e-6)
        }
    }

    @Test("A new column and a new class leave what was learned", arguments: ["mlp", "mlp_replay"])
    func growthKeepsWhatWasLearned(name: String) throws {
        let kind = try #require(ExpertKind.named(name))
        var trial = ExpertTrial(kind)
        trial.run(.random(300, seed: 1))
        let probe = Stream.random(20, seed: 2)
        let before = trial.run(probe, learns: false)
        var wide = probe
        wide.width = 6
        wide.classes = 4
        wide.columns = (0..<20).flatMap { probe.columns[$0 * 5..<$0 * 5 + 5] + [0] }
        trial.expert.grow(to: ExpertShape(width: 6, classes: 4))
        trial.forms.grow(width: 6)
        trial.history.grow(width: 6)
        let after = trial.run(wide, learns: false)
        for row in 0..<20 {
            // The share of the new class is taken from all others alike.
            let left = 1 - after[row * 4 + 3]
            #expect(left > 0.3)
            for k in 0..<3 { #expect(abs(after[row * 4 + k] / left - before[row * 3 + k]) < 1e-5) }
        }
    }
}
