// SPDX-License-Identifier: Apache-2.0
//
// What can be said of a stream that is asked for by name: each parameter has a name, a range and a
// usual value, and stands in the help.

/// A number that a stream takes.
package struct StreamParameter: Sendable, Equatable {
    /// What it is called.
    package let name: String
    /// What it is unless said; nil when that depends on the rest, as `meaning` says.
    package let standard: Double?
    /// What it may be.
    package let range: ClosedRange<Double>
    /// Whether it counts something.
    package let isWhole: Bool
    /// What it does, in a few words.
    package let meaning: String

    /// Makes a parameter that counts something.
    static func count(
        _ name: String,
        _ standard: Int?,
        _ range: ClosedRange<Int>,
        _ meaning: String
    ) -> StreamParameter {
        StreamParameter(
            name: name,
            standard: standard.map(Double.init),
            range: Double(range.lowerBound)...Double(range.upperBound),
            isWhole: true,
            meaning: meaning
        )
    }

    /// Makes a parameter that measures something.
    static func amount(
        _ name: String,
        _ standard: Double,
        _ range: ClosedRange<Double>,
        _ meaning: String
    ) -> StreamParameter {
        StreamParameter(
            name: name,
            standard: standard,
            range: range,
            isWhole: false,
            meaning: meaning
        )
    }

    /// Whether the number is one that the parameter may be.
    package func allows(_ number: Double) -> Bool {
        range.contains(number) && (!isWhole || number == number.rounded())
    }

    /// The range in words.
    package var rangeText: String {
        func text(_ number: Double) -> String {
            isWhole || number == number.rounded() ? String(Int(number)) : String(number)
        }
        return "\(isWhole ? "a whole number " : "")from \(text(range.lowerBound)) to "
            + text(range.upperBound)
    }
}

extension StreamParameter {
    /// Flipped labels.
    static func flips(_ standard: Double) -> StreamParameter {
        .amount("noise", standard, 0...0.5, "share of flipped labels")
    }

    /// The number of features.
    static func features(_ standard: Int, from least: Int = 1) -> StreamParameter {
        .count("features", standard, least...1000, "number of features")
    }

    /// The concept that comes first.
    static func first(of count: Int) -> StreamParameter {
        .count("first", 1, 1...count, "the concept that rules first")
    }

    /// The length of a transition.
    static let transition = count(
        "transition",
        nil,
        1...1_000_000_000,
        "samples of a change; else a fifth of the shortest concept"
    )

    /// Classes in turns.
    static let balance = count("balance", 0, 0...1, "1: the two classes come in turns")
}

/// What was said of a stream's parameters.
package struct StreamValues: Sendable, Equatable {
    private var values: [String: Double] = [:]

    /// Nothing was said.
    package init() {}

    /// The number that was said for the parameter of that name.
    package subscript(_ name: String) -> Double? {
        get { values[name] }
        set { values[name] = newValue }
    }
}
