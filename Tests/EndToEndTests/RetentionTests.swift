// SPDX-License-Identifier: Apache-2.0
//
// Classes come one after the other, and the daemon is stopped and started in between: who replays
// still knows the first ones, who does not has lost them. And a learner that starts with a file.

import Foundation
import Learning
import Primitives
import Testing
import Versions
import ZeroMQ

@Suite(.serialized) struct RetentionTests {
    private static let width = 6

    /// Samples of one class: a point of its own, and noise.
    private static func samples(_ count: Int, of label: Int, seed: UInt64) -> ([[Float]], [Float]) {
        var place = RandomSource(seed: UInt64(label) + 70)
        let centre = (0..<width).map { _ in Float(place.normal() * 1.5) }
        var random = RandomSource(seed: seed)
        let rows = (0..<count).map { _ in centre.map { $0 + Float(random.normal() * 0.5) } }
        return (rows, [Float](repeating: Float(label), count: count))
    }

    private static func learner(_ name: String, more: String) -> String {
        """
        [learner.\(name)]
        task = "classes"
        model = "network"
        classes_max = 10
        vote.samples = 20
        publish.first = 100
        publish.interval = "100ms"
        publish.move = 0
        drift.enabled = false
        \(more)
        [[learner.\(name).layers]]
        kind = "dense"
        units = 16
        activation = "relu"

        """
    }

    /// The share of samples of a class that the newest version of a learner gets right.
    private func accuracy(of learner: String, on label: Int, _ daemon: TestDaemon) throws -> Double
    {
        let consumer = try TestConsumer(
            ["\(learner)/version"],
            at: try daemon.address("versions"),
            context: daemon.context
        )
        let arrived = try #require(try consumer.version())
        let file = try SafetensorsFile(decoding: arrived.bytes)
        func numbers(_ name: String) throws -> [Float] {
            try #require(file.tensors.first { $0.name == name }, "\(name)").numbers
        }
        let (mean, deviation) = (try numbers("mean"), try numbers("deviation"))
        let hidden = (try numbers("layers.0.weight"), try numbers("layers.0.bias"))
        let output = (try numbers("output.weight"), try numbers("output.bias"))
        func dense(_ input: [Float], _ layer: ([Float], [Float])) -> [Float] {
            layer.1.indices.map { unit in
                input.indices.reduce(layer.1[unit]) {
                    $0 + layer.0[unit * input.count + $1] * input[$1]
                }
            }
        }
        let rows = RetentionTests.samples(100, of: label, seed: 999).0
        let right = rows.count { row in
            let scaled = row.indices.map { (row[$0] - mean[$0]) / max(deviation[$0], 1e-6) }
            let scores = dense(dense(scaled, hidden).map { max(0, $0) }, output)
            return scores.indices.max { scores[$0] < scores[$1] } == label
        }
        return Double(right) / Double(rows.count)
    }

    @Test func whoReplaysKnowsTheFirstClassesAfterAStop() throws {
        let home = try Home(
            Home.sub
                + RetentionTests.learner("keeps", more: "retain.replay = \"er\"\nretain.rows = 60")
                + RetentionTests.learner("loses", more: "")
        )
        var daemon = try TestDaemon(home)
        let context = daemon.context
        var sent = 0
        for label in 0..<4 {
            let producer = try TestProducer(
                "a\(label)",
                to: try daemon.sampleAddresses()[0],
                context: context
            )
            let (rows, labels) = RetentionTests.samples(200, of: label, seed: UInt64(label))
            for learner in ["keeps", "loses"] {
                try producer.send(Bodies.packed(rows, labels), count: 200, to: learner)
            }
            sent += 200
            for learner in ["keeps", "loses"] {
                try daemon.wait(until: "class \(label)", learner: learner) { $0.learned == sent }
            }
            guard label % 2 == 1 else { continue }
            // In the middle of the stream, and at its end.
            let versions = try ["keeps", "loses"].map { try daemon.learner($0).version }
            #expect(daemon.terminate() == .exited(0))
            daemon = try TestDaemon(home, context: context)
            for (learner, version) in zip(["keeps", "loses"], versions) {
                try daemon.wait(until: "a version", learner: learner) { $0.version > version }
            }
            let replay = try daemon.learner("keeps").json["replay"]
            #expect(replay?["kind"]?.text == "er" && replay?["rows"]?.integer == 60)
            #expect(try daemon.learner("loses").json["replay"] == .null)
        }
        for label in 0..<4 {
            #expect(try accuracy(of: "keeps", on: label, daemon) >= 0.8)
        }
        #expect(try accuracy(of: "loses", on: 3, daemon) >= 0.9)
        #expect(try accuracy(of: "loses", on: 0, daemon) <= 0.3)
    }

    @Test func aLearnerStartsWithAFileOnce() throws {
        let home = try Home()
        let path = home.path + "/start.safetensors"
        func write(_ weights: [Float]) throws {
            let file = Safetensors(
                tensors: [
                    .init(name: "weights", shape: [1, weights.count], elements: .float32(weights)),
                    .init(name: "bias", shape: [1], elements: .float64([0.5])),
                ],
                metadata: []
            )
            try Data(file.encoded()).write(to: URL(fileURLWithPath: path))
        }
        try home.configure(
            Home.ports + Home.sub
                + Home.quick(
                    model: "linear",
                    more: """
                        width = 4
                        warm_start = "\(path)"
                        frozen = ["weights"]
                        """
                )
        )
        // Too wide: it does not start, and says why.
        try write([1, 2, 3, 4, 5])
        var message = ""
        do { _ = try TestDaemon(home) } catch { message = "\(error)" }
        #expect(message.contains("tensor weights has the shape [1, 5] in the file, but [1, 4]"))

        try write([1, -2, 3, -4])
        let daemon = try TestDaemon(home)
        let producer = try TestProducer(
            "a",
            to: try daemon.sampleAddresses()[0],
            context: daemon.context
        )
        var stream = Stream(seed: 3)
        try producer.send(stream.packed(200), count: 200)
        try daemon.wait(until: "200 samples and a version") { $0.learned == 200 && $0.version > 0 }
        #expect(daemon.terminate() == .exited(0))
        // The file is not asked for again.
        try FileManager.default.removeItem(atPath: path)
        let again = try TestDaemon(home, context: daemon.context)
        try again.wait(until: "a version") { $0.version > 1 && $0.learned == 200 }
        let consumer = try TestConsumer(
            ["default/version"],
            at: try again.address("versions"),
            context: again.context
        )
        let arrived = try #require(try consumer.version())
        let file = try SafetensorsFile(decoding: arrived.bytes)
        #expect(file.tensors.first { $0.name == "weights" }?.numbers == [1, -2, 3, -4])
        #expect(file.tensors.first { $0.name == "bias" }?.numbers != [0.5])
    }
}
