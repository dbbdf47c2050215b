// SPDX-License-Identifier: Apache-2.0
//
// What a learner makes of the features of a sample, as far as it was told before the first one. All
// of it is the learner's for life: columns mean what they meant when their weights were learned.

/// How features without a column of their own are hashed.
package struct HashSettings: Sendable, Hashable {
    /// Where the hashed features go.
    package enum Form: UInt8, Sendable {
        /// Into as many columns as there are buckets, for any model.
        case columns = 0
        /// Into a list of (bucket, value), for models that are sparse by nature.
        case slots = 1
    }

    /// There are two to the power of so many buckets.
    package var bits: Int
    /// Where the hashed features go.
    package var form: Form
    /// The most buckets of one sample, in slots.
    package var slotsMax: Int

    /// Makes settings.
    package init(bits: Int, form: Form, slotsMax: Int = 256) {
        self.bits = bits
        self.form = form
        self.slotsMax = slotsMax
    }

    /// The most bits of columns; more would make each row too wide for a dense model.
    package static let columnBitsMax = 12
    /// The most bits of slots: single precision tells buckets apart up to here.
    package static let slotBitsMax = 24
    /// The most slots.
    package static let slotsMaxMost = 4096

    /// The number of buckets.
    package var buckets: Int { 1 << bits }

    var complaint: String? {
        let most =
            form == .slots ? HashSettings.slotBitsMax : HashSettings.columnBitsMax
        if !(1...most).contains(bits) {
            return "hash bits is \(bits), it must be 1 to \(most)"
                + (form == .columns ? " unless the model takes slots" : "")
        }
        if !(1...HashSettings.slotsMaxMost).contains(slotsMax) {
            return "the slots are \(slotsMax), they must be 1 to \(HashSettings.slotsMaxMost)"
        }
        return nil
    }
}

/// A feature that a learner was told about.
package struct DeclaredFeature: Sendable, Hashable {
    /// What its values are.
    package enum Kind: Sendable, Hashable {
        /// Numbers.
        case number
        /// True or false.
        case boolean
        /// One of several texts.
        case category
        /// Texts that are cut into n-grams.
        ///
        /// Without buckets of their own these are hashed with all
        /// else.
        case text(NGrams, buckets: Int?)
    }

    /// The name.
    package var name: String
    /// What its values are.
    package var kind: Kind

    /// Makes a declaration.
    package init(_ name: String, _ kind: Kind) {
        self.name = name
        self.kind = kind
    }

    /// The most buckets of one text.
    package static let bucketsMax = 65_536
}

/// What a learner makes of features.
package struct FeatureSettings: Sendable, Equatable {
    /// Whether the last value of a column takes the place of a missing one.
    package var fillsWithLast = false
    /// Whether there is a column for each feature that is 1 where it is missing.
    package var hasIndicators = false
    /// How features are hashed, if they are.
    package var hashing: HashSettings?
    /// Whether the numbers of an array are identifiers, not amounts; only when they are hashed.
    package var hasIdentifiers = false
    /// How many labels ago those lie that are features.
    package var labelLags: [Int] = []
    /// The features that are known beforehand, in order.
    package var declared: [DeclaredFeature] = []
    /// Whether a feature that was not declared is refused.
    package var isClosed = false
    /// The name of the one feature of a learner that reads texts itself; it has no columns.
    package var text: String?

    /// Makes the defaults.
    package init() {}

    /// The most lags.
    package static let lagsMost = 64
    /// The longest lag.
    package static let lagMax = 10_000

    /// Whether arrays are learned exactly as they come.
    var isPlain: Bool {
        !fillsWithLast && !hasIndicators && hashing == nil && labelLags.isEmpty
    }

    /// How many labels must be remembered.
    package var lagDepth: Int { labelLags.max() ?? 0 }

    /// What is wrong with the settings, if anything.
    package var complaint: String? {
        if let complaint = hashing?.complaint { return complaint }
        if hashing != nil, hasIndicators || fillsWithLast {
            return "hashed features have no column of their own to be imputed or indicated"
        }
        if hashing == nil && hasIdentifiers { return "identifiers must be hashed" }
        if labelLags.count > FeatureSettings.lagsMost
            || !labelLags.allSatisfy({ (1...FeatureSettings.lagMax).contains($0) })
            || Set(labelLags).count < labelLags.count
        {
            return "label lags are at most \(FeatureSettings.lagsMost) different numbers from 1 "
                + "to \(FeatureSettings.lagMax)"
        }
        if text != nil,
            hashing != nil || hasIndicators || fillsWithLast || !labelLags.isEmpty
                || !declared.isEmpty
        {
            return "a learner that reads texts has no columns: no declared, hashed, imputed or "
                + "indicated features and no labels of some time ago"
        }
        if isClosed && declared.isEmpty { return "a closed schema declares its features" }
        if Set(declared.map(\.name)).count < declared.count { return "a feature stands twice" }
        for feature in declared {
            guard case .text(let ngrams, let buckets) = feature.kind else { continue }
            if let complaint = ngrams.complaint { return "\(feature.name): \(complaint)" }
            if hashing == nil && buckets == nil {
                return "the text \(feature.name) needs buckets, since nothing is hashed"
            }
            if let buckets, hashing?.form == .slots {
                return "the text \(feature.name) has \(buckets) buckets, but goes into slots"
            }
            if let buckets, !(1...DeclaredFeature.bucketsMax).contains(buckets) {
                return "the text \(feature.name) has \(buckets) buckets, it must be 1 to "
                    + "\(DeclaredFeature.bucketsMax)"
            }
        }
        return nil
    }
}
