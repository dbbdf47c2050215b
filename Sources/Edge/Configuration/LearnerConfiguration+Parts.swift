// SPDX-License-Identifier: Apache-2.0
//
// The tables inside of a learner's table.

/// How word vectors are learned.
package struct EmbeddingConfiguration: Sendable, Equatable {
    /// How a text becomes words.
    package enum Tokens: String, Sendable, CaseIterable {
        /// Runs of letters, digits and underscores, in small letters.
        case words
        /// Whatever stands between blanks.
        case spaces
    }

    /// The numbers of a vector.
    package let dimension: Int
    /// How far to each side the words of a context may stand.
    package let window: Int
    /// How many noise words stand against each word of a context.
    package let negatives: Int
    /// The share of all words above which a word is left out now and then.
    package let subsample: Double
    /// The most words.
    package let vocabularyMax: Int
    /// The words after which counts are halved.
    package let countMemory: Int
    /// The words over which the rate falls.
    package let rateWords: Int
    /// Where a falling rate ends.
    package let rateMin: Double
    /// How a text becomes words.
    package let tokens: Tokens

    init(_ values: ScopedValues) {
        dimension = values.integer("embedding.dimension")
        window = values.integer("embedding.window")
        negatives = values.integer("embedding.negatives")
        subsample = values.number("embedding.subsample")
        vocabularyMax = values.integer("embedding.vocabulary_max")
        countMemory = values.integer("embedding.count_memory")
        rateWords = values.integer("embedding.rate_words")
        rateMin = values.number("embedding.rate_min")
        tokens = values.word("embedding.tokens")
    }
}

/// When versions are published.
package struct PublishConfiguration: Sendable, Equatable {
    /// The samples learned before the first version.
    package let first: Int
    /// The time after which the next is due.
    package let interval: Duration
    /// The samples after which the next is due.
    package let samples: Int
    /// How far the weights or the holdout loss must have moved, relatively, for it to be made.
    package let move: Double
    /// In what form weights are stored.
    package enum Weights: String, Sendable, CaseIterable {
        /// Single precision.
        case float32
        /// Half precision.
        case float16
        /// Whole numbers of one byte.
        case int8
    }

    /// In what form weights are stored.
    package let weights: Weights
    /// The share of each matrix that is set to 0.
    package let prune: Double
    /// The share of the hidden units that a consolidation removes.
    package let pruneUnits: Double
    /// Whether what a consolidation has pruned stays so.
    package let keepsPruned: Bool
    /// The share of the weights of each output that is kept.
    package let topK: Double
    /// How much worse a compressed version may be.
    package let tolerance: Double

    init(_ values: ScopedValues) {
        weights = values.word("publish.weights")
        prune = values.number("publish.prune")
        pruneUnits = values.number("publish.prune_units")
        keepsPruned = values.flag("publish.keep_pruned")
        topK = values.number("publish.top_k")
        tolerance = values.number("publish.tolerance")
        first = values.integer("publish.first")
        interval = values.duration("publish.interval")
        samples = values.integer("publish.samples")
        move = values.number("publish.move")
    }
}

/// What is remembered.
package struct MemoryConfiguration: Sendable, Equatable {
    /// Which rows of the whole stream are kept.
    package enum Policy: String, Sendable, CaseIterable {
        /// As many of each class.
        case balanced
        /// All with the same probability.
        case reservoir
        /// The newest.
        case recent
        /// As many of each context.
        case contexts
        /// Those of high loss rather than others.
        case loss
    }

    /// Which rows of the whole stream are kept.
    package let policy: Policy
    /// The rows of the reservoir.
    package let reservoirRows: Int
    /// The rows of the recent window.
    package let recentRows: Int
    /// The rows of the holdout, which is never trained on.
    package let holdoutRows: Int
    /// One sample in this many goes to the holdout.
    package let holdoutEvery: Int
    /// The most bytes of all three.
    package let bytesMax: Int

    init(_ values: ScopedValues) {
        policy = values.word("memory.policy")
        reservoirRows = values.integer("memory.reservoir_rows")
        recentRows = values.integer("memory.recent_rows")
        holdoutRows = values.integer("memory.holdout_rows")
        holdoutEvery = values.integer("memory.holdout_every")
        bytesMax = values.size("memory.bytes_max")
    }
}
