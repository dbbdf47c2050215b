// SPDX-License-Identifier: Apache-2.0
//
// The benchmark of accuracies: what it reads, how it judges, and that it says what evaluate says.

import Decoding
import Engine
import Foundation
import Primitives
import Synchronization
import Testing

@testable import Bench
@testable import Control

struct AccuracyTests {
    private static func table(rows: Int, isRegression: Bool = false) -> NumberTable {
        var random = RandomSource(seed: 3)
        var features: [Float] = []
        var labels: [Double] = []
        for _ in 0..<rows {
            let (u, v) = (random.normal(), random.normal())
            features += [Float(u), Float(v)]
            labels.append(isRegression ? u - v + 0.5 : u + v > 0 ? 1 : 0)
        }
        return NumberTable(width: 2, features: features, labels: labels)
    }

    /// A folder with the two streams as files; the caller takes it away.
    private static func files() throws -> (folder: URL, paths: [String]) {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("accuracy-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        var paths: [String] = []
        for (name, isRegression) in [("numbers.csv", true), ("classes.csv", false)] {
            let table = table(rows: 400, isRegression: isRegression)
            var text = "u,v,label\n"
            for row in 0..<table.count {
                let label = table.labels[row]
                text += "\(table.features[2 * row]),\(table.features[2 * row + 1]),"
                text += isRegression ? "\(label)\n" : "\(Int(label))\n"
            }
            let path = folder.appendingPathComponent(name)
            try Data(text.utf8).write(to: path)
            paths.append(path.path)
        }
        return (folder, paths)
    }

    @Test func argumentsAreUnderstoodOrRefused() throws {
        let bench = try #require(
            AccuracyBench(
                arguments: ["--seeds", "2", "a.csv", "--delay", "50", "--rows", "9", "--json"]
            )
        )
        #expect(bench.seeds == 2 && bench.labelDelay == 50 && bench.rowsMax == 9 && bench.isJSON)
        #expect(bench.files == ["a.csv"] && bench.threads >= 1 && bench.configuration == nil)
        for words in [
            [], ["--seeds", "2"], ["a.csv", "--seeds"], ["a.csv", "--delay", "-1"],
            ["a.csv", "--what"], ["a.csv", "--config"],
        ] { #expect(AccuracyBench(arguments: words) == nil) }
        #expect(AccuracyBench.name(of: "/data/a.b.csv") == "a.b")
        #expect(AccuracyBench.name(of: ".csv") == ".csv")
        #expect(Benchmark.run(["accuracy", "/nowhere.csv"]) { _ in } == 2)
        #expect(Benchmark.run(["accuracy"]) { _ in } == 2)
    }

    private func lap(
        accuracy: Double,
        majority: Double = 0.5,
        noChange: Double = 0.6,
        experts: JSONValue = []
    ) -> AccuracyLap {
        AccuracyLap(metrics: [
            "accuracy": .number(accuracy), "experts": experts,
            "baselines": ["majority": .number(majority), "no_change": .number(noChange)],
        ])
    }

    private func row(
        _ name: String,
        delay: Int = 0,
        _ laps: [AccuracyLap]
    ) -> AccuracyRow {
        AccuracyRow(name, Self.table(rows: 10), labelDelay: delay, laps: laps)
    }

    @Test func theMedianIsHeldToTheBound() {
        let reached = row("elec2", [0.2, 0.957, 0.99].map { lap(accuracy: $0) })
        #expect(reached.isReached == true && reached.score == 0.957)
        #expect(row("elec2", [0.2, 0.9569, 0.99].map { lap(accuracy: $0) }).isReached == false)
        #expect(row("mine", [lap(accuracy: 0.1)]).isReached == nil)
        func numbers(_ error: Double) -> AccuracyLap {
            AccuracyLap(metrics: ["mae": .number(error)])
        }
        #expect(row("friedman_lea", [numbers(1.06)]).isReached == true)
        #expect(row("friedman_lea", [numbers(1.07)]).isReached == false)
        #expect(Median.of([3, .nan, 1, 8, 4]) == 3.5 && Median.of([]).isNaN)
    }

    @Test func lateLabelsAreHeldToTheBestRival() {
        #expect(row("elec2", delay: 50, [lap(accuracy: 0.598)]).isReached == true)
        #expect(row("elec2", delay: 50, [lap(accuracy: 0.596)]).isReached == false)
        // What no item says is no rival; what one says is.
        let experts: JSONValue = [
            ["name": "knn", "accuracy": 0.7], ["name": "nb", "weight": 0.9], ["accuracy": 0.65],
        ]
        let held = row("any", delay: 1, [lap(accuracy: 0.6, experts: experts)])
        #expect(held.isReached == false)
        #expect(held.rival.name == "knn" && held.rival.score == 0.7)
        #expect(
            row("any", delay: 1, [lap(accuracy: 0.698, experts: experts)]).isReached == true
        )
        func numbers(_ error: Double) -> AccuracyLap {
            AccuracyLap(metrics: [
                "mae": .number(error),
                "baselines": ["running_mean": ["mae": 2], "last_value": ["mae": 3]],
                "experts": [["name": "line", "mae": 1]],
            ])
        }
        #expect(row("any", delay: 1, [numbers(1.002)]).isReached == true)
        #expect(row("any", delay: 1, [numbers(1.004)]).isReached == false)
        #expect(row("any", delay: 1, [numbers(1.004)]).rival.name == "line")
    }

    @Test func resultsComeInTheOrderOfTheWork() throws {
        var seen: [Int] = []
        let gate = Mutex(0)
        try Heats(count: 40) { number in
            gate.withLock { $0 += 1 }
            return number * number
        }.run(threads: 3) { number, result in
            #expect(result == number * number)
            seen.append(number)
        }
        #expect(seen == Array(0..<40) && gate.withLock { $0 } == 40)
    }

    @Test func itSaysWhatEvaluateSays() throws {
        let (folder, paths) = try Self.files()
        defer { try? FileManager.default.removeItem(at: folder) }
        for path in paths {
            for delay in [0, 7] {
                let lap = AccuracyLap(
                    try NumberTable.read(path),
                    settings: try EvaluationSettings.read(nil),
                    seed: 5,
                    labelDelay: delay
                )
                var settings = try EvaluationSettings.read(nil)
                settings.seed = 5
                var plan = EvaluationJob.Plan()
                plan.labelDelay = delay
                var job = try EvaluationJob(path, label: "label", settings: settings, plan: plan)
                try job.run(Console(showsProgress: false, output: { _ in }, error: { _ in }))
                #expect(job.looks.last?.metrics == lap.metrics)
                #expect(lap.metrics["count"]?.integer == 400 && lap.learning > 0)
            }
        }
    }

    @Test func theTablesArePrinted() throws {
        let (folder, paths) = try Self.files()
        defer { try? FileManager.default.removeItem(at: folder) }
        // Whatever the defaults are: one model with one rate has no rival among its own experts.
        let configuration = folder.appendingPathComponent("learnd.toml")
        try Data("[learner.default]\nrate = 0.05\n".utf8).write(to: configuration)
        var lines: [String] = []
        let words =
            ["accuracy", "--seeds", "2", "--delay", "3", "--rows", "300"]
            + ["--config", configuration.path] + paths
        #expect(Benchmark.run(words) { lines.append($0) } == 0)
        let tables = lines.split(separator: "")
        #expect(tables.count == 4 && tables.allSatisfy { $0.count == 3 })
        let names = tables.map { $0.last?.split(separator: " ").first ?? "" }
        #expect(names == ["classes", "numbers", "classes", "numbers"])
        #expect(tables[0].first == "classes, each label with its sample")
        #expect(tables[3].first == "numbers, each label 3 samples late")
        #expect(tables.prefix(2).allSatisfy { $0.last?.hasSuffix("-") == true })
        #expect(tables.suffix(2).allSatisfy { $0.last?.hasSuffix("reached") == true })
        // Headings and rows end in one column.
        #expect(tables.allSatisfy { Set($0.dropFirst().map(\.count)).count == 1 })
        var json: [String] = []
        _ = Benchmark.run(words + ["--json"]) { json.append($0) }
        let rows = try parseJSON(Array((json.first ?? "null").utf8))
        #expect(rows.items.count == 4 && rows.items[0]["rows"]?.integer == 300)
        #expect(rows.items[0]["reached"] == .null && rows.items[2]["reached"] == .bool(true))
        #expect(rows.items[1]["mae"]?.double != nil && rows.items[0]["ece"]?.double != nil)
    }
}
