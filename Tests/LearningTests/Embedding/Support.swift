// SPDX-License-Identifier: Apache-2.0
//
// Word vectors by hand.

import Learning
import Primitives

extension Embedding {
    /// Word vectors with settings of their own.
    static func made(rate: Float = 0.05, _ change: (inout EmbeddingSettings) -> Void) -> Embedding {
        var settings = LearnerSettings(model: .embedding, optimiser: .sgd(rate: rate))
        var own = EmbeddingSettings()
        own.countMemory = 0
        own.subsample = 0
        change(&own)
        settings.embedding = own
        return Embedding(settings)
    }

    /// Learns texts as one block, and gives the losses.
    @discardableResult
    mutating func learn(_ texts: [String], weight: Float = 1, use: RowUse = .train) -> [Float] {
        var block = Block.texts(texts, weight: weight, use: use)
        testThenTrain(&block)
        return block.rowLosses
    }

    /// The words, slot by slot.
    var words: [String] {
        guard case .bytes(let bytes)? = parameters.attachments.first?.content else { return [] }
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
    }

    /// The counts, slot by slot.
    var counts: [Double] {
        guard case .numbers(let counts)? = parameters.attachments.last?.content else { return [] }
        return counts
    }

    /// The vector of a word.
    func vector(_ word: String) -> [Float]? {
        guard let slot = words.firstIndex(of: word) else { return nil }
        let tensor = parameters.tensors[0]
        return Array(tensor.numbers[slot * tensor.shape[1]..<(slot + 1) * tensor.shape[1]])
    }

    /// A figure by its name.
    func figure(_ name: String) -> Int64? {
        figures.first { $0.name == name }?.value.integer
    }

    /// The whole state as bytes.
    var bytes: [UInt8] {
        var writer = ByteWriter()
        encode(into: &writer)
        return writer.bytes
    }
}

extension Block {
    /// A block of texts.
    static func texts(_ texts: [String], weight: Float = 1, use: RowUse = .train) -> Block {
        var block = Block()
        block.reset(width: 0, outputs: 2)
        for text in texts { block.append(text: text, weight: weight, use: use) }
        return block
    }

    /// What was predicted for each row: its loss.
    var rowLosses: [Float] { (0..<rows).map { predictions[2 * $0] } }
}

/// Texts with planted clusters: each text is about one cluster, with some words from anywhere.
struct Clusters {
    let groups: Int
    let size: Int

    func texts(_ count: Int, seed: UInt64) -> [String] {
        var random = RandomSource(seed: seed)
        return (0..<count).map { _ in
            let group = random.below(groups)
            let words = (0..<8).map { _ in
                let own = random.chance(0.85) ? group : random.below(groups)
                return "c\(own)w\(random.below(size))"
            }
            return words.joined(separator: " ")
        }
    }

    /// The share of the words nearest to each word that are of its own cluster.
    func purity(_ embedding: Embedding) -> Double {
        let words = embedding.words
        let vectors = words.map { word -> [Double] in
            let vector = (embedding.vector(word) ?? []).map(Double.init)
            let norm = vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
            return vector.map { $0 / norm }
        }
        var own = 0
        for (place, vector) in vectors.enumerated() {
            let cosines = vectors.map { zip($0, vector).reduce(0) { $0 + $1.0 * $1.1 } }
            let near = words.indices.filter { $0 != place }.sorted { cosines[$0] > cosines[$1] }
            own += near.prefix(size - 1).count { words[$0].prefix(2) == words[place].prefix(2) }
        }
        return Double(own) / Double(words.count * (size - 1))
    }
}
