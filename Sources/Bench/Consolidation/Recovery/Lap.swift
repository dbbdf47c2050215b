// SPDX-License-Identifier: Apache-2.0
//
// One learner over one course, and how soon it recovers from each drift:
//
//   error     on the probes of the concept that rules, every 16 samples
//   floor     the mean error over the last fifth of the concept
//   recovered the first n such that the mean error over the samples n ..< n + 192 of the concept is
//             at most 1.1 times the floor
//
// The same for every learner: each is measured against its own floor.

import Consolidation
import Drift
package import Engine
import Samples
import Simulation

/// What one learner did on one course.
package struct Lap: Sendable {
    /// What happened after one drift.
    package struct Drift: Sendable, Equatable {
        /// The mean error at the end of the concept.
        package var floor: Double
        /// The samples until the error was near the floor; nil when it never was.
        package var recovery: Int?
        /// The samples until a detector alarmed; nil when none did.
        package var detection: Int?
        /// The samples until a challenger was adopted; nil when none was.
        package var adoption: Int?
    }

    /// The drifts of the course in order.
    package private(set) var drifts: [Drift] = []
    /// The error after each stride of the concept that began with each drift.
    package private(set) var curves: [[Double]] = []
    /// Consolidations that ended with an adoption.
    package private(set) var adopted = 0
    /// Those that ended without.
    package private(set) var refused = 0
    /// Each adopted challenger beside its parent.
    package private(set) var duels: [Duel] = []

    /// The samples between two looks at the error.
    package static let stride = 16
    /// The looks in the window of which the mean counts.
    package static let windowLooks = 12
    /// How near to the floor is near.
    package static let nearness = 1.1

    /// Runs the course.
    package init(_ course: Course, settings: EngineSettings) {
        var rehearsal = Rehearsal(
            settings: settings,
            batchRows: Lap.stride,
            jobDelay: .samples(16),
            keeps: []
        )
        var fed = 0
        for (number, concept) in course.concepts.enumerated() {
            let start = fed
            let heard = rehearsal.events.count
            let errors = attend(concept, &rehearsal)
            fed += concept.samples.count
            let news = rehearsal.events[heard...]
            count(news)
            guard number > 0 else { continue }
            curves.append(errors)
            drifts.append(Lap.measure(errors, news, start: UInt64(start)))
        }
    }

    /// Feeds one concept; gives the error after each stride.
    private mutating func attend(
        _ concept: Course.Concept,
        _ rehearsal: inout Rehearsal
    ) -> [Double] {
        var probe = Probe(concept.probes)
        var errors = [probe.error(of: rehearsal.engine.champion, schema: rehearsal.engine.schema)]
        for start in Swift.stride(from: 0, to: concept.samples.count, by: Lap.stride) {
            let end = min(start + Lap.stride, concept.samples.count)
            for sample in concept.samples[start..<end] {
                rehearsal.batch.append(features: sample.features, label: sample.label)
            }
            let before = rehearsal.engine.champion
            let heard = rehearsal.events.count
            rehearsal.close()
            errors.append(
                probe.error(of: rehearsal.engine.champion, schema: rehearsal.engine.schema)
            )
            if let before, rehearsal.events[heard...].contains(where: Lap.isAdoption) {
                let next = concept.samples[end...].prefix(Duel.samples)
                duels.append(
                    Duel(
                        parent: before,
                        missed: concept.samples[start..<end],
                        adopted: rehearsal.engine.champion ?? before,
                        over: next,
                        schema: rehearsal.engine.schema
                    )
                )
            }
        }
        return errors
    }

    private mutating func count(_ news: ArraySlice<EngineEvent>) {
        for event in news {
            guard case .consolidated(let news) = event, let verdict = news.verdict else { continue }
            if verdict == .adopted { adopted += 1 } else { refused += 1 }
        }
    }

    private static func isAdoption(_ event: EngineEvent) -> Bool {
        if case .consolidated(let news) = event { news.verdict == .adopted } else { false }
    }

    private static func measure(
        _ errors: [Double],
        _ news: ArraySlice<EngineEvent>,
        start: UInt64
    ) -> Drift {
        var drift = Drift(floor: floor(of: errors), recovery: recovery(of: errors))
        for event in news {
            switch event {
            case .drifted(let report, let sample) where report.level == .drift:
                drift.detection = drift.detection ?? Int(sample - min(sample, start))
            case .consolidated(let news) where news.verdict == .adopted:
                drift.adoption = drift.adoption ?? Int(news.sample - min(news.sample, start))
            default: break
            }
        }
        return drift
    }

    /// The error at the end of a concept.
    package static func floor(of errors: [Double]) -> Double {
        mean(errors.suffix(max(1, errors.count / 5)))
    }

    /// The samples until the error was near the floor; nil when it never was.
    package static func recovery(of errors: [Double]) -> Int? {
        let bound = nearness * floor(of: errors)
        for look in 0...max(0, errors.count - windowLooks)
        where mean(errors[look..<min(errors.count, look + windowLooks)]) <= bound {
            return look * stride
        }
        return nil
    }

    private static func mean(_ numbers: ArraySlice<Double>) -> Double {
        numbers.reduce(0, +) / Double(max(1, numbers.count))
    }
}
