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
            OptionRule("--context", "NAME", help: "by the expert of this context"),
            OptionRule("--view", "NAME", help: "now, or all: any class that ever was"),
        ],
        details: [
            "FILE is CSV with a header, or has one JSON object on each line: {\"x\": ...}, or just "
                + "the features, as an array or an object. A learner of arrays takes the columns "
                + "in order, all but --label; a learner of named features finds them by name, and "
                + "other columns do not matter.",
            "A learner of texts takes its text by name, and prints the loss: how unusual the text "
                + "is to it, or a dash where it knows fewer than two words.",
            "A version with experts weighs them all for a sample that names no context: neither by "
                + "--context nor, on a line {\"x\": ..., \"ctx\": \"...\"}, itself, which beats "
                + "--context.",
            "With --json each line has prediction, probabilities and classes; of a pool that "
                + "predicts numbers low and high, between which nine of ten are to lie; for a "
                + "learner without labels loss, and trivial beside it.",
        ],
        isReading: true
    ) { arguments, console throws(Failure) in
        let number = try arguments.integer("--version", in: 1...Int.max)
        let path = arguments.words[0]
        var source = try ByteSource(path)
        let isLines = try FileKind.isLines(&source, path: path) || path.hasSuffix(".json")
        var link = try DaemonLink.open(arguments)
        var model = try KeptModel(&link, version: number)
        switch arguments.text("--view") {
        case nil, "now": break
        case "all": try model.chooseAllClasses()
        case .some(let other):
            throw .usage("there is no view \(other)", remedy: "--view now, or --view all")
        }
        let context = try arguments.text("--context").map { name throws(Failure) in
            try PredictJob.check(context: name, model)
        }
        var job = PredictJob(model, context: context, isJSON: arguments.has(json.name), console)
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
    private var filler: SampleFiller
    private let context: String?
    private let isJSON: Bool
    private let console: Console
    private var done = 0

    private static let piece = 256

    init(_ model: KeptModel, context: String? = nil, isJSON: Bool, _ console: Console) {
        self.model = model
        self.context = context
        filler = SampleFiller(model.schema)
        self.isJSON = isJSON
        self.console = console
    }

    private var schema: Schema { model.schema }

    /// Refuses a context for which nobody would predict otherwise.
    static func check(context: String, _ model: KeptModel) throws(Failure) -> String {
        if model.contexts.contains(context) { return context }
        guard !model.contexts.isEmpty else {
            throw .usage(
                "version \(model.version) predicts the same in every context",
                remedy: "leave --context out, or set isolation = \"experts\" for a new learner"
            )
        }
        throw .usage(
            "version \(model.version) does not know the context \(context)",
            remedy: "it knows \(model.contexts.prefix(8).joined(separator: ", ")); "
                + "leave --context out to weigh all experts"
        )
    }

    /// Predicts a CSV file.
    mutating func predictTable(
        _ source: consuming ByteSource,
        label: String?
    ) throws(Failure) {
        var file = try TableFile.open(source, label: label)
        let layout = file.layout
        var skipped: Int?
        try check(layout, file: file.reader.name)
        while try file.next(skipped: &skipped) {
            for column in layout.features
            where schema.text ?? layout.names[column] == layout.names[column] {
                let value = file.reader.value(column)
                if schema.shape == .positional {
                    switch value {
                    case .number(let number): filler.put(Float(number))
                    case .missing: filler.put(.nan)
                    default: throw file.unexpectedText(in: column)
                    }
                } else if value == .missing {
                    continue
                } else if layout.isText[column] || schema.text != nil {
                    let text = JSONValue.string(file.reader.text(column))
                    filler.put(text, of: layout.names[column])
                } else if case .number(let number) = value {
                    filler.put(.number(number), of: layout.names[column])
                }
            }
            try endRow()
        }
        try flush()
    }

    /// Says in words when a table does not fit.
    private func check(_ layout: TableLayout, file: String) throws(Failure) {
        let version = "version \(model.version)"
        guard schema.shape == .positional else {
            // What is hashed has no names to compare.
            if schema.settings.hashing != nil { return }
            let known = layout.features.filter { schema.kind(of: layout.names[$0]) != nil }
            guard !known.isEmpty else {
                throw .data(
                    "\(file) has none of the features of \(version), such as "
                        + schema.knownFeatures(8).joined(separator: ", ")
                )
            }
            return
        }
        guard layout.features.count == schema.sampleWidth else {
            throw .data(
                "\(file) has \(Figures.count(layout.features.count, "feature column")), "
                    + "\(version) takes \(schema.sampleWidth)",
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
            try put(features, label: label, place: place)
            try endRow(context: value["x"] == nil ? nil : value["ctx"]?.text)
        }
        try flush()
    }

    private mutating func put(
        _ features: JSONValue,
        label: String?,
        place: String
    ) throws(Failure) {
        switch (features, schema.shape) {
        case (.object(let members), .named):
            // Beside the text of a learner that reads one, other members do not matter.
            for member in members
            where member.name != label && schema.text ?? member.name == member.name {
                filler.put(member.value, of: member.name)
            }
        case (.array(let items), .positional):
            guard items.count == schema.sampleWidth else {
                throw .data(
                    "\(place): it has \(Figures.count(items.count, "feature")), "
                        + "version \(model.version) takes \(schema.sampleWidth)"
                )
            }
            for (index, item) in items.enumerated() {
                if item == .null {
                    filler.put(.nan)
                } else if let number = item.double ?? item.flag.map({ $0 ? 1 : 0 }) {
                    filler.put(Float(number))
                } else {
                    throw .data("\(place): feature \(index) is \(item.jsonText), not a number")
                }
            }
        default:
            let wanted =
                schema.shape == .named ? "named features, an object" : "an array of numbers"
            throw .data("\(place): version \(model.version) takes \(wanted)")
        }
    }

    private mutating func endRow(context own: String? = nil) throws(Failure) {
        filler.endRow(context: own ?? context)
        if filler.batch.rows.count >= PredictJob.piece { try flush() }
    }

    private mutating func flush() throws(Failure) {
        for prediction in model.predict(filler.batch) {
            done += 1
            guard let prediction else {
                throw .data(
                    "sample \(done) would be refused: a feature has another kind than version "
                        + "\(model.version) knows, or is not declared, or there are too many",
                    remedy: "compare the sample with learnctl show"
                )
            }
            console.line(
                isJSON
                    ? prediction.json(schema, version: model.version).jsonText
                    : prediction.text(schema)
            )
        }
        filler.removeAll()
    }
}
