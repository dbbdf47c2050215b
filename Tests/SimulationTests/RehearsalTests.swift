// SPDX-License-Identifier: Apache-2.0
//
// The rehearsal itself: labels that come late by the stated number of samples, jobs that come back
// on time, and what is measured on the way.

import Engine
import Experts
import Learning
import Primitives
import Samples
import Simulation
import Synchronization
import Testing

struct RehearsalTests {
    /// Labels in runs of four, and features that say nothing.
    private static let labels = (0..<700).map { Double($0 / 4 % 3 % 2) }

    private func run(delay: Int, settings: EngineSettings = .init()) -> Rehearsal {
        var rehearsal = Rehearsal(settings: settings, labelDelay: delay, keeps: [])
        for (number, label) in Self.labels.enumerated() {
            rehearsal.batch.append(features: [Float(number % 7), 1], label: label)
            rehearsal.advance()
        }
        rehearsal.finish()
        return rehearsal
    }

    @Test(arguments: [0, 1, 5, 50])
    func modelAndBaselinesKnowOnlyLabelsThatHaveCome(delay: Int) throws {
        let status = run(delay: delay).engine.status()
        let metrics = try #require(status["metrics"])
        let labels = Self.labels
        #expect(metrics["count"]?.integer == Int64(labels.count))
        #expect(status["waiting"]?.integer == 0)
        #expect(status["labels"]?["joined"]?.integer == (delay == 0 ? 0 : Int64(labels.count)))
        if delay > 0 {
            // The last labels come when no sample does any more.
            let rest = labels.count - delay
            let sum = rest * (delay + 1) + delay * (delay + 1) / 2
            #expect(metrics["label_delay"]?["samples"]?.double == Double(sum) / 700)
        }
        var noChange = 0
        var majority = 0
        var counts = [0, 0]
        var most = -1
        for (sample, label) in labels.enumerated() {
            let known = sample - delay - 1
            if known >= 0 {
                let class_ = Int(labels[known])
                counts[class_] += 1
                if most < 0 || counts[class_] > counts[most] { most = class_ }
                if labels[known] == label { noChange += 1 }
            }
            if most == Int(label) { majority += 1 }
        }
        let baselines = metrics["baselines"]
        #expect(baselines?["no_change"]?.double == Double(noChange) / Double(labels.count))
        #expect(baselines?["majority"]?.double == Double(majority) / Double(labels.count))
    }

    @Test(arguments: [0, 20])
    func intervalsAreThoseOfThen(delay: Int) throws {
        var settings = EngineSettings()
        settings.model = .pool
        settings.task = .regression
        settings.pool.experts = ["last_number", "knn_numbers"]
        var rehearsal = Rehearsal(settings: settings, labelDelay: delay, keeps: [])
        var random = RandomSource(seed: 2)
        for _ in 0..<1500 {
            let (u, v) = (random.normal(), random.normal())
            rehearsal.batch.append(
                features: [Float(u), Float(v)],
                label: u + 0.3 * random.normal()
            )
            rehearsal.advance()
        }
        rehearsal.finish()
        let metrics = try #require(rehearsal.engine.status()["metrics"])
        #expect(metrics["count"]?.integer == 1500)
        let interval = try #require(metrics["interval"])
        #expect(try #require(interval["count"]?.integer) > 1400)
        let coverage = try #require(interval["coverage"]?.double)
        #expect(abs(coverage - 0.9) < 0.05, "\(coverage)")
        #expect(try #require(interval["width"]?.double) > 0.5)
        let experts = metrics["experts"]?.items ?? []
        #expect(experts.count == 2 && experts.allSatisfy { $0["mae"]?.double != nil })
    }

    @Test func textsAndMissingLabelsMayBeLateToo() {
        var rehearsal = Rehearsal(settings: EngineSettings(), labelDelay: 3)
        for number in 0..<300 {
            let features = [Float(number % 2), 0]
            if number % 10 == 9 {
                rehearsal.batch.append(features: features, label: nil)
            } else {
                rehearsal.batch.append(features: features, label: number % 2 == 0 ? "even" : "odd")
            }
            rehearsal.advance()
        }
        rehearsal.finish()
        let total = rehearsal.engine.accounts.total
        #expect(total.labels.joined == 270 && total.scored == 30 && total.waiting == 0)
        #expect(rehearsal.engine.schema?.classes.count == 2)
        let scored = rehearsal.events.filter { if case .scored = $0 { true } else { false } }
        #expect(scored.count == 270)
        #expect(run(delay: 3).events.allSatisfy { if case .scored = $0 { false } else { true } })
    }

    @Test func aJobTakesAFifthOfItsRows() {
        #expect(JobDelay.fifthOfRows.samples(rows: 3) == 20)
        #expect(JobDelay.fifthOfRows.samples(rows: 500) == 100)
        #expect(JobDelay.fifthOfRows.samples(rows: 90_000) == 1000)
        #expect(JobDelay.samples(7).samples(rows: 90_000) == 7)
    }

    @Test func aMicroBatchEndsWhereAJobIsDue() {
        var settings = EngineSettings()
        settings.consolidation.everySamples = 320
        let watch = Steps()
        var rehearsal = Rehearsal(
            settings: settings,
            jobDelay: .samples(21),
            stopwatch: { watch.next() }
        )
        var ends: [Int] = []
        for (number, label) in Self.labels.enumerated() where number < 400 {
            rehearsal.batch.append(features: [Float(number % 7), 1], label: label)
            rehearsal.advance()
            if rehearsal.batch.isEmpty { ends.append(number + 1) }
        }
        #expect(ends.contains(320) && ends.contains(336) && ends.contains(341))
        #expect(ends.contains(357) && !ends.contains(352))
        // Each batch is a step, and so is what comes back of the job.
        #expect(rehearsal.learningTime == Int64(ends.count) + 1 && rehearsal.jobTime == 1)
    }
}

/// A stopwatch that moves on whenever somebody looks at it.
private final class Steps: Sendable {
    private let count = Mutex(Int64(0))

    func next() -> Int64 {
        count.withLock { count in
            count += 1
            return count
        }
    }
}
