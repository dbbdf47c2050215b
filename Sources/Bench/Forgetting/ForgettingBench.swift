// SPDX-License-Identifier: Apache-2.0
//
// What is left of classes that came and went? The stream brings two classes at a time, each for one
// pass, and in the end all of them are asked for. Every line has the daemon's default optimiser and
// the same settings for all seeds; a memory holds 200 rows. The bound on the network without replay
// is an upper one: a stream that is not forgotten by itself would show nothing.

import Learning
import Primitives

/// The comparison of means against forgetting.
package struct ForgettingBench: Sendable {
    /// How many seeds.
    package var seeds = 5
    /// Whether the rows are written as JSON.
    package var isJSON = false
    private var files: (train: String, test: String)?

    /// Makes the full comparison; the tables are given to ``row(_:train:test:)``.
    package init() {}

    /// Makes what the arguments ask for; nil when they can't be understood.
    init?(arguments: [String]) {
        var rest = arguments[...]
        while let word = rest.popFirst() {
            switch word {
            case "--json": isJSON = true
            case "--digits":
                guard let train = rest.popFirst(), let test = rest.popFirst() else { return nil }
                files = (train, test)
            case "--seeds":
                guard let number = rest.popFirst().flatMap({ Int($0) }), number > 0 else {
                    return nil
                }
                seeds = number
            default: return nil
            }
        }
        guard files != nil else { return nil }
    }

    /// The learners that are compared.
    package static let subjects: [ForgettingSubject] = {
        var replay = RetentionSettings()
        replay.replay = .plain
        var scores = replay
        scores.replay = .scores
        // What is held is renewed about once for every two classes.
        var importance = RetentionSettings()
        importance.ewc = 1
        importance.renewEvery = 250
        var distilled = RetentionSettings()
        distilled.distil = 1
        distilled.renewEvery = 250
        var all = ForgettingSubject(
            "pool, view all",
            ForgettingSubject.pool,
            RetentionSettings(),
            .atLeast(0.96)
        )
        all.seesAllClasses = true
        let network = ForgettingSubject.network
        let softmax = ForgettingSubject.softmax
        return [
            .init("network", network, RetentionSettings(), .atMost(0.35)),
            .init("network, replay", network, replay, .atLeast(0.80)),
            .init("network, DER++", network, scores, .atLeast(0.80)),
            .init("network, EWC alone", network, importance),
            .init("network, LwF alone", network, distilled),
            .init("softmax", softmax, RetentionSettings()),
            .init("softmax, replay", softmax, replay),
            .init("pool, view now", ForgettingSubject.pool, RetentionSettings()),
            all,
        ]
    }()

    /// One learner over all seeds.
    package func row(
        _ subject: ForgettingSubject,
        train: LabelledRows,
        test: LabelledRows
    ) -> ForgettingRow {
        ForgettingRow(
            subject: subject,
            laps: (1...seeds).map {
                ForgettingLap(subject, seed: UInt64($0), train: train, test: test)
            }
        )
    }

    /// Runs everything, and gives the exit code.
    package func run(write: (String) -> Void) -> Int32 {
        guard let files else { return 2 }
        let train: LabelledRows
        let test: LabelledRows
        do {
            train = try LabelledRows.read(files.train).get()
            test = try LabelledRows.read(files.test).get()
        } catch {
            write("learnd-bench: \(error.text)")
            return 2
        }
        guard train.width == test.width else {
            write("learnd-bench: \(files.test) has \(test.width) features, not \(train.width)")
            return 2
        }
        if !isJSON { write(ForgettingRow.heading) }
        var rows: [ForgettingRow] = []
        for subject in ForgettingBench.subjects {
            let row = row(subject, train: train, test: test)
            if !isJSON { write(row.text) }
            rows.append(row)
        }
        if isJSON { write(JSONValue.array(rows.map(\.json)).jsonText) }
        return rows.allSatisfy(\.isReached) ? 0 : 1
    }
}

extension ForgettingSubject {
    fileprivate init(
        _ name: String,
        _ learner: @escaping @Sendable (UInt64) -> LearnerSettings,
        _ retention: RetentionSettings,
        _ bound: AccuracyBound? = nil
    ) {
        self.init(name: name, learner: learner, retention: retention, bound: bound)
    }
}
