// SPDX-License-Identifier: Apache-2.0
//
// A safetensors file that somebody else may have written, read with every bound checked before it
// is used: the length of the header, the offsets of each tensor, and that the tensors fill the
// data one after the other, without holes and without overlaps. Numbers of half and double
// precision become single precision; a number that is not finite is refused, because a model must
// not start with it. Tensors that learnd has published in fewer bytes are expanded: what they were
// made of does not show. Reference: the format section of huggingface/safetensors' README.

package import Learning
package import Primitives

/// The tensors and texts of a safetensors file.
package struct SafetensorsFile: Sendable {
    /// The tensors of numbers, in the order of their data.
    package private(set) var tensors: [LearnerParameters.Tensor] = []
    /// The tensors of types that no model has, such as whole numbers: name and type.
    package private(set) var others: [(name: String, type: String)] = []
    /// The texts of the metadata.
    package private(set) var metadata: [(name: String, text: String)] = []

    /// The longest header that is read; the format allows no longer one.
    package static let headerBytesMax = 100_000_000
    /// The most tensors of a file.
    package static let tensorsMax = 100_000

    /// One line of the header.
    private struct Entry {
        var name: String
        var type: String
        var shape: [Int]
        var begin: Int
        var end: Int
    }

    /// Reads a file.
    ///
    /// - Throws: what is wrong with it, in words.
    package init(decoding bytes: [UInt8]) throws(DecodeError) {
        var reader = ByteReader(bytes)
        guard bytes.count >= 8 else { throw .invalid("it is too short for a safetensors file") }
        let length = try reader.read(UInt64.self)
        guard length <= UInt64(min(SafetensorsFile.headerBytesMax, reader.remaining)) else {
            throw .invalid(
                "its header should have \(length) bytes, but only \(reader.remaining) follow; "
                    + "it is no safetensors file, or not all of one"
            )
        }
        let header = try JSONValue(reading: try reader.readRaw(Int(length)))
        guard case .object(let members) = header, members.count <= SafetensorsFile.tensorsMax else {
            throw .invalid(
                "its header is no object of at most \(SafetensorsFile.tensorsMax) tensors"
            )
        }
        var entries: [Entry] = []
        for member in members {
            if member.name == "__metadata__" {
                metadata = try SafetensorsFile.texts(member.value)
            } else {
                entries.append(try SafetensorsFile.entry(member))
            }
        }
        entries.sort { ($0.begin, $0.end) < ($1.begin, $1.end) }
        var end = 0
        for entry in entries {
            guard entry.begin == end else {
                throw .invalid(
                    "tensor \(entry.name) begins at byte \(entry.begin) of the data, but the one "
                        + "before it ends at \(end): they overlap or leave a hole"
                )
            }
            end = entry.end
        }
        guard end == reader.remaining else {
            throw .invalid(
                "its tensors take \(end) bytes, but \(reader.remaining) follow the header"
            )
        }
        var parts: [String: [UInt8]] = [:]
        for entry in entries {
            if let bytes = try take(entry, from: &reader) { parts[entry.name] = bytes }
        }
        if let text = metadata.first(where: { $0.name == "compression" })?.text {
            try expand(try JSONValue(reading: Array(text.utf8)), parts)
        }
    }

    private static func texts(
        _ value: JSONValue
    ) throws(DecodeError) -> [(name: String, text: String)] {
        guard case .object(let members) = value else {
            throw .invalid("its metadata are no object")
        }
        var texts: [(name: String, text: String)] = []
        for member in members {
            guard case .string(let text) = member.value else {
                throw .invalid("the metadata \(member.name) are no text")
            }
            texts.append((member.name, text))
        }
        return texts
    }

    private static func entry(_ member: JSONValue.Member) throws(DecodeError) -> Entry {
        guard case .string(let type)? = member.value["dtype"],
            let shape = sizes(member.value["shape"]),
            let offsets = sizes(member.value["data_offsets"]), offsets.count == 2,
            offsets[0] <= offsets[1]
        else {
            throw .invalid("tensor \(member.name) has no dtype, shape or data_offsets")
        }
        let entry = Entry(
            name: member.name,
            type: type,
            shape: shape,
            begin: offsets[0],
            end: offsets[1]
        )
        guard let width = elementBytes(type) else { return entry }
        var count = 1
        for size in shape {
            let (product, isTooLarge) = count.multipliedReportingOverflow(by: size)
            guard !isTooLarge, product <= 1 << 40 else {
                throw .invalid("tensor \(member.name) has too many numbers")
            }
            count = product
        }
        guard entry.end - entry.begin == count * width else {
            throw .invalid(
                "tensor \(member.name) of \(count) numbers of type \(type) should take "
                    + "\(count * width) bytes, but takes \(entry.end - entry.begin)"
            )
        }
        return entry
    }

    static func sizes(_ value: JSONValue?) -> [Int]? {
        guard case .array(let items)? = value else { return nil }
        var sizes: [Int] = []
        for item in items {
            guard case .int(let number) = item, (0...1 << 40).contains(number) else { return nil }
            sizes.append(Int(number))
        }
        return sizes
    }

    private static func elementBytes(_ type: String) -> Int? {
        switch type {
        case "F64": 8
        case "F32": 4
        case "F16", "BF16": 2
        default: nil
        }
    }

    /// Takes a tensor of numbers.
    ///
    /// - Returns: The bytes of a tensor of another type.
    private mutating func take(
        _ entry: Entry,
        from reader: inout ByteReader
    ) throws(DecodeError) -> [UInt8]? {
        guard let width = SafetensorsFile.elementBytes(entry.type) else {
            others.append((entry.name, entry.type))
            return try reader.readRaw(entry.end - entry.begin)
        }
        let count = (entry.end - entry.begin) / width
        var numbers: [Float] = []
        if entry.type == "F32" {
            numbers = try reader.readFloats(count)
        } else {
            numbers.reserveCapacity(count)
            for _ in 0..<count {
                numbers.append(try SafetensorsFile.number(entry.type, &reader))
            }
        }
        guard numbers.allSatisfy(\.isFinite) else {
            throw .invalid("tensor \(entry.name) has a number that is not finite")
        }
        tensors.append(.init(entry.name, shape: entry.shape, numbers))
        return nil
    }

    /// Puts the tensors together that were published in fewer bytes.
    private mutating func expand(
        _ entries: JSONValue,
        _ parts: [String: [UInt8]]
    ) throws(DecodeError) {
        guard case .object(let members) = entries else {
            throw .invalid("what it says of its compression is no object")
        }
        for member in members {
            let entry = try StoredEntry(member)
            let weights = try entry.weights(numbers: tensors, bytes: parts)
            let names = Set(
                [entry.name] + StoredTensor.Part.allCases.map { $0.name(of: entry.name) }
            )
            tensors.removeAll { names.contains($0.name) }
            others.removeAll { names.contains($0.name) }
            tensors.append(.init(entry.name, shape: entry.shape, weights))
        }
    }

    private static func number(
        _ type: String,
        _ reader: inout ByteReader
    ) throws(DecodeError) -> Float {
        switch type {
        case "F64": return Float(try reader.readDouble())
        case "BF16": return Float(bitPattern: UInt32(try reader.read(UInt16.self)) << 16)
        default: return HalfPrecision.number(try reader.read(UInt16.self))
        }
    }
}
