// SPDX-License-Identifier: Apache-2.0
//
// Every sample is accounted for under its reason, and a refused one changes nothing else.

import Consolidation
import Engine
import Learning
import Primitives
import Samples
import Simulation
import Testing

@Suite("Books") struct BooksTests {
    /// A learner of four features and at most three classes, 0 and 1 of which exist.
    private func positional() -> TestEngine {
        var settings = EngineSettings()
        settings.limits.classesMax = 3
        settings.memory.holdoutEvery = 0
        var bench = TestEngine(settings)
        var world = World()
        bench.step(.batch(world.batch(300)))
        return bench
    }

    private func named() -> TestEngine {
        var settings = EngineSettings()
        settings.limits.columnsMax = 4
        settings.memory.holdoutEvery = 0
        var bench = TestEngine(settings)
        var batch = MicroBatch()
        for row in 0..<200 {
            batch.append(named: [("a", Double(row)), ("b", "x")], label: Double(row % 2))
        }
        bench.step(.batch(batch))
        return bench
    }

    private func expectRefused(
        _ reason: RefusalReason,
        _ bench: TestEngine,
        _ batch: MicroBatch,
        count: UInt64 = 1
    ) {
        var bench = bench
        let before = bench.engine.modelBytes
        let books = bench.engine.accounts.total
        bench.step(.batch(batch))
        #expect(bench.refused(reason) == count, "\(reason)")
        #expect(bench.engine.accounts.total.received == books.received + count, "\(reason)")
        #expect(bench.engine.accounts.total.learned == books.learned, "\(reason)")
        #expect(bench.engine.accounts.balance, "\(reason)")
        #expect(bench.engine.modelBytes == before, "\(reason)")
        let told = bench.events.contains { event in
            if case .refused(let why, _, let many, let detail) = event {
                why == reason && many == Int(count) && !detail.isEmpty
            } else {
                false
            }
        }
        #expect(told, "\(reason)")
    }

    @Test("What the decoder refused", arguments: RefusalReason.allCases)
    func decoder(reason: RefusalReason) {
        var batch = MicroBatch()
        batch.refuse(reason, producer: 0, count: 7, detail: "as the decoder said")
        expectRefused(reason, positional(), batch, count: 7)
    }

    @Test("What a positional learner refuses")
    func positionalRefusals() {
        expectRefused(.width, positional(), .row([1, 2, 3], 1))
        var shape = MicroBatch()
        shape.append(named: [("a", 1.0)], label: 1)
        expectRefused(.shape, positional(), shape)
        var full = positional()
        full.step(.batch(.row([1, 2, 3, 4], 2)))
        expectRefused(.classLimit, full, .row([1, 2, 3, 4], 3))
    }

    @Test("What a named learner refuses")
    func namedRefusals() {
        var kind = MicroBatch()
        kind.append(named: [("a", "now a text")], label: 1)
        expectRefused(.kind, named(), kind)
        var limit = MicroBatch()
        limit.append(named: [("c", 1.0), ("d", 1.0), ("e", 1.0)], label: 1)
        expectRefused(.featureLimit, named(), limit)
        expectRefused(.shape, named(), .row([1, 2], 1))
    }

    @Test("What a regression refuses")
    func regressionRefusals() {
        var bench = TestEngine()
        var batch = MicroBatch()
        for row in 0..<200 { batch.append(features: [Float(row)], label: Double(row) / 3) }
        bench.step(.batch(batch))
        var text = MicroBatch()
        text.append(features: [1], label: "x")
        expectRefused(.label, bench, text)
        expectRefused(.notFinite, bench, .row([1], 1e300))
    }

    @Test("A repeated message is refused as a whole, and a lost one is a gap")
    func duplicates() {
        var bench = positional()
        var world = World(seed: 2)
        var message = world.batch(5)
        let producer = message.producer("p")
        for row in message.rows.indices { message.rows[row].producer = producer }
        message.messages = [
            .init(producer: producer, epoch: 9, sequence: 10, count: 5, firstRow: 0, rows: 5)
        ]
        bench.step(.batch(message))
        #expect(bench.engine.accounts.gaps == 10)
        let books = bench.engine.accounts.total
        expectRefused(.duplicate, bench, message, count: 5)
        bench.step(.batch(message))
        #expect(bench.engine.accounts.total.received == books.received + 5)
        let own = bench.engine.accounts.producers.first { $0.name == "p" }?.tally
        #expect(own?.received == 10)
        #expect(own?.learned == 5)
    }

    @Test("Rows without label or weight are scored")
    func scored() {
        var bench = positional()
        bench.step(.batch(.row([1, 2, 3, 4], nil)))
        bench.step(.batch(.row([1, 2, 3, 4], 1, weight: 0)))
        #expect(bench.engine.accounts.total.scored == 2)
        #expect(bench.engine.accounts.total.trained == 300)
    }

    @Test("A reset keeps the samples that wait for the vote")
    func resetWhileVoting() {
        var bench = TestEngine()
        bench.step(.batch(.row([1, 2], 1)))
        bench.step(.command(.reset(task: .regression)))
        #expect(bench.engine.accounts.total.waiting == 1)
        bench.step(.tick, after: .seconds(2))
        #expect(bench.engine.accounts.total.waiting == 0)
        #expect(bench.vote?.task == .regression)
        #expect(bench.engine.accounts.total.learned == 1)
    }

    @Test("The 257th producer shares an account")
    func producersAreBounded() {
        var bench = positional()
        for number in 0..<300 {
            var batch = MicroBatch.row([1, 2, 3, 4], 1)
            let producer = batch.producer("p\(number)")
            batch.rows[0].producer = producer
            batch.messages = [
                .init(
                    producer: producer,
                    epoch: 1,
                    sequence: 0,
                    count: 1,
                    firstRow: 0,
                    rows: 1
                )
            ]
            bench.step(.batch(batch))
        }
        #expect(bench.engine.accounts.producers.count == 257)
        #expect(bench.engine.accounts.balance)
        #expect(bench.engine.accounts.total.received == 600)
    }
}
