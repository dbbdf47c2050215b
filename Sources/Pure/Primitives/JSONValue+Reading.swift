// SPDX-License-Identifier: Apache-2.0
//
// JSON from bytes, for the headers of files (RFC 8259). Samples do not come this way: it builds a
// value for everything it meets. Nothing is forgiven: no comments, no trailing commas, no text
// after the value, no name twice in an object, and nesting has a limit.

extension JSONValue {
    /// Reads one value; all bytes must be its text.
    ///
    /// - Throws: what is wrong, and at which byte.
    package init(reading bytes: [UInt8]) throws(DecodeError) {
        var text = JSONText(bytes)
        self = try text.value(depth: 0)
        text.skipSpace()
        guard text.isAtEnd else { throw text.fault("there is more text after the value") }
    }
}

/// A text of JSON that is being read.
private struct JSONText {
    private static let depthMax = 32

    private let bytes: [UInt8]
    private var place = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    var isAtEnd: Bool { place == bytes.count }

    func fault(_ what: String) -> DecodeError { .invalid("JSON, byte \(place): \(what)") }

    mutating func skipSpace() {
        while let byte = next, byte == 0x20 || (0x09...0x0D).contains(byte) { place += 1 }
    }

    private var next: UInt8? { place < bytes.count ? bytes[place] : nil }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard next == byte else { return false }
        place += 1
        return true
    }

    mutating func value(depth: Int) throws(DecodeError) -> JSONValue {
        guard depth <= JSONText.depthMax else { throw fault("it is nested too deeply") }
        skipSpace()
        switch next {
        case UInt8(ascii: "{"): return try object(depth)
        case UInt8(ascii: "["): return try array(depth)
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        default: return try number()
        }
    }

    private mutating func word(_ text: String, _ value: JSONValue) throws(DecodeError) -> JSONValue
    {
        for byte in text.utf8 where !take(byte) { throw fault("want \(text)") }
        return value
    }

    private mutating func object(_ depth: Int) throws(DecodeError) -> JSONValue {
        place += 1
        var members: [JSONValue.Member] = []
        var names: Set<String> = []
        skipSpace()
        if take(UInt8(ascii: "}")) { return .object(members) }
        while true {
            skipSpace()
            guard next == UInt8(ascii: "\"") else { throw fault("want a name in quotes") }
            let name = try string()
            guard names.insert(name).inserted else { throw fault("the name \(name) stands twice") }
            skipSpace()
            guard take(UInt8(ascii: ":")) else { throw fault("want a colon") }
            members.append(.init(name, try value(depth: depth + 1)))
            skipSpace()
            if take(UInt8(ascii: ",")) { continue }
            guard take(UInt8(ascii: "}")) else { throw fault("want a comma or a brace") }
            return .object(members)
        }
    }

    private mutating func array(_ depth: Int) throws(DecodeError) -> JSONValue {
        place += 1
        var items: [JSONValue] = []
        skipSpace()
        if take(UInt8(ascii: "]")) { return .array(items) }
        while true {
            items.append(try value(depth: depth + 1))
            skipSpace()
            if take(UInt8(ascii: ",")) { continue }
            guard take(UInt8(ascii: "]")) else { throw fault("want a comma or a bracket") }
            return .array(items)
        }
    }

    private mutating func number() throws(DecodeError) -> JSONValue {
        let start = place
        while let byte = next, "+-.0123456789eE".utf8.contains(byte) { place += 1 }
        let text = String(decoding: bytes[start..<place], as: UTF8.self)
        if let whole = Int64(text), !text.hasPrefix("+") { return .int(whole) }
        guard let first = text.utf8.first, first != UInt8(ascii: "+"),
            first != UInt8(ascii: "."), let number = Double(text), number.isFinite
        else {
            place = start
            throw fault("want a value")
        }
        return .number(number)
    }

    private mutating func string() throws(DecodeError) -> String {
        place += 1
        var text: [UInt8] = []
        while let byte = next {
            place += 1
            switch byte {
            case UInt8(ascii: "\""):
                guard let valid = String(validating: text, as: UTF8.self) else {
                    throw fault("a text is not UTF-8")
                }
                return valid
            case UInt8(ascii: "\\"): text.append(contentsOf: try escaped())
            case ..<0x20: throw fault("a text has a control character")
            default: text.append(byte)
            }
        }
        throw fault("a text has no end")
    }

    private mutating func escaped() throws(DecodeError) -> [UInt8] {
        guard let byte = next else { throw fault("a text has no end") }
        place += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [byte]
        case UInt8(ascii: "b"): return [8]
        case UInt8(ascii: "f"): return [12]
        case UInt8(ascii: "n"): return [10]
        case UInt8(ascii: "r"): return [13]
        case UInt8(ascii: "t"): return [9]
        case UInt8(ascii: "u"):
            let first = try hexadecimal()
            guard (0xD800..<0xDC00).contains(first) else { return try utf8(UInt32(first)) }
            guard take(UInt8(ascii: "\\")), take(UInt8(ascii: "u")) else {
                throw fault("half of a pair of surrogates")
            }
            let second = try hexadecimal()
            guard (0xDC00..<0xE000).contains(second) else {
                throw fault("half of a pair of surrogates")
            }
            return try utf8(0x10000 + (UInt32(first) - 0xD800) << 10 + UInt32(second) - 0xDC00)
        default: throw fault("there is no such escape")
        }
    }

    private func utf8(_ scalar: UInt32) throws(DecodeError) -> [UInt8] {
        guard let unicode = Unicode.Scalar(scalar) else { throw fault("no such character") }
        return Array(String(Character(unicode)).utf8)
    }

    private mutating func hexadecimal() throws(DecodeError) -> UInt16 {
        let end = place + 4
        guard end <= bytes.count,
            bytes[place..<end].allSatisfy({ "0123456789abcdefABCDEF".utf8.contains($0) }),
            let number = UInt16(String(decoding: bytes[place..<end], as: UTF8.self), radix: 16)
        else { throw fault("want four hexadecimal digits") }
        place = end
        return number
    }
}
