// SPDX-License-Identifier: Apache-2.0
//
// A CSV file as samples: a header, one column that is the label, and features that are numbers or
// texts. What a column is, is found out before the first sample is made: by reading a file once, or
// by the first 1,000 lines of a stream, which must then keep to it.

import Primitives

/// How the records of a file become samples.
struct TableLayout: Sendable, Equatable {
    /// The names of all columns.
    var names: [String]
    /// The column of the label; nil when there is none.
    var label: Int?
    /// The other columns, in order.
    var features: [Int]
    /// Whether each column holds anything but numbers.
    var isText: [Bool]
    /// Where each column's first text stands.
    var firstText: [Int: String]
    /// Whether a feature is missing somewhere.
    var hasMissing = false
    /// Whether all labels are numbers that single precision holds exactly, or fractions.
    var labelFitsSingle = true
    /// The samples that were looked at.
    var rows = 0
    /// Whether those are all that will be read.
    var isWhole = false

    /// Whether every feature is a number.
    var hasNumericFeatures: Bool { !features.contains { isText[$0] } }
    /// Whether labels are texts.
    var labelIsText: Bool { label.map { isText[$0] } ?? false }
    /// The first feature that holds text, with its place.
    var textFeature: String? {
        features.first { isText[$0] }.map { "\(names[$0]) (\(firstText[$0] ?? "text"))" }
    }
}

/// A CSV file whose layout is known.
struct TableFile: ~Copyable {
    /// How its records become samples.
    let layout: TableLayout
    /// The reader, which stands behind the header.
    var reader: CSVReader
    /// How long the file is, where that is known.
    let size: Int?

    /// How many lines of a stream decide what its columns are.
    static let streamRows = 1000

    private init(_ layout: TableLayout, _ reader: consuming CSVReader, size: Int?) {
        self.layout = layout
        self.reader = reader
        self.size = size
    }

    /// Opens a table whose label, if it must have one, is the column called `label`, of which no
    /// more than `rowsMax` samples will be read; with `skipsBad`, records that are none are passed
    /// over.
    static func open(
        _ source: consuming ByteSource,
        label: String?,
        skipsBad: Bool = false,
        rowsMax: Int = .max
    ) throws(Failure) -> TableFile {
        let size = source.size
        var layout: TableLayout
        if source.isRepeatable {
            var first = try CSVReader(try source.again())
            layout = try header(&first, label: label)
            try survey(&first, &layout, rowsMax: rowsMax, skipsBad: skipsBad)
            layout.isWhole = true
        } else {
            let seen = try firstBytes(of: &source)
            // A line that is cut short says nothing about its columns.
            let last = seen.bytes.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 }
            let whole = seen.isAll ? seen.bytes : Array(seen.bytes[..<(last ?? seen.bytes.count)])
            var first = try CSVReader(ByteSource(holding: whole, of: source.name))
            layout = try header(&first, label: label)
            try survey(&first, &layout, rowsMax: streamRows, skipsBad: true)
            layout.isWhole = seen.isAll && layout.rows < streamRows
            source.giveBack(seen.bytes)
        }
        var reader = try CSVReader(source)
        _ = try header(&reader, label: label)
        return TableFile(layout, reader, size: size)
    }

    /// Goes to the next sample; false at the end.
    ///
    /// What is no record is counted in `skipped`, and an error where that is nil.
    mutating func next(skipped: inout Int?) throws(Failure) -> Bool {
        try TableFile.next(&reader, columns: layout.names.count, skipped: &skipped)
    }

    /// The error of a text where a number was expected, in a stream that had none before.
    func unexpectedText(in column: Int) -> Failure {
        .data(
            "\(reader.name), line \(reader.line): \(layout.names[column]) is "
                + "\"\(reader.text(column))\", but was a number in all lines before",
            remedy: "write the stream into a file first, so that learnctl can look at all of it"
        )
    }

    // MARK: How it is done

    private static func firstBytes(
        of source: inout ByteSource
    ) throws(Failure) -> (bytes: [UInt8], isAll: Bool) {
        var bytes: [UInt8] = []
        var lines = 0
        while lines <= streamRows, bytes.count <= CSVReader.recordBytesMax {
            let piece = try source.next()
            if piece.isEmpty { return (bytes, true) }
            for byte in piece where byte == UInt8(ascii: "\n") { lines += 1 }
            bytes += piece
        }
        return (bytes, false)
    }

    private static func header(
        _ reader: inout CSVReader,
        label: String?
    ) throws(Failure) -> TableLayout {
        guard try reader.next() == .record else {
            throw .data("\(reader.name) has no header", remedy: "name the columns in line 1")
        }
        let names = reader.texts.map(trimmed)
        var place: Int?
        if let label {
            place = names.firstIndex(of: label)
            guard place != nil else { throw missing(label, names, reader.name) }
        }
        return TableLayout(
            names: names,
            label: place,
            features: names.indices.filter { $0 != place },
            isText: Array(repeating: false, count: names.count),
            firstText: [:]
        )
    }

    private static func missing(_ label: String, _ names: [String], _ file: String) -> Failure {
        let isData = names.allSatisfy { Double($0) != nil }
        let remedy =
            isData
            ? "line 1 must name the columns" : "name the label's column with --label"
        let few = names.prefix(20).joined(separator: ", ") + (names.count > 20 ? ", ..." : "")
        return .data("\(file) has no column \(label), only \(few)", remedy: remedy)
    }

    private static func survey(
        _ reader: inout CSVReader,
        _ layout: inout TableLayout,
        rowsMax: Int,
        skipsBad: Bool
    ) throws(Failure) {
        let columns = layout.names.count
        var skipped: Int? = skipsBad ? 0 : nil
        while layout.rows < rowsMax, try next(&reader, columns: columns, skipped: &skipped) {
            layout.rows += 1
            for column in 0..<columns {
                switch reader.value(column) {
                case .number(let number):
                    if column == layout.label, number.magnitude > 16_777_216 {
                        layout.labelFitsSingle = false
                    }
                case .missing:
                    if column != layout.label { layout.hasMissing = true }
                case .text:
                    if !layout.isText[column] {
                        layout.isText[column] = true
                        let text = reader.text(column)
                        layout.firstText[column] = "\"\(text.prefix(40))\" in line \(reader.line)"
                    }
                }
            }
        }
    }

    private static func next(
        _ reader: inout CSVReader,
        columns: Int,
        skipped: inout Int?
    ) throws(Failure) -> Bool {
        while true {
            let problem: String
            switch try reader.next() {
            case .end: return false
            case .record:
                let count = reader.record.fields.count
                if count == columns { return true }
                problem = "it has \(Figures.count(count, "column")), the header has \(columns)"
            case .malformed(let words): problem = words
            }
            guard let count = skipped else {
                throw .data(
                    "\(reader.name), line \(reader.line): \(problem)",
                    remedy: "mend the line, or pass over such lines with --skip-bad"
                )
            }
            skipped = count + 1
        }
    }

    private static func trimmed(_ text: String) -> String {
        var rest = Substring(text)
        while let first = rest.first, first == " " || first == "\t" { rest.removeFirst() }
        while let last = rest.last, last == " " || last == "\t" { rest.removeLast() }
        return String(rest)
    }
}
