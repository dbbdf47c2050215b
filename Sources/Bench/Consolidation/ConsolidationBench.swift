// SPDX-License-Identifier: Apache-2.0
//
// Is the loop worth its while? Four parts, all by the daemon's own engine with its defaults:
//
//   strategies  the loop beside learning alone, refitting from time to time, starting anew at each
//               alarm, adopting unasked, and an oracle that knows each drift; for each learner
//   rare        streams of 5 % and 1 % positives: never worse than always saying no
//   recovery    how soon the loop is back after a drift, and controls without any
//   throughput  what a consolidation costs the learner beside it

import Control
import Engine
import Linux
import Primitives
import Samples

/// The benchmark of consolidation.
struct ConsolidationBench: Sendable {
    /// One part of it.
    enum Part: String, CaseIterable {
        case strategies
        case rare
        case recovery
        case throughput
    }

    /// How many seeds.
    var seeds = 5
    /// The first of them.
    ///
    /// The defaults of consolidation were chosen on seeds 1 to 5, so that others are the fairer
    /// judges.
    var firstSeed = 101
    /// The samples of a concept in the part on recovery.
    var length = 5000
    /// How many laps run at once.
    var threads = Process.processorCount
    /// Whether the rows are written as JSON.
    var isJSON = false
    /// The parts that are run.
    var parts = Part.allCases
    /// The learners.
    var learners = ["softmax", "network", "pool"]
    /// The streams; empty: all.
    var streams: [String] = []
    /// Streams from files.
    var files: [String] = []

    /// Makes what the arguments ask for; nil when they can't be understood.
    init?(arguments: [String]) {
        var rest = arguments[...]
        while let word = rest.popFirst() {
            switch word {
            case "--json": isJSON = true
            case "--parts", "--learners", "--streams":
                guard let list = rest.popFirst() else { return nil }
                let words = list.split(separator: ",").map(String.init)
                guard take(words, of: word) else { return nil }
            case "--seeds", "--length", "--first-seed", "--threads":
                guard let number = rest.popFirst().flatMap({ Int($0) }), number > 0 else {
                    return nil
                }
                switch word {
                case "--seeds": seeds = number
                case "--length": length = number
                case "--threads": threads = number
                default: firstSeed = number
                }
            case let path where !path.hasPrefix("-"): files.append(path)
            default: return nil
            }
        }
    }

    private mutating func take(_ words: [String], of option: String) -> Bool {
        switch option {
        case "--parts":
            parts = words.compactMap { Part(rawValue: $0) }
            return parts.count == words.count && !parts.isEmpty
        case "--learners":
            learners = words
            return !words.isEmpty && words.allSatisfy { StrategyBench.subject($0) != nil }
        default:
            streams = words
            return !words.isEmpty
        }
    }

    private var allSeeds: [UInt64] { (firstSeed..<firstSeed + seeds).map { UInt64($0) } }

    /// Runs what was asked for, and gives the exit code.
    func run(write: (String) -> Void) -> Int32 {
        do {
            return try measure(write: write)
        } catch let error as UnusableFile {
            write("learnd-bench: \(error.text)")
        } catch {
            write("learnd-bench: \(error)")
        }
        return 2
    }

    private func measure(write: (String) -> Void) throws -> Int32 {
        var isPassed = true
        for (number, part) in parts.enumerated() {
            if number > 0, !isJSON { write("") }
            switch part {
            case .strategies: isPassed = try compareStrategies(write) && isPassed
            case .rare: isPassed = try lookAtRareClasses(write) && isPassed
            case .recovery:
                var bench = RecoveryBench()
                bench.seeds = seeds
                bench.firstSeed = firstSeed
                bench.length = length
                isPassed = bench.run(isJSON: isJSON, write: write) && isPassed
            case .throughput:
                let row = try InterferenceRow.measure()
                write(isJSON ? row.json.jsonText : row.text)
                isPassed = row.isPassed && isPassed
            }
        }
        return isPassed ? 0 : 1
    }

    private func compareStrategies(_ write: (String) -> Void) throws -> Bool {
        var arenas = Arena.made()
        for file in files { arenas.append(try Arena.file(file)) }
        if !streams.isEmpty {
            arenas = arenas.filter { streams.contains($0.name) }
            guard arenas.count == streams.count else {
                throw UnusableFile(text: "there is no such stream among \(streams)")
            }
        }
        let bench = StrategyBench(
            subjects: learners.compactMap { StrategyBench.subject($0) },
            arenas: arenas,
            seeds: allSeeds,
            threads: threads
        )
        var rows: [StrategyRow] = []
        var last = ""
        try bench.run { subject, row in
            rows.append(row)
            if isJSON { return write(row.json(learner: subject.name).jsonText) }
            if subject.name != last {
                if !last.isEmpty { write("") }
                write(StrategyRow.heading(subject.name))
                last = subject.name
            }
            write(row.text)
        }
        let duels = rows.flatMap(\.duels)
        let lost = Duel.lost(duels)
        if !isJSON, !duels.isEmpty {
            write(
                "\(duels.count) adoptions on all streams, worse than their parents beyond chance: "
                    + "\(lost)"
            )
        }
        return lost == 0 && rows.allSatisfy(\.isPassed)
    }

    private func lookAtRareClasses(_ write: (String) -> Void) throws -> Bool {
        if !isJSON { write(RareRow.heading) }
        var isPassed = true
        for learner in learners {
            guard let subject = StrategyBench.subject(learner) else { continue }
            for share in RareClass.shares {
                let row = try RareRow(subject, share: share, seeds: allSeeds, threads: threads)
                write(isJSON ? row.json.jsonText : row.text)
                isPassed = isPassed && row.isPassed
            }
        }
        return isPassed
    }
}
