// SPDX-License-Identifier: Apache-2.0
//
// How many samples may wait for their labels, and how long. Whichever bound is reached first, the
// oldest leave.

package import Primitives

/// The bounds of the waiting room.
package struct LabelSettings: Sendable, Equatable {
    /// The most samples; 0: none waits, and samples without a label are only scored.
    package var rowsMax = 10_000
    /// The most bytes.
    package var bytesMax = 16 << 20
    /// The longest wait.
    package var ageMax: Duration = .seconds(3600)

    /// Makes the defaults.
    package init() {}

    /// What is wrong with the settings, if anything.
    package var complaint: String? {
        if !(0...10_000_000).contains(rowsMax) {
            return "label rows max is \(rowsMax), it must be 0 to 10000000"
        }
        if !(1 << 10...1 << 40).contains(bytesMax) {
            return "label bytes max is \(bytesMax), it must be 1024 to \(1 << 40)"
        }
        return ageMax > .zero ? nil : "the longest wait for a label must be above 0"
    }
}

extension LabelSettings: ByteCodable {
    /// Appends the bounds.
    package func encode(into writer: inout ByteWriter) {
        writer.write(Int64(rowsMax))
        writer.write(Int64(bytesMax))
        writer.write(ageMax.wholeNanoseconds)
    }

    /// Reads the bounds.
    package init(from reader: inout ByteReader) throws(DecodeError) {
        self.init()
        rowsMax = try reader.readAmount()
        bytesMax = try reader.readAmount()
        ageMax = try reader.readSpan()
        if let complaint { throw .invalid(complaint) }
    }
}
