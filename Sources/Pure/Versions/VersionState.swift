// SPDX-License-Identifier: Apache-2.0
//
// What is kept of each version besides its artifact: the learner's own state, uncompressed and
// exact, so that a rollback is the old champion and not a copy of what was published of it.

package import Learning
package import Primitives

/// The state that a version was made of.
package struct VersionState: Sendable {
    /// The version's number.
    package var number: UInt64
    /// How many samples the learner had received when it was made; memory younger than this is
    /// dropped by a rollback.
    package var sampleIndex: UInt64
    /// Columns and classes.
    package var schema: Schema
    /// The contexts by number, as the champion knows them.
    package var contexts: [String]
    /// The champion of that moment.
    package var contender: Contender
    /// The last values and labels of that moment.
    package var recollection: Recollection

    /// Makes a version's state.
    package init(
        number: UInt64,
        sampleIndex: UInt64,
        schema: Schema,
        contexts: [String] = [],
        contender: Contender,
        recollection: Recollection
    ) {
        self.number = number
        self.sampleIndex = sampleIndex
        self.schema = schema
        self.contexts = contexts
        self.contender = contender
        self.recollection = recollection
    }

    private static let magic: UInt32 = 0x3253_564C  // "LVS2"

    /// The bytes of the file that keeps it.
    package func encoded() -> [UInt8] {
        var writer = ByteWriter()
        writer.write(VersionState.magic)
        encode(into: &writer)
        return writer.bytes
    }

    /// Reads such a file.
    package init(decoding bytes: [UInt8]) throws(DecodeError) {
        var reader = ByteReader(bytes)
        guard try reader.read(UInt32.self) == VersionState.magic else {
            throw .invalid("this is no version's state (or one of another format)")
        }
        try self.init(from: &reader)
        try reader.expectEnd()
    }
}

extension VersionState: ByteCodable {
    /// Appends number, position, schema, contexts, contender and recollection.
    package func encode(into writer: inout ByteWriter) {
        writer.write(number)
        writer.write(sampleIndex)
        schema.encode(into: &writer)
        writer.write(UInt32(contexts.count))
        for context in contexts { writer.write(context) }
        contender.encode(into: &writer)
        recollection.encode(into: &writer)
    }

    /// Reads number, position, schema, contexts, contender and recollection.
    package init(from reader: inout ByteReader) throws(DecodeError) {
        number = try reader.read()
        sampleIndex = try reader.read()
        schema = try Schema(from: &reader)
        contexts = []
        for _ in 0..<(try reader.read(UInt32.self)) {
            let name = try reader.readText()
            guard Name.isValid(name.utf8) else { throw .invalid("a context has no name") }
            contexts.append(name)
        }
        contender = try Contender(from: &reader)
        recollection = try Recollection(from: &reader)
        guard contender.preparation.width == schema.width,
            contender.learner.outputs >= schema.outputs, recollection.fits(schema)
        else { throw .invalid("a version's model does not fit its schema") }
    }
}
