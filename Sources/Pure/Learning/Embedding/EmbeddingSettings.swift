// SPDX-License-Identifier: Apache-2.0
//
// What decides how word vectors are learned. `problem` says in words why settings cannot be used.

package import Primitives

/// How a text becomes words.
package enum TokenRule: UInt8, Sendable, CaseIterable {
    /// Runs of letters, digits and underscores, in small letters.
    case words = 0
    /// Whatever stands between blanks, as it is.
    case spaces = 1

    /// The name in configuration, manifests and artifacts.
    package var name: String {
        switch self {
        case .words: "words"
        case .spaces: "spaces"
        }
    }
}

/// How word vectors are learned.
package struct EmbeddingSettings: Sendable, Equatable {
    /// The numbers of a vector.
    package var dimension = 100
    /// How far to each side the words of a context may stand; for each word the reach is drawn
    /// anew, from 1 to this.
    package var window = 5
    /// How many noise words stand against each word of a context.
    package var negatives = 5
    /// The share of all words above which a word is left out now and then; 0: none is.
    package var subsample = 0.001
    /// The most words.
    package var vocabularyMax = 50_000
    /// The counts of words are halved each time that so many words have been counted; 0: never.
    package var countMemory = 10_000_000
    /// The words over which the rate falls, in a straight line, to `rateMin`; 0: it is constant.
    package var rateWords = 0
    /// Where a falling rate ends.
    package var rateMin: Float = 0.0001
    /// How a text becomes words.
    package var tokens = TokenRule.words
    /// What new vectors, noise words and reaches are drawn from.
    package var seed: UInt64 = 1

    /// Makes the defaults.
    package init() {}

    /// The longest word in bytes; longer ones are left out.
    package static let wordBytesMax = 64

    /// Why these settings cannot be used, in one sentence; nil when they can.
    package var problem: String? {
        for (name, number, range) in [
            ("dimension", dimension, 1...4096), ("window", window, 1...100),
            ("negatives", negatives, 1...20),
            ("vocabulary_max", vocabularyMax, 2...10_000_000),
            ("count_memory", countMemory, 0...1_000_000_000_000),
            ("rate_words", rateWords, 0...1_000_000_000_000),
        ] where !range.contains(number) {
            return "\(name) is \(number), but must be \(range.lowerBound) to \(range.upperBound)"
        }
        guard countMemory == 0 || countMemory >= 4 * vocabularyMax else {
            return "count_memory is \(countMemory), but must be 0, or four times vocabulary_max = "
                + "\(vocabularyMax) at least"
        }
        guard subsample >= 0, subsample <= 1 else {
            return "subsample is \(subsample), but must be 0 to 1"
        }
        guard rateMin > 0, rateMin <= 1 else {
            return "rate_min is \(rateMin), but must be above 0 and at most 1"
        }
        return nil
    }

    /// Whether vectors that were learned with the other settings can go on with these.
    package func isForSameLearner(as other: EmbeddingSettings) -> Bool {
        dimension == other.dimension && vocabularyMax == other.vocabularyMax
            && tokens == other.tokens
    }
}

extension EmbeddingSettings: ByteCodable {
    /// Appends every setting.
    package func encode(into writer: inout ByteWriter) {
        for number in [dimension, window, negatives, vocabularyMax, countMemory, rateWords] {
            writer.write(Int64(number))
        }
        writer.write(subsample)
        writer.write(rateMin)
        writer.write(tokens.rawValue)
        writer.write(seed)
    }

    /// Reads every setting, and refuses those that nobody could use.
    package init(from reader: inout ByteReader) throws(DecodeError) {
        dimension = Int(try reader.read(Int64.self))
        window = Int(try reader.read(Int64.self))
        negatives = Int(try reader.read(Int64.self))
        vocabularyMax = Int(try reader.read(Int64.self))
        countMemory = Int(try reader.read(Int64.self))
        rateWords = Int(try reader.read(Int64.self))
        subsample = try reader.readDouble()
        rateMin = try reader.readFloat()
        guard let tokens = TokenRule(rawValue: try reader.read()) else {
            throw .invalid("the rule of tokens is unknown")
        }
        self.tokens = tokens
        seed = try reader.read()
        if let problem { throw .invalid(problem) }
    }
}
