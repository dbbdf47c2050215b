// SPDX-License-Identifier: Apache-2.0
//
// Two contexts with opposite rules, sent to two topics: each has an expert of its own, a restart
// keeps both, and whoever names neither gets the ensemble.

import Learning
import Primitives
import Testing
import Versions
import ZeroMQ

@Suite(.serialized) struct ContextTests {
    /// The probabilities of class 1 for some rows in a context, by the newest version's state.
    private func probabilities(_ daemon: TestDaemon, _ context: Int32) throws -> [Float] {
        let frames = try daemon.frames(["command": "state"])
        let state = try VersionState(decoding: try #require(frames.last))
        #expect(state.contexts == ["north", "south"])
        var stream = Stream(seed: 61)
        var block = Block()
        block.reset(width: 4, outputs: 2)
        for _ in 0..<200 {
            let features = stream.next().x
            block.append(raw: features.span, context: context, use: .scored)
        }
        state.contender.predict(&block)
        // Classes stand in the order in which they appeared.
        let second = Int(state.schema.classes.index(ofNumber: 1))
        return (0..<200).map { block.predictions[2 * $0 + second] }
    }

    /// How many of them are on the right side.
    private func right(_ probabilities: [Float], isTurned: Bool) -> Int {
        var stream = Stream(seed: 61)
        stream.isTurned = isTurned
        return probabilities.reduce(0) { $0 + (($1 > 0.5) == (stream.next().y == 1) ? 1 : 0) }
    }

    @Test func eachContextKeepsItsRule() throws {
        let home = try Home(
            Home.sub + Home.quick(more: "isolation = \"experts\"\nconsolidate.on_drift = false")
        )
        var daemon = try TestDaemon(home)
        let producer = try TestProducer(
            "a",
            to: try daemon.sampleAddresses()[0],
            context: daemon.context
        )
        let events = try daemon.events(["default/context"])
        var stream = Stream(seed: 60)
        var sent: UInt64 = 0
        for turn in 0..<120 {
            stream.isTurned = turn / 10 % 2 == 1
            let topic = stream.isTurned ? "default/south" : "default/north"
            try producer.send(stream.packed(20), count: 20, sequence: sent, to: topic)
            sent += 20
        }
        try daemon.wait(until: "all samples") { $0.learned == Int(sent) }
        let told = try events.event { _, body in body["context"]?.text == "south" }
        #expect(told?["change"]?.text == "opened")
        let status = try daemon.learner().json
        #expect(status["model"]?.text == "experts" && status["gaps"]?.integer == 0)
        for context in ["north", "south"] {
            let figures = status["metrics"]?["contexts"]?[context]
            #expect(figures?["samples"]?.integer == 1200)
            #expect(figures?["error_recent"]?.double ?? 1 < 0.15)
        }
        #expect(daemon.terminate() != nil)

        daemon = try TestDaemon(home, context: try Context())
        try daemon.wait(until: "a version of the state it came back with") { $0.version > 0 }
        let again = try daemon.learner().json
        #expect(again["isolation"]?["experts"] == status["isolation"]?["experts"])
        let (north, south) = (try probabilities(daemon, 0), try probabilities(daemon, 1))
        #expect(right(north, isTurned: false) > 180)
        #expect(right(south, isTurned: true) > 180)
        let (none, unknown) = (try probabilities(daemon, -1), try probabilities(daemon, 9))
        #expect(none == unknown)
        #expect(none != north && none != south)
        #expect(daemon.terminate() != nil)
    }
}
