// SPDX-License-Identifier: Apache-2.0
//
// The subcommands of learnd-bench.

import Engine
import Learning
import Samples

/// The program's entry.
package enum Benchmark {
    /// Runs what the arguments ask for, and gives the exit code.
    package static func run(_ arguments: [String], write: (String) -> Void) -> Int32 {
        for stream in [SyntheticStream.sea, .abrupt] {
            var laps: [String: [Lap]] = [:]
            for seed in 1...5 {
                let course = Course(name: stream.rawValue, length: 5000, concepts: 4) {
                    stream.make(seed: UInt64(seed), conceptLength: $0, concepts: 4)
                }
                var s = EngineSettings()
                for rate in [0.01, 0.05, 0.1] as [Float] {
                    s.optimiser = .sgd(rate: rate)
                    s.consolidation.onDrift = true
                    laps["loop \(rate)", default: []].append(Lap(course, settings: s))
                    s.consolidation.onDrift = false
                    laps["sgd  \(rate)", default: []].append(Lap(course, settings: s))
                }
            }
            for key in laps.keys.sorted() {
                let all = laps[key] ?? []
                var line = "\(stream.rawValue) \(key): "
                for drift in 0..<3 {
                    let n = all[0].curves[drift].count
                    let mean = (0..<n).map { i in all.reduce(0) { $0 + $1.curves[drift][i] } / 5 }
                    line += "\(Lap.recovery(mean).map(String.init) ?? "-") (floor \(Int(Lap.floor(mean) * 10000))) each \(all.map { $0.drifts[drift].recovery ?? -1 })  "
                }
                line += "adopted \(all.map(\.adopted)) \(all.map(\.refused)) lost \(Duel.lost(all.flatMap(\.duels)))/\(all.flatMap(\.duels).count)"
                write(line)
            }
        }
        for name in ["stationary", "bursty", "abrupt5k"] {
            for rate in [0.01, 0.05, 0.1] as [Float] {
            var s = EngineSettings()
            s.optimiser = .sgd(rate: rate)
            var duels: [Duel] = []
            var r: [Int] = []
            for seed in 1...5 {
                let course = Course(name: name, length: 40000, concepts: 1, probes: 100) { n in
                    name == "bursty" ? BurstyNoise(seed: UInt64(seed)) : name == "abrupt5k" ? SyntheticStream.abrupt.make(seed: UInt64(seed), conceptLength: 5000, concepts: 8) : SyntheticStream.stationary.make(seed: UInt64(seed))
                }
                let lap = Lap(course, settings: s)
                duels += lap.duels
                r.append(lap.refused)
            }
            write("\(name) \(rate) duels \(duels.count) lost \(Duel.lost(duels)) refused \(r) diffs \(duels.map { Int($0.errorDifference * 10000) }) chance \(duels.map { Int($0.chance * 1000) })")
            }
        }
        return 0
    }
}
