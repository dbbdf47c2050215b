// SPDX-License-Identifier: Apache-2.0
//
// The safetensors format: eight bytes with the length of a JSON header, the header (padded with
// spaces so that the data starts at a multiple of eight), then the tensors, little-endian, one
// after the other without holes. Metadata are texts only. Widest elements go first, so that each
// tensor starts at a multiple of its element's size.
// Reference: the format section of huggingface/safetensors' README.

import Primitives

/// A file of named tensors with metadata.
package struct Safetensors: Sendable, Equatable {
    /// The elements of a tensor.
    package enum Elements: Sendable, Equatable {
        /// Single precision.
        case float32([Float])
        /// Double precision.
        case float64([Double])
        /// Half precision, as bits.
        case float16([UInt16])
        /// Whole numbers of four bytes.
        case int32([Int32])
        /// Whole numbers of one byte.
        case int8([Int8])
        /// Bytes.
        case bytes([UInt8])

        var typeName: String {
            switch self {
            case .float32: "F32"
            case .float64: "F64"
            case .float16: "F16"
            case .int32: "I32"
            case .int8: "I8"
            case .bytes: "U8"
            }
        }

        var count: Int {
            switch self {
            case .float32(let numbers): numbers.count
            case .float64(let numbers): numbers.count
            case .float16(let halves): halves.count
            case .int32(let numbers): numbers.count
            case .int8(let numbers): numbers.count
            case .bytes(let bytes): bytes.count
            }
        }

        var elementBytes: Int {
            switch self {
            case .float64: 8
            case .float32, .int32: 4
            case .float16: 2
            case .int8, .bytes: 1
            }
        }
    }

    /// One tensor.
    package struct Tensor: Sendable, Equatable {
        /// Its name.
        package var name: String
        /// Its dimensions, outermost first.
        package var shape: [Int]
        /// Its elements in row-major order.
        package var elements: Elements

        /// Makes a tensor.
        ///
        /// - Precondition: the shape has as many places as there are elements.
        package init(name: String, shape: [Int], elements: Elements) {
            precondition(
                shape.reduce(1, *) == elements.count,
                "a tensor's shape holds its elements"
            )
            self.name = name
            self.shape = shape
            self.elements = elements
        }
    }

    /// The tensors.
    package var tensors: [Tensor]
    /// The metadata in order.
    package var metadata: [(name: String, text: String)]

    /// Makes a file's contents.
    package init(tensors: [Tensor], metadata: [(name: String, text: String)]) {
        self.tensors = tensors
        self.metadata = metadata
    }

    /// The file's bytes; the same contents always give the same ones.
    package func encoded() -> [UInt8] {
        let ordered = [8, 4, 2, 1].flatMap { bytes in
            tensors.filter { $0.elements.elementBytes == bytes }
        }
        var members = [
            JSONValue.Member(
                "__metadata__",
                .object(metadata.map { JSONValue.Member($0.name, .string($0.text)) })
            )
        ]
        var offset = 0
        for tensor in ordered {
            let end = offset + tensor.elements.count * tensor.elements.elementBytes
            members.append(
                JSONValue.Member(
                    tensor.name,
                    [
                        "dtype": .string(tensor.elements.typeName),
                        "shape": .array(tensor.shape.map { .int(Int64($0)) }),
                        "data_offsets": [.int(Int64(offset)), .int(Int64(end))],
                    ]
                )
            )
            offset = end
        }
        var header = JSONValue.object(members).jsonBytes
        while header.count % 8 != 0 { header.append(UInt8(ascii: " ")) }
        var writer = ByteWriter(capacity: 8 + header.count + offset)
        writer.write(UInt64(header.count))
        writer.writeRaw(header)
        for tensor in ordered {
            switch tensor.elements {
            case .float32(let numbers): writer.writeRaw(numbers.span)
            case .float64(let numbers): for number in numbers { writer.write(number) }
            case .float16(let halves): for half in halves { writer.write(half) }
            case .int32(let numbers): for number in numbers { writer.write(number) }
            case .int8(let numbers): for number in numbers { writer.write(number) }
            case .bytes(let bytes): writer.writeRaw(bytes)
            }
        }
        return writer.bytes
    }

    /// Files are equal when their tensors and metadata are.
    package static func == (left: Safetensors, right: Safetensors) -> Bool {
        left.tensors == right.tensors
            && left.metadata.elementsEqual(right.metadata) { $0 == $1 }
    }
}
