// SPDX-License-Identifier: Apache-2.0
//
// Numbers from bytes, without a text for each. Up to 15 digits and a power of ten up to 22 are
// exact in double precision, so one multiplication or division gives the nearest number (Clinger,
// "How to read floating point numbers accurately", PLDI 1990); the few others take the long way.

/// What a field of a file is.
enum FieldValue: Sendable, Equatable {
    /// Nothing stands there.
    case missing
    /// A number; one that is written as NaN or Infinity is not finite.
    case number(Double)
    /// Anything else.
    case text
}

/// Reads numbers.
enum NumberText {
    private static let powers: [Double] = [
        1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
        1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
    ]
    private static let exactDigits = 15
    private static let zero = UInt8(ascii: "0")

    /// What stands in `bytes[start..<end]`; spaces around it do not matter.
    static func value(_ bytes: Span<UInt8>, _ start: Int, _ end: Int) -> FieldValue {
        var first = start
        var last = end
        while first < last, isSpace(bytes[first]) { first += 1 }
        while last > first, isSpace(bytes[last - 1]) { last -= 1 }
        guard first < last else { return .missing }
        var position = first
        let isNegative = bytes[position] == UInt8(ascii: "-")
        if isNegative || bytes[position] == UInt8(ascii: "+") { position += 1 }
        var mantissa: UInt64 = 0
        var digits = 0
        var scale = 0
        var sawDigit = false
        var sawPoint = false
        while position < last {
            let byte = bytes[position]
            let digit = byte &- zero
            if digit < 10 {
                sawDigit = true
                if mantissa != 0 || digit != 0 { digits += 1 }
                if digits <= exactDigits { mantissa = mantissa &* 10 &+ UInt64(digit) }
                if sawPoint { scale -= 1 }
            } else if byte == UInt8(ascii: "."), !sawPoint {
                sawPoint = true
            } else {
                break
            }
            position += 1
        }
        guard sawDigit else { return special(bytes, first, last) }
        if position < last {
            guard let exponent = exponent(bytes, position, last) else { return .text }
            scale += exponent
        }
        guard digits <= exactDigits, scale.magnitude <= 22 else {
            return long(bytes, first, last)
        }
        let whole = Double(mantissa)
        let number = scale < 0 ? whole / powers[-scale] : whole * powers[scale]
        return .number(isNegative ? -number : number)
    }

    private static func isSpace(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t")
    }

    /// `e` or `E`, a sign, and digits up to the end.
    private static func exponent(_ bytes: Span<UInt8>, _ start: Int, _ end: Int) -> Int? {
        guard bytes[start] | 0x20 == UInt8(ascii: "e") else { return nil }
        var position = start + 1
        guard position < end else { return nil }
        let isNegative = bytes[position] == UInt8(ascii: "-")
        if isNegative || bytes[position] == UInt8(ascii: "+") { position += 1 }
        guard position < end else { return nil }
        var exponent = 0
        while position < end {
            let digit = bytes[position] &- zero
            guard digit < 10 else { return nil }
            // Beyond this, every number is zero or infinite.
            exponent = min(exponent * 10 + Int(digit), 100_000)
            position += 1
        }
        return isNegative ? -exponent : exponent
    }

    /// A number with many digits; its form has been checked.
    private static func long(_ bytes: Span<UInt8>, _ start: Int, _ end: Int) -> FieldValue {
        Double(text(bytes, start, end)).map(FieldValue.number) ?? .text
    }

    /// `nan`, `inf` and `infinity` are numbers that are refused later on; all else is text.
    private static func special(_ bytes: Span<UInt8>, _ start: Int, _ end: Int) -> FieldValue {
        guard end - start <= 9 else { return .text }
        switch text(bytes, start, end).lowercased() {
        case "nan", "-nan", "+nan": return .number(.nan)
        case "inf", "+inf", "infinity", "+infinity": return .number(.infinity)
        case "-inf", "-infinity": return .number(-.infinity)
        default: return .text
        }
    }

    private static func text(_ bytes: Span<UInt8>, _ start: Int, _ end: Int) -> String {
        var copy: [UInt8] = []
        copy.reserveCapacity(end - start)
        for index in start..<end { copy.append(bytes[index]) }
        return String(decoding: copy, as: UTF8.self)
    }

    /// Whether the bytes are a number as JSON writes it, so that they can be passed on unchanged.
    static func isJSON(_ bytes: Span<UInt8>, _ start: Int, _ end: Int) -> Bool {
        var position = start
        if position < end, bytes[position] == UInt8(ascii: "-") { position += 1 }
        let whole = position
        while position < end, bytes[position] &- zero < 10 { position += 1 }
        guard position > whole, position - whole == 1 || bytes[whole] != zero else { return false }
        if position < end, bytes[position] == UInt8(ascii: ".") {
            let fraction = position + 1
            position = fraction
            while position < end, bytes[position] &- zero < 10 { position += 1 }
            guard position > fraction else { return false }
        }
        return position == end || exponent(bytes, position, end) != nil
    }
}
