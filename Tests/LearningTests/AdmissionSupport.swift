// SPDX-License-Identifier: Apache-2.0
//
// Samples by hand, and what a schema makes of them.

import Learning
import Primitives
import Samples
import Testing

/// A value of a named feature.
enum Value: ExpressibleByFloatLiteral, ExpressibleByBooleanLiteral, ExpressibleByStringLiteral {
    case number(Float)
    case flag(Bool)
    case text(String)

    init(floatLiteral value: Double) { self = .number(Float(value)) }
    init(booleanLiteral value: Bool) { self = .flag(value) }
    init(stringLiteral value: String) { self = .text(value) }
}

extension MicroBatch {
    mutating func append(_ x: KeyValuePairs<String, Value>, label: Double? = nil) {
        append(Array(x.map { ($0.key, $0.value) }), label: label)
    }

    mutating func append(_ x: [(String, Value)], label: Double? = nil) {
        let start = entries.count
        for (name, value) in x {
            let number = strings.intern(name)
            switch value {
            case .number(let value):
                entries.append(.init(name: number, value: value, kind: .number))
            case .flag(let flag):
                entries.append(.init(name: number, value: flag ? 1 : 0, kind: .boolean))
            case .text(let text):
                let text = strings.intern(text)
                entries.append(.init(name: number, value: Float(text), kind: .category))
            }
        }
        appendRow(start: start, count: x.count, label: label, shape: .named)
    }

    mutating func append(array: [Float], label: Double? = nil) {
        values += array
        appendRow(
            start: values.count - array.count,
            count: array.count,
            label: label,
            shape: .positional
        )
    }

    private mutating func appendRow(start: Int, count: Int, label: Double?, shape: Shape) {
        rows.append(
            Row(
                label: label ?? 0,
                labelKind: label == nil ? .none : .number,
                start: start,
                count: count,
                weight: 1,
                producer: 0,
                shape: shape
            )
        )
    }
}

/// Admits rows one after the other, as a learner does.
struct Admitting {
    var schema: Schema
    var recollection: Recollection
    var judgements: [Judgement] = []
    var culprits: [String?] = []
    private var admission = Admission()

    init(_ schema: Schema) {
        self.schema = schema
        recollection = Recollection(schema.settings)
        recollection.grow(width: schema.width)
    }

    /// The raw row of each sample; empty where it was refused.
    mutating func admit(_ batch: MicroBatch) -> [[Float]] {
        admission.begin(batch)
        var raws: [[Float]] = []
        for row in batch.rows {
            let judgement = admission.judge(row, of: batch, under: schema, knowing: recollection)
            judgements.append(judgement)
            culprits.append(admission.culprit)
            switch judgement {
            case .refused:
                raws.append([])
                continue
            case .grows:
                admission.grow(&schema, for: row, of: batch)
                recollection.grow(width: schema.width)
            case .fits: break
            }
            var block = Block()
            block.reset(width: schema.width, outputs: 1)
            admission.append(
                row,
                of: batch,
                under: schema,
                knowing: &recollection,
                use: .train,
                to: &block
            )
            #expect(block.raw.count == schema.width)
            raws.append(block.raw)
        }
        return raws
    }

    /// The rows of slots as pairs.
    static func pairs(_ raw: [Float]) -> [(Int, Float)] {
        stride(from: 0, to: raw.count, by: 2).filter { !raw[$0].isNaN }
            .map { (Int(raw[$0]), raw[$0 + 1]) }
    }
}

/// Whether two schemas have the same bytes, and the bytes give the schema back.
func expectCoded(_ schema: Schema) throws {
    var writer = ByteWriter()
    schema.encode(into: &writer)
    var reader = ByteReader(writer.bytes)
    let decoded = try Schema(from: &reader)
    try reader.expectEnd()
    #expect(decoded == schema)
    var again = ByteWriter()
    decoded.encode(into: &again)
    #expect(again.bytes == writer.bytes)
    for length in stride(from: 0, to: writer.bytes.count, by: 2) {
        var cut = ByteReader(Array(writer.bytes.prefix(length)))
        #expect(throws: DecodeError.self) {
            let schema = try Schema(from: &cut)
            try cut.expectEnd()
            _ = schema
        }
    }
    var random = RandomSource(seed: 7)
    for _ in 0..<300 {
        var damaged = writer.bytes
        damaged[random.below(damaged.count)] ^= UInt8(1 + random.below(255))
        var reader = ByteReader(damaged)
        guard let other = try? Schema(from: &reader), other.width < 10_000 else { continue }
        // What is accepted must be usable.
        var admitting = Admitting(other)
        var batch = MicroBatch()
        batch.append(["a": 1.0, "b": "x", "c": true, "t": "some text"])
        batch.append(array: [1, 2, .nan])
        _ = admitting.admit(batch)
    }
}
