// SPDX-License-Identifier: Apache-2.0
//
// Whether and how samples are scored for being unusual.

package import Primitives

/// The settings of the anomaly score.
package struct AnomalySettings: Sendable, Equatable {
    /// Whether there is one.
    package var isEnabled = false
    /// The number of trees.
    package var trees = 25
    /// Their height: a tree cuts space into two to the power of it.
    package var height = 8
    /// The samples after which what was counted becomes what is compared with.
    package var window = 250

    /// Makes the defaults.
    package init() {}

    /// What is wrong with the settings, if anything.
    package var complaint: String? {
        guard (1...200).contains(trees) else {
            return "anomaly trees is \(trees), it must be 1 to 200"
        }
        guard (1...12).contains(height) else {
            return "anomaly height is \(height), it must be 1 to 12"
        }
        guard (10...1_000_000).contains(window) else {
            return "anomaly window is \(window), it must be 10 to 1000000"
        }
        return nil
    }
}

extension AnomalySettings: ByteCodable {
    /// Appends every setting.
    package func encode(into writer: inout ByteWriter) {
        writer.write(isEnabled)
        writer.write(UInt32(trees))
        writer.write(UInt32(height))
        writer.write(UInt32(window))
    }

    /// Reads every setting.
    package init(from reader: inout ByteReader) throws(DecodeError) {
        isEnabled = try reader.readFlag()
        trees = Int(try reader.read(UInt32.self))
        height = Int(try reader.read(UInt32.self))
        window = Int(try reader.read(UInt32.self))
        if let complaint { throw .invalid(complaint) }
    }
}
