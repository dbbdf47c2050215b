// SPDX-License-Identifier: Apache-2.0
//
// The default model in a real daemon: a pool, from the first sample over versions and an order to
// the state after a restart.

import Primitives
import Testing

@Suite(.serialized) struct PoolTests {
    @Test func thePoolIsWhatANewLearnerIs() throws {
        let home = try Home(
            Home.sub + "[learner.default]\nvote.samples = 20\npublish.first = 100\n"
        )
        let daemon = try TestDaemon(home)
        let producer = try TestProducer(
            "a",
            to: try daemon.sampleAddresses()[0],
            context: daemon.context
        )
        var stream = Stream(seed: 50)
        try producer.send(stream.packed(300), count: 300)
        let books = try daemon.wait(until: "300 samples and a version") {
            $0.learned == 300 && $0.version > 0
        }
        #expect(books.json["model"]?.text == "pool" && books.json["task"]?.text == "classes")
        let experts = try #require(books.json["metrics"]?["experts"]?.items)
        #expect(experts.count > 10 && experts.contains { $0["name"]?.text == "forest" })
        try daemon.waitForVersions([1])
        let shown = try daemon.ok(["command": "show", "version": 1])
        #expect(shown["model"]?.text == "pool")
        #expect(shown["metrics"]?["experts"]?.items.count == experts.count)

        // The worker makes the forests anew; an order does it once more, and has a verdict.
        try daemon.wait(until: "models made anew") {
            $0.json["consolidation"]?["refits"]?["adopted"]?.integer ?? 0 > 0
        }
        try daemon.ok(["command": "consolidate"])
        let deadline = Deadline()
        var sent = 300
        var record: JSONValue?
        while record?["verdict"]?.text == nil, !deadline.isOver {
            try producer.send(stream.packed(1), count: 1)
            sent += 1
            record = try daemon.ok(["command": "consolidations"]).items.first {
                $0["trigger"]?.text == "command"
            }
        }
        #expect(["adopted", "rejected"].contains(record?["verdict"]?.text))
        #expect(record?["reason"]?.text?.contains("forest") == true)
        let last = try daemon.wait(until: "all samples") { $0.learned == sent }
        #expect(daemon.terminate() == .exited(0))

        let second = try TestDaemon(home, context: daemon.context)
        let again = try second.learner()
        #expect(again.learned == last.learned && again.json["model"]?.text == "pool")
        #expect(again.json["metrics"]?["experts"]?.items.count == experts.count)
        #expect(second.terminate() == .exited(0))
        // Another model needs another learner, by whichever key it is asked for.
        try home.configure(Home.ports + Home.sub + "[learner.default]\nrate = 0.1\n")
        var message = ""
        do { _ = try TestDaemon(home) } catch { message = "\(error)" }
        #expect(message.contains("model is auto in the configuration but pool in the state"))
    }
}
