// SPDX-License-Identifier: Apache-2.0
//
// A table through a rehearsal of the engine, with a look at the measures ten times on the way.

import Engine
import Learning
import Primitives
import Samples
import Simulation

/// One offline run.
struct EvaluationJob: ~Copyable {
    /// The measures after so many samples.
    struct Look {
        var rows: Int
        var metrics: JSONValue
    }

    /// How a file is to be run.
    struct Plan {
        /// The samples a second that it pretends.
        var rate = 1000.0
        /// Whether features go by name.
        var isNamed = false
        /// Whether lines that are no records are passed over.
        var skipsBad = false
        /// How many samples later a label comes.
        var labelDelay = 0
        /// The most samples.
        var rowsMax = Int.max
    }

    private var file: TableFile
    private var rehearsal: Rehearsal
    private let plan: Plan
    private let isNamed: Bool
    private var skipped: Int?
    private(set) var rows = 0
    private(set) var looks: [Look] = []

    private static let lookCount = 10
    private static let batchRows = 16

    init(_ path: String, label: String, settings: EngineSettings, plan: Plan) throws(Failure) {
        try EvaluationJob.check(plan, settings.labels)
        let file = try TableFile.open(
            ByteSource(path),
            label: label,
            skipsBad: plan.skipsBad,
            rowsMax: plan.rowsMax
        )
        self.plan = plan
        isNamed = plan.isNamed || !file.layout.hasNumericFeatures
        skipped = plan.skipsBad ? 0 : nil
        self.file = file
        rehearsal = Rehearsal(
            settings: settings,
            batchRows: EvaluationJob.batchRows,
            timePerSample: .nanoseconds(Int64(max(1, 1e9 / plan.rate))),
            labelDelay: plan.labelDelay,
            keeps: []
        )
    }

    /// Labels that are later than samples may wait for them would be of no use.
    private static func check(_ plan: Plan, _ labels: LabelSettings) throws(Failure) {
        guard plan.labelDelay > 0 else { return }
        if plan.labelDelay > labels.rowsMax {
            throw .usage(
                "--delay is \(plan.labelDelay), but labels.wait_rows is \(labels.rowsMax)",
                remedy: "take a smaller delay, or raise labels.wait_rows in a configuration"
            )
        }
        let seconds = Double(plan.labelDelay) / plan.rate
        guard seconds < labels.ageMax.inSeconds else {
            throw .usage(
                "--delay \(plan.labelDelay) takes \(Figures.time(seconds: seconds)) at the "
                    + "pretended rate, but labels.wait is "
                    + Figures.time(seconds: labels.ageMax.inSeconds),
                remedy: "take a smaller delay or a higher --rate"
            )
        }
    }

    /// Runs the file.
    mutating func run(_ console: Console) throws(Failure) {
        var bar = ProgressBar(console, "evaluated")
        let part = max(1, file.layout.rows / EvaluationJob.lookCount)
        var nextLook = file.layout.isWhole ? part : .max
        while rows < plan.rowsMax, try file.next(skipped: &skipped) {
            appendRow()
            rows += 1
            rehearsal.advance()
            // A look must not end a micro-batch: it would change what comes after it.
            guard rehearsal.batch.isEmpty else { continue }
            if rows >= nextLook, looks.count < EvaluationJob.lookCount - 1 {
                nextLook += part
                looks.append(Look(rows: rows, metrics: metrics))
            }
            bar.show(
                file.layout.isWhole ? Double(rows) / Double(file.layout.rows) : nil,
                samples: UInt64(rows)
            )
        }
        rehearsal.finish()
        console.clearProgress()
        looks.append(Look(rows: rows, metrics: metrics))
    }

    private var status: JSONValue { rehearsal.engine.status() }
    private var metrics: JSONValue { status["metrics"] ?? .null }

    // MARK: Rows

    private mutating func appendRow() {
        let start = isNamed ? rehearsal.batch.entries.count : rehearsal.batch.values.count
        for place in 0..<file.layout.features.count { appendFeature(file.layout.features[place]) }
        let end = isNamed ? rehearsal.batch.entries.count : rehearsal.batch.values.count
        var label = 0.0
        var kind = LabelKind.none
        if let column = file.layout.label {
            switch file.reader.value(column) {
            case .missing: break
            case .number(let number) where !file.layout.isText[column]:
                label = number
                kind = .number
            default:
                label = Double(rehearsal.batch.strings.intern(file.reader.text(column)))
                kind = .text
            }
        }
        // What the wire refuses is refused here, too.
        let hasBadNumber =
            (kind == .number && !label.isFinite)
            || (isNamed
                ? rehearsal.batch.entries[start...].contains { $0.value.isInfinite }
                : rehearsal.batch.values[start...].contains { $0.isInfinite })
        guard !hasBadNumber else {
            if isNamed {
                rehearsal.batch.entries.removeLast(end - start)
            } else {
                rehearsal.batch.values.removeLast(end - start)
            }
            let line = file.reader.line
            rehearsal.batch.refuse(.notFinite, producer: 0, detail: "line \(line) is not finite")
            return
        }
        rehearsal.batch.rows.append(
            MicroBatch.Row(
                label: label,
                labelKind: kind,
                start: start,
                count: end - start,
                weight: 1,
                producer: 0,
                shape: isNamed ? .named : .positional
            )
        )
    }

    private mutating func appendFeature(_ column: Int) {
        let value = file.reader.value(column)
        var number = Float.nan
        // A number that is written as NaN is refused, not missing.
        if case .number(let given) = value { number = given.isNaN ? .infinity : Float(given) }
        guard isNamed else {
            rehearsal.batch.values.append(number)
            return
        }
        if value == .missing { return }
        let name = rehearsal.batch.strings.intern(file.layout.names[column])
        if file.layout.isText[column] {
            let text = rehearsal.batch.strings.intern(file.reader.text(column))
            rehearsal.batch.entries.append(.init(name: name, value: Float(text), kind: .category))
        } else {
            rehearsal.batch.entries.append(.init(name: name, value: number, kind: .number))
        }
    }

    // MARK: Results

    private func events(_ kind: String) -> [JSONValue] {
        rehearsal.events.filter { $0.kind == kind }.map { .object($0.fields) }
    }

    private var verdicts: [JSONValue] {
        events("consolidation").filter { $0["verdict"]?.text != nil }
    }

    private var drifts: [JSONValue] {
        events("drift").filter { $0["level"]?.text == "drift" }
    }

    /// For programs.
    func json(file path: String) -> JSONValue {
        let status = status
        return [
            "file": .string(path),
            "rows": .int(Int64(rows)),
            "skipped": .int(Int64(skipped ?? 0)),
            "delay": .int(Int64(plan.labelDelay)),
            "task": status["task"] ?? .null,
            "model": status["model"] ?? .null,
            "reason": status["reason"] ?? .null,
            "received": status["received"] ?? .null,
            "learned": status["learned"] ?? .null,
            "waiting": status["waiting"] ?? .null,
            "refused": status["refused"] ?? .null,
            "metrics": metrics,
            "parts": .array(
                looks.map { ["rows": .int(Int64($0.rows)), "metrics": $0.metrics] }
            ),
            "drifts": .array(drifts),
            "consolidations": .array(verdicts),
            "versions": status["version"] ?? .null,
        ]
    }

    /// For people.
    func lines(file path: String) -> [String] {
        let status = status
        var lines = [
            "\(path): \(Figures.count(rows, "sample"))"
                + (skipped.map { $0 > 0 ? ", \(Figures.grouped(Int64($0))) lines skipped" : "" }
                    ?? "")
                + (plan.labelDelay > 0
                    ? ", each label \(Figures.count(plan.labelDelay, "sample")) late" : "")
        ]
        if let reason = status["reason"]?.text {
            lines.append("\(status["model"]?.text ?? ""): \(reason)")
        }
        let refused = (status["refused"]?.members ?? []).map {
            "\($0.name) \(Figures.grouped($0.value))"
        }
        if !refused.isEmpty { lines.append("refused: " + refused.joined(separator: ", ")) }
        lines.append("")
        lines += EvaluationJob.table(looks).lines()
        lines.append("")
        lines += MeasureTable.table(of: metrics).lines()
        lines.append("")
        if let table = MeasureTable.reliability(of: metrics) { lines += table.lines() + [""] }
        lines.append(Figures.count(drifts.count, "drift"))
        lines += drifts.map { "  " + EventText.drift($0) }
        lines.append(Figures.count(verdicts.count, "consolidation"))
        if !verdicts.isEmpty { lines += ConsolidationTable.table(of: verdicts).lines(indent: 2) }
        return lines
    }

    /// The measures on the way.
    private static func table(_ looks: [Look]) -> TextTable {
        var table = TextTable(columns(of: looks).map { ($0, .right) })
        for look in looks {
            table.add([Figures.grouped(Int64(look.rows))] + cells(of: look.metrics))
        }
        return table
    }

    private static func columns(of looks: [Look]) -> [String] {
        if looks.contains(where: { $0.metrics["accuracy"] != nil }) {
            return ["SAMPLES", "ACCURACY", "RECENT", "MAJORITY", "NO CHANGE"]
        }
        return looks.contains { MeasureTable.isUnlabelled($0.metrics) }
            ? ["SAMPLES", "LOSS", "RECENT", "TRIVIAL", "RECENT"]
            : ["SAMPLES", "MAE", "RECENT", "RUNNING MEAN", "LAST VALUE"]
    }

    private static func cells(of metrics: JSONValue) -> [String] {
        let baselines = metrics["baselines"]
        if metrics["accuracy"] != nil {
            return [
                metrics["accuracy"], metrics["accuracy_recent"], baselines?["majority"],
                baselines?["no_change"],
            ].map { Figures.percent($0?.double) }
        }
        let trivial = MeasureTable.trivial(metrics)
        let measures =
            MeasureTable.isUnlabelled(metrics)
            ? [metrics["loss"], metrics["loss_recent"], trivial["loss"], trivial["loss_recent"]]
            : [
                metrics["mae"], metrics["mae_recent"], baselines?["running_mean"]?["mae"],
                baselines?["last_value"]?["mae"],
            ]
        return measures.map { Figures.measure($0?.double) }
    }
}
