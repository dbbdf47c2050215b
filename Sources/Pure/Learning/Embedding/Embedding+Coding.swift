// SPDX-License-Identifier: Apache-2.0
//
// Word vectors as bytes: everything that learning goes on from.

import Kernels
package import Primitives

extension Embedding {
    /// Appends the whole state, with a tag that ``LearnerCoding`` reads.
    package func encode(into writer: inout ByteWriter) {
        writer.write(LearnerCoding.embedding)
        settings.encode(into: &writer)
        random.encode(into: &writer)
        vocabulary.encode(into: &writer)
        writer.write(counted)
        writer.write(skipped)
        writer.write(vectors)
        writer.write(contexts)
    }

    init(from reader: inout ByteReader) throws(DecodeError) {
        let settings = try LearnerSettings(from: &reader)
        guard settings.model == .embedding else {
            throw .invalid("word vectors have the settings of another model")
        }
        self.init(settings)
        random = try RandomSource(from: &reader)
        vocabulary = try Vocabulary(from: &reader, capacity: own.vocabularyMax)
        counted = try reader.read()
        skipped = try reader.read()
        vectors = try reader.readFloats()
        contexts = try reader.readFloats()
        let numbers = vocabulary.count * own.dimension
        guard vectors.count == numbers, contexts.count == numbers, counted < 1 << 62,
            skipped < 1 << 62, isBounded
        else { throw .invalid("the vectors of words do not fit the vocabulary") }
    }

    private var isBounded: Bool {
        let limit = SkipGram.limit
        return vectors.allSatisfy { $0.magnitude <= limit }
            && contexts.allSatisfy { $0.magnitude <= limit }
    }
}
