// SPDX-License-Identifier: Apache-2.0
//
// The series of the golden files, made again with the bits that scripts/golden/drift.py gave them.

import Primitives

/// The series of the golden files, in their order: the seed is the place in the list.
enum GoldenSeries {
    static let names = [
        "error-bits", "normal-shift", "downward", "variance-only", "large", "constant", "zero",
        "ramp", "unit",
    ]
    /// Errors, for the detectors of errors; seeds go on.
    static let errors = [
        "one", "few-errors", "many-errors", "better-and-better", "small-steps", "graded",
        "graded-variance",
    ]

    static func values(of name: String, count: Int = 10_000) -> [Double] {
        if name == "short" { return values(of: "error-bits", count: 25) }
        var source = RandomSource(seed: UInt64(((names + errors).firstIndex(of: name) ?? -1) + 1))
        return (0..<count).map { value(of: name, at: $0, from: &source) }
    }

    private static func value(
        of name: String,
        at index: Int,
        from source: inout RandomSource
    ) -> Double {
        let part = index / 2500
        if let rates = rates(of: name) { return source.unit() < rates[part] ? 1 : 0 }
        switch name {
        case "normal-shift": return 1 * ([0, 0.5, 2.5, -1.0][part] + 1 * bell(&source))
        case "variance-only": return 0 + [1, 1, 2, 0.5][part] * bell(&source)
        case "large": return 1e9 * ([0, 0.5, 0.5, 3][part] + 1 * bell(&source))
        case "constant": return 0.7
        case "zero": return 0
        case "one": return 1
        case "ramp": return source.unit() < 0.1 + 0.00004 * Double(index) ? 1 : 0
        case "graded": return clipped([0.3, 0.4, 0.2, 0.6][part] + 0.1 * bell(&source))
        case "graded-variance": return clipped(0.5 + [0.05, 0.05, 0.2, 0.02][part] * bell(&source))
        default: return source.unit()
        }
    }

    /// The rates of ones in the four parts of a series of bits.
    private static func rates(of name: String) -> [Double]? {
        switch name {
        case "error-bits": [0.1, 0.3, 0.1, 0.5]
        case "downward": [0.5, 0.5, 0.2, 0.05]
        case "few-errors": [0.01, 0.04, 0, 0.02]
        case "many-errors": [0.8, 0.9, 0.6, 0.95]
        case "better-and-better": [0.4, 0.3, 0.2, 0.1]
        case "small-steps": [0.2, 0.25, 0.3, 0.35]
        default: nil
        }
    }

    private static func clipped(_ value: Double) -> Double { min(1, max(0, value)) }

    private static func bell(_ source: inout RandomSource) -> Double {
        var total = 0.0
        for _ in 0..<12 { total += source.unit() }
        return total - 6
    }
}
