// SPDX-License-Identifier: Apache-2.0
//
// How challengers are made from memory, and what the gate asks of them.

package import Primitives

/// The recipes' and the gate's settings.
package struct RecipeSettings: Sendable, Equatable {
    /// How strongly the continuation is pulled towards the champion (L2-SP).
    package var anchor: Float = 0.01
    /// Rows that a job trains on, over all passes; a small memory is passed over more often.
    package var rowsPerRecipe = 20_000
    /// The most passes over the memory.
    package var passesMax = 30
    /// A job asked for by a drift starts only with so many rows from after its onset.
    package var freshRowsMin = 60
    /// How much higher the challenger's loss on the holdout may be.
    package var tolerance = 0.02
    /// The race is over after so many live samples.
    package var raceSamples = 2000
    /// The chance that a race adopts a challenger that is no better.
    package var raceError = 0.05

    /// Makes the defaults.
    package init() {}
}

extension RecipeSettings: ByteCodable {
    /// Appends every setting.
    package func encode(into writer: inout ByteWriter) {
        writer.write(anchor)
        writer.write(UInt64(rowsPerRecipe))
        writer.write(UInt64(passesMax))
        writer.write(UInt64(freshRowsMin))
        writer.write(tolerance)
        writer.write(UInt64(raceSamples))
        writer.write(raceError)
    }

    /// Reads every setting.
    package init(from reader: inout ByteReader) throws(DecodeError) {
        anchor = try reader.readFloat()
        rowsPerRecipe = Int(truncatingIfNeeded: try reader.read(UInt64.self))
        passesMax = Int(truncatingIfNeeded: try reader.read(UInt64.self))
        freshRowsMin = Int(truncatingIfNeeded: try reader.read(UInt64.self))
        tolerance = try reader.readDouble()
        raceSamples = Int(truncatingIfNeeded: try reader.read(UInt64.self))
        raceError = try reader.readDouble()
    }
}
