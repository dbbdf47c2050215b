// SPDX-License-Identifier: Apache-2.0
//
// The shell around one engine: it gives the engine the time, hands it what happens, and carries its
// wishes to the threads that fulfil them. It lives on one thread and owns the engine.

import Engine
import Experts
import Linux
import Primitives
import Samples
import Synchronization

/// The highest numbers that the registry has given for one learner; 0 before the first.
struct GivenNumbers: Sendable {
    var version: UInt64
    var consolidation: UInt64
}

/// One learner on its thread.
final class LearnerHost {
    /// How other threads reach it.
    let port: LearnerPort
    private(set) var engine: LearnerEngine
    private let house: House
    private let base: Instant
    private let startedAt: Int64
    private var effects = Effects()
    private var learningNanoseconds: Int64 = 0
    private var refusalNews: RefusalNews
    private var summarisedAt: Int64 = -1
    private var load = LoadMeter()

    init(port: LearnerPort, engine: LearnerEngine, house: House) {
        self.port = port
        self.engine = engine
        self.house = house
        base = engine.now
        startedAt = Clock.monotonicNanoseconds()
        refusalNews = RefusalNews()
        port.decoded.store(engine.accounts.total.received, ordering: .relaxed)
    }

    /// The engine's time: what the incarnation has lived, of which this process adds its part.
    private var now: Instant {
        Instant(nanoseconds: base.nanoseconds + Clock.monotonicNanoseconds() - startedAt)
    }

    /// Steps the engine with a closed micro-batch.
    func take(_ batch: MicroBatch) {
        let before = Clock.threadNanoseconds()
        let began = Clock.monotonicNanoseconds()
        step(.batch(batch))
        learningNanoseconds += Clock.threadNanoseconds() - before
        load.add(rows: batch.rows.count, nanoseconds: Clock.monotonicNanoseconds() - began)
    }

    /// Answers the mailbox and lets passed deadlines act.
    func turn() {
        for message in port.takeMessages() { handle(message) }
        if let deadline = engine.nextDeadline, now >= deadline { step(.tick) }
        showClock()
        refusalNews.flush(at: now) { [self] in tell($0) }
        reportLoad()
        summarise()
    }

    /// Shows the engine the wall clock when its calendar asks for that.
    ///
    /// A turn comes at least once a second.
    private func showClock() {
        guard !engine.settings.consolidation.at.isEmpty else { return }
        let second = Clock.wallNanoseconds() / 1_000_000_000
        if engine.wantsClock(at: second) { step(.clock(second)) }
    }

    /// Leaves a line for `systemctl status`, at most once a second.
    private func summarise() {
        let second = now.nanoseconds / 1_000_000_000
        guard second != summarisedAt else { return }
        summarisedAt = second
        house.summarise(port.index, engine.summary)
    }

    /// Tells the engine how busy it was, if that is of use to it.
    private func reportLoad() {
        guard engine.followsLoad else { return }
        let decoded = port.decoded.load(ordering: .relaxed)
        let seen = engine.accounts.total.received
        let waiting = decoded > seen ? Int(clamping: decoded - seen) : 0
        if let report = load.report(at: Clock.monotonicNanoseconds(), waiting: waiting) {
            step(.load(report))
        }
    }

    /// How long the thread may sleep for this learner's sake.
    var patience: Duration? {
        var deadline = engine.nextDeadline
        if let next = refusalNews.nextFlush { deadline = min(deadline ?? next, next) }
        guard let deadline else { return nil }
        let rest = deadline - now
        return rest > .zero ? rest : .zero
    }

    /// Tells the engine that the daemon has started, which settings hold, and which numbers the
    /// registry has given.
    func begin(after given: GivenNumbers, settings: EngineSettings) {
        step(
            .resumed(versionMax: given.version, consolidationMax: given.consolidation)
        )
        step(.settings(settings))
    }

    /// Lets the engine finish, and keeps its state.
    func stop() {
        for message in port.takeMessages() { handle(message) }
        step(.stop)
        refusalNews.flush(at: nil) { [self] in tell($0) }
    }

    private func handle(_ message: HostMessage) {
        switch message {
        case .jobFinished(let job): step(Input(job))
        case .stored(let version, let isDurable):
            step(.stored(version: version, isDurable: isDurable))
        case .settings(let settings):
            step(.settings(settings))
        case .status(let request):
            house.outlet.post(.answer(request: request, part: port.index, status))
        case .keep(let request):
            house.archivist.post(.checkpoint(engine, learner: port.index))
            house.outlet.post(.answer(request: request, part: port.index, ["ok": "kept"]))
        case .command(let command, let request):
            step(.command(command), request: request)
        }
    }

    /// The engine's status; what the intake holds beyond what the engine has seen is waiting.
    private var status: JSONValue {
        let seen = engine.accounts.total.received
        let decoded = port.decoded.load(ordering: .relaxed)
        return engine.status(withOpen: decoded > seen ? decoded - seen : 0)
    }

    private func step(_ input: Input, request: UInt64? = nil) {
        engine.step(input, at: now, effects: &effects)
        perform(request: request)
    }

    private func perform(request: UInt64?) {
        for draft in effects.versions {
            house.archivist.post(
                .version(draft, learner: port.index, seconds: Double(learningNanoseconds) / 1e9)
            )
            learningNanoseconds = 0
        }
        for id in effects.cancelledJobs { house.worker.cancel(id, learner: port.index) }
        for job in effects.jobs { house.worker.post(job, learner: port.index) }
        for event in effects.events { refusalNews.add(event, at: now) { [self] in tell($0) } }
        if effects.wantsCheckpoint {
            house.archivist.post(.checkpoint(engine, learner: port.index))
        }
        if let request, let outcome = effects.outcome {
            house.outlet.post(.answer(request: request, part: port.index, outcome.json))
        }
        effects.removeAll()
    }

    private func tell(_ event: EngineEvent) {
        if case .consolidated(let news) = event {
            house.archivist.post(.consolidation(news, learner: port.index))
        }
        house.announce(event, learner: port.index)
    }
}

extension CommandOutcome {
    /// The answer as it goes to the operator.
    var json: JSONValue {
        switch self {
        case .done(let what): ["ok": .string(what)]
        case .refused(let message, let remedy):
            ["error": ["message": .string(message), "remedy": .string(remedy)]]
        }
    }
}
