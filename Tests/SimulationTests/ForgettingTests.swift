// SPDX-License-Identifier: Apache-2.0
//
// The comparison of means against forgetting, on generated classes that come one after the other.

import Bench
import Primitives
import Testing

@Suite("Classes one after the other")
struct ForgettingTests {
    /// Rows about a point for each class, two classes at a time or all of them mixed.
    private func rows(_ each: Int, classes: Int, seed: UInt64) -> LabelledRows {
        var place = RandomSource(seed: 7)
        let width = 6
        let points = (0..<classes).map { _ in
            (0..<width).map { _ in Float(place.normal() * 0.9) }
        }
        var random = RandomSource(seed: seed)
        var features: [Float] = []
        var labels: [Int32] = []
        for pair in 0..<classes / 2 {
            for number in 0..<2 * each {
                let label = 2 * pair + number % 2
                features += points[label].map { $0 + Float(random.normal() * 0.5) }
                labels.append(Int32(label))
            }
        }
        return LabelledRows(width: width, features: features, labels: labels)
    }

    @Test("Replay remembers what is forgotten without; holding on to weights does not")
    func replayRemembers() throws {
        var bench = ForgettingBench()
        bench.seeds = 1
        let train = rows(150, classes: 8, seed: 1)
        let test = rows(25, classes: 8, seed: 2)
        func row(_ name: String) throws -> ForgettingRow {
            let subject = try #require(ForgettingBench.subjects.first { $0.name == name })
            return bench.row(subject, train: train, test: test)
        }
        let forgets = try row("network")
        let replays = try row("network, replay")
        let scores = try row("network, DER++")
        #expect(replays.mean > 0.7 && replays.mean > forgets.mean + 0.2)
        #expect(replays.first > forgets.first + 0.3)
        #expect(scores.mean > forgets.mean + 0.2)
        #expect(try row("network, EWC alone").mean < replays.mean - 0.1)
        #expect(try row("network, LwF alone").mean < replays.mean - 0.1)
        #expect(replays.text.contains(">= 0.800"))
        #expect(replays.text.hasSuffix(replays.isReached ? "yes" : "no"))
        #expect(replays.json["reached"] == .bool(replays.isReached))
    }

    @Test("Arguments that cannot be understood are answered with the usage")
    func usage() {
        var said = ""
        #expect(Benchmark.run(["learners", "--digits", "a"]) { said += $0 } == 2)
        #expect(said.contains("--digits TRAIN.csv TEST.csv"))
        said = ""
        #expect(Benchmark.run(["learners", "--digits", "/none", "/none"]) { said += $0 } == 2)
        #expect(said.contains("there is no file /none"))
    }
}
