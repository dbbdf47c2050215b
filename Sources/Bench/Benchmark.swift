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
            for seed in 1...5 {
                let course = Course(name: stream.rawValue, length: 5000, concepts: 4) {
                    stream.make(seed: UInt64(seed), conceptLength: $0, concepts: 4)
                }
                var s = EngineSettings()
                let loop = Lap(course, settings: s)
                s.consolidation.onDrift = false
                if arguments.first == "news" { for e in loop.news { write(e) } }
                var line = "\(stream.rawValue) \(seed) loop "
                func show(_ lap: Lap) -> String {
                    lap.drifts.map { "\($0.recovery.map(String.init) ?? "-")(\($0.detection.map(String.init) ?? "-"),\($0.adoption.map(String.init) ?? "-"),\(Int($0.floor*10000)),\(Int($0.early*10000)))" }.joined(separator: " ")
                }
                line += show(loop) + " a\(loop.adopted) r\(loop.refused)"
                write(line)
                if arguments.first != nil { continue }
                for rate in [0.01, 0.05, 0.1] as [Float] {
                    s.optimiser = .sgd(rate: rate)
                    write("     \(rate) " + show(Lap(course, settings: s)))
                }
            }
        }
        return 0
    }
}
