// SPDX-License-Identifier: Apache-2.0
//
// How soon does the loop recover? The daemon's engine with its default settings (softmax, plain
// gradient descent) goes through streams with abrupt drifts; so does the same engine without
// consolidation, at three constant rates. Lap.swift says what recovery is.
//
// One seed's error moves about its floor by more than a tenth, because the rate is constant; so
// recovery is read off the mean of the errors over the seeds, for the loop and its rivals alike,
// and each seed's own figure stands beside it. A drift is passed when the loop recovers in at
// most half of the samples that the quickest rival needs, or in 400, whichever is more. A control
// is passed when no adopted challenger was worse than its parent beyond chance (Duel.swift).

package import Engine
import Learning
import Primitives
package import Samples

/// The comparison of the loop with online learning alone.
package struct RecoveryBench: Sendable {
    /// How many seeds.
    package var seeds = 5
    /// The first of them.
    ///
    /// The defaults of consolidation were chosen on seeds 1 to 5, so that others are the fairer
    /// judges.
    package var firstSeed = 101
    /// The samples of a concept.
    package var length = 5000
    /// The samples of a control.
    package var controlLength = 40_000
    /// The settings of the loop; its rivals have them, too, but for rate and consolidation.
    package var settings = EngineSettings()

    /// The rates of the rivals.
    package static let rates: [Float] = [0.01, 0.05, 0.1]
    /// Recovery within so many samples is always soon enough.
    package static let soonEnough = 400
    private static let concepts = 4

    /// Makes the full comparison.
    package init() {}

    /// Compares on a stream with drifts; one row for each drift.
    package func compare(on stream: SyntheticStream) -> [DriftRow] {
        var alone = settings
        alone.consolidation.onDrift = false
        let courses = (firstSeed..<firstSeed + seeds).map { seed in
            Course(name: stream.rawValue, length: length, concepts: Self.concepts) {
                stream.make(seed: UInt64(seed), conceptLength: $0, concepts: Self.concepts)
            }
        }
        let loops = courses.map { Lap($0, settings: settings) }
        let rivals = Self.rates.map { rate in
            alone.optimiser = .sgd(rate: rate)
            return courses.map { Lap($0, settings: alone) }
        }
        return (0..<Self.concepts - 1).map { drift in
            DriftRow(
                stream: stream.rawValue,
                drift: drift + 1,
                loops: loops,
                rivals: zip(Self.rates, rivals).map { ($0, $1) }
            )
        }
    }

    /// Lets the loop run where no consolidation can help, or where the world changes often.
    package func control(
        named name: String,
        _ make: (_ seed: UInt64) -> any SampleSource
    ) -> ControlRow {
        let laps = (firstSeed..<firstSeed + seeds).map { seed in
            let course = Course(name: name, length: controlLength, concepts: 1, probes: 100) { _ in
                make(UInt64(seed))
            }
            return Lap(course, settings: settings)
        }
        return ControlRow(name: name, laps: laps)
    }

    /// Runs everything, and says whether every line is reached.
    package func run(isJSON: Bool, write: (String) -> Void) -> Bool {
        let drifts = [SyntheticStream.sea, .abrupt].flatMap { compare(on: $0) }
        let length = length
        let controls = [
            control(named: "stationary") { SyntheticStream.stationary.make(seed: $0) },
            control(named: "bursty") { BurstyNoise(seed: $0) },
            control(named: "turning") {
                SyntheticStream.abrupt.make(seed: $0, conceptLength: length, concepts: 8)
            },
        ]
        if isJSON {
            for row in drifts { write(row.json.jsonText) }
            for row in controls { write(row.json.jsonText) }
        } else {
            write(DriftRow.heading)
            for row in drifts { write(row.text) }
            write("")
            write(ControlRow.heading)
            for row in controls { write(row.text) }
        }
        return drifts.allSatisfy(\.isPassed) && controls.allSatisfy(\.isPassed)
    }
}
