// SPDX-License-Identifier: Apache-2.0
//
// Figures as people read them: thousands apart, shares in percent, sizes and times in the unit that
// fits. What does not exist is a dash.

import Primitives

/// Words for numbers.
enum Figures {
    /// What stands where there is nothing.
    static let nothing = "-"

    /// `1,234,567`.
    static func grouped(_ number: Int64) -> String {
        let digits = String(number.magnitude)
        var text = ""
        for (index, digit) in digits.enumerated() {
            if index > 0 && (digits.count - index) % 3 == 0 { text += "," }
            text.append(digit)
        }
        return number < 0 ? "-" + text : text
    }

    /// `1,234,567`, or a dash.
    static func grouped(_ value: JSONValue?) -> String {
        value?.integer.map(grouped) ?? nothing
    }

    /// `91.2 %`, or a dash.
    static func percent(_ share: Double?) -> String {
        guard let share, share.isFinite else { return nothing }
        return fixed(share * 100, digits: 1) + " %"
    }

    /// A measure with four digits after the point, or with the digits that matter.
    static func measure(_ number: Double?) -> String {
        guard let number, number.isFinite else { return nothing }
        let size = number.magnitude
        if size >= 1e9 || (size > 0 && size < 1e-4) { return number.description }
        return fixed(number, digits: size >= 1000 ? 1 : 4)
    }

    /// The number rounded to so many digits after the point.
    static func fixed(_ number: Double, digits: Int) -> String {
        var scale = 1.0
        for _ in 0..<digits { scale *= 10 }
        guard let scaled = Int64(exactly: (number.magnitude * scale).rounded()) else {
            return number.description
        }
        let sign = number < 0 && scaled != 0 ? "-" : ""
        let whole = grouped(scaled / Int64(scale))
        guard digits > 0 else { return sign + whole }
        let rest = String(scaled % Int64(scale))
        return sign + whole + "." + String(repeating: "0", count: digits - rest.count) + rest
    }

    /// `12.3 KiB`.
    static func size(_ bytes: Int64?) -> String {
        guard let bytes else { return nothing }
        var number = Double(bytes)
        for unit in ["B", "KiB", "MiB", "GiB"] {
            if number < 1024 { return fixed(number, digits: unit == "B" ? 0 : 1) + " " + unit }
            number /= 1024
        }
        return fixed(number, digits: 1) + " TiB"
    }

    /// `2 h 3 min`, `41 s`, `0.35 s`.
    static func time(seconds: Double?) -> String {
        guard let seconds, seconds.isFinite, seconds >= 0 else { return nothing }
        if seconds < 10 { return fixed(seconds, digits: 2) + " s" }
        let whole = Int64(min(seconds, 1e15))
        if whole < 60 { return "\(whole) s" }
        if whole < 3600 { return "\(whole / 60) min \(whole % 60) s" }
        if whole < 86_400 { return "\(whole / 3600) h \(whole % 3600 / 60) min" }
        return "\(whole / 86_400) d \(whole % 86_400 / 3600) h"
    }

    /// A plural with its number: `1 version`, `2 versions`.
    static func count(_ number: Int, _ noun: String) -> String {
        "\(grouped(Int64(number))) \(noun)\(number == 1 ? "" : "s")"
    }
}
