// SPDX-License-Identifier: Apache-2.0
//
// A world for the daemon's own engine, decided by one seed: producers that number their samples, a
// network that drops, repeats, reorders and delays messages, a worker that is late, a disk that
// keeps checkpoints, and crashes. After every step it checks what must always hold:
//
//   - the books balance, for the learner and for each producer;
//   - what producers sent = received + missing, once nothing is in flight;
//   - version numbers only rise, across crashes too (the registry's highest is told at a restart);
//   - an engine restored from a checkpoint and fed the inputs since then has the same bytes.

import Consolidation
package import Engine
import Primitives
import Samples
import Versions

/// What the network and the machine do, as probabilities for each message or step.
package struct Weather: Sendable {
    /// A message is lost.
    package var drop = 0.02
    /// A message arrives twice.
    package var repetition = 0.02
    /// A message is overtaken by later ones.
    package var delay = 0.05
    /// A message is garbage.
    package var garbage = 0.01
    /// The daemon dies and starts again from its checkpoint.
    package var crash = 0.002
    /// An operator does something.
    package var command = 0.002

    /// Makes ordinary bad weather.
    package init() {}
}

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
        /// Crashes.
        package var crashes = 0
        /// Versions that were given.
        package var versions = 0
        /// Consolidations that were started.
        package var consolidations = 0
        /// The checksum of the last state.
        package var digest: UInt32 = 0
    }

    private struct Letter {
        var batch: MicroBatch
        var dueAt: Int
    }

    private var random: RandomSource
    private let weather: Weather
    private var engine: LearnerEngine
    private var now = Instant.start
    private var inFlight: [Letter] = []
    private var jobs: [(input: Input, id: UInt64, dueAt: Int)] = []
    private var producers: [SimulatedProducer]
    private var checkpoint: [UInt8]
    private var inputsSince: [(input: Input, at: Instant)] = []
    private var versionMax: UInt64 = 0
    private var report = Report()

    /// Makes the life that `seed` decides.
    package init(seed: UInt64, settings: EngineSettings, weather: Weather = Weather()) {
        random = RandomSource(seed: seed)
        self.weather = weather
        var settings = settings
        settings.seed = seed
        engine = LearnerEngine(name: .default, settings: settings)
        var made: [SimulatedProducer] = []
        for number in 0..<(1 + random.below(3)) {
            made.append(SimulatedProducer(name: "p\(number)", random: random.fork()))
        }
        producers = made
        checkpoint = engine.encoded()
    }

    /// Lives for so many steps, checking after each.
    package mutating func run(steps: Int) throws(Breach) -> Report {
        for step in 0..<steps {
            now = now + .microseconds(1 + random.below(20_000))
            send(at: step)
            try deliver(at: step)
            try finishJobs(at: step)
            if let deadline = engine.nextDeadline, now >= deadline { try act(.tick, step) }
            if random.chance(weather.command) { try act(.command(randomCommand()), step) }
            if random.chance(weather.crash) { try crash(at: step) }
        }
        report.digest = Checksum.of(engine.encoded())
        return report
    }

    private mutating func send(at step: Int) {
        let place = random.below(producers.count)
        if random.chance(0.01) { producers[place].restart() }
        let batch = producers[place].message(rows: 1 + random.below(40), garbage: weather.garbage)
        if random.chance(weather.drop) { return }
        let late = random.chance(weather.delay) ? 1 + random.below(20) : 0
        inFlight.append(Letter(batch: batch, dueAt: step + late))
        if random.chance(weather.repetition) {
            inFlight.append(Letter(batch: batch, dueAt: step + 1 + random.below(30)))
        }
    }

    private mutating func deliver(at step: Int) throws(Breach) {
        let due = inFlight.filter { $0.dueAt <= step }
        inFlight.removeAll { $0.dueAt <= step }
        for letter in due {
            report.arrived += 1
            try act(.batch(letter.batch), step)
        }
    }

    private mutating func finishJobs(at step: Int) throws(Breach) {
        while let place = jobs.firstIndex(where: { $0.dueAt <= step }) {
            let job = jobs.remove(at: place)
            try act(job.input, step)
        }
    }

    private mutating func randomCommand() -> Command {
        switch random.below(4) {
        case 0: .pause
        case 1, 2: .resume
        default: .consolidate
        }
    }

    private mutating func act(_ input: Input, _ step: Int) throws(Breach) {
        var effects = Effects()
        engine.step(input, at: now, effects: &effects)
        inputsSince.append((input, now))
        for version in effects.versions {
            guard version.state.number > versionMax else {
                throw Breach(
                    description: "step \(step): version \(version.state.number) came after "
                        + "\(versionMax)"
                )
            }
            versionMax = version.state.number
            report.versions += 1
        }
        for id in effects.cancelledJobs { jobs.removeAll { $0.id == id } }
        for var job in effects.jobs {
            report.consolidations += 1
            while !job.isDone { job.advance() }
            let result = Input.jobFinished(
                id: job.id,
                memoryEnd: job.memoryEnd,
                challengers: job.challengers
            )
            jobs.append((result, job.id, step + random.below(60)))
        }
        guard engine.accounts.balance else {
            throw Breach(description: "step \(step): the books do not balance")
        }
        if effects.wantsCheckpoint { try keepCheckpoint(step) }
        for version in effects.versions {
            try act(.stored(version: version.state.number, isDurable: true), step)
        }
    }

    /// Replays the inputs since the last checkpoint on a restored engine, compares the bytes, and
    /// only then takes the new checkpoint.
    private mutating func keepCheckpoint(_ step: Int) throws(Breach) {
        let bytes = engine.encoded()
        var twin = try restored(step)
        var effects = Effects()
        for (input, at) in inputsSince {
            effects.removeAll()
            twin.step(input, at: at, effects: &effects)
        }
        guard twin.encoded() == bytes else {
            throw Breach(description: "step \(step): a replay from the checkpoint differs")
        }
        checkpoint = bytes
        inputsSince.removeAll()
    }

    private func restored(_ step: Int) throws(Breach) -> LearnerEngine {
        do throws(DecodeError) {
            return try LearnerEngine(decoding: checkpoint)
        } catch {
            throw Breach(description: "step \(step): the checkpoint cannot be read: \(error)")
        }
    }

    private mutating func crash(at step: Int) throws(Breach) {
        report.crashes += 1
        engine = try restored(step)
        inputsSince.removeAll()
        jobs.removeAll()
        now = max(now, engine.now)
        try act(.resumed(versionMax: versionMax), step)
    }
}
