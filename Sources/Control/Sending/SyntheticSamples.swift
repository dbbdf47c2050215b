// SPDX-License-Identifier: Apache-2.0
//
// The samples of a generated stream: packed rows, arrays, or objects by name, with the context
// where samples name one. Categories are their names, and a text is its words with blanks between.

import Primitives
import Samples

/// So many samples of a synthetic stream.
struct SyntheticSamples: MessageSource {
    private var stream: any SampleSource
    private var features: [Float]
    private var left: Int
    private let rows: Int
    private let format: BodyFormat
    private let columns: [SyntheticColumn]?
    private var packed: PackedSamples
    private var json = JSONBytes()
    let skipped = 0

    init(_ wish: SyntheticWish) {
        stream = wish.stream.make(seed: wish.seed, drifts: wish.drifts, wish.values)
        features = Array(repeating: 0, count: stream.width)
        packed = PackedSamples(width: stream.width, hasLabels: true)
        columns = wish.isNamed ? stream.columns : nil
        left = wish.rows
        rows = wish.rows
        format = wish.format
    }

    var progress: Double? { Double(rows - left) / Double(rows) }

    mutating func next(_ samples: Int, into body: inout [UInt8]) throws(Failure) -> Int {
        let count = min(samples, left)
        guard count > 0 else { return 0 }
        for _ in 0..<count {
            let label = stream.next(into: &features)
            if format == .packed { addPacked(label) } else { addJSON(label) }
        }
        left -= count
        if format == .packed { packed.take(into: &body) } else { json.take(into: &body) }
        return count
    }

    private mutating func addPacked(_ label: Double) {
        for feature in features { packed.add(feature: .number(Double(feature))) }
        packed.add(label: .number(label))
    }

    private mutating func addJSON(_ label: Double) {
        json.add("{\"x\":")
        if let columns { addMembers(columns) } else { addArray() }
        json.add(",\"y\":")
        json.add(number: label)
        if let context = stream.context {
            json.add(",\"ctx\":")
            json.add(text: "c\(context)")
        }
        json.add("}\n")
    }

    private mutating func addArray() {
        json.add("[")
        for (index, feature) in features.enumerated() {
            if index > 0 { json.add(UInt8(ascii: ",")) }
            json.add(number: Double(feature))
        }
        json.add("]")
    }

    private mutating func addMembers(_ columns: [SyntheticColumn]) {
        json.add("{")
        var index = 0
        while index < columns.count {
            let column = columns[index]
            if index > 0 { json.add(UInt8(ascii: ",")) }
            json.add(text: column.name)
            json.add(":")
            switch column.kind {
            case .number: json.add(number: Double(features[index]))
            case .category(let names): json.add(text: names[Int(features[index])])
            case .word(let vocabulary):
                var words: [String] = []
                while index < columns.count, columns[index].name == column.name {
                    words.append(vocabulary[Int(features[index])])
                    index += 1
                }
                json.add(text: words.joined(separator: " "))
                continue
            }
            index += 1
        }
        json.add("}")
    }
}
