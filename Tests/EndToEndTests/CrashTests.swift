// SPDX-License-Identifier: Apache-2.0
//
// Ends of every kind: asked for, under load, and by kill -9. What was announced stays true.

import Foundation
import Linux
import Primitives
import Storage
import Testing
import ZeroMQ

@Suite(.serialized) struct CrashTests {
    static let fast = "checkpoint.interval = \"100ms\"\n"

    @Test func aStopUnderLoadKeepsEverythingThatWasDecoded() throws {
        let home = try Home(CrashTests.fast + Home.sub + Home.quick())
        let daemon = try TestDaemon(home)
        let load = try Load(daemon, seed: 10)
        try daemon.wait(until: "some thousand samples") { $0.learned > 5000 }
        let before = try daemon.learner()
        #expect(daemon.terminate() == .exited(0))
        try load.stop()

        let again = try TestDaemon(home, context: daemon.context)
        let books = try again.learner()
        #expect(books.received >= before.received)
        #expect(books.received == books.learned)
        #expect(books.balance)
        // What is resumed is announced once, under a higher number.
        let resumed = try again.wait(until: "a resumed version") { $0.version > before.version }
        #expect(resumed.received == books.received)
        #expect(again.terminate() == .exited(0))

        // A stop without load changes no count.
        let third = try TestDaemon(home, context: daemon.context)
        #expect(try third.learner().received == books.received)
        #expect(
            try third.learner().json["metrics"]?["accuracy"] == books.json["metrics"]?["accuracy"]
        )
    }

    @Test func samplesThatWaitForTheVoteSurviveAStop() throws {
        let home = try Home(Home.sub + Home.quick(more: "vote.delay = \"1h\""))
        let daemon = try TestDaemon(home)
        let producer = try TestProducer(
            "a",
            to: try daemon.sampleAddresses()[0],
            context: daemon.context
        )
        var stream = Stream(seed: 11)
        try producer.send(stream.packed(7), count: 7)
        try daemon.wait(until: "7 samples") { $0.waiting == 7 }
        #expect(daemon.terminate() == .exited(0))
        let again = try TestDaemon(home, context: daemon.context)
        let books = try again.learner()
        #expect(books.waiting == 7)
        #expect(books.balance)
    }

    @Test func killsAtRandomMomentsNeverMakeTwoVersionsOfOneNumber() throws {
        let home = try Home(CrashTests.fast + Home.sub + Home.quick())
        let context = try Context()
        var random = RandomSource(seed: UInt64(Clock.monotonicNanoseconds()))
        var hashes: [String: String] = [:]
        var highest = 0
        for round in 0..<6 {
            let daemon = try TestDaemon(home, context: context)
            #expect(daemon.startSeconds < 2)
            if round > 0 { #expect(try daemon.learner().received > 0) }
            let consumer = try TestConsumer(
                ["default/version/"],
                at: try daemon.address("versions"),
                context: context
            )
            let load = try Load(daemon, seed: UInt64(round), epoch: UInt64(round + 1))
            let versions = 1 + random.below(3)
            var seen = 0
            while seen < versions, let arrived = try consumer.version() {
                #expect(sha256Hex(arrived.bytes) == arrived.sha256)
                let key = "\(arrived.incarnation)/\(arrived.version)"
                #expect(hashes[key] == nil || hashes[key] == arrived.sha256)
                #expect(arrived.version >= highest)
                hashes[key] = arrived.sha256
                highest = max(highest, arrived.version)
                seen += 1
            }
            try daemon.wait(until: "a random moment") { _ in random.chance(0.2) }
            daemon.kill()
            try load.stop()
            try checkFiles(home, &hashes)
        }
        #expect(highest > 6)
    }

    /// Every kept version's file against what was seen on the wire and in the registry.
    private func checkFiles(_ home: Home, _ hashes: inout [String: String]) throws {
        let registry = try Registry(state: home.state)
        let artifacts = ArtifactStore(state: home.state)
        for record in try registry.list(learner: .default) where record.isKept {
            let contents = try #require(record.contents)
            let bytes = try artifacts.artifact(
                learner: .default,
                version: record.version,
                sha256: contents.sha256
            )
            #expect(sha256Hex(bytes) == contents.sha256)
            let key = "\(record.incarnation)/\(record.version)"
            #expect(hashes[key] == nil || hashes[key] == contents.sha256)
            hashes[key] = contents.sha256
        }
    }

    @Test func aLearnerWhoseVersionWasAnnouncedIsRememberedAfterAKill() throws {
        // Checkpoints by time are an hour apart: only the one of the first version can help.
        let home = try Home("checkpoint.interval = \"1h\"\n" + Home.sub + Home.quick())
        let daemon = try TestDaemon(home)
        let consumer = try TestConsumer(
            ["default/version/"],
            at: try daemon.address("versions"),
            context: daemon.context
        )
        let producer = try TestProducer(
            "a",
            to: try daemon.sampleAddresses()[0],
            context: daemon.context
        )
        var stream = Stream(seed: 12)
        // The vote's checkpoint, then that of the first version, for which it makes room.
        try producer.send(stream.packed(50), count: 50)
        try waitForCheckpoint("current", home, daemon)
        try producer.send(stream.packed(100), count: 100)
        let first = try #require(try consumer.version())
        #expect(first.version == 1)
        try waitForCheckpoint("previous", home, daemon)
        daemon.kill()
        let again = try TestDaemon(home, context: daemon.context)
        let books = try again.wait(until: "the resumed version") { $0.version == 2 }
        #expect(books.learned == 150)
        #expect(books.state == "learning")
    }

    /// Waits for the file of a checkpoint.
    private func waitForCheckpoint(_ name: String, _ home: Home, _ daemon: TestDaemon) throws {
        let deadline = Deadline()
        while !FileManager.default.fileExists(atPath: home.state + "/checkpoints/default/" + name) {
            guard !deadline.isOver else { throw Failure("there is no \(name) checkpoint") }
            _ = try daemon.status()
        }
    }

    @Test func aDamagedCheckpointIsReplacedByTheOneBefore() throws {
        let home = try Home(CrashTests.fast + Home.sub + Home.quick())
        let daemon = try TestDaemon(home)
        let producer = try TestProducer(
            "a",
            to: try daemon.sampleAddresses()[0],
            context: daemon.context
        )
        var stream = Stream(seed: 13)
        for round in 1...3 {
            try producer.send(stream.packed(100), count: 100)
            try daemon.wait(until: "samples") { $0.learned == 100 * round }
        }
        #expect(daemon.terminate() == .exited(0))
        let current = home.state + "/checkpoints/default/current"
        var bytes = try Data(contentsOf: URL(fileURLWithPath: current))
        bytes[bytes.count / 2] ^= 1
        try bytes.write(to: URL(fileURLWithPath: current))
        let again = try TestDaemon(home, context: daemon.context)
        let books = try again.learner()
        #expect(books.balance)
        #expect(books.received <= 300)
        #expect(home.errorText.contains("damaged"))
    }
}

/// A producer on a thread of its own that sends until it is stopped.
final class Load {
    private let flag = Lock(false)
    private let thread: Linux.Thread

    init(_ daemon: TestDaemon, seed: UInt64, epoch: UInt64 = 1) throws {
        let address = try daemon.sampleAddresses()[0]
        let (context, flag) = (daemon.context, flag)
        let started = try EventFD()
        thread = try Linux.Thread("load") {
            var stream = Stream(seed: seed)
            let bodies = (0..<50).map { _ in stream.packed(16) }
            guard
                let producer = try? TestProducer(
                    "load",
                    to: address,
                    context: context,
                    epoch: epoch
                )
            else { return started.signal() }
            var number = 0
            while !flag.withLock({ $0 }) {
                // A daemon that has gone takes nothing, which is why this must not wait.
                let body = bodies[number % bodies.count]
                let isSent = (try? producer.offer(body, count: 16)) ?? false
                if isSent {
                    number += 1
                } else {
                    poll(nil, 0, 1)
                }
                if number == 10 { started.signal() }
            }
        }
        guard started.wait(timeout: patience) else { throw Failure("the load does not start") }
    }

    deinit {
        flag.withLock { $0 = true }
        thread.join()
    }

    func stop() throws {
        flag.withLock { $0 = true }
        thread.join()
    }
}
