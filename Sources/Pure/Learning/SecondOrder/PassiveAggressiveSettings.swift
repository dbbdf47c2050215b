// SPDX-License-Identifier: Apache-2.0
//
// The settings of passive-aggressive learning, and their limits.

package import Primitives

/// How far passive-aggressive learning goes for a row.
package struct PassiveAggressiveSettings: Sendable, Equatable {
    /// What bounds a step.
    package enum Variant: UInt8, Sendable, CaseIterable {
        /// A step is C at most (PA-I).
        case first = 1
        /// A step is shortened the more, the smaller C and the row are (PA-II).
        case second = 2
    }

    /// C: how far a row may take the parameters.
    package var aggressiveness: Float = 0.1
    /// What bounds a step.
    package var variant = Variant.first
    /// The error of a number that is no loss.
    package var insensitivity: Float = 0.1

    /// Makes the defaults.
    package init() {}

    var problem: String? {
        guard aggressiveness >= 1e-6, aggressiveness <= 1e9 else {
            return "passive_aggressive.aggressiveness is \(aggressiveness), but must lie between "
                + "1e-6 and 1e9"
        }
        guard insensitivity >= 0, insensitivity.isFinite else {
            return "passive_aggressive.insensitivity is \(insensitivity), but must be 0 or more"
        }
        return nil
    }
}

extension PassiveAggressiveSettings: ByteCodable {
    /// Appends the settings.
    package func encode(into writer: inout ByteWriter) {
        writer.write(aggressiveness)
        writer.write(variant.rawValue)
        writer.write(insensitivity)
    }

    /// Reads the settings.
    package init(from reader: inout ByteReader) throws(DecodeError) {
        aggressiveness = try reader.readFloat()
        guard let variant = Variant(rawValue: try reader.read()) else {
            throw .invalid("the variant of passive-aggressive learning is unknown")
        }
        self.variant = variant
        insensitivity = try reader.readFloat()
        if let problem { throw .invalid(problem) }
    }
}
