// SPDX-License-Identifier: Apache-2.0
//
// Short texts, for word embeddings: each text has a topic, which is its class. Each of its words
// is, with probability `common`, one of the common words, else one of the topic's own; both are
// alike frequent within their list. A topic's word is made of its topic and its number ("t2w7"), a
// common one is "c" with its number.
//
// So of two words in one text, both of a topic, the topics are always the same; two words of
// different topics never meet, and common words meet all alike. With T topics of W words each, a
// word's neighbours are: itself and each other word of its topic with probability
// (1 - common) / W, each of the C common words with common / C. Embeddings have learned this when
// the nearest neighbours of a topic's word are words of the same topic.
//
// In concept 1 every second word has changed its company: those with odd numbers belong to the
// topic after the one that they are called by.

import Primitives

/// The world of texts.
package struct TopicTexts: ConceptWorld {
    /// As it was, and with every second word in the next topic.
    package let concepts = 2
    /// The number of topics.
    package let classes: Int
    /// The number of words in a text.
    package let width: Int
    /// All words: those of topic 0, of topic 1 and so on, then the common ones.
    package let vocabulary: [String]
    /// The share of common words.
    package let common: Double

    private let perTopic: Int
    private let commonWords: Int
    private var random: RandomSource

    /// Makes the world.
    ///
    /// - Precondition: all counts are above 0.
    package init(
        seed: UInt64,
        length: Int = 12,
        topics: Int = 5,
        wordsPerTopic: Int = 20,
        commonWords: Int = 20,
        common: Double = 0.3
    ) {
        precondition(length > 0 && topics > 0, "there are texts and topics")
        precondition(wordsPerTopic > 0 && commonWords > 0, "texts are made of words")
        width = length
        classes = topics
        perTopic = wordsPerTopic
        self.commonWords = commonWords
        self.common = common
        var vocabulary: [String] = []
        for topic in 0..<topics {
            for word in 0..<wordsPerTopic { vocabulary.append("t\(topic)w\(word)") }
        }
        for word in 0..<commonWords { vocabulary.append("c\(word)") }
        self.vocabulary = vocabulary
        random = RandomSource(seed: seed)
    }

    /// All words of a text are in one feature.
    package var columns: [SyntheticColumn]? {
        Array(repeating: SyntheticColumn("text", .word(vocabulary)), count: width)
    }

    /// The topic in whose texts a word comes; nil for common words.
    package func topic(of word: Int, concept: Int) -> Int? {
        guard word < classes * perTopic else { return nil }
        let moves = concept == 1 && word % perTopic % 2 == 1
        return (word / perTopic + (moves ? 1 : 0)) % classes
    }

    /// Writes the places of a text's words in the vocabulary, and gives its topic.
    package mutating func next(by moment: ConceptMoment, into features: inout [Float]) -> Double {
        let topic = random.below(classes)
        for index in 0..<width {
            guard !random.chance(common) else {
                features[index] = Float(classes * perTopic + random.below(commonWords))
                continue
            }
            let word = random.below(perTopic)
            let moves = moment.concept == 1 && word % 2 == 1
            let home = moves ? (topic + classes - 1) % classes : topic
            features[index] = Float(home * perTopic + word)
        }
        return Double(topic)
    }
}
