// SPDX-License-Identifier: Apache-2.0
//
// The bytes that consumers read, against docs/protocol.md section 2 and the safetensors format.

import Learning
import Primitives
import Testing
import Versions

@Suite("Artifacts") struct ArtifactTests {
    @Test("A safetensors file, byte by byte")
    func layout() {
        let file = Safetensors(
            tensors: [
                .init(name: "a", shape: [2], elements: .float32([1, -2])),
                .init(name: "b", shape: [1, 1], elements: .float64([0.5])),
            ],
            metadata: [("k", "v")]
        )
        let header =
            #"{"__metadata__":{"k":"v"},"b":{"dtype":"F64","shape":[1,1],"data_offsets":[0,8]},"#
            + #""a":{"dtype":"F32","shape":[2],"data_offsets":[8,16]}}"#
        var expected = Array(header.utf8)
        while expected.count % 8 != 0 { expected.append(0x20) }
        let length = UInt8(expected.count)
        expected.insert(contentsOf: [length, 0, 0, 0, 0, 0, 0, 0], at: 0)
        expected += [0, 0, 0, 0, 0, 0, 0xE0, 0x3F]
        expected += [0, 0, 0x80, 0x3F, 0, 0, 0, 0xC0]
        #expect(file.encoded() == expected)
    }

    private var version: VersionState {
        var settings = PreparationSettings()
        settings.memory = 100
        var preparation = Preparation(settings)
        preparation.grow(width: 2)
        var learner = makeLearner(
            LearnerSettings(model: .softmax, optimiser: .sgd(rate: 0.1)),
            width: 2,
            outputs: 2
        )
        var block = Block()
        block.reset(width: 2, outputs: 2)
        for row in 0..<10 {
            block.append(raw: [Float(row), Float(row % 3)].span, class: Int32(row % 2))
        }
        preparation.follow(&block)
        learner.testThenTrain(&block)
        return VersionState(
            number: 7,
            sampleIndex: 10,
            schema: Schema(
                task: .classes,
                width: 2,
                limits: SchemaLimits(),
                classes: [.number(1), .text("1")]
            ),
            contender: Contender(preparation: preparation, learner: learner, trained: 10),
            recollection: Recollection(FeatureSettings())
        )
    }

    private var identity: Identity {
        Identity(incarnation: String(repeating: "0f", count: 16), learner: .default)
    }

    @Test("An artifact holds the tensors and metadata of the protocol")
    func fields() throws {
        let bytes = Artifact.encode(version, identity: identity)
        var reader = ByteReader(bytes)
        let length = try reader.read(UInt64.self)
        #expect(length % 8 == 0)
        let text = String(decoding: try reader.readRaw(Int(length)), as: UTF8.self)
        // F64 first, so that each tensor is aligned: mean 16, deviation 16, weights 16, bias 8.
        #expect(text.contains(#""mean":{"dtype":"F64","shape":[2],"data_offsets":[0,16]}"#))
        #expect(text.contains(#""deviation":{"dtype":"F64","shape":[2],"data_offsets":[16,32]}"#))
        #expect(text.contains(#""weights":{"dtype":"F32","shape":[2,2],"data_offsets":[32,48]}"#))
        #expect(text.contains(#""bias":{"dtype":"F32","shape":[2],"data_offsets":[48,56]}"#))
        #expect(reader.remaining == 56)
        for part in [
            #""learnd":"1""#, #""model":"softmax""#, #""task":"classes""#,
            #""incarnation":"0f0f"#, #""learner":"default""#, #""version":"7""#, #""clip":"5""#,
            #""classes":"[1,\"1\"]""#,
        ] { #expect(text.contains(part), "\(part) in \(text)") }
        var means: [Double] = []
        for _ in 0..<2 { means.append(try reader.readDouble()) }
        #expect(means == version.contender.preparation.statistics?.mean)
        for _ in 0..<2 { _ = try reader.readDouble() }
        var numbers: [Float] = []
        for _ in 0..<6 { numbers.append(try reader.readFloat()) }
        let parameters = version.contender.learner.parameters
        #expect(numbers == parameters.numbers)
        #expect(Artifact.encode(version, identity: identity) == bytes, "the same bytes each time")
    }

    @Test("A manifest has the fields of the protocol, and a notice is its short form")
    func manifest() {
        let draft = VersionDraft(
            state: version,
            parent: 6,
            reason: .routine,
            metrics: ["accuracy": .number(0.5)],
            note: .null
        )
        let manifest = Manifest.json(
            draft,
            identity: identity,
            facts: .init(
                created: "2026-01-01T00:00:00Z",
                bytes: 99,
                sha256: String(repeating: "ab", count: 32),
                trainSeconds: 1.5
            )
        )
        #expect(
            manifest.members.map(\.name) == [
                "incarnation", "learner", "version", "parent", "reason", "note", "created",
                "samples", "format", "bytes", "sha256", "task", "model", "features", "classes",
                "metrics", "train_seconds",
            ]
        )
        #expect(manifest["version"]?.integer == 7)
        #expect(manifest["parent"]?.integer == 6)
        #expect(manifest["reason"]?.text == "routine")
        #expect(manifest["samples"]?.integer == 10)
        #expect(manifest["classes"]?.jsonText == #"[1,"1"]"#)
        #expect(
            Manifest.notice(of: manifest).members.map(\.name) == [
                "incarnation", "learner", "version", "sha256", "bytes",
            ]
        )
    }

    @Test("A version's state comes back, and damage is refused")
    func state() throws {
        let bytes = version.encoded()
        #expect(try VersionState(decoding: bytes).encoded() == bytes)
        for cut in bytes.indices {
            #expect(throws: DecodeError.self) { try VersionState(decoding: Array(bytes[..<cut])) }
        }
        #expect(throws: DecodeError.self) { try VersionState(decoding: bytes + [0]) }
        for place in bytes.indices {
            var damaged = bytes
            damaged[place] ^= 0x80
            _ = try? VersionState(decoding: damaged)
        }
    }

    @Test("Reasons have words that lead back to them")
    func reasons() {
        for reason in VersionReason.allCases { #expect(VersionReason(name: reason.name) == reason) }
        #expect(VersionReason(name: "whim") == nil)
    }
}
