// SPDX-License-Identifier: Apache-2.0
//
// What operators do to a running daemon, over the control socket.

import Decoding
import Foundation
import Primitives
import Storage
import Testing
import ZeroMQ

@Suite(.serialized) struct ControlTests {
    /// A daemon with two learners, of which the second one has learned 300 samples.
    private func daemon(
        _ more: String = "",
        context: Context
    ) throws -> (TestDaemon, TestProducer, Stream) {
        let home = try Home(
            Home.sub + "[learner.other]\nmodel = \"softmax\"\n"
                + "[learner.main]\nrate = 0.05\nvote.samples = 20\npublish.first = 100\n"
                + "publish.interval = \"1h\"\n" + more
        )
        let daemon = try TestDaemon(home, context: context)
        let producer = try TestProducer(
            "a",
            to: try daemon.sampleAddresses()[0],
            context: context
        )
        var stream = Stream(seed: 30)
        for _ in 0..<30 { try producer.send(stream.packed(10), count: 10, to: "main") }
        try daemon.wait(until: "300 samples", learner: "main") {
            $0.learned == 300 && $0.version == 1
        }
        try daemon.waitForVersions([1], of: "main")
        return (daemon, producer, stream)
    }

    @Test func aSecondLearnersCommandsAreAnsweredAtOnce() throws {
        let (daemon, producer, stream) = try daemon(context: try Context())
        let began = Deadline(.seconds(4))
        try daemon.ok(["command": "pause", "learner": "main"])
        #expect(try daemon.learner("main").state == "held")
        var rest = stream
        try producer.send(rest.packed(50), count: 50, to: "main")
        let held = try daemon.wait(until: "350 samples", learner: "main") { $0.learned == 350 }
        #expect(held.scored == 50)
        try daemon.ok(["command": "resume", "learner": "main"])
        try producer.send(rest.packed(50), count: 50, to: "main")
        let free = try daemon.wait(until: "400 samples", learner: "main") { $0.learned == 400 }
        #expect(free.scored == 50)
        #expect(free.balance)
        #expect(!began.isOver)
    }

    @Test func readingCommandsAnswerAndRefuse() throws {
        let (daemon, _, _) = try daemon(context: try Context())
        let shown = try daemon.ok(["command": "show", "learner": "main", "version": 1])
        #expect(shown["version"]?.integer == 1)
        #expect(shown["pinned"]?.flag == false)
        let got = try daemon.frames(["command": "get", "learner": "main"])
        try #require(got.count == 2)
        #expect(try parseJSON(got[0])["ok"]?["sha256"]?.text == sha256Hex(got[1]))
        let state = try daemon.frames(["command": "state", "learner": "main", "version": 1])
        #expect(state.count == 2)
        #expect(try daemon.ok(["command": "consolidations", "learner": "main"]).items.isEmpty)
        for request: JSONValue in [
            ["command": "show", "learner": "main", "version": 99],
            ["command": "show", "learner": "main", "version": -1],
            ["command": "show", "learner": "other"], ["command": "show", "learner": "nobody"],
            ["command": "rollback", "learner": "main"], ["command": "dance"], ["command": "show"],
            ["command": "pin", "learner": "main", "version": 99],
            ["command": "consolidate", "learner": "other"],
            ["command": "reset", "learner": "main", "task": "sorting"], [:], 7, "status",
        ] {
            let answer = try daemon.ask(request)
            #expect(answer["error"]?["message"]?.text?.isEmpty == false, "\(request.jsonText)")
            #expect(answer["error"]?["remedy"]?.text?.isEmpty == false, "\(request.jsonText)")
        }
        #expect(daemon.terminate() == .exited(0))
    }

    @Test func aPinIsKept() throws {
        let (daemon, _, _) = try daemon(context: try Context())
        try daemon.ok(["command": "pin", "learner": "main", "version": 1])
        let shown = try daemon.ok(["command": "show", "learner": "main", "version": 1])
        #expect(shown["pinned"]?.flag == true)
        try daemon.ok(["command": "unpin", "learner": "main", "version": 1])
        let later = try daemon.ok(["command": "show", "learner": "main", "version": 1])
        #expect(later["pinned"]?.flag == false)
    }

    @Test func aRollbackIsAVersionWithTheOldWeights() throws {
        let context = try Context()
        let (daemon, producer, stream) = try daemon(context: context)
        let consumer = try TestConsumer(
            ["main/version/"],
            at: try daemon.address("versions"),
            context: context
        )
        let first = try #require(try consumer.version())
        var rest = stream
        rest.isTurned = true
        try producer.send(rest.packed(300), count: 300, to: "main")
        let before = try daemon.wait(until: "600 samples", learner: "main") { $0.learned == 600 }
        let rows = before.json["memory"]?["rows"]?.integer ?? 0
        try daemon.ok(
            ["command": "rollback", "learner": "main", "version": 1, "keep_memory": true]
        )
        let second = try #require(try consumer.version())
        #expect(second.version == 2)
        #expect(second.tensors == first.tensors)
        #expect(try daemon.learner("main").json["memory"]?["rows"]?.integer == rows)
        try daemon.ok(["command": "rollback", "learner": "main", "version": 1, "hold": true])
        let third = try #require(try consumer.version())
        #expect(third.version == 3)
        #expect(third.tensors == first.tensors)
        let held = try daemon.learner("main")
        #expect(held.state == "held")
        #expect(held.json["memory"]?["rows"]?.integer ?? .max < rows)
        #expect(held.received == 600)
        #expect(held.balance)
        try producer.send(rest.packed(20), count: 20, to: "main")
        let scored = try daemon.wait(until: "620 samples", learner: "main") { $0.learned == 620 }
        #expect(scored.scored == 20)
    }

    @Test func aLearnerThatLostItsStateTakesAVersionsBack() throws {
        let (daemon, producer, stream) = try daemon(context: try Context())
        #expect(daemon.terminate() == .exited(0))
        try FileManager.default.removeItem(atPath: daemon.home.state + "/checkpoints/main")
        let again = try TestDaemon(daemon.home, context: daemon.context)
        #expect(try again.learner("main").state == "waiting for the vote")
        let late = try TestProducer(
            "b",
            to: try again.sampleAddresses()[0],
            context: daemon.context
        )
        var rest = stream
        try late.send(rest.packed(5), count: 5, to: "main")
        try again.wait(until: "5 samples", learner: "main") { $0.received == 5 }
        try again.ok(["command": "rollback", "learner": "main", "version": 1])
        let books = try again.wait(until: "5 learned", learner: "main") { $0.learned == 5 }
        #expect(books.state == "learning")
        #expect(books.version >= 2)
        #expect(books.balance)
        _ = producer
    }

    @Test func aResetForgetsButNumbersGoOn() throws {
        let (daemon, producer, _) = try daemon(context: try Context())
        try daemon.ok(["command": "reset", "learner": "main", "task": "regression"])
        let empty = try daemon.learner("main")
        #expect(empty.state == "waiting for the vote")
        #expect(empty.json["task"]?.text == "regression")
        #expect(empty.received == 300)
        #expect(empty.balance)
        // The order outlives a restart.
        #expect(daemon.terminate() == .exited(0))
        let again = try TestDaemon(daemon.home, context: daemon.context)
        let late = try TestProducer(
            "b",
            to: try again.sampleAddresses()[0],
            context: daemon.context
        )
        var stream = Stream(seed: 31)
        for _ in 0..<20 { try late.send(stream.packed(10), count: 10, to: "main") }
        let books = try again.wait(until: "the next version", learner: "main") {
            $0.version == 2 && $0.learned == 500
        }
        #expect(books.json["task"]?.text == "regression")
        #expect(again.terminate() == .exited(0))
        let third = try TestDaemon(daemon.home, context: daemon.context)
        #expect(try third.learner("main").json["task"]?.text == "regression")
        _ = producer
    }

    @Test func aConsolidationByCommandHasAVerdict() throws {
        let context = try Context()
        let (daemon, producer, stream) = try daemon(
            "consolidate.race_samples = 200\n",
            context: context
        )
        let events = try daemon.events(["main/consolidation"], garbageTo: "other")
        try daemon.ok(["command": "consolidate", "learner": "main"])
        var rest = stream
        let deadline = Deadline()
        var verdict: String?
        while verdict == nil, !deadline.isOver {
            try producer.send(rest.packed(50), count: 50, to: "main")
            let list = try daemon.ok(["command": "consolidations", "learner": "main"]).items
            verdict = list.first?["verdict"]?.text
        }
        #expect(["adopted", "rejected", "expired"].contains(verdict))
        let told = try events.event { _, body in body["verdict"]?.text != nil }
        #expect(told?["verdict"]?.text == verdict)
    }

    @Test func aBackupHoldsTheState() throws {
        let (daemon, _, _) = try daemon(context: try Context())
        let frames = try daemon.frames(["command": "backup"])
        try #require(frames.count == 2)
        #expect(try parseJSON(frames[0])["ok"]?["bytes"]?.integer == Int64(frames[1].count))
        let names = String(decoding: frames[1], as: UTF8.self)
        #expect(names.contains("registry.sqlite"))
        #expect(!FileManager.default.fileExists(atPath: daemon.home.state + "/backup.tar"))
    }
}

extension Arrived {
    /// The tensors' bytes: the artifact without the header, which names the version.
    var tensors: [UInt8] {
        var length = 0
        for (index, byte) in bytes.prefix(8).enumerated() { length |= Int(byte) << (8 * index) }
        return Array(bytes.dropFirst(8 + length))
    }
}
