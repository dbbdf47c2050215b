// SPDX-License-Identifier: Apache-2.0
//
// The loop, closed: a world that turns round is noticed, and the learner is consolidated.

import Primitives
import Testing
import ZeroMQ

@Suite(.serialized) struct LoopTests {
    @Test func aDriftLeadsToAVerdict() throws {
        let home = try Home(
            Home.sub + Home.quick(more: "rate = 0.002\nconsolidate.cooldown = \"100ms\"")
        )
        let daemon = try TestDaemon(home)
        let producer = try TestProducer(
            "a",
            to: try daemon.sampleAddresses()[0],
            context: daemon.context
        )
        let events = try daemon.events(
            ["default/drift", "default/consolidation", "default/version"]
        )
        var stream = Stream(seed: 40)
        for _ in 0..<200 { try producer.send(stream.packed(20), count: 20) }
        try daemon.wait(until: "4,000 samples") { $0.learned == 4000 }
        stream.isTurned = true
        let deadline = Deadline()
        var verdict: String?
        while verdict == nil, !deadline.isOver {
            try producer.send(stream.packed(20), count: 20)
            let list = try daemon.ok(["command": "consolidations"]).items
            verdict = list.compactMap { $0["verdict"]?.text }.first
        }
        #expect(["adopted", "rejected", "expired"].contains(verdict))
        var hasDrift = false
        let told = try events.event { topic, body in
            hasDrift = hasDrift || (topic == "default/drift" && body["level"]?.text == "drift")
            return topic == "default/consolidation" && body["verdict"]?.text == verdict
        }
        #expect(told != nil)
        #expect(hasDrift)
        #expect(told?["trigger"]?.text == "drift")
        let books = try daemon.learner()
        #expect(books.json["drift"]?["drifts"]?.integer ?? 0 >= 1)
        guard verdict == "adopted" else { return }
        let version = try #require(told?["version"]?.integer)
        let shown = try daemon.ok(["command": "show", "version": .int(version)])
        #expect(shown["reason"]?.text == "consolidated")
    }
}
