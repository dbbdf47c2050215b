// SPDX-License-Identifier: Apache-2.0
//
// Files that others wrote: what is read, and what is refused with which words.

import Learning
import Primitives
import Testing
import Versions

@Suite("Files of tensors")
struct SafetensorsFileTests {
    /// A file with this header and these bytes of data.
    private func file(_ header: String, data: [UInt8] = []) -> [UInt8] {
        var writer = ByteWriter()
        writer.write(UInt64(header.utf8.count))
        writer.writeRaw(Array(header.utf8))
        writer.writeRaw(data)
        return writer.bytes
    }

    private func refusal(_ bytes: [UInt8]) -> String {
        do throws(DecodeError) {
            _ = try SafetensorsFile(decoding: bytes)
            return "none"
        } catch {
            return error.description
        }
    }

    @Test("What learnd writes is read back")
    func ownFiles() throws {
        let own = Safetensors(
            tensors: [
                .init(name: "weights", shape: [1, 2], elements: .float32([1.5, -2])),
                .init(name: "mean", shape: [2], elements: .float64([0.25, 1e-3])),
            ],
            metadata: [("model", "linear"), ("note", "a \"quote\" and \\ and é")]
        )
        let read = try SafetensorsFile(decoding: own.encoded())
        #expect(read.tensors.map(\.name) == ["mean", "weights"])
        #expect(read.tensors[1] == .init("weights", shape: [1, 2], [1.5, -2]))
        #expect(read.tensors[0].numbers == [0.25, 1e-3])
        #expect(read.metadata.map(\.text) == ["linear", "a \"quote\" and \\ and é"])
    }

    @Test("Half and brain precision become single precision")
    func precisions() throws {
        let header = """
            {"a":{"dtype":"F16","shape":[5],"data_offsets":[0,10]},\
            "b":{"dtype":"BF16","shape":[2],"data_offsets":[10,14]},\
            "c":{"dtype":"I64","shape":[1],"data_offsets":[14,22]}}
            """
        let halves: [UInt16] = [0x3C00, 0xC000, 0x0001, 0x7BFF, 0x3555]
        let brains: [UInt16] = [0x3FC0, 0xBF80]
        var writer = ByteWriter()
        for bits in halves + brains { writer.write(bits) }
        writer.write(UInt64(7))
        let read = try SafetensorsFile(decoding: file(header, data: writer.bytes))
        #expect(read.tensors[0].numbers == [1, -2, 0x1p-24, 65504, 0.333251953125])
        #expect(read.tensors[1].numbers == [1.5, -1])
        #expect(read.others.map(\.name) == ["c"] && read.others.map(\.type) == ["I64"])
    }

    @Test("Damage is refused in words")
    func damage() {
        let four = [UInt8](repeating: 0, count: 4)
        func one(_ type: String, _ shape: String, _ offsets: String) -> String {
            "{\"a\":{\"dtype\":\"\(type)\",\"shape\":\(shape),\"data_offsets\":\(offsets)}}"
        }
        #expect(refusal([1, 2, 3]).contains("too short"))
        #expect(refusal([UInt8](repeating: 255, count: 40)).contains("header should have"))
        #expect(refusal(file("[1]")).contains("no object"))
        #expect(refusal(file("{\"a\":1")).contains("JSON, byte"))
        #expect(refusal(file(one("F32", "[1]", "[4,0]"), data: four)).contains("no dtype"))
        #expect(refusal(file(one("F32", "[2]", "[0,4]"), data: four)).contains("should take 8"))
        #expect(refusal(file(one("F32", "[-1]", "[0,4]"), data: four)).contains("no dtype"))
        #expect(
            refusal(file(one("F32", "[1099511627776,1099511627776]", "[0,4]"), data: four))
                .contains("too many numbers")
        )
        #expect(refusal(file(one("F32", "[1]", "[0,4]"))).contains("but 0 follow"))
        #expect(refusal(file(one("F32", "[1]", "[0,4]"), data: four + four)).contains("8 follow"))
        #expect(
            refusal(file(one("F32", "[1]", "[0,4]"), data: [0, 0, 0x80, 0x7F]))
                .contains("not finite")
        )
        let overlapping = """
            {"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},\
            "b":{"dtype":"F32","shape":[1],"data_offsets":[2,6]}}
            """
        #expect(refusal(file(overlapping, data: four + [0, 0])).contains("overlap"))
        let twice = "{\"a\":1,\"a\":2}"
        #expect(refusal(file(twice)).contains("stands twice"))
    }

    @Test("No damaged byte leads to a trap")
    func noTrap() {
        let bytes = Safetensors(
            tensors: [.init(name: "w", shape: [2, 2], elements: .float32([1, 2, 3, 4]))],
            metadata: [("k", "v")]
        ).encoded()
        for place in bytes.indices {
            for bit in 0..<8 {
                var damaged = bytes
                damaged[place] ^= UInt8(1 << bit)
                _ = try? SafetensorsFile(decoding: damaged)
            }
            _ = try? SafetensorsFile(decoding: Array(bytes[..<place]))
        }
    }
}
