// SPDX-License-Identifier: Apache-2.0
//
// Word vectors, learned from a stream of texts as they come: skip-gram with negative sampling
// (Mikolov et al., "Distributed representations of words and phrases and their compositionality",
// NIPS 2013) over a vocabulary and noise that change under way (Kaji and Kobayashi, "Incremental
// skip-gram model with negative sampling", EMNLP 2017). A text is one row:
//
// 1. It becomes words, and those that have vectors are tested: the loss of the row.
// 2. Its words are counted. A new one gets a slot, or that of the rarest, with a vector drawn anew
//    and a context vector of zeros.
// 3. Of frequent words some are left out: one whose share of all words is f is kept with the chance
//    sqrt(s / f) + s / f (word2vec; s is `subsample`).
// 4. Each remaining word learns to tell the words around it from noise words; CKernels/skipgram.c
//    has the step.
//
// The vocabulary belongs to the learner and not to the schema, because a slot's word and its vector
// are one fact: a rollback must bring both back, and an older state is no prefix of a newer one.
//
// When not to use it: for a few thousand texts, which teach vectors little in one pass, and for
// languages without blanks between words, unless the producer sets them.

import Kernels
package import Primitives

/// Word vectors that learn from texts.
package struct Embedding: Learner {
    /// How it learns.
    package internal(set) var settings: LearnerSettings
    /// What belongs to word vectors alone.
    var own: EmbeddingSettings
    var vocabulary: Vocabulary
    var random: RandomSource
    /// The vectors, slot by slot.
    var vectors: [Float] = []
    /// The vectors that words have as a context of others.
    var contexts: [Float] = []
    /// The words that were counted since the start.
    var counted: UInt64 = 0
    /// The words that were left out for being too long.
    var skipped: UInt64 = 0
    /// Room for the words of one row, and for what is made of them; their content is of no account.
    var tokens = TextTokens()
    var room = Room()

    /// What one row needs on its way.
    struct Room: Sendable {
        var slots: [Int32] = []
        var targets: [UInt32] = []
        var gradient: [Float] = []
    }

    /// Makes vectors of nothing.
    ///
    /// - Precondition: The settings have no problem.
    package init(_ settings: LearnerSettings) {
        precondition(settings.problem == nil, "settings must be checked before a learner is made")
        self.settings = settings
        own = settings.embedding ?? EmbeddingSettings()
        vocabulary = Vocabulary(capacity: own.vocabularyMax)
        random = RandomSource(seed: own.seed)
        room.gradient = [Float](repeating: 0, count: own.dimension)
    }

    /// None: a row is a text.
    package var width: Int { 0 }

    /// Two: the loss, and that of chance.
    package var outputs: Int { 2 }

    /// The loss of a pair when every probability is one half.
    var chance: Float { Float(own.negatives + 1) * 0.693_147_18 }

    /// Whether every number of the state is finite.
    package var isFinite: Bool {
        vectors.allSatisfy(\.isFinite) && contexts.allSatisfy(\.isFinite)
    }

    /// How many words there are, and how many had to give way.
    package var figures: [JSONValue.Member] {
        [
            .init("words_counted", .int(Int64(clamping: counted))),
            .init("words_too_long", .int(Int64(clamping: skipped))),
            .init("vocabulary", .int(Int64(vocabulary.count))),
            .init("vocabulary_max", .int(Int64(vocabulary.capacity))),
            .init("evictions", .int(Int64(clamping: vocabulary.evictions))),
        ]
    }

    /// What an artifact holds: the vectors, and beside them the words and their counts.
    ///
    /// The context vectors are not part of it.
    package var parameters: LearnerParameters {
        var words: [UInt8] = []
        var counts: [Double] = []
        for slot in 0..<vocabulary.count {
            vocabulary.words.append(slot, to: &words)
            words.append(UInt8(ascii: "\n"))
            counts.append(Double(vocabulary.count(slot)))
        }
        return LearnerParameters(
            kind: settings.model.name,
            tensors: [.init("vectors", shape: [vocabulary.count, own.dimension], vectors)],
            attachments: [.init("words", .bytes(words)), .init("counts", .numbers(counts))],
            facts: [
                .init("words", .string(String(vocabulary.count))),
                .init("dimension", .string(String(own.dimension))),
                .init("tokens", .string(own.tokens.name)),
            ]
        )
    }

    /// Changes nothing: there are no columns and no classes.
    package mutating func grow(width: Int, outputs: Int) {
        precondition(width == 0 && outputs <= 2, "word vectors have no columns and no classes")
    }

    /// Changes nothing: no recipe of consolidation applies, so nobody anchors word vectors.
    package mutating func anchor(_ anchor: Anchor) {}

    /// Changes nothing: plain gradient descent has no moments.
    package mutating func restartMoments() {}

    /// Takes other rates, windows and the like; dimension, vocabulary and rule of words stay.
    ///
    /// - Precondition: The settings have no problem, and are for vectors of this kind.
    package mutating func configure(_ settings: LearnerSettings) {
        precondition(settings.problem == nil, "settings are checked before they are used")
        precondition(
            settings.isForSameLearner(as: self.settings),
            "word vectors keep their dimension, vocabulary and rule of words for life"
        )
        self.settings = settings
        own = settings.embedding ?? own
    }
}
