// SPDX-License-Identifier: Apache-2.0
//
// `learnctl predict`: what a version says of the samples of a file, by its exact state.

import Decoding
import Learning
import Primitives
import Samples

extension Command {
    static let predict = Command(
        name: "predict",
        summary: "predict the samples of a file, one line each",
        words: [WordRule("FILE")],
        options: [
            OptionRule("--version", "N", help: "by this version; the newest unless said"),
            OptionRule("--label", "COLUMN", help: "a column that is the label and no feature"),
        ],
        details: [
            "FILE is CSV with a header, or has one JSON object on each line: {\"x\": ...}, or just "
                + "the features, as an array or an object. A learner of arrays takes the columns "
                + "in order, all but --label; a learner of named features finds them by name, and "
                + "other columns do not matter.",
            "With --json each line has prediction, probabilities and classes.",
        ],
        isReading: true
    ) { arguments, console throws(Failure) in
        let number = try arguments.integer("--version", in: 1...Int.max)
        let path = arguments.words[0]
        var source = try ByteSource(path)
        let isLines = try FileKind.isLines(&source, path: path) || path.hasSuffix(".json")
        var link = try DaemonLink.open(arguments)
        let model = try KeptModel(&link, version: number)
        var job = PredictJob(model, isJSON: arguments.has(json.name), console)
        if isLines {
            try job.predictLines(source, label: arguments.text("--label"))
        } else {
            try job.predictTable(source, label: arguments.text("--label"))
        }
        return .done
    }
}

/// Predicts a file in pieces.
struct PredictJob {
    private var model: KeptModel
    private let finder: ColumnFinder
    private let isJSON: Bool
    private let console: Console
    private var rows: [[Float]] = []

    private static let piece = 256

    init(_ model: KeptModel, isJSON: Bool, _ console: Console) {
        self.model = model
        finder = ColumnFinder(model.schema)
        self.isJSON = isJSON
        self.console = console
    }

    private var schema: Schema { model.schema }
    private var emptyRow: [Float] { Array(repeating: .nan, count: schema.width) }

    /// Predicts a CSV file.
    mutating func predictTable(
        _ source: consuming ByteSource,
        label: String?
    ) throws(Failure) {
        var file = try TableFile.open(source, label: label)
        let layout = file.layout
        try check(layout, file: file.reader.name)
        var skipped: Int?
        while try file.next(skipped: &skipped) {
            var row = emptyRow
            for (place, column) in layout.features.enumerated() {
                let value = file.reader.value(column)
                if value == .missing { continue }
                if schema.shape == .positional {
                    guard case .number(let number) = value else {
                        throw file.unexpectedText(in: column)
                    }
                    row[place] = Float(number)
                } else if layout.isText[column] {
                    let text = JSONValue.string(file.reader.text(column))
                    finder.put(text, of: layout.names[column], into: &row)
                } else if case .number(let number) = value {
                    finder.put(.number(number), of: layout.names[column], into: &row)
                }
            }
            try add(row)
        }
        flush()
    }

    /// Says in words when a table does not fit.
    private func check(_ layout: TableLayout, file: String) throws(Failure) {
        let version = "version \(model.version)"
        guard schema.shape == .positional else {
            let known = layout.features.filter { !finder.columns(of: layout.names[$0]).isEmpty }
            guard !known.isEmpty else {
                var few: [String] = []
                for column in schema.columns where few.count < 8 && !few.contains(column.name) {
                    few.append(column.name)
                }
                throw .data(
                    "\(file) has none of the features of \(version), such as "
                        + few.joined(separator: ", ")
                )
            }
            return
        }
        guard layout.features.count == schema.width else {
            throw .data(
                "\(file) has \(Figures.count(layout.features.count, "feature column")), "
                    + "\(version) takes \(schema.width)",
                remedy: layout.label == nil
                    ? "if one of them is the label, say --label COLUMN"
                    : "send the columns that the learner was trained with"
            )
        }
        if let text = layout.textFeature {
            throw .data("\(file): the feature \(text) is no number; \(version) takes numbers only")
        }
    }

    /// Predicts a file of lines.
    mutating func predictLines(
        _ source: consuming ByteSource,
        label: String?
    ) throws(Failure) {
        var lines = LineReader(source)
        while let line = try lines.next() {
            if line.allSatisfy({ $0 <= 32 }) { continue }
            let place = "\(lines.name), line \(lines.line)"
            guard let value = try? parseJSON(line) else { throw .data("\(place): it is no JSON") }
            var features = value
            if let x = value["x"], x.members.count + x.items.count > 0 { features = x }
            try add(try row(features, label: label, place: place))
        }
        flush()
    }

    private func row(
        _ features: JSONValue,
        label: String?,
        place: String
    ) throws(Failure) -> [Float] {
        var row = emptyRow
        switch (features, schema.shape) {
        case (.object(let members), .named):
            for member in members where member.name != label {
                finder.put(member.value, of: member.name, into: &row)
            }
        case (.array(let items), .positional):
            guard items.count == schema.width else {
                throw .data(
                    "\(place): it has \(Figures.count(items.count, "feature")), "
                        + "version \(model.version) takes \(schema.width)"
                )
            }
            for (index, item) in items.enumerated() where item != .null {
                guard let number = item.double ?? item.flag.map({ $0 ? 1 : 0 }) else {
                    throw .data("\(place): feature \(index) is \(item.jsonText), not a number")
                }
                row[index] = Float(number)
            }
        default:
            let wanted =
                schema.shape == .named ? "named features, an object" : "an array of numbers"
            throw .data("\(place): version \(model.version) takes \(wanted)")
        }
        return row
    }

    private mutating func add(_ row: [Float]) throws(Failure) {
        rows.append(row)
        if rows.count >= PredictJob.piece { flush() }
    }

    private mutating func flush() {
        for prediction in model.predict(rows) {
            console.line(
                isJSON
                    ? prediction.json(schema, version: model.version).jsonText
                    : prediction.text(schema)
            )
        }
        rows.removeAll(keepingCapacity: true)
    }
}
