// SPDX-License-Identifier: Apache-2.0
//
// Gradients of what a teacher says, against differences of its loss; the Fisher information,
// against its definition; the pull, against the minimiser in closed form.

import Foundation
import Learning
import Primitives
import Testing

@Suite("Teachers and importance")
struct TeacherTests {
    /// Log probabilities at a temperature.
    private static func logProbabilities(_ scores: [Double], _ temperature: Double) -> [Double] {
        let most = (scores.max() ?? 0) / temperature
        let sum = scores.reduce(0) { $0 + exp($1 / temperature - most) }
        return scores.map { $0 / temperature - most - log(sum) }
    }

    /// What a lesson costs, straight from its definition.
    private static func loss(
        _ scores: [Float],
        _ teacher: [Float],
        strength: Double,
        temperature: Double
    ) -> Double {
        let known = teacher.indices.filter { !teacher[$0].isNaN }
        let own = known.map { Double(scores[$0]) }
        let other = known.map { Double(teacher[$0]) }
        guard temperature > 0 else {
            return strength * zip(own, other).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
        }
        let mine = logProbabilities(own, temperature)
        let wanted = logProbabilities(other, temperature)
        return strength * temperature * temperature
            * zip(wanted, mine).reduce(0) { $0 + exp($1.0) * ($1.0 - $1.1) }
    }

    /// A model that has learned a little, and a row without weight.
    private func subject(_ model: ModelKind) -> (any Learner, Block) {
        var contender = RetentionSupport.contender(RetentionSettings(), model, .sgd(rate: 0.002))
        let classes = model == .linear ? 1 : RetentionSupport.outputs(model)
        contender.learn(RetentionSupport.rows(60, seed: 1, classes: classes))
        var block = Block()
        block.reset(width: 5, outputs: RetentionSupport.outputs(model))
        block.append(raw: [0.5, -1, 2, 0.25, -0.5].span, target: 0, class: 0, weight: 0)
        contender.preparation.apply(&block)
        return (contender.learner, block)
    }

    @Test(
        "The step of a lesson is minus the gradient of its loss",
        arguments: [ModelKind.linear, .logistic, .softmax, .network],
        [Float(0), 2]
    )
    func gradients(model: ModelKind, temperature: Float) {
        let (learner, row) = subject(model)
        var teacher: [Float] = [0.3, -0.7, .nan]
        teacher.removeLast(3 - learner.outputs)
        if model == .linear, temperature > 0 { return }
        func loss(of learner: any Learner) -> Double {
            var block = row
            learner.score(&block)
            return TeacherTests.loss(
                block.scores,
                teacher,
                strength: 0.7,
                temperature: Double(temperature)
            )
        }
        var block = row
        block.teacher.reset(outputs: learner.outputs)
        block.teacher.append(teacher[...], strength: 0.7, temperature: temperature)
        var taught = learner
        taught.testThenTrain(&block)
        let rate = 0.002
        // Along a short step the loss falls by the square of the gradient's norm.
        let before = learner.parameters.numbers
        let moves = zip(taught.parameters.numbers, before).map { Double($0 - $1) }
        let gradient = moves.map { -$0 / rate }
        #expect(gradient.contains { abs($0) > 1e-3 })
        let squared = gradient.reduce(0) { $0 + $1 * $1 }
        let slope = (loss(of: learner) - loss(of: taught)) / rate
        #expect(abs(slope - squared) < 0.05 * squared)
        #expect(loss(of: taught) < loss(of: learner))
    }

    @Test("A lesson's gradient by each score is that of finite differences", arguments: [0, 2])
    func scoreGradients(temperature: Float) {
        let teacher: [Float] = [1.5, -0.5, 0.25]
        let nothing: [Float] = []
        var learner = makeLearner(
            LearnerSettings(model: .softmax, optimiser: .sgd(rate: 1)),
            width: 0,
            outputs: 3
        )
        var block = Block()
        block.reset(width: 0, outputs: 3)
        block.append(raw: nothing.span, class: 2)
        learner.testThenTrain(&block)
        let scores = learner.parameters.numbers
        block.reset(width: 0, outputs: 3)
        block.append(raw: nothing.span, class: 0, weight: 0)
        block.teacher.reset(outputs: 3)
        block.teacher.append(teacher[...], strength: 0.4, temperature: temperature)
        learner.testThenTrain(&block)
        for place in 0..<3 {
            var (up, down) = (scores, scores)
            up[place] += 1e-2
            down[place] -= 1e-2
            func loss(_ scores: [Float]) -> Double {
                TeacherTests.loss(scores, teacher, strength: 0.4, temperature: Double(temperature))
            }
            let numeric = (loss(up) - loss(down)) / Double(up[place] - down[place])
            let step = Double(scores[place] - learner.parameters.numbers[place])
            #expect(abs(step - numeric) < 1e-4)
        }
    }

    @Test("The Fisher information of a logistic model is E p (1 - p) x²")
    func logisticFisher() throws {
        let (learner, _) = subject(.logistic)
        let model = try #require(learner as? any RemembersImportance)
        var rows = RetentionSupport.rows(40, seed: 7, classes: 2)
        rows.features = rows.raw
        var random = RandomSource(seed: 1)
        let fisher = model.fisher(of: &rows, random: &random)
        model.predict(&rows)
        for column in 0...5 {
            var expected = 0.0
            for row in 0..<40 {
                let p = Double(rows.predictions[2 * row + 1])
                let x = column == 5 ? 1 : Double(rows.raw[row * 5 + column])
                expected += p * (1 - p) * x * x / 40
            }
            #expect(abs(Double(fisher[column]) - expected) < 1e-5 * max(1, expected))
        }
        #expect(fisher.allSatisfy { $0 >= 0 })
    }

    @Test("That of a softmax model is the mean over labels drawn from the model")
    func softmaxFisher() throws {
        let (learner, _) = subject(.softmax)
        let model = try #require(learner as? any RemembersImportance)
        var rows = RetentionSupport.rows(30, seed: 7)
        rows.features = rows.raw
        var random = RandomSource(seed: 1)
        let fisher = model.fisher(of: &rows, random: &random)
        model.predict(&rows)
        var sampled = [Double](repeating: 0, count: fisher.count)
        let draws = 400
        for _ in 0..<draws {
            for row in 0..<30 {
                var point = random.unit()
                var label = 0
                while label < 2, point >= Double(rows.predictions[row * 3 + label]) {
                    point -= Double(rows.predictions[row * 3 + label])
                    label += 1
                }
                for output in 0..<3 {
                    let p = Double(rows.predictions[row * 3 + output])
                    let error = p - (output == label ? 1 : 0)
                    for column in 0...5 {
                        let x = column == 5 ? 1 : Double(rows.raw[row * 5 + column])
                        sampled[output * 6 + column] += error * error * x * x / 30 / Double(draws)
                    }
                }
            }
        }
        for (exact, drawn) in zip(fisher, sampled) {
            #expect(exact >= 0 && abs(Double(exact) - drawn) < 0.1 * drawn + 1e-3)
        }
    }

    @Test("That of a network is drawn, and is on average the one over all labels")
    func networkFisher() throws {
        let contender = RetentionSupport.contender(RetentionSettings(), .network, .sgd(rate: 1))
        var learner = contender.learner
        var rows = RetentionSupport.rows(12, seed: 7)
        rows.features = rows.raw
        learner.testThenTrain(&rows)
        let model = try #require(learner as? any RemembersImportance)
        // A row's own gradient is the step of rate 1 that the row makes alone.
        var expected = [Double](repeating: 0, count: model.flatParameters.count)
        learner.predict(&rows)
        for row in 0..<12 {
            for label: Int32 in 0..<3 {
                var block = RetentionSupport.part(row..<row + 1, of: rows)
                block.features = block.raw
                (block.classes[0], block.weights[0], block.uses[0]) = (label, 1, .train)
                var moved = learner
                moved.testThenTrain(&block)
                let after = try #require(moved as? any RemembersImportance).flatParameters
                let share = Double(rows.predictions[row * 3 + Int(label)]) / 12
                for place in after.indices {
                    let slope = Double(model.flatParameters[place] - after[place])
                    expected[place] += share * slope * slope
                }
            }
        }
        var random = RandomSource(seed: 1)
        var mean = [Double](repeating: 0, count: expected.count)
        for _ in 0..<200 {
            let fisher = model.fisher(of: &rows, random: &random)
            #expect(fisher.allSatisfy { $0 >= 0 })
            for place in fisher.indices { mean[place] += Double(fisher[place]) / 200 }
        }
        #expect(learner.isFinite && mean.contains { $0 > 0.01 })
        for (drawn, exact) in zip(mean, expected) {
            #expect(abs(drawn - exact) < 0.3 * exact + 0.01)
        }
    }

    @Test("A network that holds on to its parameters leaves them less", arguments: [0, 1])
    func networkHoldsOn(kind: Int) throws {
        func distance(strength: Float) throws -> Double {
            var contender = RetentionSupport.contender(RetentionSettings(), .network)
            contender.learn(RetentionSupport.rows(200, seed: 1, classes: 2))
            var random = RandomSource(seed: 2)
            var rows = RetentionSupport.rows(40, seed: 3, classes: 2)
            contender.preparation.apply(&rows)
            contender.learner.holdOn(to: &rows, decay: 1, strength: strength, random: &random)
            let before = contender.learner.parameters.numbers
            contender.learn(RetentionSupport.rows(200, seed: 4 + UInt64(kind)))
            let after = contender.learner.parameters.numbers
            return zip(before, after).reduce(0) { $0 + Double(($1.0 - $1.1) * ($1.0 - $1.1)) }
        }
        let free = try distance(strength: 0)
        let held = try distance(strength: 10)
        #expect(held < 0.8 * free)
    }

    @Test("With squared loss, learning ends at (H + strength F)⁻¹ (b + strength F w*)")
    func minimiser() throws {
        // One feature and a bias; mean gradient of (p - y)²: H = 2 E xx', b = 2 E xy.
        var learner = LinearModel(
            LearnerSettings(model: .linear, optimiser: .sgd(rate: 0.05), mode: .meanGradient),
            width: 1,
            outputs: 1
        )
        let old: [(Float, Float)] = [(1, 2), (-1, 0), (2, 3.5), (0.5, 1)]
        let new: [(Float, Float)] = [(1, -1), (-2, 3), (0.5, 0), (1.5, -1)]
        func block(_ rows: [(Float, Float)]) -> Block {
            var block = Block()
            block.reset(width: 1, outputs: 1)
            for (x, y) in rows { block.append(raw: [x].span, target: y) }
            block.features = block.raw
            return block
        }
        for _ in 0..<400 {
            var rows = block(old)
            learner.testThenTrain(&rows)
        }
        var rows = block(old)
        var random = RandomSource(seed: 1)
        learner.remember(&rows, decay: 0.9, strength: 3, random: &random)
        let shares = learner.importance.shares.map(Double.init)
        let centre = learner.importance.centre.map(Double.init)
        #expect(shares.max() == 1 && centre.count == 2)
        for _ in 0..<400 {
            var rows = block(new)
            learner.testThenTrain(&rows)
        }
        var (a, b, c, d, e) = (3 * shares[0], 0.0, 3 * shares[1], 0.0, 0.0)
        (d, e) = (3 * shares[0] * centre[0], 3 * shares[1] * centre[1])
        for (x, y) in new.map({ (Double($0.0), Double($0.1)) }) {
            a += 2 * x * x / 4
            b += 2 * x / 4
            c += 2.0 / 4
            d += 2 * x * y / 4
            e += 2 * y / 4
        }
        let determinant = a * c - b * b
        let expected = [(c * d - b * e) / determinant, (a * e - b * d) / determinant]
        let found = learner.parameters.numbers.map(Double.init)
        #expect(abs(found[0] - expected[0]) < 1e-4 && abs(found[1] - expected[1]) < 1e-4)
        #expect(abs(expected[0] - centre[0]) > 0.1)
    }

    @Test("What mattered fades, and never counts more than once")
    func decay() {
        var learner = LinearModel(
            LearnerSettings(model: .logistic, optimiser: .sgd(rate: 0.1)),
            width: 2,
            outputs: 2
        )
        var random = RandomSource(seed: 1)
        func remember(_ x: [Float]) {
            var block = Block()
            block.reset(width: 2, outputs: 2)
            block.append(raw: x.span)
            block.features = block.raw
            learner.remember(&block, decay: 0.5, strength: 1, random: &random)
        }
        remember([2, 0])
        #expect(learner.importance.shares == [1, 0, 0.25])
        remember([0, 2])
        #expect(learner.importance.shares == [0.5, 1, 0.375])
        for _ in 0..<5 { remember([0, 2]) }
        #expect(learner.importance.shares[1] == 1)
        #expect(learner.importance.shares[2] == 0.49609375)
    }
}
