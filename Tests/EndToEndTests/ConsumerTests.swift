// SPDX-License-Identifier: Apache-2.0
//
// Versions on their way to consumers: the newest once to whoever joins, whenever that is.

import Decoding
import Primitives
import Storage
import Testing
import ZeroMQ

@Suite(.serialized) struct ConsumerTests {
    /// A daemon whose learner has one version and makes no other by itself.
    private func daemonWithOneVersion(
        more: String = "",
        context: Context
    ) throws -> (TestDaemon, TestProducer, Stream) {
        let home = try Home(
            Home.sub
                + "[learner.default]\nmodel = \"softmax\"\nvote.samples = 20\n"
                + "publish.first = 100\n"
                + "publish.interval = \"1h\"\n" + more
        )
        let daemon = try TestDaemon(home, context: context)
        let producer = try TestProducer(
            "a",
            to: try daemon.sampleAddresses()[0],
            context: context
        )
        var stream = Stream(seed: 20)
        try producer.send(stream.packed(200), count: 200)
        try daemon.wait(until: "the first version") { $0.version == 1 && $0.learned == 200 }
        try daemon.waitForVersions([1])
        return (daemon, producer, stream)
    }

    @Test func fiveConsumersThatJoinGetTheNewestOnceEach() throws {
        let context = try Context()
        let (daemon, _, _) = try daemonWithOneVersion(context: context)
        let address = try daemon.address("versions")
        var consumers: [TestConsumer] = []
        for number in 0..<5 {
            let prefix = ["", "default/", "default/version", "default/version/safetensors/", "d"]
            let consumer = try TestConsumer([prefix[number]], at: address, context: context)
            let arrived = try #require(try consumer.version())
            #expect(arrived.version == 1)
            #expect(arrived.isLate)
            #expect(sha256Hex(arrived.bytes) == arrived.sha256)
            consumers.append(consumer)
        }
        // A second version is for all, and comes after whatever was sent before it: so nobody had a
        // second copy of the first.
        try daemon.ok(["command": "rollback", "version": 1])
        for consumer in consumers {
            let arrived = try #require(try consumer.version())
            #expect(arrived.version == 2)
            #expect(!arrived.isLate)
            #expect(arrived.topic == "default/version/safetensors/live")
        }
    }

    @Test func whatOneSubscriptionNamesAnUnsubscriptionOfAnotherKeeps() throws {
        let context = try Context()
        let (daemon, _, _) = try daemonWithOneVersion(context: context)
        let socket = try Socket(.sub, in: context)
        try socket.set(.linger, to: .zero)
        try socket.set(.receiveTimeout, to: patience)
        try socket.subscribe(Array("default/version/".utf8))
        try socket.subscribe(Array("default/version/safetensors/".utf8))
        try socket.connect(try daemon.address("versions"))
        for _ in 0..<2 { #expect(try socket.receiveFrames()?.count == 3) }
        try socket.unsubscribe(Array("default/version/safetensors/".utf8))
        // The answer to a later subscription shows that the daemon has heard the unsubscription.
        try socket.subscribe(Array("default/v".utf8))
        #expect(try socket.receiveFrames()?.count == 3)
        try daemon.ok(["command": "rollback", "version": 1])
        let frames = try #require(try socket.receiveFrames())
        #expect(String(decoding: frames[0], as: UTF8.self) == "default/version/safetensors/live")
    }

    @Test func noticesNameTheNewestVersion() throws {
        let context = try Context()
        let (daemon, _, _) = try daemonWithOneVersion(context: context)
        let versions = try TestConsumer(
            ["default/version/"],
            at: try daemon.address("versions"),
            context: context
        )
        let notices = try TestConsumer(
            ["default/notice/"],
            at: try daemon.address("versions"),
            context: context
        )
        let arrived = try #require(try versions.version())
        let frames = try #require(try notices.next())
        let notice = try parseJSON(frames[1])
        #expect(String(decoding: frames[0], as: UTF8.self) == "default/notice/live")
        #expect(notice["version"]?.integer == 1)
        #expect(notice["sha256"]?.text == arrived.sha256)
        #expect(notice["incarnation"]?.text == arrived.incarnation)
        #expect(notice["bytes"]?.integer == Int64(arrived.bytes.count))
    }

    @Test func aConsumerEndsOnTheNewestWheneverTheDaemonStarts() throws {
        let context = try Context()
        // Fixed addresses, so that a consumer finds the daemon again: files in the runtime folder.
        let home = try Home()
        try home.configure(
            """
            versions.endpoint = "ipc://versions.sock"
            snapshots.endpoint = "ipc://snapshots.sock"
            events.endpoint = "ipc://events.sock"

            """ + Home.sub
                + "[learner.default]\nmodel = \"softmax\"\nvote.samples = 20\n"
                + "publish.first = 100\n"
                + "publish.interval = \"1h\"\n"
        )
        let address = "ipc://" + home.runtime + "/versions.sock"
        let before = try TestConsumer(["default/"], at: address, context: context)
        let first = try TestDaemon(home, context: context)
        let producer = try TestProducer(
            "a",
            to: try first.sampleAddresses()[0],
            context: context
        )
        var stream = Stream(seed: 21)
        try producer.send(stream.packed(200), count: 200)
        #expect(try before.version()?.version == 1)
        try first.wait(until: "all samples") { $0.learned == 200 }
        #expect(first.terminate() == .exited(0))

        let during = try TestConsumer(["default/"], at: address, context: context)
        let second = try TestDaemon(home, context: context)
        try second.waitForVersions([1, 2])
        let after = try TestConsumer(["default/"], at: address, context: context)
        for consumer in [before, during, after] {
            var newest = try consumer.version()
            // Who was quick gets the first once more before the resumed one.
            while let arrived = newest, arrived.version < 2 { newest = try consumer.version() }
            #expect(newest?.version == 2)
        }
        // The file of a killed daemon is taken over, and consumers come back.
        second.kill()
        let third = try TestDaemon(home, context: context)
        try third.waitForVersions([1, 2, 3])
        for consumer in [before, during, after] {
            var newest = try consumer.version()
            while let arrived = newest, arrived.version < 3 { newest = try consumer.version() }
            #expect(newest?.version == 3)
        }
    }

    @Test func snapshotsAreServedByNumber() throws {
        let context = try Context()
        let (daemon, producer, stream) = try daemonWithOneVersion(context: context)
        let address = try daemon.address("snapshots")
        let consumer = try TestConsumer(
            ["default/version/"],
            at: try daemon.address("versions"),
            context: context
        )
        let first = try #require(try consumer.version())
        var rest = stream
        try producer.send(rest.packed(300), count: 300)
        try daemon.wait(until: "500 samples") { $0.learned == 500 }
        try daemon.ok(["command": "rollback", "version": 1])
        let second = try #require(try consumer.version())
        for (request, wanted) in [
            (#"{"learner": "default", "version": 1}"#, first),
            (#"{"version": 2}"#, second), (#"{"learner": "default"}"#, second), ("{}", second),
        ] {
            let frames = try snapshot(Array(request.utf8), at: address, context: context)
            try #require(frames.count == 2)
            let manifest = try parseJSON(frames[0])
            #expect(manifest["version"]?.integer == Int64(wanted.version))
            #expect(frames[1] == wanted.bytes)
        }
        for request in [
            #"{"version": -1}"#, #"{"version": 0}"#, #"{"version": 99}"#, #"{"version": "one"}"#,
            #"{"version": 1.5}"#, #"{"version": 9223372036854775807}"#,
            #"{"learner": "nobody"}"#, "no JSON", "", "[]", "7",
        ] {
            let frames = try snapshot(Array(request.utf8), at: address, context: context)
            let isRefused =
                try frames.count == 1 && parseJSON(frames[0])["error"]?["message"]?.text != nil
            #expect(isRefused || (frames.count == 2 && !request.contains("version")), "\(request)")
        }
        #expect(daemon.terminate() == .exited(0))
    }

    @Test func manifestsSayWhatTheyMust() throws {
        let context = try Context()
        let (daemon, _, _) = try daemonWithOneVersion(context: context)
        let address = try daemon.address("snapshots")
        let frames = try snapshot([123, 125], at: address, context: context)
        try #require(frames.count == 2)
        let manifest = try parseJSON(frames[0])
        for key in [
            "incarnation", "learner", "version", "parent", "reason", "created", "samples",
            "format", "bytes", "sha256", "task", "model", "features", "classes", "metrics",
            "train_seconds",
        ] {
            #expect(manifest[key] != nil, "\(key)")
        }
        #expect(manifest["reason"]?.text == "first")
        #expect(manifest["parent"] == .null)
        #expect(manifest["bytes"]?.integer == Int64(frames[1].count))
        #expect(manifest["sha256"]?.text == sha256Hex(frames[1]))
        #expect(manifest["classes"]?.items == [0, 1])
        #expect(manifest["metrics"]?["accuracy"]?.double != nil)
    }
}
