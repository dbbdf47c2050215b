// SPDX-License-Identifier: Apache-2.0
//
// A safetensors file as it comes from the daemon: the header is JSON, the tensors lie behind it.
// Every place that the header names is checked before it is read.

import Decoding
import Primitives

/// Tensors and metadata of an artifact.
struct SafetensorsFile {
    /// What the header says beside the tensors.
    let metadata: JSONValue
    private let header: JSONValue
    private let bytes: [UInt8]
    private let dataStart: Int

    init(_ bytes: [UInt8]) throws(Failure) {
        var reader = ByteReader(bytes)
        guard let length = try? reader.read(UInt64.self), length <= UInt64(reader.remaining),
            let text = try? reader.readRaw(Int(length)), let header = try? parseJSON(text)
        else { throw SafetensorsFile.damaged("its header cannot be read") }
        self.header = header
        self.bytes = bytes
        metadata = header["__metadata__"] ?? .null
        dataStart = 8 + Int(length)
    }

    /// The bytes of a tensor, which must be of the type.
    func bytes(of name: String, type: String = "U8") throws(Failure) -> [UInt8] {
        guard let entry = header[name], entry["dtype"]?.text == type,
            let offsets = entry["data_offsets"]?.items, offsets.count == 2,
            let start = offsets[0].integer, let end = offsets[1].integer, start >= 0, start <= end,
            end <= Int64(bytes.count - dataStart)
        else { throw SafetensorsFile.damaged("it has no tensor \(name) of \(type)") }
        return Array(bytes[dataStart + Int(start)..<dataStart + Int(end)])
    }

    /// The numbers of a tensor of single precision.
    func floats(of name: String) throws(Failure) -> [Float] {
        let raw = try bytes(of: name, type: "F32")
        var reader = ByteReader(raw)
        guard let numbers = try? reader.readFloats(raw.count / 4) else {
            throw SafetensorsFile.damaged("the tensor \(name) is cut short")
        }
        return numbers
    }

    /// The numbers of a tensor of double precision.
    func doubles(of name: String) throws(Failure) -> [Double] {
        let raw = try bytes(of: name, type: "F64")
        var reader = ByteReader(raw)
        var numbers: [Double] = []
        numbers.reserveCapacity(raw.count / 8)
        for _ in 0..<raw.count / 8 {
            guard let number = try? reader.readDouble() else { break }
            numbers.append(number)
        }
        return numbers
    }

    static func damaged(_ what: String) -> Failure {
        .data("this is no artifact that learnctl can read: \(what)")
    }
}
