// SPDX-License-Identifier: Apache-2.0
//
// sent = received = learned + waiting + refused, to the sample, on every way in.

import Glibc
import Primitives
import Testing
import ZeroMQ

@Suite(.serialized) struct AccountingTests {
    @Test func everySampleIsAccountedForOnEveryWayIn() throws {
        let home = try Home(
            """
            [[samples]]
            endpoint = "tcp://127.0.0.1:0"
            [[samples]]
            type = "pull"
            endpoint = "tcp://127.0.0.1:0"
            [[samples]]
            type = "pull"
            endpoint = "ipc://samples.sock"

            """ + Home.quick() + Home.quick("named")
        )
        let daemon = try TestDaemon(home)
        let addresses = try daemon.sampleAddresses()
        try #require(addresses.count == 3)
        let context = daemon.context
        let producers = [
            try TestProducer("sub", to: addresses[0], context: context),
            try TestProducer("pull", to: addresses[1], context: context, isPush: true),
            try TestProducer("ipc", to: addresses[2], context: context, isPush: true),
        ]
        var stream = Stream(seed: 1)
        var sent = (packed: 0, named: 0)
        for round in 0..<60 {
            for producer in producers {
                try producer.send(stream.packed(64), count: 64)
                try producer.send(stream.json(1 + round % 3), count: 1 + round % 3)
                sent.packed += 64 + 1 + round % 3
                try producer.send(stream.json(5, named: true), count: 5, to: "named/night")
                sent.named += 5
            }
        }
        let packed = try daemon.wait(until: "all packed and JSON samples") {
            $0.learned == sent.packed
        }
        #expect(packed.received == sent.packed)
        #expect(packed.refused == [:])
        #expect(packed.balance)
        #expect(packed.gaps == 0)
        #expect(packed.holdout > sent.packed / 100)
        let named = try daemon.wait(until: "all named samples", learner: "named") {
            $0.learned == sent.named
        }
        #expect(named.received == sent.named)
        #expect(named.refused == [:])
        #expect(named.balance)
        #expect(named.json["classes"]?.items.count == 2)
        // Four numbers, a boolean, and two categories.
        #expect(named.json["columns"]?.integer == 7)
        var mode = stat()
        #expect(lstat(home.runtime + "/samples.sock", &mode) == 0)
        #expect(mode.st_mode & 0o777 == 0o660)
        #expect(daemon.terminate() == .exited(0))
    }

    @Test func aDaemonThatConnectsTakesSamples() throws {
        let context = try Context()
        let producer = try TestProducer("far", listening: context)
        let home = try Home(
            "[[samples]]\nmode = \"connect\"\nendpoint = \"\(try producer.address())\"\n"
                + Home.quick()
        )
        let daemon = try TestDaemon(home, context: context)
        try producer.waitForSubscription()
        var stream = Stream(seed: 2)
        for _ in 0..<50 { try producer.send(stream.packed(20), count: 20) }
        let books = try daemon.wait(until: "1,000 samples") { $0.learned == 1000 }
        #expect(books.received == 1000)
        #expect(books.balance)
    }

    @Test func twoFullSocketsLoseNothingWhenTheLearnerIsSlow() throws {
        // Small micro-batches and a small ring's worth of messages from two sockets at once: a
        // closed micro-batch that waits for room must not be replaced by another one.
        let home = try Home(
            """
            [[samples]]
            type = "pull"
            endpoint = "tcp://127.0.0.1:0"
            [[samples]]
            type = "pull"
            endpoint = "tcp://127.0.0.1:0"

            """ + Home.quick(more: "batch.rows = 1\nmode = \"sequential\"") + Home.quick("other")
        )
        let daemon = try TestDaemon(home)
        let addresses = try daemon.sampleAddresses()
        let producers = [
            try TestProducer("one", to: addresses[0], context: daemon.context, isPush: true),
            try TestProducer("two", to: addresses[1], context: daemon.context, isPush: true),
        ]
        var stream = Stream(seed: 3)
        let bodies = (0..<64).map { _ in stream.packed(1) }
        let rounds = 6000
        for round in 0..<rounds {
            for producer in producers { try producer.send(bodies[round % 64], count: 1) }
        }
        let books = try daemon.wait(until: "all samples") { $0.learned == 2 * rounds }
        #expect(books.received == 2 * rounds)
        #expect(books.gaps == 0)
        #expect(books.balance)
    }

    @Test func aLearnerIsNotHeldUpByAFloodToAnother() throws {
        let home = try Home(
            Home.sub + Home.quick("flooded") + Home.quick("calm", more: "vote.delay = \"100ms\"")
        )
        let daemon = try TestDaemon(home)
        let address = try daemon.sampleAddresses()[0]
        let flood = try TestProducer("flood", to: address, context: daemon.context)
        let calm = try TestProducer("calm", to: address, context: daemon.context)
        var stream = Stream(seed: 4)
        let body = stream.packed(16)
        try calm.send(stream.packed(1), count: 1, to: "calm")
        let deadline = Deadline()
        var learned = 0
        while learned == 0, !deadline.isOver {
            for _ in 0..<200 { try flood.send(body, count: 16, to: "flooded") }
            learned = try daemon.learner("calm").learned
        }
        #expect(learned == 1)
    }
}
