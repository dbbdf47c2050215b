// SPDX-License-Identifier: Apache-2.0
//
// CSV: quotes, line ends, byte order marks, pieces; and numbers, against the standard library's.

import Primitives
import Testing

@testable import Control

/// All records of a text, with complaints in angle brackets.
private func records(_ text: String) throws -> [[String]] {
    var reader = try CSVReader(ByteSource(holding: Array(text.utf8), of: "test"))
    var records: [[String]] = []
    while true {
        switch try reader.next() {
        case .record: records.append(reader.texts)
        case .malformed(let problem): records.append(["<\(problem)> in line \(reader.line)"])
        case .end: return records
        }
    }
}

struct CSVTests {
    @Test func fieldsStandBetweenCommas() throws {
        #expect(try records("a,b,c\n1,,3\n") == [["a", "b", "c"], ["1", "", "3"]])
    }

    @Test func lineEndsMayBeAnyAndTheLastOneMayBeMissing() throws {
        #expect(try records("a,b\r\n1,2\r\n3,4") == [["a", "b"], ["1", "2"], ["3", "4"]])
        #expect(try records("a\rb\rc") == [["a"], ["b"], ["c"]])
        #expect(try records("a,\n,b") == [["a", ""], ["", "b"]])
    }

    @Test func quotesHoldCommasBreaksAndQuotes() throws {
        #expect(
            try records("\"a,b\",\"c\nd\",\"e\"\"f\"\"\"\n\"\",x\r\n")
                == [["a,b", "c\nd", "e\"f\""], ["", "x"]]
        )
        #expect(try records("a\"b,c\n") == [["a\"b", "c"]])
    }

    @Test func aMarkAndEmptyLinesArePassedOver() throws {
        #expect(try records("\u{FEFF}a,b\n\n1,2\n\r\n\n") == [["a", "b"], ["1", "2"]])
        #expect(try records("").isEmpty)
    }

    @Test func brokenQuotesAreToldWithTheirLine() throws {
        #expect(
            try records("a,b\n\"x\"y,1\n2,3\n")
                == [["a", "b"], ["<text follows a closing quote> in line 2"], ["2", "3"]]
        )
        #expect(
            try records("a\n\"x\ny\n") == [
                ["a"], ["<a quote is opened and never closed> in line 2"],
            ]
        )
    }

    /// However the bytes come, in one piece or two, the record is the same.
    @Test func aRecordMayBeCutAnywhere() {
        let bytes = Array("\"a\"\"b\",\"c\nd\",e\r\nrest".utf8)
        for cut in 0..<16 {
            var record = CSVRecord()
            let piece = Array(bytes[..<cut])
            let outcome = record.read(piece.span, from: 0, isLast: false)
            guard case .incomplete = outcome else {
                Issue.record("a record of 16 bytes was taken for whole after \(cut)")
                continue
            }
        }
        var record = CSVRecord()
        guard case .complete(let next) = record.read(bytes.span, from: 0, isLast: false) else {
            Issue.record("the whole record was not taken")
            return
        }
        #expect(bytes[next...].elementsEqual("rest".utf8))
        #expect(record.fields.count == 3)
        #expect(record.lineBreaks == 2)
    }

    /// Pieces of a file are 256 KiB: records lie across their borders.
    @Test func longFilesAreReadWhole() throws {
        let folder = Folder()
        var text = "a,b\n"
        for row in 0..<60_000 { text += "\(row),\"x\(row % 7)\ny\"\n" }
        var reader = try CSVReader(ByteSource(folder.file("long.csv", text)))
        var rows = -1
        while try reader.next() == .record {
            if rows >= 0 {
                #expect(reader.text(0) == String(rows))
                #expect(reader.line == 2 + 2 * rows)
            }
            rows += 1
        }
        #expect(rows == 60_000)
        #expect(reader.bytesPassed == text.utf8.count)
    }
}

struct NumberTextTests {
    private func value(_ text: String) -> FieldValue {
        let bytes = Array(text.utf8)
        return NumberText.value(bytes.span, 0, bytes.count)
    }

    @Test(arguments: [
        "0", "-0", "1", "+1", " 12.50 ", "-3.25e-2", "1e22", "1e23", "1E5", ".5", "5.", "007",
        "123456789012345678901234567890", "0.1", "4.35", "1e-400", "2.2250738585072014e-308",
        "9007199254740993", "0.000000000000000000000000000000000000000000012345",
    ])
    func numbersAreTheNearest(text: String) {
        let expected = Double(text.filter { $0 != " " })
        #expect(value(text) == expected.map(FieldValue.number))
    }

    @Test func anythingElseIsText() {
        for text in ["x", "1x", "1e", "e5", "--1", ".", "-", "1.2.3", "0x10", "1,5", "true"] {
            #expect(value(text) == .text, "\(text)")
        }
        #expect(value("") == .missing)
        #expect(value("  ") == .missing)
    }

    @Test func whatIsNotFiniteIsANumberThatWillBeRefused() {
        #expect(value("inf") == .number(.infinity))
        #expect(value("-Infinity") == .number(-.infinity))
        #expect(value("1e999") == .number(.infinity))
        guard case .number(let number) = value("NaN") else {
            Issue.record("NaN is no number")
            return
        }
        #expect(number.isNaN)
    }

    @Test func randomNumbersAreTheNearest() {
        var random = RandomSource(seed: 11)
        for _ in 0..<20_000 {
            let number = Double(bitPattern: random.nextBits())
            guard number.isFinite else { continue }
            #expect(value(number.description) == .number(number))
            let short = (random.normal() * 1000).rounded() / 1000
            #expect(value(short.description) == .number(short))
        }
    }

    @Test func onlyNumbersOfJSONArePassedOnUnchanged() {
        func isJSON(_ text: String) -> Bool {
            let bytes = Array(text.utf8)
            return NumberText.isJSON(bytes.span, 0, bytes.count)
        }
        for text in ["0", "-1", "10.5", "1e5", "-0.1E-7"] { #expect(isJSON(text), "\(text)") }
        for text in ["", "-", "01", "+1", ".5", "5.", "1e", " 1", "NaN"] {
            #expect(!isJSON(text), "\(text)")
        }
    }
}
