// SPDX-License-Identifier: Apache-2.0
//
// A CSV file from its first record to its last, with line numbers for complaints. Empty lines are
// passed over, and so is a byte order mark.

/// Reads records one after the other.
struct CSVReader: ~Copyable {
    /// The record that was read last.
    private(set) var record = CSVRecord()
    /// The bytes that the record's fields lie in.
    private(set) var buffer: [UInt8] = []
    /// The line on which the record begins, from 1.
    private(set) var line = 0
    /// How many bytes of the source were passed.
    private(set) var bytesPassed = 0

    private var source: ByteSource
    private var position = 0
    private var nextLine = 1
    private var isAtEnd = false

    /// The longest record.
    static let recordBytesMax = 16 << 20

    /// What came.
    enum Step: Sendable, Equatable {
        /// A record.
        case record
        /// Something that is none, in words.
        case malformed(String)
        /// Nothing more.
        case end
    }

    init(_ source: consuming ByteSource) throws(Failure) {
        self.source = source
        try fill()
        if buffer.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
    }

    /// What the source is called.
    var name: String { source.name }

    /// Goes to the next record.
    mutating func next() throws(Failure) -> Step {
        while true {
            switch read() {
            case .complete(let next):
                let isEmpty = isEmptyLine
                pass(to: next)
                if isEmpty && next == buffer.count && isAtEnd { return .end }
                if !isEmpty { return .record }
            case .malformed(let problem, let next):
                pass(to: next)
                return .malformed(problem)
            case .incomplete:
                try fill()
            }
        }
    }

    /// Reads at the present position.
    ///
    /// The record is lent out meanwhile, because it and the bytes are parts of one value.
    private mutating func read() -> CSVRecord.Outcome {
        var lent = CSVRecord()
        swap(&lent, &record)
        let outcome = lent.read(buffer.span, from: position, isLast: isAtEnd)
        swap(&lent, &record)
        return outcome
    }

    private var isEmptyLine: Bool {
        guard record.fields.count == 1, let field = record.fields.first else { return false }
        return field.start == field.end
    }

    private mutating func pass(to next: Int) {
        line = nextLine
        nextLine += record.lineBreaks
        bytesPassed += next - position
        position = next
    }

    /// Gets more bytes behind those that are not yet read.
    private mutating func fill() throws(Failure) {
        guard buffer.count - position <= CSVReader.recordBytesMax else {
            throw .data(
                "\(name), line \(nextLine): the record is longer than 16 MiB",
                remedy: "look for a quote that is never closed"
            )
        }
        if position > 0 {
            buffer.removeSubrange(..<position)
            position = 0
        }
        let piece = try source.next()
        if piece.isEmpty { isAtEnd = true }
        buffer.append(contentsOf: piece)
    }

    /// The field at `index` as text.
    func text(_ index: Int) -> String {
        let field = record.fields[index]
        let range = Int(field.start)..<Int(field.end)
        return String(
            decoding: field.isCopied ? record.copies[range] : buffer[range],
            as: UTF8.self
        )
    }

    /// The field at `index` as a value.
    @inline(__always)
    func value(_ index: Int) -> FieldValue {
        let field = record.fields[index]
        let start = Int(field.start)
        let end = Int(field.end)
        return field.isCopied
            ? NumberText.value(record.copies.span, start, end)
            : NumberText.value(buffer.span, start, end)
    }

    /// All fields as texts.
    var texts: [String] {
        var texts: [String] = []
        for index in 0..<record.fields.count { texts.append(text(index)) }
        return texts
    }

    /// Whether the field at `index` is a number as JSON writes it.
    func isJSONNumber(_ index: Int) -> Bool {
        let field = record.fields[index]
        return !field.isCopied
            && NumberText.isJSON(buffer.span, Int(field.start), Int(field.end))
    }

    /// Appends the bytes of the field at `index`.
    func copy(_ index: Int, to json: inout JSONBytes) {
        let field = record.fields[index]
        for place in Int(field.start)..<Int(field.end) { json.add(buffer[place]) }
    }
}
