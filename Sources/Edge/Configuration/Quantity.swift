// SPDX-License-Identifier: Apache-2.0
//
// Sizes and durations as people write them: "16MiB", "10s". A size may also be a number of bytes;
// a duration needs its unit, because a bare number would leave open which.

/// Reads and writes sizes in bytes.
package enum SizeText {
    private static let units: [(name: String, bytes: Int)] = [
        ("TiB", 1 << 40), ("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10), ("B", 1),
    ]

    /// The number of bytes that `text` names.
    package static func bytes(_ text: String) -> Int? {
        for unit in units where text.hasSuffix(unit.name) {
            let digits = text.dropLast(unit.name.count)
            guard let number = Quantity.wholeNumber(digits) else { return nil }
            let (bytes, overflow) = number.multipliedReportingOverflow(by: unit.bytes)
            return overflow ? nil : bytes
        }
        return nil
    }

    /// The text with the largest unit that needs no fraction.
    package static func text(_ bytes: Int) -> String {
        let unit = units.first { bytes != 0 && bytes % $0.bytes == 0 } ?? ("B", 1)
        return "\(bytes / unit.bytes)\(unit.name)"
    }

    /// A rounded text for people, such as 15.6GiB, with at least two digits before the point.
    package static func rounded(_ bytes: Double) -> String {
        let unit = units.first { bytes >= Double($0.bytes) * 10 } ?? ("B", 1)
        let tenths = (bytes / Double(unit.bytes) * 10).rounded()
        let whole = tenths / 10
        return
            (tenths.truncatingRemainder(dividingBy: 10) == 0
            ? String(Int64(whole)) : String(whole)) + unit.name
    }
}

/// Reads and writes durations.
package enum DurationText {
    private static let units: [(name: String, nanoseconds: Int)] = [
        ("d", 86_400_000_000_000), ("h", 3_600_000_000_000), ("m", 60_000_000_000),
        ("s", 1_000_000_000), ("ms", 1_000_000), ("us", 1_000),
    ]

    /// The duration that `text` names.
    package static func duration(_ text: String) -> Duration? {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        guard let number = Quantity.wholeNumber(digits),
            let unit = units.first(where: { $0.name == text.dropFirst(digits.count) })
        else { return nil }
        let (nanoseconds, overflow) = number.multipliedReportingOverflow(by: unit.nanoseconds)
        return overflow ? nil : .nanoseconds(nanoseconds)
    }

    /// The text with the largest unit that needs no fraction.
    package static func text(_ duration: Duration) -> String {
        let (seconds, attoseconds) = duration.components
        let nanoseconds = Int(seconds) * 1_000_000_000 + Int(attoseconds / 1_000_000_000)
        guard nanoseconds != 0 else { return "0s" }
        let unit = units.first { nanoseconds % $0.nanoseconds == 0 } ?? ("us", 1_000)
        return "\(nanoseconds / unit.nanoseconds)\(unit.name)"
    }
}

private enum Quantity {
    static func wholeNumber(_ digits: Substring) -> Int? {
        guard !digits.isEmpty, digits.utf8.allSatisfy({ (48...57).contains($0) }) else {
            return nil
        }
        return Int(digits)
    }
}
