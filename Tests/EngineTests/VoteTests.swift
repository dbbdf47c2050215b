// SPDX-License-Identifier: Apache-2.0
//
// The first samples decide what a learner is.

import Consolidation
import Engine
import Learning
import Primitives
import Samples
import Simulation
import Testing

@Suite("The vote") struct VoteTests {
    private func voted(
        _ rows: Int = 200,
        settings: EngineSettings = EngineSettings(),
        _ add: (inout MicroBatch, Int) -> Void
    ) -> TestEngine {
        var bench = TestEngine(settings)
        var batch = MicroBatch()
        for row in 0..<rows { add(&batch, row) }
        bench.step(.batch(batch))
        return bench
    }

    @Test("Texts and truths are classes")
    func names() {
        let texts = voted { $0.append(features: [1], label: $1 % 2 == 0 ? "yes" : "no") }
        #expect(texts.vote?.task == .classes)
        let truths = voted { $0.append(features: [1], truth: $1 % 2 == 0) }
        #expect(truths.vote?.task == .classes)
        #expect(truths.engine.schema?.classes.labels == [.boolean(true), .boolean(false)])
    }

    @Test("A fraction, or more than twenty numbers, is regression")
    func numbers() {
        let fractions = voted { $0.append(features: [1], label: $1 == 77 ? 0.5 : 1) }
        #expect(fractions.vote?.task == .regression)
        let twenty = voted { $0.append(features: [1], label: Double($1 % 20)) }
        #expect(twenty.vote?.task == .classes)
        #expect(twenty.engine.schema?.classes.count == 20)
        let more = voted { $0.append(features: [1], label: Double($1 % 21)) }
        #expect(more.vote?.task == .regression)
    }

    @Test("1 and 1.0 are one class; \"1\" and true are two others")
    func classesByKind() {
        let bench = voted { batch, row in
            switch row % 3 {
            case 0: batch.append(features: [1], label: 1.0)
            case 1: batch.append(features: [1], label: "1")
            default: batch.append(features: [1], truth: true)
            }
        }
        #expect(
            bench.engine.schema?.classes.labels == [.number(1), .text("1"), .boolean(true)]
        )
        #expect(bench.engine.accounts.total.refusedTotal == 0)
    }

    @Test("The majority of the labels decides, and of the widths")
    func majorities() {
        let mixed = voted { batch, row in
            if row < 120 {
                batch.append(features: [1, 2], label: Double(row) + 0.5)
            } else {
                batch.append(features: [1, 2, 3], label: "x")
            }
        }
        #expect(mixed.vote?.task == .regression)
        #expect(mixed.vote?.width == 2)
        #expect(mixed.engine.accounts.total.refusedTotal == 80)
        #expect(mixed.engine.accounts.total.waiting == 0)
    }

    @Test("After two seconds fewer are enough")
    func patience() {
        var bench = TestEngine()
        bench.step(.batch(.row([1, 2], 1)))
        #expect(bench.engine.schema == nil)
        #expect(bench.engine.accounts.total.waiting == 1)
        #expect(bench.engine.nextDeadline == bench.now + .seconds(2))
        bench.step(.tick, after: .milliseconds(1999))
        #expect(bench.engine.schema == nil)
        bench.step(.tick, after: .milliseconds(1))
        #expect(bench.engine.schema?.width == 2)
        #expect(bench.engine.accounts.total.waiting == 0)
    }

    @Test("Without a label there is nothing to vote on")
    func unlabelled() {
        var bench = voted { batch, _ in batch.append(features: [1, 2], label: nil) }
        #expect(bench.engine.schema == nil)
        #expect(bench.engine.accounts.total.scored == 200)
        #expect(bench.engine.accounts.total.waiting == 0)
        bench.step(.batch(.row([1, 2], 1)))
        bench.step(.tick, after: .seconds(2))
        #expect(bench.engine.schema != nil)
    }

    @Test("No vote, and no setting without a model for it, makes a learner without labels")
    func unlabelledIsNeverVoted() {
        #expect(!Task.votable.contains(.unlabelled))
        var bench = TestEngine()
        for _ in 0..<5 {
            bench.step(.batch(.row([1, 2], nil)), after: .seconds(3))
        }
        #expect(bench.vote == nil)
        var settings = EngineSettings()
        settings.task = .unlabelled
        #expect(settings.complaint?.contains("needs a model") == true)
    }

    @Test("What waited is evaluated and learned in order, as if there had been no vote")
    func learnedInOrder() {
        var world = World()
        let batch = world.batch(200)
        var voting = TestEngine()
        voting.step(.batch(batch))
        var fixed = EngineSettings()
        fixed.task = .classes
        fixed.width = 4
        fixed.voteSamples = 1
        var knowing = TestEngine(fixed)
        knowing.step(.batch(batch))
        #expect(voting.championBytes == knowing.championBytes)
        #expect(voting.engine.labelled == 200)
    }

    @Test("A configured model decides the task, and what cannot go with it gives way")
    func configured() {
        var linear = EngineSettings()
        linear.model = .linear
        let bench = voted(settings: linear) {
            $0.append(features: [1], label: $1 % 2 == 0 ? "a" : "b")
        }
        #expect(bench.vote?.task == .regression)
        #expect(bench.refused(.label) == 200)
        var invariant = EngineSettings()
        invariant.optimiser = .invariant(rate: 0.1)
        let classes = voted(settings: invariant) { $0.append(features: [1], label: Double($1 % 2)) }
        #expect(classes.vote?.task == .classes)
        #expect(classes.engine.champion != nil)
    }

    @Test("A stop does not hurry the vote; a restart goes on with it")
    func stopWhileVoting() throws {
        var bench = TestEngine()
        bench.step(.batch(.row([1, 2], 1)))
        bench.step(.stop)
        #expect(bench.engine.schema == nil)
        #expect(bench.checkpoints == 1)
        bench.engine = try LearnerEngine(decoding: bench.engine.encoded())
        bench.step(.resumed(versionMax: 0))
        #expect(bench.engine.accounts.total.waiting == 1)
        bench.step(.tick, after: .seconds(2))
        #expect(bench.engine.schema?.width == 2)
        #expect(bench.engine.accounts.total.waiting == 0)
    }
}
