// SPDX-License-Identifier: Apache-2.0
//
// The samples of a generated stream, for trying things out.

import Samples

/// So many samples of a synthetic stream.
struct SyntheticSamples: MessageSource {
    private var stream: any SampleSource
    private var features: [Float]
    private var left: Int
    private let rows: Int
    private let format: BodyFormat
    private var packed: PackedSamples
    private var json = JSONBytes()
    let skipped = 0

    init(_ kind: SyntheticStream, rows: Int, seed: UInt64, format: BodyFormat) {
        stream = kind.make(seed: seed, conceptLength: max(1, rows / 4))
        features = Array(repeating: 0, count: stream.width)
        packed = PackedSamples(width: stream.width, hasLabels: true)
        left = rows
        self.rows = rows
        self.format = format
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
        json.add("{\"x\":[")
        for (index, feature) in features.enumerated() {
            if index > 0 { json.add(UInt8(ascii: ",")) }
            json.add(number: Double(feature))
        }
        json.add("],\"y\":")
        json.add(number: label)
        json.add("}\n")
    }
}
