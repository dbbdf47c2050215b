// SPDX-License-Identifier: Apache-2.0
//
// A parameter of a detector, as it is written in a command or a setting. Names and defaults are
// those of the `river` package, version 0.26.1, for the detectors that it has; the parameters that
// it does not have (`reference`, warnings of ADWIN and Page-Hinkley) default to what it does.

/// A parameter of a detector: its name, its range and its default.
package struct DetectorParameter: Sendable, Equatable {
    /// What may be told.
    package enum Range: Sendable, Equatable {
        /// A number within both bounds; a bound may be excluded.
        case number(from: Double, to: Double, hasFirst: Bool = true, hasLast: Bool = true)
        /// A whole number.
        case count(ClosedRange<Int>)
        /// Yes or no.
        case flag
        /// One of some words.
        case word([String])
    }

    /// What the parameter is called.
    package let name: String
    /// What may be told.
    package let range: Range
    /// What holds when nothing is told.
    package let standard: String
    /// Whether `none` may be told.
    package let isOptional: Bool

    init(_ name: String, _ range: Range, _ standard: String, isOptional: Bool = false) {
        self.name = name
        self.range = range
        self.standard = standard
        self.isOptional = isOptional
    }

    /// The range, in words.
    package var rangeText: String {
        let text =
            switch range {
            case .number(let first, let last, let hasFirst, let hasLast):
                DetectorParameter.text(first, last, hasFirst, hasLast)
            case .count(let range):
                range.upperBound == .max
                    ? "a whole number of at least \(range.lowerBound)"
                    : "a whole number from \(range.lowerBound) to \(range.upperBound)"
            case .flag: "true or false"
            case .word(let words): words.joined(separator: " or ")
            }
        return isOptional ? text + ", or none" : text
    }

    private static func text(
        _ first: Double,
        _ last: Double,
        _ hasFirst: Bool,
        _ hasLast: Bool
    ) -> String {
        let low = hasFirst ? "at least \(first)" : "above \(first)"
        let high = hasLast ? "at most \(last)" : "below \(last)"
        switch (first.isFinite, last.isFinite) {
        case (false, false): return "a finite number"
        case (true, false): return "a number \(low)"
        case (false, true): return "a number \(high)"
        case (true, true): return "a number \(low) and \(high)"
        }
    }

    /// Reads what was told; nothing when it is out of range.
    func value(of text: String) -> DetectorValue? {
        if isOptional && text.lowercased() == "none" { return DetectorValue.none }
        switch range {
        case .number(let first, let last, let hasFirst, let hasLast):
            guard let number = Double(text), number.isFinite,
                hasFirst ? number >= first : number > first,
                hasLast ? number <= last : number < last
            else { return nil }
            return .number(number)
        case .count(let range):
            guard let count = Int(text), range.contains(count) else { return nil }
            return .count(count)
        case .flag:
            switch text.lowercased() {
            case "true", "1": return .flag(true)
            case "false", "0": return .flag(false)
            default: return nil
            }
        case .word(let words):
            return words.contains(text) ? .word(text) : nil
        }
    }
}

/// What was told of a parameter.
enum DetectorValue: Sendable, Equatable {
    case none
    case number(Double)
    case count(Int)
    case flag(Bool)
    case word(String)
}

/// Why there is no detector of that name or with those parameters.
package enum DetectorError: Error, Sendable, Equatable, CustomStringConvertible {
    /// There is no detector of that name.
    case unknownDetector(String)
    /// The detector has no such parameter.
    case unknownParameter(DetectorKind, String)
    /// The parameter was told twice.
    case repeated(DetectorKind, String)
    /// The parameter cannot be that.
    case outOfRange(DetectorKind, DetectorParameter, String)
    /// The parameters do not go together.
    case contradiction(DetectorKind, String)

    /// One sentence: what, which value, which limit.
    package var description: String {
        switch self {
        case .unknownDetector(let name):
            "there is no detector \"\(name)\"; the detectors are "
                + DetectorKind.allCases.map(\.name).joined(separator: ", ")
        case .unknownParameter(let kind, let name):
            "\(kind.name) has no parameter \"\(name)\"; its parameters are "
                + kind.parameters.map(\.name).joined(separator: ", ")
        case .repeated(let kind, let name):
            "\(kind.name): \(name) is told twice"
        case .outOfRange(let kind, let parameter, let text):
            "\(kind.name): \(parameter.name) is \"\(text)\", it must be \(parameter.rangeText)"
        case .contradiction(let kind, let what):
            "\(kind.name): \(what)"
        }
    }
}
