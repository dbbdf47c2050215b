// SPDX-License-Identifier: Apache-2.0
//
// What a class is called. The number 1, however it was written, is one class; the text "1" and the
// truth `true` are two others.

package import Primitives

/// A class as the producer names it.
package enum ClassLabel: Sendable, Hashable {
    /// A finite number.
    case number(Double)
    /// True or false.
    case boolean(Bool)
    /// A text.
    case text(String)

    /// The label as it stands in a manifest.
    package var json: JSONValue {
        switch self {
        case .number(let number): .number(number)
        case .boolean(let flag): .bool(flag)
        case .text(let text): .string(text)
        }
    }
}

extension ClassLabel: ByteCodable {
    /// Appends a tag, then the value.
    package func encode(into writer: inout ByteWriter) {
        switch self {
        case .number(let number):
            writer.write(UInt8(0))
            writer.write(number)
        case .boolean(let flag):
            writer.write(UInt8(1))
            writer.write(flag)
        case .text(let text):
            writer.write(UInt8(2))
            writer.write(text)
        }
    }

    /// Reads a tag, then the value.
    package init(from reader: inout ByteReader) throws(DecodeError) {
        switch try reader.read(UInt8.self) {
        case 0: self = .number(try reader.readDouble())
        case 1: self = .boolean(try reader.readFlag())
        case 2: self = .text(try reader.readText())
        case let tag: throw .invalid("a class label has tag \(tag)")
        }
    }
}
