// SPDX-License-Identifier: Apache-2.0
//
// A pool of experts as it is configured, and what a learner will be, in words.

package import Experts

/// What a pool is made up of.
package struct PoolConfiguration: Sendable, Equatable {
    /// The kinds of experts; none: the usual ones.
    package let experts: [String]
    /// How many labelled rows are remembered.
    package let rows: Int

    init(_ values: ScopedValues) {
        let model: LearnerConfiguration.Model = values.word("model")
        experts = model.word?.experts ?? PoolRules.namedExperts(values)
        rows = values.integer("pool.rows")
    }

    /// What the engine makes of it.
    var settings: PoolSettings {
        var settings = PoolSettings()
        settings.experts = experts
        settings.rows = rows
        return settings
    }
}

extension LearnerConfiguration.Model {
    /// What a pool of one expert means that goes by a name of its own; nil for all else.
    package var word: PoolSettings.Word? { PoolSettings.words.first { $0.name == rawValue } }

    /// Whether it is a pool of experts.
    package var isPool: Bool { self == .pool || word != nil }
}

extension LearnerConfiguration {
    /// Which model it will have, in words.
    package var forecast: String {
        if model.word != nil { return "\(model.rawValue), a pool of that one expert" }
        if model == .pool { return poolForecast }
        guard model == .auto else { return model.rawValue }
        let models =
            switch task {
            case .regression: "linear"
            case .classes: "softmax"
            default: "softmax for classes, linear for numbers"
            }
        return models + (poolObstacle.map { "; \($0)" } ?? "")
    }

    private var poolForecast: String {
        let settings = pool.settings
        func count(_ shape: ExpertShape) -> String {
            let opinions = settings.kinds(for: shape).filter { $0.fits(shape) }
            return "\(opinions.count) expert" + (opinions.count == 1 ? "" : "s")
        }
        let classes = count(
            ExpertShape(width: width ?? 1, classes: max(2, self.classes?.count ?? 0))
        )
        let numbers = count(ExpertShape(width: width ?? 1, classes: 0))
        return switch task {
        case .classes: "a pool of \(classes)"
        case .regression: "a pool of \(numbers)"
        default: "a pool of \(classes) for classes, of \(numbers) for numbers"
        }
    }
}
