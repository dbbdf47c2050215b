// SPDX-License-Identifier: Apache-2.0
//
// How wide the rows are that an expert sees, and what it predicts of them. Both numbers only ever
// grow: columns and classes appear while a stream runs.

package import Primitives

/// What the experts of a pool have in common.
package struct ExpertShape: Sendable, Equatable {
    /// The number of columns in a row.
    package var width: Int
    /// The number of classes, 0 when a number is predicted.
    package var classes: Int

    /// The most columns.
    package static let widthMost = 1 << 16
    /// The most classes.
    package static let classesMost = 1 << 12

    /// Makes a shape.
    package init(width: Int, classes: Int) {
        self.width = width
        self.classes = classes
    }

    /// Whether a number is predicted, not a class.
    package var isNumber: Bool { classes == 0 }
    /// The number of predictions for a row.
    package var outputs: Int { max(1, classes) }

    /// The shape that holds both; what it predicts stays.
    package func grown(width: Int, outputs: Int) -> ExpertShape {
        ExpertShape(
            width: max(width, self.width),
            classes: isNumber ? 0 : max(outputs, classes)
        )
    }
}

extension ExpertShape: ByteCodable {
    /// Appends both numbers.
    package func encode(into writer: inout ByteWriter) {
        writer.write(UInt32(width))
        writer.write(UInt32(classes))
    }

    /// Reads both numbers.
    package init(from reader: inout ByteReader) throws(DecodeError) {
        width = Int(try reader.read(UInt32.self))
        classes = Int(try reader.read(UInt32.self))
        guard width <= ExpertShape.widthMost, classes <= ExpertShape.classesMost else {
            throw .invalid("an expert of \(width) columns and \(classes) classes is too large")
        }
    }
}
