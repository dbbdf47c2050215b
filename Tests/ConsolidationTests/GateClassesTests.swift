// SPDX-License-Identifier: Apache-2.0
//
// When a single class speaks against a challenger, and when the others outvote it.

import Consolidation
import Learning
import Testing

@Suite("Classes at the gate")
struct GateClassesTests {
    private let kind = Kind.named("softmax")

    /// A model that has seen rows of one class only, over and over.
    private func stuck(on label: Int32) -> Contender {
        var contender = kind.fresh()
        for seed in 0..<5 as Range<UInt64> {
            var block = kind.block(200, seed: 100 + seed)
            for row in 0..<block.rows { block.classes[row] = label }
            contender.testThenTrain(&block)
        }
        return contender
    }

    private func finding(champion: Contender, challenger: Contender) -> HoldoutFinding {
        let scale = LossScale(full: 4, isSquared: false)
        let memory = kind.memory(400, holdoutEvery: 2)
        return Gate.compare(
            champion: champion,
            challenger: challenger,
            on: ValidHoldout(of: memory, since: 0, scale: scale),
            task: .classes,
            tolerance: 0.02,
            names: GroupNames()
        )
    }

    private func loss(_ contender: Contender, on label: Int32) -> Float {
        var block = kind.block(200, seed: 3)
        contender.predict(&block)
        block.computeLosses(contender.learner.settings.yardstick)
        var sum: Float = 0
        for row in 0..<block.rows where block.classes[row] == label { sum += block.losses[row] }
        return sum
    }

    @Test("A champion that gives one answer to everything is not kept for the sake of it")
    func collapse() {
        let (champion, challenger) = (stuck(on: 0), kind.champion(400))
        #expect(loss(champion, on: 0) < loss(challenger, on: 0) / 4)
        let found = finding(champion: champion, challenger: challenger)
        #expect(found.objection == nil)
        #expect(found.challengerLoss < found.championLoss)
    }

    @Test("A challenger that gives one answer to everything is refused")
    func surrender() {
        let found = finding(champion: kind.champion(400), challenger: stuck(on: 0))
        #expect(found.objection != nil)
    }
}
