// SPDX-License-Identifier: Apache-2.0
//
// A world for the daemon's own engine, decided by one seed: producers that number their samples, a
// network that drops, repeats, reorders and delays messages, a worker that is late, a disk that
// keeps checkpoints, an operator, and crashes. After every step it checks what must always hold:
//
//   - the books balance, for the learner and for each producer;
//   - version numbers only rise, across crashes too (the registry's highest is told at a restart);
//   - a message that is refused as a whole changes nothing of the model;
//   - the next deadline lies ahead, so that whoever waits for it does not turn in circles;
//
// at every checkpoint and at the end,
//
//   - an engine restored from the last checkpoint and fed the inputs since has the same bytes;
//
// and once nothing is in flight,
//
//   - what each producer sent = what was received of it for the first time + what is missing.

import Consolidation
package import Engine
import Experts
import Primitives
import Samples
import Versions

/// One simulated life.
package struct Simulator {
    /// Something that must never happen, and did.
    package struct Breach: Error, CustomStringConvertible {
        /// What broke, at which step.
        package var description: String
    }

    /// What a life came to.
    package struct Report: Sendable, Equatable {
        /// Messages that arrived.
        package var arrived = 0
        /// Messages that were refused as a whole.
        package var refused = 0
        /// Crashes.
        package var crashes = 0
        /// Versions that were given.
        package var versions = 0
        /// Consolidations that were started.
        package var consolidations = 0
        /// Challengers that were adopted.
        package var adoptions = 0
        /// How often experts went to rest or came back.
        package var loadChanges = 0
        /// Labels that found their samples.
        package var joined: UInt64 = 0
        /// Samples that left without a label.
        package var expired: UInt64 = 0
        /// The checksum of the last state.
        package var digest: UInt32 = 0

        /// Makes the report of a life that has not begun.
        package init() {}
    }

    /// What the disk has: a state, and what belongs to it in this world's own books.
    private struct Checkpoint {
        var bytes: [UInt8]
        /// Garbage that was refused again, for each producer: repeated messages.
        var repeatedGarbage: [UInt64]
    }

    private var random: RandomSource
    private let weather: Weather
    private let sabotage: Sabotage?
    private var engine: LearnerEngine
    private var now = Instant.start
    private var step = 0
    private var inFlight: [Letter] = []
    private var jobs: [(input: Input, id: UInt64, dueAt: Int)] = []
    private var stored: [Input] = []
    private var kept: [VersionState] = []
    private var producers: [SimulatedProducer]
    private var repeatedGarbage: [UInt64]
    private var checkpoint: Checkpoint
    private var inputsSince: [(input: Input, at: Instant)] = []
    private var versionMax: UInt64 = 0
    private var report = Report()

    /// Makes the life that `seed` decides.
    package init(
        seed: UInt64,
        settings: EngineSettings,
        weather: Weather = Weather(),
        sabotage: Sabotage? = nil
    ) {
        random = RandomSource(seed: seed)
        self.weather = weather
        self.sabotage = sabotage
        var settings = settings
        settings.seed = seed
        engine = LearnerEngine(name: .default, settings: settings)
        var made: [SimulatedProducer] = []
        for number in 0..<(1 + random.below(3)) {
            made.append(
                SimulatedProducer(
                    number: number,
                    lateness: weather.lateness,
                    random: random.fork()
                )
            )
        }
        producers = made
        repeatedGarbage = made.map { _ in 0 }
        checkpoint = Checkpoint(bytes: engine.encoded(), repeatedGarbage: repeatedGarbage)
    }

    /// Lives for so many steps, checking after each.
    package mutating func run(steps: Int) throws(Breach) -> Report {
        for _ in 0..<steps {
            step += 1
            now = now + .microseconds(1 + random.below(20_000))
            send()
            try deliver(until: step)
            try finishJobs()
            if let deadline = engine.nextDeadline, now >= deadline { try act(.tick) }
            try showClock()
            if random.chance(weather.command) { try act(.command(randomCommand())) }
            if weather.load > 0, random.chance(weather.load) { try act(.load(randomLoad())) }
            if random.chance(weather.crash) { try crash() }
        }
        try settle()
        try keepCheckpoint()
        report.joined = engine.accounts.total.labels.joined
        report.expired = engine.accounts.total.refused[Int(RefusalReason.expired.rawValue)]
        report.digest = Checksum.of(engine.encoded())
        return report
    }

    /// A life begins in the year 2001, and its days pass in seconds.
    private mutating func showClock() throws(Breach) {
        let second = 1_000_000_000 + now.nanoseconds / 1_000_000 * Simulator.clockSpeed
        if engine.wantsClock(at: second) { try act(.clock(second)) }
    }

    /// The wall clock's seconds in a millisecond of life.
    private static let clockSpeed: Int64 = 20

    private mutating func send() {
        let place = random.below(producers.count)
        if random.chance(0.01) { producers[place].restart() }
        var letter = producers[place].message(rows: 1 + random.below(40), garbage: weather.garbage)
        if random.chance(weather.drop) { return }
        letter.dueAt = step + (random.chance(weather.delay) ? 1 + random.below(20) : 0)
        inFlight.append(letter)
        if random.chance(weather.repetition) {
            letter.dueAt = step + 1 + random.below(30)
            if sabotage == .lostEnvelope { letter.batch.messages.removeAll() }
            inFlight.append(letter)
        }
    }

    private mutating func deliver(until end: Int) throws(Breach) {
        let due = inFlight.filter { $0.dueAt <= end }
        inFlight.removeAll { $0.dueAt <= end }
        for letter in due { try deliver(letter) }
    }

    private mutating func deliver(_ letter: Letter) throws(Breach) {
        report.arrived += 1
        let before = position(of: letter.producer)
        let mayBeRefused = letter.garbage > 0 || before != nil
        let model = mayBeRefused && random.chance(0.1) ? engine.modelBytes : nil
        try act(.batch(letter.batch))
        let isRepeated = before != nil && before == position(of: letter.producer)
        if isRepeated { repeatedGarbage[letter.producer] += UInt64(letter.garbage) }
        guard isRepeated || letter.garbage > 0 else { return }
        report.refused += 1
        if let model, model != engine.modelBytes, sabotage != .lostEnvelope {
            throw breach("a message that was refused has changed the model")
        }
    }

    private func position(of producer: Int) -> ProducerPosition? {
        engine.accounts.producers.first { $0.name == producers[producer].name }?.position
    }

    private mutating func finishJobs() throws(Breach) {
        for input in stored { try act(input) }
        stored.removeAll()
        while let place = jobs.firstIndex(where: { $0.dueAt <= step }) {
            try act(jobs.remove(at: place).input)
        }
    }

    private mutating func randomCommand() -> Command {
        switch random.below(12) {
        case 0: return .pause
        case 1: return .reset(task: nil)
        case 2, 3, 4:
            guard !kept.isEmpty else { return .consolidate }
            return .rollback(
                kept[random.below(kept.count)],
                keepMemory: random.chance(0.5),
                hold: random.chance(0.2)
            )
        case 5, 6, 7: return .consolidate
        default: return .resume
        }
    }

    /// A quarter of a second of work, or a hundred times as much.
    private mutating func randomLoad() -> Load {
        let isRush = random.below(3) == 0
        return Load(
            rows: 64 + random.below(2000),
            busy: .milliseconds(isRush ? 240 : 1 + random.below(60)),
            span: .milliseconds(250),
            waiting: isRush ? random.below(200_000) : 0
        )
    }

    private mutating func act(_ input: Input) throws(Breach) {
        var effects = Effects()
        engine.step(input, at: now, effects: &effects)
        if sabotage != .forgottenInput || random.chance(0.99) { inputsSince.append((input, now)) }
        for version in effects.versions { try keep(version) }
        for id in effects.cancelledJobs { jobs.removeAll { $0.id == id } }
        for job in effects.jobs { start(job) }
        for event in effects.events {
            if case .consolidated(let news) = event, news.verdict == .adopted {
                report.adoptions += 1
            }
            if case .load = input { report.loadChanges += 1 }
        }
        guard engine.accounts.balance else { throw breach("the books do not balance") }
        let bound = engine.settings.labels
        guard engine.room.count <= bound.rowsMax, engine.room.bytes <= bound.bytesMax else {
            throw breach("more samples wait for their labels than may")
        }
        if let deadline = engine.nextDeadline, deadline <= now {
            throw breach("the next deadline, \(deadline), is not ahead of \(now)")
        }
        if effects.wantsCheckpoint { try keepCheckpoint() }
    }

    private mutating func keep(_ version: VersionDraft) throws(Breach) {
        guard version.state.number > versionMax else {
            throw breach("version \(version.state.number) came after \(versionMax)")
        }
        versionMax = version.state.number
        report.versions += 1
        kept.append(version.state)
        if kept.count > 5 { kept.removeFirst() }
        let isDurable = !random.chance(weather.diskError)
        stored.append(.stored(version: version.state.number, isDurable: isDurable))
    }

    private mutating func start(_ job: Job) {
        var job = job
        report.consolidations += 1
        // Time may run out at any slice.
        var slices = random.chance(weather.hurry) ? random.below(40) : Int.max
        while !job.isDone {
            if slices == 0 { job.hurry() }
            slices -= 1
            job.advance()
        }
        jobs.append((Input(job), job.id, step + random.below(60)))
    }
}

extension Simulator {
    private func breach(_ what: String) -> Breach {
        Breach(description: "step \(step): \(what)")
    }

    /// Replays the inputs since the last checkpoint on a restored engine, compares the bytes, and
    /// only then takes the new checkpoint.
    private mutating func keepCheckpoint() throws(Breach) {
        let bytes = engine.encoded()
        var twin = try restored()
        var effects = Effects()
        for (input, at) in inputsSince {
            effects.removeAll()
            twin.step(input, at: at, effects: &effects)
        }
        guard twin.encoded() == bytes else {
            throw breach("a replay from the checkpoint differs")
        }
        checkpoint = Checkpoint(bytes: bytes, repeatedGarbage: repeatedGarbage)
        inputsSince.removeAll()
    }

    private func restored() throws(Breach) -> LearnerEngine {
        do throws(DecodeError) {
            return try LearnerEngine(decoding: checkpoint.bytes)
        } catch {
            throw breach("the checkpoint cannot be read: \(error)")
        }
    }

    private mutating func crash() throws(Breach) {
        report.crashes += 1
        engine = try restored()
        repeatedGarbage = checkpoint.repeatedGarbage
        inputsSince.removeAll()
        jobs.removeAll()
        stored.removeAll()
        let told = sabotage == .forgottenNumbers ? 0 : versionMax
        try act(.resumed(versionMax: told))
    }

    /// Lets everything arrive, and compares what was sent with what was received.
    private mutating func settle() throws(Breach) {
        try deliver(until: .max)
        for place in producers.indices {
            for letter in producers[place].farewells() { try deliver(letter) }
        }
        for (place, producer) in producers.enumerated() {
            guard let account = engine.accounts.producers.first(where: { $0.name == producer.name })
            else { throw breach("nothing is known of \(producer.name)") }
            let duplicates = account.tally.refused[Int(RefusalReason.duplicate.rawValue)]
            let labels = account.tally.labels.received - account.tally.labels.duplicate
            let received =
                account.tally.received + labels - duplicates - repeatedGarbage[place]
            let missing = account.position?.missing ?? 0
            guard producer.sent == received + missing else {
                throw breach(
                    "\(producer.name) sent \(producer.sent), but \(received) were received and "
                        + "\(missing) are missing"
                )
            }
        }
    }
}
