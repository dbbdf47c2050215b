// SPDX-License-Identifier: Apache-2.0
//
// One record of a CSV file (RFC 4180), found in the bytes without copying them: a field is a range.
// Only a field with doubled quotes is copied, without the doubling.

/// The fields of one record.
struct CSVRecord: Sendable {
    /// Where a field's bytes are.
    struct Field: Sendable {
        var start: Int32
        var end: Int32
        var isCopied: Bool
    }

    /// How reading a record ended.
    enum Outcome: Sendable {
        /// It is whole and the next one begins here.
        case complete(next: Int)
        /// The bytes end within it.
        case incomplete
        /// It breaks the rules, in words; the rest of its line is skipped.
        case malformed(String, next: Int)
    }

    private(set) var fields: [Field] = []
    private(set) var copies: [UInt8] = []
    /// How many line breaks it spans, its own end included.
    private(set) var lineBreaks = 0

    private static let comma = UInt8(ascii: ",")
    private static let quote = UInt8(ascii: "\"")
    private static let newline = UInt8(ascii: "\n")
    private static let carriageReturn = UInt8(ascii: "\r")

    /// Reads the record that begins at `start`; `isLast` says that no bytes follow these.
    mutating func read(_ bytes: Span<UInt8>, from start: Int, isLast: Bool) -> Outcome {
        fields.removeAll(keepingCapacity: true)
        copies.removeAll(keepingCapacity: true)
        lineBreaks = 0
        var position = start
        while true {
            if position < bytes.count, bytes[position] == CSVRecord.quote {
                switch quoted(bytes, from: position + 1, isLast: isLast) {
                case .complete(let next): position = next
                case let other: return other
                }
            } else {
                let first = position
                while position < bytes.count, !CSVRecord.ends(bytes[position]) { position += 1 }
                fields.append(Field(start: Int32(first), end: Int32(position), isCopied: false))
            }
            guard position < bytes.count else { return isLast ? end(position) : .incomplete }
            if bytes[position] == CSVRecord.comma {
                position += 1
                continue
            }
            if bytes[position] == CSVRecord.carriageReturn {
                guard position + 1 < bytes.count || isLast else { return .incomplete }
                position += 1
                if position < bytes.count, bytes[position] == CSVRecord.newline { position += 1 }
                return end(position)
            }
            return end(position + 1)
        }
    }

    private mutating func end(_ position: Int) -> Outcome {
        lineBreaks += 1
        return .complete(next: position)
    }

    private static func ends(_ byte: UInt8) -> Bool {
        byte == comma || byte == newline || byte == carriageReturn
    }

    /// Reads a field after its opening quote; the position after it is that of its separator.
    private mutating func quoted(
        _ bytes: Span<UInt8>,
        from start: Int,
        isLast: Bool
    ) -> Outcome {
        var position = start
        var first = start
        var copyStart = -1
        while position < bytes.count {
            if bytes[position] == CSVRecord.newline { lineBreaks += 1 }
            guard bytes[position] == CSVRecord.quote else {
                position += 1
                continue
            }
            guard position + 1 < bytes.count || isLast else { return .incomplete }
            if position + 1 < bytes.count, bytes[position + 1] == CSVRecord.quote {
                if copyStart < 0 { copyStart = copies.count }
                for index in first...position { copies.append(bytes[index]) }
                position += 2
                first = position
                continue
            }
            if copyStart >= 0 {
                for index in first..<position { copies.append(bytes[index]) }
                let end = Int32(copies.count)
                fields.append(Field(start: Int32(copyStart), end: end, isCopied: true))
            } else {
                fields.append(Field(start: Int32(start), end: Int32(position), isCopied: false))
            }
            position += 1
            guard position == bytes.count || CSVRecord.ends(bytes[position]) else {
                return skip(bytes, from: position, "text follows a closing quote")
            }
            return .complete(next: position)
        }
        return isLast
            ? .malformed("a quote is opened and never closed", next: bytes.count) : .incomplete
    }

    private mutating func skip(
        _ bytes: Span<UInt8>,
        from start: Int,
        _ problem: String
    ) -> Outcome {
        var position = start
        while position < bytes.count, bytes[position] != CSVRecord.newline { position += 1 }
        lineBreaks += 1
        return .malformed(problem, next: min(bytes.count, position + 1))
    }
}
