// SPDX-License-Identifier: Apache-2.0
//
// The word vectors of an artifact: neighbours by the cosine of their angle, and the text format of
// word2vec. docs/protocol.md section 2 says what the tensors mean.

import Configuration
import Kernels
import Learning
import Primitives
import Versions

/// Words with their vectors.
struct WordVectors {
    /// A word that is near another.
    struct Neighbour: Equatable {
        /// The word.
        var word: String
        /// The cosine of the angle between the two vectors.
        var cosine: Double
        /// How often the word was seen.
        var count: Double
    }

    /// The words, in the order of the tensors.
    let words: [String]
    /// How often each was seen.
    let counts: [Double]
    /// The numbers of a vector.
    let dimension: Int
    private let numbers: [Float]
    private let folds: Bool

    init(artifact bytes: [UInt8]) throws(Failure) {
        let file = try SafetensorsFile(bytes)
        guard let kind = file.metadata["model"]?.text, kind == ModelKind.embedding.name else {
            let kind = file.metadata["model"]?.text ?? "something else"
            throw .data(
                "the version is a model of the kind \(kind), and has no word vectors",
                remedy: "name a learner with model = \"embedding\" with --learner"
            )
        }
        words = String(decoding: try file.bytes(of: "words"), as: UTF8.self)
            .split(separator: "\n").map(String.init)
        counts = try file.doubles(of: "counts")
        numbers = try file.floats(of: "vectors")
        dimension = numbers.count / max(1, words.count)
        folds = file.metadata["tokens"]?.text == TokenRule.words.name
        guard counts.count == words.count, numbers.count == words.count * dimension else {
            throw SafetensorsFile.damaged("its words and vectors differ in number")
        }
    }

    /// The place of a word, which is brought to the form that the learner gives words.
    func place(of word: String) throws(Failure) -> Int {
        var tokens = TextTokens()
        tokens.split(
            Array(word.utf8).span,
            folds: folds,
            longest: EmbeddingSettings.wordBytesMax
        )
        guard tokens.count == 1 else {
            throw .usage(
                "\"\(word)\" is not one word",
                remedy: "give one word of at most \(EmbeddingSettings.wordBytesMax) bytes"
            )
        }
        let token = String(decoding: tokens.bytes[tokens.range(0)], as: UTF8.self)
        if let place = words.firstIndex(of: token) { return place }
        throw Failure(
            .failed,
            "the version has no word \"\(token)\" among its "
                + Figures.grouped(Int64(words.count)),
            remedy: suggestion(for: token)
        )
    }

    /// The most frequent words that may have been meant are looked through, not all.
    private func suggestion(for word: String) -> String? {
        let length = word.utf8.count
        let similar = words.indices.filter { abs(words[$0].utf8.count - length) <= 2 }
            .sorted { (-counts[$0], $0) < (-counts[$1], $1) }.prefix(5000)
        return EditDistance.suggestion(for: word, among: similar.map { words[$0] })
            .map { "did you mean \"\($0)\"?" }
    }

    /// The words nearest to the one at `place`, the nearest first; of equals, the first in the
    /// file.
    func neighbours(of place: Int, count: Int) -> [Neighbour] {
        let own = vector(place)
        let length = WordVectors.product(own, own).squareRoot()
        let cosines = words.indices.map { other -> Double in
            let vector = vector(other)
            let lengths = length * WordVectors.product(vector, vector).squareRoot()
            return lengths > 0 ? WordVectors.product(own, vector) / lengths : 0
        }
        let nearest = words.indices.filter { $0 != place }
            .sorted { (-cosines[$0], $0) < (-cosines[$1], $1) }
        return nearest.prefix(count).map {
            Neighbour(word: words[$0], cosine: cosines[$0], count: counts[$0])
        }
    }

    private func vector(_ place: Int) -> ArraySlice<Float> {
        numbers[place * dimension..<(place + 1) * dimension]
    }

    private static func product(_ left: ArraySlice<Float>, _ right: ArraySlice<Float>) -> Double {
        var sum = 0.0
        for (one, other) in zip(left, right) { sum += Double(one) * Double(other) }
        return sum
    }

    /// The vectors in the text format of word2vec.
    var word2vec: [UInt8] {
        Word2Vec.encode(words: words, counts: counts, dimension: dimension, numbers: numbers)
    }
}
