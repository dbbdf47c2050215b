// SPDX-License-Identifier: Apache-2.0
//
// A model that wants to be champion, and how it was made.

package import Learning
package import Primitives

/// A model that wants to be champion.
package struct Challenger: Sendable {
    /// How it was made.
    package var recipe: Recipe
    /// The model.
    package var contender: Contender
    /// What it can show before its race.
    package var record = TrackRecord()
    /// The place in the archive that it comes from.
    package var world: Int?

    /// Makes a challenger.
    package init(
        recipe: Recipe,
        contender: Contender,
        record: TrackRecord = TrackRecord(),
        world: Int? = nil
    ) {
        self.world = world
        self.recipe = recipe
        self.contender = contender
        self.record = record
    }
}

extension Challenger: ByteCodable {
    /// Appends recipe and model.
    package func encode(into writer: inout ByteWriter) {
        recipe.encode(into: &writer)
        contender.encode(into: &writer)
        record.encode(into: &writer)
        writer.write(Int32(world ?? -1))
    }

    /// Reads recipe and model.
    package init(from reader: inout ByteReader) throws(DecodeError) {
        recipe = try Recipe(from: &reader)
        contender = try Contender(from: &reader)
        record = try TrackRecord(from: &reader)
        let place = try reader.read(Int32.self)
        world = place < 0 ? nil : Int(place)
    }
}
