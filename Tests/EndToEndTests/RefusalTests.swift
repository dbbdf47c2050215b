// SPDX-License-Identifier: Apache-2.0
//
// Bad samples among good ones: each is refused for its own reason, nothing else is touched, and the
// refusals are told.

import Decoding
import Foundation
import Primitives
import Testing
import ZeroMQ

@Suite(.serialized) struct RefusalTests {
    /// A body with one bad sample, and the reason that it must be refused for.
    static let badSamples: [(reason: String, body: [UInt8])] = [
        ("not_finite", Bodies.packed([[.nan, 0, 0, 0]], [1])),
        ("not_finite", Array(#"{"x": [1, NaN, 0, 0], "y": 1}"#.utf8)),
        ("not_finite", Array(#"{"x": [1, 1e300, 0, 0], "y": 1}"#.utf8)),
        ("width", Bodies.packed([[1, 2, 3]], [1])),
        ("width", Array(#"{"x": [1], "y": 1}"#.utf8)),
        ("field", Array(#"{"x": [1, 2, 3, 4], "label": 1}"#.utf8)),
        ("features", Array(#"{"id": 1}"#.utf8)),
        ("value", Array(#"{"x": [1, "two", 3, 4], "y": 1}"#.utf8)),
        ("late_label", Array(#"{"y": 1}"#.utf8)),
        ("shape", Array(#"{"x": {"a": 1}, "y": 1}"#.utf8)),
        ("weight", Array(#"{"x": [1, 2, 3, 4], "y": 1, "w": -1}"#.utf8)),
        ("context", Array(#"{"x": [1, 2, 3, 4], "y": 1, "ctx": "No Name"}"#.utf8)),
        ("malformed", Array("no JSON at all".utf8)),
        ("malformed", Array("LPK1".utf8)),
        ("malformed", []),
    ]

    @Test func eachBadSampleIsRefusedForItsReason() throws {
        let home = try Home(Home.sub + Home.quick() + Home.quick("other"))
        let daemon = try TestDaemon(home)
        let address = try daemon.sampleAddresses()[0]
        let producer = try TestProducer("mixed", to: address, context: daemon.context)
        let events = try daemon.events(["default/refused"], garbageTo: "other")
        var stream = Stream(seed: 5)
        for _ in 0..<10 { try producer.send(stream.packed(50), count: 50) }
        try daemon.wait(until: "500 good samples") { $0.learned == 500 }
        var good = 500
        var expected: [String: Int] = [:]
        // One in a hundred is bad.
        for round in 0..<2 {
            for (reason, body) in RefusalTests.badSamples {
                try producer.send(stream.packed(99), count: 99)
                try producer.send(body, count: 1)
                good += 99
                expected[reason, default: 0] += 1
                if round == 0, reason == "malformed" {
                    try producer.send(Array("garbage".utf8), count: 7)
                    expected["malformed", default: 0] += 7
                }
            }
        }
        // The envelope's own faults.
        let sample = stream.packed(1)
        try producer.sendRaw([[], [1, 2, 3], sample])
        try producer.send(sample, count: 3)
        try producer.send(sample, count: 1, checksum: 12345)
        try producer.send(sample, count: 1, checksum: BodyChecksum.of(sample))
        good += 1
        expected["envelope", default: 0] += 1 + 3
        expected["checksum", default: 0] += 1
        // What came before.
        try producer.send(stream.packed(10), count: 10, sequence: 0)
        expected["duplicate", default: 0] += 10
        let bad = expected.values.reduce(0, +)
        let books = try daemon.wait(until: "all samples") {
            $0.received >= good + bad && $0.waiting == 0
        }
        #expect(books.refused == expected)
        #expect(books.learned == good)
        #expect(books.received == good + bad)
        #expect(books.gaps == 0)
        #expect(books.balance)

        try tellsTheDaemonsOwn(daemon, producer, sample)
        let told = try events.event { _, body in body["reason"]?.text == "duplicate" }
        #expect(told?["count"]?.integer == 10)
        #expect(told?["producer"]?.text == "mixed")
        #expect(told?["learner"]?.text == "default")
    }

    /// What no learner answers for.
    private func tellsTheDaemonsOwn(
        _ daemon: TestDaemon,
        _ producer: TestProducer,
        _ sample: [UInt8]
    ) throws {
        try producer.send(sample, count: 25, sequence: 0, to: "nobody")
        try producer.sendRaw([Array("nobody".utf8), sample])
        try producer.sendRaw([Array("No Topic".utf8), sample])
        try producer.sendRaw([[], sample, sample, sample])
        let deadline = Deadline()
        var refused: JSONValue = .null
        repeat {
            refused = try daemon.status()["daemon"]?["refused"] ?? .null
        } while refused["frames"] == nil && !deadline.isOver
        #expect(refused["unknown_learner"]?.integer == 26)
        #expect(refused["topic"]?.integer == 1)
        #expect(refused["frames"]?.integer == 1)
        let examples = (refused["examples"]?.items ?? []).compactMap(\.text)
        #expect(examples.contains { $0.contains("nobody") })
    }

    @Test func aFloodOfGarbageIsToldInFewEventsThatAddUp() throws {
        let home = try Home(Home.sub + Home.quick())
        let daemon = try TestDaemon(home)
        let address = try daemon.sampleAddresses()[0]
        let producer = try TestProducer("flood", to: address, context: daemon.context)
        let events = try TestConsumer(
            ["default/refused"],
            at: try daemon.address("events"),
            context: daemon.context
        )
        let garbage = Array("garbage".utf8)
        // An event for the consumer proves that it is heard.
        var count = 0
        while try events.next(.milliseconds(100)) == nil {
            try producer.send(garbage, count: 1)
            count += 1
        }
        for _ in 0..<20_000 { try producer.send(garbage, count: 1) }
        count += 20_000
        let books = try daemon.wait(until: "all garbage") {
            $0.received == count && $0.waiting == 0
        }
        #expect(books.refused == ["malformed": count])
        var told = 0
        var messages = 0
        while told < 20_000, messages < 20 {
            guard let event = try events.event(where: { _, _ in true }) else { break }
            told += Int(event["count"]?.integer ?? 0)
            messages += 1
        }
        #expect(told >= 20_000)
        #expect(messages < 20)
        let lines = home.errorText.split(separator: "\n").filter { $0.contains("malformed") }
        #expect(lines.count < 30)
    }

    @Test func numbersAreNoLabelsOfTextsToARegression() throws {
        let home = try Home(Home.sub + Home.quick(model: "linear"))
        let daemon = try TestDaemon(home)
        let address = try daemon.sampleAddresses()[0]
        let producer = try TestProducer("reg", to: address, context: daemon.context)
        for number in 0..<50 {
            let half = Double(number) / 2
            try producer.send(Array("{\"x\": [\(half), 1], \"y\": \(half)}".utf8), count: 1)
        }
        try producer.send(Array(#"{"x": [1, 2], "y": "warm"}"#.utf8), count: 1)
        try producer.send(Array(#"{"x": [1, 2], "y": true}"#.utf8), count: 1)
        let books = try daemon.wait(until: "52 samples") { $0.received == 52 && $0.waiting == 0 }
        #expect(books.refused == ["label": 2])
        #expect(books.learned == 50)
    }

    @Test func aFrameAboveTheLimitIsACountedDisconnect() throws {
        let home = try Home(
            "[[samples]]\ntype = \"pull\"\nendpoint = \"tcp://127.0.0.1:0\"\n"
                + "frame_limit = \"4KiB\"\n" + Home.quick()
        )
        let daemon = try TestDaemon(home)
        let address = try daemon.sampleAddresses()[0]
        let big = try TestProducer("big", to: address, context: daemon.context, isPush: true)
        try big.sendRaw([[], [UInt8](repeating: 32, count: 5000)])
        let deadline = Deadline()
        var disconnects: Int64 = 0
        while disconnects == 0, !deadline.isOver {
            disconnects = try daemon.status()["daemon"]?["refused"]?["disconnects"]?.integer ?? 0
        }
        #expect(disconnects >= 1)
        let good = try TestProducer("good", to: address, context: daemon.context, isPush: true)
        var stream = Stream(seed: 6)
        try good.send(stream.packed(100), count: 100)
        let books = try daemon.wait(until: "100 samples") { $0.learned == 100 }
        #expect(books.received == 100)
    }

    @Test func randomMessagesLeaveTheDaemonAliveAndTheBooksBalanced() throws {
        let home = try Home(Home.sub + Home.quick())
        let daemon = try TestDaemon(home)
        let address = try daemon.sampleAddresses()[0]
        let fuzz = try TestProducer("fuzz", to: address, context: daemon.context)
        var random = RandomSource(seed: 7)
        var stream = Stream(seed: 7)
        for _ in 0..<4000 {
            var frames: [[UInt8]] = []
            for _ in 0..<(1 + random.below(4)) {
                frames.append(RefusalTests.randomFrame(&random, &stream))
            }
            try fuzz.sendRaw(frames)
        }
        // Messages of one socket arrive in order, so what follows the garbage ends it.
        let before = try daemon.learner().learned
        for _ in 0..<5 { try fuzz.sendRaw([stream.packed(100)]) }
        let books = try daemon.wait(until: "samples after the garbage") {
            $0.learned + ($0.refused["width"] ?? 0) + ($0.refused["label"] ?? 0)
                + ($0.refused["shape"] ?? 0) >= before + 500 && $0.waiting == 0
        }
        #expect(books.balance)
        #expect(daemon.terminate() == .exited(0))
    }

    /// Something between a good frame and noise.
    private static func randomFrame(
        _ random: inout RandomSource,
        _ stream: inout Stream
    ) -> [UInt8] {
        var frame: [UInt8]
        switch random.below(7) {
        case 0: frame = Array("default".utf8)
        case 1: frame = stream.json(1 + random.below(3), named: random.chance(0.3))
        case 2: frame = stream.packed(1 + random.below(3))
        case 3:
            frame =
                Envelope(
                    producer: "fuzz",
                    epoch: UInt64(random.below(3)),
                    sequence: UInt64(random.below(1000)),
                    count: UInt32(random.below(4))
                )?.encode() ?? []
        case 4: frame = []
        default: frame = (0..<random.below(100)).map { _ in UInt8(random.below(256)) }
        }
        guard !frame.isEmpty, random.chance(0.5) else { return frame }
        for _ in 0..<(1 + random.below(3)) {
            frame[random.below(frame.count)] = UInt8(random.below(256))
        }
        return frame
    }
}
