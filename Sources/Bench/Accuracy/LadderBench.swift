// SPDX-License-Identifier: Apache-2.0
//
// What a pool loses when it has no time for all of its experts: the pools from the full one down to
// a single expert, each as a pool of its own, accuracy against processor time a sample. Then the
// stream comes five times faster than the full pool can learn, and the pool sheds by itself: what
// waits, what is lost and how accurate it is, beside the pool of the ladder that fits.
//
// The clock of the second part is made of measured processor time, slowed down so that the stream
// lasts long enough for reports of the load: what a sample costs and how fast samples come keep
// their ratio, and nothing depends on who else is busy on the machine.

import Control
import Engine
import Experts
import Learning
import Linux
import Primitives

/// The ladder of pools.
struct LadderBench: Sendable {
    /// The most rows of a stream.
    private var rowsMax = 50_000
    /// How many times too fast the stream comes.
    private var excess = 5.0
    private var files: [String] = []

    /// Makes what the arguments ask for; nil when they can't be understood.
    init?(arguments: [String]) {
        var rest = arguments[...]
        while let word = rest.popFirst() {
            switch word {
            case "--rows":
                guard let number = rest.popFirst().flatMap({ Int($0) }), number > 0 else {
                    return nil
                }
                rowsMax = number
            case "--excess":
                guard let number = rest.popFirst().flatMap({ Double($0) }), number > 1 else {
                    return nil
                }
                excess = number
            case let path where !path.hasPrefix("-"): files.append(path)
            default: return nil
            }
        }
        guard !files.isEmpty else { return nil }
    }

    /// The usual pool, and what is left of it step by step.
    private static let steps: [(name: String, leaves: [String])] = [
        ("the full pool", []),
        ("no bagged trees", ["leveraging_bagging"]),
        ("no temporal forest", ["forest_temporal"]),
        ("no network with replay", ["mlp_replay"]),
        ("no forest", ["forest"]),
        ("no 1,000 neighbours", ["knn_1000"]),
        ("no 200 neighbours", ["knn_200"]),
        ("lines and moments only", ["mlp"]),
        (
            "three lines",
            ["arow_temporal", "arow_quadratic", "naive_bayes", "lda", "label_table"]
        ),
        ("one line", ["linear_fast", "quadratic"]),
    ]

    /// One rung: which experts, how accurate, how long a sample takes.
    private struct Rung {
        var name: String
        var score: Double
        var time: Double
    }

    /// Runs everything, and gives the exit code.
    func run(write: (String) -> Void) -> Int32 {
        do {
            var isReached = true
            for file in files {
                let table = try NumberTable.read(file, rowsMax: rowsMax)
                guard !table.hasFractions else {
                    throw UnusableFile(text: "\(file) has numbers; the ladder is one of classes")
                }
                isReached = measure(file, table, write) && isReached
            }
            return isReached ? 0 : 1
        } catch let error as UnusableFile {
            write("learnd-bench: \(error.text)")
        } catch {
            write("learnd-bench: \(error)")
        }
        return 2
    }

    private func measure(
        _ file: String,
        _ table: NumberTable,
        _ write: (String) -> Void
    ) -> Bool {
        var settings = EngineSettings()
        settings.model = .pool
        write("\(AccuracyBench.name(of: file)): \(table.count) rows, \(table.width) columns")
        write(Self.line("pool", "accuracy", "us a sample"))
        var experts = PoolSettings.usualForClasses
        var rungs: [Rung] = []
        for step in Self.steps {
            experts.removeAll { step.leaves.contains($0) }
            settings.pool.experts = experts
            let lap = AccuracyLap(table, settings: settings, seed: 1, labelDelay: 0)
            rungs.append(Rung(name: step.name, score: lap.score, time: lap.learning))
            write(Self.line(step.name, Self.percent(lap.score), Self.micros(lap.learning)))
        }
        settings.pool.experts = []
        let rate = excess / rungs[0].time
        let flood = Flood(table, settings: settings, rowsPerMicrosecond: rate)
        let fitting = rungs.first { $0.time * rate <= 1 }
        let shed = "shedding, \(Self.micros(1 / rate)) us a sample"
        write(Self.line(shed, Self.percent(flood.accuracy), Self.micros(flood.time)))
        write(
            "  learned \(flood.learned) of \(table.count); \(flood.waitingMost) waited at most, "
                + "\(flood.waiting) at the end; \(flood.changes) times experts rested or came back"
        )
        let isWhole = flood.learned == table.count
        guard let fitting else {
            write("  no pool of the ladder fits")
            return isWhole
        }
        let isAsGood = flood.accuracy >= fitting.score
        write(
            "  the pool that fits: \(fitting.name), \(Self.percent(fitting.score)): "
                + (isWhole && isAsGood ? "reached" : "not reached")
        )
        return isWhole && isAsGood
    }

    private static func line(_ name: String, _ score: String, _ time: String) -> String {
        "  " + name.padding(to: 34) + score.padding(to: 12) + time
    }

    private static func percent(_ share: Double) -> String {
        AccuracyTable.fixed(share * 100, 2)
    }

    private static func micros(_ time: Double) -> String { AccuracyTable.fixed(time, 1) }
}

extension String {
    fileprivate func padding(to width: Int) -> String {
        self + String(repeating: " ", count: max(1, width - count))
    }
}
