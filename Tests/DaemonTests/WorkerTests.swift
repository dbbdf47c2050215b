// SPDX-License-Identifier: Apache-2.0
//
// The worker's thread with jobs that go well, that are cancelled, and that hang. Which slice hangs
// is for the function that the worker is made with.

import Consolidation
import Learning
import Linux
import Primitives
import Testing

@testable import Daemon

@Suite("The worker")
struct WorkerTests {
    private static let patience: Duration = .seconds(20)

    /// A door at which a slice waits, and a bell that it rings.
    private final class Gate: Sendable {
        let door: EventFD
        let bell: EventFD

        init() throws {
            door = try EventFD()
            bell = try EventFD()
        }

        func pass() {
            bell.signal()
            _ = door.wait(timeout: patience)
        }
    }

    private func job(_ id: UInt64, deadline: Duration = .seconds(30)) -> Job {
        var memory = ReplayMemory(settings: MemorySettings(), seed: 1)
        memory.grow(width: 1)
        for place in 0..<20 {
            let row: [Float] = [Float(place)]
            memory.insert(
                features: row.span,
                label: Int32(place % 2),
                target: .nan,
                weight: 1,
                at: UInt64(place)
            )
        }
        var preparation = Preparation()
        preparation.grow(width: 1)
        let fresh = Contender(
            preparation: preparation,
            learner: makeLearner(
                LearnerSettings(model: .softmax, optimiser: .sgd(rate: 0.1)),
                width: 1,
                outputs: 2
            )
        )
        return .challengers(
            ConsolidationJob(
                id: id,
                trigger: .command,
                recipes: [.refit, .continuation],
                ingredients: Ingredients(
                    champion: fresh,
                    fresh: fresh,
                    rows: TrainingRows(memory: memory, task: .classes, since: 0),
                    holdout: TrainingRows(memory.rows(of: .holdout))
                ),
                memoryEnd: 20,
                settings: RecipeSettings(),
                deadline: deadline,
                seed: 1
            )
        )
    }

    private func port() throws -> LearnerPort {
        LearnerPort(index: 0, name: .default, wake: try EventFD())
    }

    /// The numbers and challengers of the next jobs that came back.
    private func next(_ port: LearnerPort) -> [(id: UInt64, challengers: Int)] {
        _ = port.wake.wait(timeout: WorkerTests.patience)
        _ = port.wake.clear()
        return port.takeMessages().compactMap {
            guard case .jobFinished(let job) = $0 else { return nil }
            guard case .challengers(let made) = job else { return (job.id, 0) }
            return (job.id, made.challengers.count)
        }
    }

    @Test("Jobs come back in their order, and a stop ends the thread")
    func order() throws {
        let port = try port()
        let worker = try Worker(ports: [port])
        try worker.start()
        worker.post(job(1), learner: 0)
        #expect(next(port).map(\.id) == [1])
        worker.post(job(2), learner: 0)
        #expect(next(port).map(\.challengers) == [2])
        #expect(try worker.replaceHungThread() == nil)
        #expect(worker.stop())
        #expect(worker.abandoned == 0)
    }

    @Test("A job that is cancelled ends at its next slice, and never comes back")
    func cancelled() throws {
        let port = try port()
        let gate = try Gate()
        let worker = try Worker(ports: [port]) { job in
            if job.id == 1 { gate.pass() }
            job.advance()
        }
        try worker.start()
        worker.post(job(1), learner: 0)
        worker.post(job(2), learner: 0)
        #expect(gate.bell.wait(timeout: WorkerTests.patience))
        worker.cancel(1, learner: 0)
        gate.door.signal()
        #expect(next(port).map(\.id) == [2])
        #expect(worker.stop())
    }

    @Test("A thread that has hung is left behind, and what it brings late is thrown away")
    func hung() throws {
        let port = try port()
        let gate = try Gate()
        let returned = try EventFD()
        let worker = try Worker(ports: [port]) { job in
            guard job.id == 1 else { return job.advance() }
            gate.pass()
            while !job.isDone { job.advance() }
            returned.signal()
        }
        try worker.start()
        worker.post(job(1), learner: 0)
        worker.post(job(2), learner: 0)
        #expect(gate.bell.wait(timeout: WorkerTests.patience))
        let now = Clock.monotonicNanoseconds()
        let later = now + 60_000_000_000
        #expect(try worker.replaceHungThread(at: later) == nil, "nobody has taken it back")
        worker.cancel(1, learner: 0)
        #expect(try worker.replaceHungThread(at: now) == nil, "it may still come back")
        #expect(try worker.replaceHungThread(at: later) == Worker.Hang(learner: 0, id: 1))
        #expect(worker.abandoned == 1)
        #expect(next(port).map(\.id) == [2], "another thread makes what waited")
        gate.door.signal()
        #expect(returned.wait(timeout: WorkerTests.patience))
        worker.post(job(3), learner: 0)
        #expect(next(port).map(\.id) == [3], "job 1 has not come back")
        #expect(worker.stop())
        #expect(worker.abandoned == 1)
    }

    @Test("A stop does not wait for a thread that has hung")
    func stop() throws {
        let port = try port()
        let gate = try Gate()
        let worker = try Worker(ports: [port]) { _ in gate.pass() }
        try worker.start()
        worker.post(job(1), learner: 0)
        #expect(gate.bell.wait(timeout: WorkerTests.patience))
        #expect(!worker.stop(patience: .milliseconds(1)))
        #expect(worker.abandoned == 1)
        gate.door.signal()
    }

    @Test("After four fifths of its deadline a job is told to hurry")
    func hurry() throws {
        let port = try port()
        let worker = try Worker(ports: [port])
        worker.post(job(1, deadline: .zero), learner: 0)
        try worker.start()
        // It hurried before its first slice: nothing had begun.
        #expect(next(port).map(\.challengers) == [0])
        #expect(worker.stop())
    }
}
