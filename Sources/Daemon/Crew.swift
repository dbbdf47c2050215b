// SPDX-License-Identifier: Apache-2.0
//
// The daemon's threads. With one learner, it lives on the intake's thread; with several, they are
// dealt out to as many threads as there are cores less one, and rings lead to them. Sockets are
// opened here, on the main thread, so that a port in use is said before READY, and handed to their
// thread before it starts; libzmq allows that, and starting a thread is the barrier it asks for.

import Configuration
import Engine
import Linux
import Primitives
import Samples
import Storage
import Synchronization
import Telemetry
import ZeroMQ

/// The threads, from start to stop.
final class Crew {
    /// The pulses that the watchdog looks at.
    private(set) var beats: [Beat] = []

    private let house: House
    private let context: Context
    private let stops = Stops()
    private var threads: [String: Thread] = [:]
    private var learnerThreads: [Thread] = []
    private let learnerWakes: [EventFD]
    private let intake: Handoff<Intake>
    private let outlet: Handoff<Outlet>
    private let archive: Handoff<Archive>
    private let tenants: [Handoff<LearnerThread>]

    /// One batch is 256 samples: a ring holds a tenth of a second at 600,000 samples a second.
    private static let ringBatches = 256

    init(
        house: House,
        context: Context,
        engines: [LearnerEngine],
        given: [GivenNumbers]
    ) throws {
        self.house = house
        self.context = context
        outlet = Handoff(try Outlet(house: house, context: context))
        archive = Handoff(
            Archive(
                house: house,
                registry: try Registry(state: house.directories.state),
                artifacts: ArtifactStore(state: house.directories.state),
                checkpoints: CheckpointStore(state: house.directories.state)
            )
        )
        let sockets = try Crew.openSampleSockets(house: house, context: context)
        let isAlone = engines.count == 1
        let freed = try EventFD()
        let wake = isAlone ? house.ports[0].wake : try EventFD()
        let count = Crew.learnerThreads(for: engines.count)
        var groups = [[Tenant]](repeating: [], count: count)
        var wakes: [EventFD] = []
        for group in groups.indices { wakes.append(house.ports[group].wake) }
        var lanes: [Lane] = []
        for (index, engine) in engines.enumerated() {
            let port = house.ports[index]
            let host = LearnerHost(port: port, engine: engine, house: house)
            let configuration = house.settings.learners[index]
            var destination = Lane.Destination.here(host)
            if !isAlone {
                let ring = Ring<MicroBatch>(
                    capacity: Crew.ringBatches,
                    arrived: wakes[index % count],
                    freed: freed
                )
                groups[index % count].append(Tenant(host: host, ring: ring))
                destination = .ring(ring)
            }
            host.begin(
                after: given[index],
                settings: EngineSettings(configuration, of: house.settings)
            )
            lanes.append(
                Lane(
                    port: port,
                    destination: destination,
                    rowsMax: Crew.rowsMax(of: configuration),
                    delay: configuration.mode == .meanGradient ? configuration.batchDelay : .zero,
                    textBytesMax: configuration.textBytesMax,
                    received: engine.accounts.total.received
                )
            )
        }
        learnerWakes = wakes
        tenants = zip(groups, wakes).map { Handoff(LearnerThread(tenants: $0, wake: $1)) }
        intake = Handoff(
            Intake(house: house, sockets: sockets, lanes: lanes, wake: wake, freed: freed)
        )
        intakeWake = wake
    }

    private let intakeWake: EventFD

    private static func openSampleSockets(
        house: House,
        context: Context
    ) throws -> [SampleSocket] {
        var sockets: [SampleSocket] = []
        for (number, configuration) in house.settings.samples.enumerated() {
            sockets.append(
                try SampleSocket(
                    configuration,
                    number: number + 1,
                    house: house,
                    context: context
                )
            )
        }
        return sockets
    }

    /// The samples after which a micro-batch closes even if more are waiting.
    ///
    /// Sequential learning is the same however its samples are cut, so several micro-batches' worth
    /// is stepped at once and the cost of a step shared by more samples.
    private static func rowsMax(of configuration: LearnerConfiguration) -> Int {
        configuration.mode == .meanGradient
            ? configuration.batchRows : configuration.batchRows * sequentialStretch
    }

    private static let sequentialStretch = 6

    /// How many threads the learners get besides the intake's; a single one lives with the intake.
    static func learnerThreads(for learners: Int) -> Int {
        learners == 1 ? 0 : min(learners, max(1, Process.processorCount - 1))
    }

    /// Starts the threads, those that others rely on first.
    func start() throws {
        let (house, stops) = (house, stops)
        threads["archivist"] = try Thread("archivist") { [archive] in
            house.archivist.run(archive.take())
        }
        try house.worker.start()
        let outletBeat = beat("outlet")
        threads["outlet"] = try Thread("outlet") { [outlet] in
            var outlet = outlet.take()
            house.guarding("outlet") { () throws(ZeroMQError) in
                try outlet.run(beat: outletBeat, isStopping: stops.outlet)
            }
        }
        for (number, tenant) in tenants.enumerated() {
            let learnerBeat = beat("learner-\(number)")
            learnerThreads.append(
                try Thread("learner-\(number)") {
                    tenant.take().run(beat: learnerBeat, isStopping: stops.learners)
                }
            )
        }
        let intakeBeat = beat("intake")
        threads["intake"] = try Thread("intake") { [intake] in
            var intake = intake.take()
            house.guarding("intake") { () throws(ZeroMQError) in
                try intake.run(beat: intakeBeat, isStopping: stops.intake)
            }
        }
    }

    /// Ends the threads in the order of the data, so that what is decoded is finished and kept.
    func stop() {
        stops.intake.store(true, ordering: .sequentiallyConsistent)
        intakeWake.signal()
        threads["intake"]?.join()
        stops.learners.store(true, ordering: .sequentiallyConsistent)
        for wake in learnerWakes { wake.signal() }
        for thread in learnerThreads { thread.join() }
        if !house.worker.stop() {
            house.log.write(.warning, "a consolidation did not stop; its thread is left behind")
        }
        house.archivist.stop()
        threads["archivist"]?.join()
        stops.outlet.store(true, ordering: .sequentiallyConsistent)
        house.outlet.inbox.wake.signal()
        threads["outlet"]?.join()
    }

    private func beat(_ name: String) -> Beat {
        let beat = Beat(name)
        beats.append(beat)
        return beat
    }
}

/// The flags that end the threads.
final class Stops: Sendable {
    let intake = Atomic<Bool>(false)
    let learners = Atomic<Bool>(false)
    let outlet = Atomic<Bool>(false)
}

/// Something that one thread makes and another one owns from its start.
// It is taken exactly once, by the thread that then owns it, and never touched here again.
final class Handoff<Value: ~Copyable>: @unchecked Sendable {
    private var value: Value?

    init(_ value: consuming Value) {
        self.value = consume value
    }

    /// Gives it away.
    func take() -> Value {
        guard let taken = value.take() else {
            preconditionFailure("what is handed over is taken once")
        }
        return taken
    }
}

extension House {
    /// Runs a thread's loop; an error ends the daemon, which systemd then starts anew.
    func guarding(_ name: String, _ body: () throws(ZeroMQError) -> Void) {
        do throws(ZeroMQError) {
            try body()
        } catch {
            log.write(.error, "the \(name) thread failed: \(error)")
            stop(because: .threadFailed)
        }
    }
}
