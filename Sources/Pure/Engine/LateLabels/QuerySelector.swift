// SPDX-License-Identifier: Apache-2.0
//
// Which unlabelled samples somebody should be asked about, when labels are dear (after Zliobaite,
// Bifet, Pfahringer and Holmes, "Active learning with drifting streaming data", 2014, the variable
// uncertainty strategy). A sample is a candidate when it waits for its label. With p the
// probability of its predicted class:
//
//   1. uncertain?   p < threshold * noise. The threshold moves at each candidate, down by the share
//      (1 - target) of a step when it was uncertain, up by the share `target` when it was not, so
//      that it settles where that share of all candidates is uncertain: twice the budget, because
//      not each of them comes when it can be afforded. In the paper only candidates within the
//      budget move it, and a small budget is half spent before the threshold has settled.
//   2. affordable?  (asked + 1) / candidates <= budget, and the recent spending, an exponential
//      mean over `window` candidates, is below it, so that what a quiet time has saved is not
//      spent at once.
//
// Both: ask. The noise, normal around 1, lets some surer samples through, where a change may hide.
// Not for numbers, which come without a probability: those are asked about at random, as every
// sample is by the other strategy. All draws come from the learner's seed.

package import Primitives

/// How samples are chosen that somebody is asked about.
package enum QueryStrategy: UInt8, Sendable, CaseIterable {
    /// Those of which the learner is least sure.
    case uncertainty = 0
    /// Any.
    case random = 1

    /// The name in configuration and status.
    package var name: String {
        switch self {
        case .uncertainty: "uncertainty"
        case .random: "random"
        }
    }
}

/// How many labels may be asked for, and which.
package struct QuerySettings: Sendable, Equatable {
    /// The share of unlabelled samples with an identifier; 0: none.
    package var budget = 0.0
    /// How they are chosen.
    package var strategy = QueryStrategy.uncertainty

    /// Makes the defaults.
    package init() {}

    /// What is wrong with the settings, if anything.
    package var complaint: String? {
        (0...1).contains(budget) ? nil : "query budget is \(budget), it must be 0 to 1"
    }
}

/// A question: whose label would be worth having.
package struct SampleQuery: Sendable, Equatable {
    /// What its sender calls the sample.
    package var id: String
    /// Its number among the samples that were scored.
    package var sequence: UInt64
    /// Why it was chosen.
    package var why: QueryStrategy
    /// One minus the probability of the predicted class; nil for numbers.
    package var uncertainty: Float?

    /// The fields of the event.
    var fields: [JSONValue.Member] {
        [
            .init("event", "query"), .init("id", .string(id)),
            .init("why", why == .uncertainty ? "uncertain" : "random"),
            .init("uncertainty", uncertainty.map { .number(Double($0)) } ?? .null),
            .init("sequence", .int(Int64(clamping: sequence))),
        ]
    }
}

/// Chooses, one sample after the other.
package struct QuerySelector: Sendable {
    /// The samples that could have been asked about.
    package private(set) var candidates: UInt64 = 0
    /// Those that were.
    package private(set) var asked: UInt64 = 0
    private var threshold = 1.0
    private var spending = 0.0
    private var random: RandomSource

    private static let step = 0.02
    private static let window = 100.0
    private static let noise = 0.05

    /// Makes a selector that has seen nothing.
    package init(seed: UInt64) {
        random = RandomSource(seed: seed ^ 0x7175_6572_7953_6565)
    }

    /// Whether to ask about a sample, and why.
    ///
    /// - Parameters:
    ///   - probability: That of the predicted class; nil for numbers.
    ///   - settings: Budget and strategy.
    /// - Returns: The reason, or nil when nobody is to be asked.
    package mutating func choose(
        probability: Float?,
        _ settings: QuerySettings
    ) -> QueryStrategy? {
        guard settings.budget > 0 else { return nil }
        candidates += 1
        spending *= 1 - 1 / QuerySelector.window
        let isAffordable =
            Double(asked + 1) <= settings.budget * Double(candidates)
            && spending / QuerySelector.window < settings.budget
        // More than is affordable, so that the budget is spent, and not only approached.
        let target = min(1, 2 * settings.budget)
        var why = QueryStrategy.random
        if settings.strategy == .uncertainty, let probability {
            why = .uncertainty
            guard isUncertain(probability, target: target), isAffordable else { return nil }
        } else {
            guard isAffordable, random.chance(target) else { return nil }
        }
        asked += 1
        spending += 1
        return why
    }

    /// Whether the sample is among the least sure; moves the threshold.
    private mutating func isUncertain(_ probability: Float, target: Double) -> Bool {
        let limit = threshold * (1 + QuerySelector.noise * random.normal())
        let step = QuerySelector.step
        guard Double(probability) < limit else {
            threshold = min(1, threshold * (1 + step * target))
            return false
        }
        threshold *= 1 - step * (1 - target)
        return true
    }

    /// What was asked, as it stands in a status.
    func json(_ settings: QuerySettings) -> JSONValue {
        [
            "budget": .number(settings.budget), "strategy": .string(settings.strategy.name),
            "candidates": .int(Int64(clamping: candidates)), "asked": .int(Int64(clamping: asked)),
        ]
    }
}

extension QuerySelector: ByteCodable {
    /// Appends counts, threshold and draws.
    package func encode(into writer: inout ByteWriter) {
        writer.write(candidates)
        writer.write(asked)
        writer.write(threshold)
        writer.write(spending)
        random.encode(into: &writer)
    }

    /// Reads counts, threshold and draws.
    package init(from reader: inout ByteReader) throws(DecodeError) {
        candidates = try reader.readCounter()
        asked = try reader.readCounter()
        threshold = try reader.readDouble()
        spending = try reader.readDouble()
        random = try RandomSource(from: &reader)
        guard asked <= candidates, (0...1).contains(threshold), spending >= 0, spending.isFinite
        else { throw .invalid("questions were asked about no sample") }
    }
}

extension QuerySettings: ByteCodable {
    /// Appends budget and strategy.
    package func encode(into writer: inout ByteWriter) {
        writer.write(budget)
        writer.write(strategy.rawValue)
    }

    /// Reads budget and strategy.
    package init(from reader: inout ByteReader) throws(DecodeError) {
        budget = try reader.readDouble()
        guard let strategy = QueryStrategy(rawValue: try reader.read()) else {
            throw .invalid("the settings have an unknown strategy of questions")
        }
        self.strategy = strategy
        if let complaint { throw .invalid(complaint) }
    }
}
