// SPDX-License-Identifier: Apache-2.0
//
// A detector over a column of a file:
// 1. The column is the first, unless a name or a number says which. A first record without a
//    number there is a header; a name asks for one.
// 2. Each later record is a row of data with an index from 0. A value that the detector does not
//    take is refused, told with its line and counted, and the next one follows: one NaN would
//    poison a detector's sums for good.
// 3. A warning or a drift becomes a line as soon as it comes.

import Drift
import Primitives

/// Runs a detector over a column of numbers.
struct DetectionJob {
    private var detector: Detector
    private let isJSON: Bool
    /// How many values the detector took.
    private(set) var taken = 0
    private var rows = 0
    private var refused = 0
    private var warnings = 0
    private var drifts = 0

    /// How many refused rows are told one by one.
    private static let complaintsMax = 20

    init(detector: Detector, isJSON: Bool) {
        self.detector = detector
        self.isJSON = isJSON
    }

    /// Takes `KEY=VALUE` apart.
    static func parameters(
        _ texts: [String]
    ) throws(Failure) -> [(name: String, value: String)] {
        var parameters: [(name: String, value: String)] = []
        for text in texts {
            let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
            guard parts.count == 2 else {
                throw .usage("--param is \(text)", remedy: "it is written --param KEY=VALUE")
            }
            parameters.append((parts[0], parts[1]))
        }
        return parameters
    }

    /// Reads the source to its end.
    mutating func run(
        _ source: consuming ByteSource,
        column told: String?,
        _ console: Console
    ) throws(Failure) {
        var reader = try CSVReader(source)
        var column: Int?
        while true {
            switch try reader.next() {
            case .end:
                conclude(reader.name, console)
                return
            case .malformed(let problem):
                refuse(problem, at: reader.line, console)
            case .record:
                if reader.isBlank { continue }
                if let column {
                    take(reader.field(column), at: reader.line, console)
                } else {
                    let place = try DetectionJob.column(told, in: reader)
                    column = place
                    let first = reader.field(place)
                    let isName = told != nil && Int(told ?? "") == nil
                    if !isName && first.isNumber { take(first, at: reader.line, console) }
                }
            }
        }
    }

    private static func column(
        _ told: String?,
        in reader: borrowing CSVReader
    ) throws(Failure) -> Int {
        let texts = reader.texts
        guard let told else { return 0 }
        if let number = Int(told) {
            guard (1...texts.count).contains(number) else {
                throw .data(
                    "\(reader.name): there is no column \(number)",
                    remedy: "the first line has \(texts.count)"
                )
            }
            return number - 1
        }
        guard let place = texts.firstIndex(where: { trimmed($0) == told }) else {
            throw .data(
                "\(reader.name): there is no column \(told)",
                remedy: "the first line has \(texts.map(trimmed).joined(separator: ", "))"
            )
        }
        return place
    }

    private static func trimmed(_ text: String) -> String {
        let start = text.drop { $0 == " " || $0 == "\t" }
        return String(start.reversed().drop { $0 == " " || $0 == "\t" }.reversed())
    }

    private mutating func take(_ field: FieldValue, at line: Int, _ console: Console) {
        switch field {
        case .missing: refuse("nothing stands there", at: line, console)
        case .text: refuse("it is no number", at: line, console)
        case .number(let value):
            guard detector.kind.input.has(value) else {
                let input = detector.kind.input.text
                refuse("\(detector.kind.name) takes \(input), not \(value)", at: line, console)
                return
            }
            defer { rows += 1 }
            taken += 1
            let verdict = detector.update(with: value)
            if verdict != .none { tell(verdict, value, at: line, console) }
        }
    }

    private mutating func refuse(_ problem: String, at line: Int, _ console: Console) {
        rows += 1
        refused += 1
        if refused <= DetectionJob.complaintsMax {
            console.complain("line \(line) is refused: \(problem)")
        }
        if refused == DetectionJob.complaintsMax {
            console.complain("further ones are counted only")
        }
    }

    private mutating func tell(
        _ verdict: DriftVerdict,
        _ value: Double,
        at line: Int,
        _ console: Console
    ) {
        let isDrift = verdict == .drift
        if isDrift { drifts += 1 } else { warnings += 1 }
        let kind = isDrift ? "drift" : "warning"
        let change = detector.lastChange == .fall ? "fall" : "rise"
        let onset = max(0, rows + 1 - detector.samplesSinceOnset)
        guard isJSON else {
            console.line("\(kind) \(rows)  \(change), began near \(onset)")
            return
        }
        let event: JSONValue = [
            "kind": .string(kind), "index": .int(Int64(rows)), "change": .string(change),
            "onset": .int(Int64(onset)), "value": .number(value), "line": .int(Int64(line)),
            "detector": .string(detector.kind.name),
        ]
        console.line(event.jsonText)
    }

    private func conclude(_ name: String, _ console: Console) {
        if rows == 0 { console.complain("there is no number in \(name)") }
        if refused > 0 {
            console.complain(
                "\(Figures.grouped(Int64(refused))) of \(Figures.grouped(Int64(rows))) rows of "
                    + "\(name) were refused"
            )
        }
        if isJSON { return }
        console.line(
            "\(detector.kind.name): \(Figures.grouped(Int64(drifts))) drifts and "
                + "\(Figures.grouped(Int64(warnings))) warnings in "
                + "\(Figures.grouped(Int64(taken))) values"
        )
    }
}

extension CSVReader {
    /// Whether nothing but spaces stands on the line.
    fileprivate var isBlank: Bool { record.fields.count == 1 && value(0) == .missing }

    /// The field at `index` as a value; nothing stands where the record has no such field.
    fileprivate func field(_ index: Int) -> FieldValue {
        index < record.fields.count ? value(index) : .missing
    }
}

extension FieldValue {
    fileprivate var isNumber: Bool {
        if case .number = self { true } else { false }
    }
}
