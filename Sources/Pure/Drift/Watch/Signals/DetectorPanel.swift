// SPDX-License-Identifier: Apache-2.0
//
// Any set of detectors on errors and losses, sample by sample, and how many of them it takes:
//
// 1. Each detector that takes such values is on the error bit and on the loss: the pairs.
// 2. A pair that says drift has voted. Its vote counts for `quorumSamples` samples.
// 3. With `quorum` votes there is a drift, and all votes are used up. The last voter says since
//    when; all are named. Fewer votes are a warning.

import Primitives

/// The chosen detectors of one learner.
struct DetectorPanel: Sendable {
    /// A detector on a signal.
    private struct Pair: Sendable {
        var signal: DriftSignal
        var input: DetectorInput
        var name: String
        var detector: Detector
        var said = DriftVerdict.none
        /// The sample of its vote; 0: none.
        var vote: UInt64 = 0
    }

    private var pairs: [Pair] = []
    private let quorum: Int
    private let samples: UInt64
    private let policy: DriftPolicy

    /// Makes the detectors of settings that have no complaint.
    init(_ settings: DriftSettings) {
        quorum = settings.quorum
        samples = UInt64(settings.quorumSamples)
        policy = settings.policy
        for signal in [DriftSignal.error, .loss] {
            for choice in settings.detectors {
                guard signal == .error || choice.kind.input != .errorBit,
                    let detector = try? settings.makeDetector(choice)
                else { continue }
                pairs.append(
                    Pair(
                        signal: signal,
                        input: choice.kind.input,
                        name: choice.kind.eventName,
                        detector: detector
                    )
                )
            }
        }
    }

    /// Takes the values of the next sample.
    ///
    /// - Returns: The gravest of what is said of it; a vote that is not enough is a warning.
    mutating func observe(error: Double?, loss: Double, sample: UInt64) -> DriftReport? {
        var gravest = -1
        var hasVote = false
        for place in pairs.indices {
            pairs[place].said = .none
            let value = pairs[place].signal == .error ? error : loss
            guard let value, value.isFinite, pairs[place].input.has(value) else { continue }
            let said = pairs[place].detector.update(with: value)
            guard said != .none else { continue }
            if policy == .risesOnly, pairs[place].detector.state.change == .fall { continue }
            pairs[place].said = said
            if said == .drift {
                pairs[place].vote = sample
                hasVote = true
            }
            if gravest < 0 || said > pairs[gravest].said { gravest = place }
        }
        guard gravest >= 0 else { return nil }
        guard hasVote else { return report(gravest, .warning, pairs[gravest].name) }
        let voters = pairs.indices.filter {
            pairs[$0].vote > 0 && sample - pairs[$0].vote < samples
        }
        guard voters.count >= quorum else { return report(gravest, .warning, pairs[gravest].name) }
        var names: [String] = []
        for place in voters {
            pairs[place].vote = 0
            if !names.contains(pairs[place].name) { names.append(pairs[place].name) }
        }
        let all = quorum == 1 ? pairs[gravest].name : names.joined(separator: "+")
        return report(gravest, .drift, all)
    }

    private func report(_ place: Int, _ level: DriftVerdict, _ name: String) -> DriftReport {
        let state = pairs[place].detector.state
        return DriftReport(
            level: level,
            change: state.change,
            detector: name,
            signal: pairs[place].signal,
            samplesSinceOnset: state.since
        )
    }

    /// Whether the newest check of any detector saw a warning that the policy lets through.
    var isUneasy: Bool {
        pairs.contains {
            let state = $0.detector.state
            return state.isWarning && (policy == .anyChange || state.change != .fall)
        }
    }

    /// Forgets all values and votes.
    mutating func restart() {
        for place in pairs.indices {
            pairs[place].detector.restart()
            pairs[place].said = .none
            pairs[place].vote = 0
        }
    }

    func encode(into writer: inout ByteWriter) {
        for pair in pairs {
            pair.detector.encode(into: &writer)
            writer.write(pair.vote)
        }
    }

    /// Reads the state of the detectors, which are those of the settings.
    mutating func restore(from reader: inout ByteReader) throws(DecodeError) {
        for place in pairs.indices {
            let detector = try Detector(from: &reader)
            guard detector.kind == pairs[place].detector.kind else {
                throw .invalid("a detector is not the one that the settings have")
            }
            pairs[place].detector = detector
            pairs[place].vote = try reader.read()
        }
    }
}

extension Detector {
    /// What the detector inside says of its last report, and whether it is at its edge.
    fileprivate var state: (change: DriftChange, since: Int, isWarning: Bool) {
        switch self {
        case .adwin(let inside): Detector.state(inside)
        case .pageHinkley(let inside): Detector.state(inside)
        case .ddm(let inside): Detector.state(inside)
        case .eddm(let inside): Detector.state(inside)
        case .hddmA(let inside): Detector.state(inside)
        case .hddmW(let inside): Detector.state(inside)
        case .kswin(let inside): Detector.state(inside)
        case .cusum(let inside): Detector.state(inside)
        case .glr(let inside): Detector.state(inside)
        }
    }

    private static func state<Inside: DriftDetector>(
        _ inside: Inside
    ) -> (change: DriftChange, since: Int, isWarning: Bool) {
        (inside.lastChange, inside.samplesSinceOnset, inside.isWarning)
    }
}
