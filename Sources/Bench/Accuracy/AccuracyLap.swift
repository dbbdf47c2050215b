// SPDX-License-Identifier: Apache-2.0
//
// One stream under one seed: every row is predicted, then learned, once, in micro-batches of 16 and
// one sample at a time within; jobs come back after a fifth of their rows. What `learnctl evaluate`
// does with a file, with the time that it takes on the thread of the learner.

import Control
import Engine
import Learning
import Linux
import Primitives
import Simulation

/// What one seed came to.
struct AccuracyLap: Sendable {
    /// The measures at the end, as in `learnctl status`.
    let metrics: JSONValue
    /// Processor time of learning, in microseconds a sample.
    let learning: Double
    /// Processor time of jobs, in microseconds a sample.
    let jobs: Double

    init(metrics: JSONValue, learning: Double = 0, jobs: Double = 0) {
        self.metrics = metrics
        self.learning = learning
        self.jobs = jobs
    }

    /// Goes through a table.
    init(_ table: NumberTable, settings: EngineSettings, seed: UInt64, labelDelay: Int) {
        var settings = settings
        settings.seed = seed
        settings.task = table.hasFractions ? .regression : settings.task
        var rehearsal = Rehearsal(
            settings: settings,
            labelDelay: labelDelay,
            keeps: [],
            stopwatch: { Clock.threadNanoseconds() }
        )
        for row in 0..<table.count {
            let features = table.features[row * table.width..<(row + 1) * table.width]
            rehearsal.batch.append(features: Array(features), label: table.labels[row])
            rehearsal.advance()
        }
        rehearsal.finish()
        let samples = Double(max(1, table.count))
        self.init(
            metrics: rehearsal.engine.status()["metrics"] ?? .null,
            learning: Double(rehearsal.learningTime) / 1000 / samples,
            jobs: Double(rehearsal.jobTime) / 1000 / samples
        )
    }

    /// A measure by its path; NaN where there is none.
    func figure(_ path: String...) -> Double { figure(path) }

    /// The same.
    func figure(_ path: [String]) -> Double {
        var value = metrics
        for name in path { value = value[name] ?? .null }
        return value.double ?? .nan
    }

    /// Whether numbers were predicted.
    var isRegression: Bool { metrics["mae"] != nil }

    /// Accuracy, or mean absolute error.
    var score: Double { isRegression ? figure("mae") : figure("accuracy") }

    /// The best of what does not need the whole model: the trivial baselines, and each expert by
    /// itself where the learner says how those do (`accuracy` or `mae` of an item of `experts`, by
    /// what each said when the sample came).
    var rival: (name: String, score: Double) {
        var rivals: [(name: String, score: Double)] =
            isRegression
            ? [
                ("running mean", figure("baselines", "running_mean", "mae")),
                ("last value", figure("baselines", "last_value", "mae")),
            ]
            : [
                ("majority", figure("baselines", "majority")),
                ("no change", figure("baselines", "no_change")),
            ]
        for expert in metrics["experts"]?.items ?? [] {
            guard let score = expert[isRegression ? "mae" : "accuracy"]?.double else { continue }
            rivals.append((expert["name"]?.text ?? "an expert", score))
        }
        var best = rivals[0]
        for rival in rivals.dropFirst() where !rival.score.isNaN {
            let isBetter = isRegression ? rival.score < best.score : rival.score > best.score
            if isBetter || best.score.isNaN { best = rival }
        }
        return best
    }
}
