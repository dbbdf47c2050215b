// SPDX-License-Identifier: Apache-2.0
//
// The drift scoreboard: every detector on every stream, at its defaults and at the level at which
// all raise one false alarm per 10,000 stationary values; DriftStream.swift says what the streams
// are, DriftScore.swift what is counted. Then ADWIN as it is shipped beside the rule of river at
// the same delta, which is to check at every value:
// - its delay, over all abrupt rises that both see, may be a tenth longer;
// - it may raise no more false alarms, beyond chance;
// - a value may cost a fifth.
// Seeds are fixed, so the same program prints the same table, but for the nanoseconds.

import Drift
import Primitives

/// The scoreboard of the detectors.
package struct DriftBench: Sendable {
    /// How many runs of each stream.
    var runs = 1000
    /// Whether rows are written as JSON.
    var isJSON = false
    /// The file with the rows of before, if they are to be compared.
    var baseline: String?
    /// The file whose rows are shown, instead of a run.
    var shown: String?

    /// How many streams of 10,000 values levels are found on, at most.
    private static let calibrationRuns = 200

    /// Makes what the arguments ask for; nil when they can't be understood.
    package init?(arguments: [String]) {
        var rest = arguments[...]
        while let word = rest.popFirst() {
            switch word {
            case "--json": isJSON = true
            case "--against", "--show":
                guard let path = rest.popFirst() else { return nil }
                if word == "--show" { shown = path } else { baseline = path }
            case "--runs":
                guard let number = rest.popFirst().flatMap({ Int($0) }), number > 0 else {
                    return nil
                }
                runs = number
            default: return nil
            }
        }
    }

    /// Runs everything, and gives the exit code.
    package func run(write: (String) -> Void) -> Int32 {
        let before: DriftFile
        let now: DriftFile
        do {
            before = try baseline.map(DriftFile.init(path:)) ?? DriftFile()
            now = try shown.map(DriftFile.init(path:)) ?? measured()
        } catch {
            write("learnd-bench: \(error)")
            return 2
        }
        let duel = ClockDuel(now)
        if isJSON {
            for line in now.lines { write(line.jsonText) }
            write(duel.json.jsonText)
        } else {
            DriftTable.write(now, to: write)
            for line in duel.lines { write(line) }
        }
        let complaints = now.rows.compactMap { row in
            before.rows.first { $0.key == row.key }.flatMap(row.complaint)
        }
        if baseline != nil && !isJSON {
            write("")
            write(complaints.isEmpty ? "nothing got worse than in the baseline" : "WORSE:")
        }
        if !isJSON { for complaint in complaints { write("  " + complaint) } }
        return complaints.isEmpty && duel.isPassed ? 0 : 1
    }

    private func measured() -> DriftFile {
        DriftFile(
            rows: defaults() + equals(),
            nanoseconds: DriftCost.nanoseconds(of: DriftContender.all)
        )
    }

    private func defaults() -> [ScoreRow] {
        DriftStream.all.flatMap { stream in
            let contenders = DriftContender.all.filter { stream.isErrors || $0.takesNumbers }
            return score(
                contenders.map { ($0, $0.standard) },
                on: stream,
                mode: "default"
            )
        }
    }

    private func equals() -> [ScoreRow] {
        let count = min(DriftBench.calibrationRuns, max(20, runs / 5))
        return [true, false].flatMap { isErrors -> [ScoreRow] in
            let calibration = DriftCalibration(runs: count, isErrors: isErrors)
            let levels = DriftContender.all.filter { isErrors || $0.takesNumbers }
                .map { ($0, calibration.level(of: $0).level) }
            return DriftStream.all.filter { $0.isErrors == isErrors }
                .flatMap { score(levels, on: $0, mode: "equal") }
        }
    }

    private func score(
        _ contenders: [(DriftContender, Double)],
        on stream: DriftStream,
        mode: String
    ) -> [ScoreRow] {
        let fresh = contenders.map { $0.0.make($0.1) }
        var scores = [DriftScore](repeating: DriftScore(), count: contenders.count)
        for run in 0..<runs {
            let values = stream.values(seed: UInt64(run + 1))
            for index in contenders.indices {
                scores[index].add(values, of: stream, to: fresh[index])
            }
        }
        return contenders.indices.map { index in
            ScoreRow(
                contenders[index].0,
                mode: mode,
                level: contenders[index].1,
                stream: stream,
                runs: runs,
                score: scores[index]
            )
        }
    }
}
