// SPDX-License-Identifier: Apache-2.0
//
// One line of the comparison: a way to publish a network, over all seeds.

import Primitives

/// A way over all seeds.
struct CompressionRow {
    /// The way.
    let way: CompressionWay
    private var results: [CompressionLap.Result] = []

    init(way: CompressionWay) { self.way = way }

    mutating func add(_ result: CompressionLap.Result) { results.append(result) }

    private func mean(_ number: (CompressionLap.Result) -> Double) -> Double {
        results.reduce(0) { $0 + number($1) } / Double(max(1, results.count))
    }

    private var lost: Double { mean(\.lost) }
    private var bytes: Double { mean(\.bytes) }

    /// Whether the bounds are kept; true where there are none.
    var isReached: Bool {
        guard let most = way.bytesMost else { return true }
        return lost <= CompressionWay.pointsMost && bytes <= most
    }

    /// The line above all others.
    static let heading =
        "way                         points lost  worst   bytes   published  speed  "
        + "bounds             reached"

    /// The line.
    var text: String {
        let worst = results.map(\.lost).max() ?? 0
        let published = results.count(where: \.isPublished)
        let bounds =
            way.bytesMost.map {
                "<= \(Self.short(CompressionWay.pointsMost, 1)) pt, <= \(Self.short($0, 1))"
            } ?? "-"
        return Self.padded(way.name, 28) + Self.padded(Self.short(lost, 2), 13)
            + Self.padded(Self.short(worst, 2), 8) + Self.padded(Self.short(bytes, 3), 8)
            + Self.padded("\(published)/\(results.count)", 11)
            + Self.padded(Self.short(mean(\.speed), 1), 7) + Self.padded(bounds, 19)
            + (way.bytesMost == nil ? "-" : isReached ? "yes" : "no")
    }

    /// The line as JSON.
    var json: JSONValue {
        [
            "way": .string(way.name),
            "points_lost": .number(lost),
            "points_lost_worst": .number(results.map(\.lost).max() ?? 0),
            "seeds": .array(results.map { .number($0.lost) }),
            "bytes": .number(bytes),
            "published": .int(Int64(results.count(where: \.isPublished))),
            "speed": .number(mean(\.speed)),
            "bytes_most": way.bytesMost.map { .number($0) } ?? .null,
            "points_most": way.bytesMost == nil ? .null : .number(CompressionWay.pointsMost),
            "reached": way.bytesMost == nil ? .null : .bool(isReached),
        ]
    }

    private static func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(1, width - text.count))
    }

    private static func short(_ number: Double, _ digits: Int) -> String {
        let scale = (0..<digits).reduce(1.0) { product, _ in product * 10 }
        let whole = String(Int((number.magnitude * scale).rounded()))
        let text = String(repeating: "0", count: max(0, digits + 1 - whole.count)) + whole
        let sign = number < 0 && Int((number * scale).rounded()) != 0 ? "-" : ""
        return sign + text.dropLast(digits) + "." + text.suffix(digits)
    }
}
