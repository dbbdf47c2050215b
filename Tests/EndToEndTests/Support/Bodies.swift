// SPDX-License-Identifier: Apache-2.0
//
// Samples and their bytes. The task is easy: two classes, divided by a line, or the number that
// belongs to a point.

import Primitives

/// Samples that one seed decides.
struct Stream {
    private var random: RandomSource
    let width: Int
    /// Which side of the line is class 1; a drift turns it round.
    var isTurned = false

    init(seed: UInt64, width: Int = 4) {
        random = RandomSource(seed: seed)
        self.width = width
    }

    /// One sample.
    mutating func next() -> (x: [Float], y: Float) {
        var x: [Float] = []
        for _ in 0..<width { x.append(Float(random.unit() * 2 - 1)) }
        let isAbove = x[0] + x[1] > 0
        return (x, isAbove != isTurned ? 1 : 0)
    }

    /// A packed body of `count` samples.
    mutating func packed(_ count: Int) -> [UInt8] {
        var rows: [[Float]] = []
        var labels: [Float] = []
        for _ in 0..<count {
            let (x, y) = next()
            rows.append(x)
            labels.append(y)
        }
        return Bodies.packed(rows, labels)
    }

    /// A JSON body of `count` samples, arrays or named features.
    mutating func json(_ count: Int, named: Bool = false) -> [UInt8] {
        var samples: [JSONValue] = []
        for _ in 0..<count {
            let (x, y) = next()
            var features: [JSONValue] = []
            var members: [JSONValue.Member] = []
            for (index, value) in x.enumerated() {
                features.append(.number(Double(value)))
                members.append(.init("f\(index)", .number(Double(value))))
            }
            members.append(.init("site", .string(x[2] > 0 ? "north" : "south")))
            members.append(.init("open", .bool(x[3] > 0)))
            let label: JSONValue = named ? .string(y == 1 ? "warm" : "cold") : .int(Int64(y))
            samples.append(["x": named ? .object(members) : .array(features), "y": label])
        }
        return JSONValue.array(samples).jsonBytes
    }
}

/// Bytes of bodies.
enum Bodies {
    static func packed(_ rows: [[Float]], _ labels: [Float]) -> [UInt8] {
        var writer = ByteWriter()
        writer.write(UInt32(0x314B_504C))
        writer.write(UInt32(rows.count))
        writer.write(UInt32(rows.first?.count ?? 0))
        writer.write(UInt32(1))
        for value in rows.joined() { writer.write(value) }
        for label in labels { writer.write(label) }
        return writer.bytes
    }
}
