// SPDX-License-Identifier: Apache-2.0
//
// Word vectors in the text format of word2vec, which everything that knows word vectors can load
// (gensim: KeyedVectors.load_word2vec_format(path, binary=False)): a line with the number of words
// and of dimensions, then a line for each word, the word and its numbers between single blanks. The
// most frequent word comes first. Each number has as many digits as it takes to read the same bits
// back.

/// Writes the text format of word2vec.
package enum Word2Vec {
    /// What the name of the format is.
    package static let format = "word2vec"

    /// Makes the file.
    ///
    /// - Parameters:
    ///   - words: The words.
    ///   - counts: How often each was seen, for their order; of equals the first comes first.
    ///   - dimension: The numbers of a vector.
    ///   - numbers: The vectors, word by word.
    /// - Returns: The bytes of the file.
    package static func encode(
        words: [String],
        counts: [Double],
        dimension: Int,
        numbers: [Float]
    ) -> [UInt8] {
        precondition(
            words.count == counts.count && numbers.count == words.count * dimension,
            "every word has a count and a vector"
        )
        var bytes = Array("\(words.count) \(dimension)\n".utf8)
        bytes.reserveCapacity(numbers.count * 13)
        let order = words.indices.sorted { (-counts[$0], $0) < (-counts[$1], $1) }
        for word in order {
            bytes.append(contentsOf: words[word].utf8)
            for number in numbers[word * dimension..<(word + 1) * dimension] {
                bytes.append(UInt8(ascii: " "))
                bytes.append(contentsOf: number.description.utf8)
            }
            bytes.append(UInt8(ascii: "\n"))
        }
        return bytes
    }
}
