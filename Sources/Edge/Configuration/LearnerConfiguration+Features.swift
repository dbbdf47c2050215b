// SPDX-License-Identifier: Apache-2.0
//
// What is made of the features of a sample, as it is configured.

import Engine
package import Learning

/// What a learner makes of features.
package struct FeatureConfiguration: Sendable, Equatable {
    /// What brings columns to one scale.
    package enum Scaling: String, Sendable, CaseIterable {
        /// Running, but nothing for slots.
        case auto
        /// Running mean and deviation.
        case running
        /// Mean and deviation of the last rows.
        case windowed
        /// Nothing.
        case none
    }

    /// What takes the place of a missing value.
    package enum Imputation: String, Sendable, CaseIterable {
        /// The mean of its column.
        case mean
        /// The number 0.
        case zero
        /// The last value of its column.
        case last
    }

    /// Whether an undeclared feature is refused.
    package let isClosed: Bool
    /// The declared features in order.
    package let declared: [DeclaredFeature]
    /// What brings columns to one scale.
    package let scaling: Scaling
    /// The rows of a window.
    package let window: Int
    /// What takes the place of a missing value.
    package let imputation: Imputation
    /// Whether there is a column for what is missing.
    package let hasIndicators: Bool
    /// Whether products of columns are features.
    package let hasInteractions: Bool
    /// The labels of how long ago are features.
    package let labelLags: [Int]
    /// The bits of a hashed feature; nil when nothing is hashed.
    package let hashBits: Int?
    /// The most hashed features of a sample.
    package let hashSlots: Int
    /// Whether the numbers of an array are identifiers.
    package let hasIdentifiers: Bool
    /// The factors of a factorisation machine.
    package let factors: Int
    /// Whether hashed features go into slots.
    package let isSparse: Bool

    /// Whether one of the features is a text.
    var hasTexts: Bool {
        declared.contains { feature in
            if case .text = feature.kind { true } else { false }
        }
    }

    init(_ values: ScopedValues) {
        isClosed = values.text("schema") == "closed"
        if case .features(let features) = values.value("features") {
            declared = features
        } else {
            declared = []
        }
        scaling = values.word("standardise.scaling")
        window = values.integer("standardise.window")
        imputation = values.word("imputation")
        hasIndicators = values.flag("indicators")
        hasInteractions = values.flag("interactions")
        if case .lags(let lags) = values.value("label_lags") {
            labelLags = lags
        } else {
            labelLags = []
        }
        hashBits = values.value("hash_bits") == .none ? nil : values.integer("hash_bits")
        hashSlots = values.integer("hash_slots")
        hasIdentifiers = values.flag("identifiers")
        factors = values.integer("factors")
        isSparse =
            hashBits != nil
            && (values.text("optimiser") == "ftrl" || values.text("model") == "factorisation")
    }
}

extension EngineSettings {
    /// Takes what is made of features.
    mutating func take(_ configuration: FeatureConfiguration) {
        features.isClosed = configuration.isClosed
        features.declared = configuration.declared
        features.hasIndicators = configuration.hasIndicators
        features.labelLags = configuration.labelLags
        features.hasIdentifiers = configuration.hasIdentifiers
        features.hashing = configuration.hashBits.map {
            HashSettings(
                bits: $0,
                form: configuration.isSparse ? .slots : .columns,
                slotsMax: configuration.hashSlots
            )
        }
        factors = configuration.factors
        preparation.window = configuration.window
        preparation.hasInteractions = configuration.hasInteractions
        preparation.scaling =
            switch configuration.scaling {
            case .auto: configuration.isSparse ? .none : .running
            case .running: .running
            case .windowed: .windowed
            case .none: .none
            }
        preparation.imputation =
            switch configuration.imputation {
            case .mean: .mean
            case .zero: .zero
            case .last: .last
            }
    }
}
