// SPDX-License-Identifier: Apache-2.0
//
// What holds for every learner when new columns and classes come while it runs.

import Learning
import Networks
import Primitives
import Testing

@Suite("Laws of growth")
struct GrowthLaws {
    // A unit that is replaced is drawn from another range when it has more inputs.
    @Test(
        "New columns change no prediction, and learn from then on",
        arguments: Subject.all.filter {
            let rule = $0.settings.network?.network.replacement ?? ReplacementSettings()
            return rule.rate == 0 && rule.deadAfter == 0
        }
    )
    func wideningKeepsPredictions(subject: Subject) {
        var narrow = subject.learner()
        narrow.learn(Rows.random(30, seed: 1, classes: subject.outputs))
        narrow.anchor(strength: 0.1)
        var wide = narrow
        wide.grow(width: 9, outputs: subject.outputs)
        #expect(wide.width == 9 && wide.outputs == narrow.outputs)
        var rows = Rows.random(20, seed: 2, classes: subject.outputs)
        let expected = narrow.predictions(rows)
        var wider = rows
        wider.width = 9
        for index in wider.rows.indices { wider.rows[index].features += [0, 0] }
        // Zeros in new columns: nothing but the order of the sums may differ.
        for (left, right) in zip(wide.predictions(wider), expected) {
            #expect(abs(left - right) <= 1e-5)
        }
        narrow.learn(rows)
        wide.learn(wider)
        for (left, right) in zip(wide.predictions(wider), narrow.predictions(rows)) {
            #expect(abs(left - right) <= 1e-4)
        }
        for index in wider.rows.indices { wider.rows[index].features[8] = Float(index) }
        rows = wider
        // Twice, since a scaling of one's own may know a block only after it.
        wide.learn(rows)
        wide.learn(rows)
        let rowLength = wide.width
        let last = wide.parameters.weights.indices.filter { $0 % rowLength == rowLength - 1 }
        #expect(last.contains { wide.parameters.weights[$0] != 0 })
        // Never shrinks.
        wide.grow(width: 1, outputs: 0)
        #expect(wide.width == 9 && wide.outputs == subject.outputs)
    }

    @Test(
        "New classes keep the odds of the old ones",
        arguments: Subject.all.filter {
            // A mix of experts keeps no odds: each gives the new class another share.
            $0.settings.task == .classes && $0.settings.isolation == nil
        }
    )
    func newClassesKeepOdds(subject: Subject) throws {
        var learner = subject.learner()
        learner.learn(Rows.random(30, seed: 1, classes: subject.outputs))
        learner.anchor(strength: 0.1)
        let rows = Rows.random(10, seed: 2, classes: subject.outputs)
        let old = learner.predictions(rows)
        learner.grow(width: 7, outputs: 5)
        let kind = subject.settings.model == .logistic ? .softmax : subject.settings.model
        #expect(learner.outputs == 5 && learner.parameters.kind == kind.name)
        #expect(learner.parameters.bias.count == 5)
        let new = learner.predictions(rows)
        for row in 0..<10 {
            let before = old[row * subject.outputs] / old[row * subject.outputs + 1]
            let after = new[row * 5] / new[row * 5 + 1]
            #expect(abs(before - after) <= 1e-4 * abs(before))
            #expect(abs(new[row * 5..<row * 5 + 5].reduce(0, +) - 1) < 1e-5)
        }
        var reader = ByteReader(learner.bytes)
        let restored = try LearnerCoding.decode(from: &reader)
        #expect(restored.bytes == learner.bytes)
        var more = Rows.random(50, seed: 3, classes: 5)
        for index in more.rows.indices where index % 2 == 0 { more.rows[index].label = 4 }
        let unlikely = learner.predictions(more)
        for _ in 0..<20 { learner.learn(more) }
        let likely = learner.predictions(more)
        var gain: Float = 0
        for row in 0..<50 { gain += likely[row * 5 + 4] - unlikely[row * 5 + 4] }
        #expect(gain > 0)
        #expect(learner.isFinite)
    }
}
