// SPDX-License-Identifier: Apache-2.0
//
// What the detectors get of a block, and what their reports are about:
//
// - the features of every row, labelled or not, each once: a row that waited for its label was
//   watched when it came;
// - the labels;
// - error bit and bounded loss of every row that has a loss, for the learner, for its context and
//   for its producer.
//
// Reports carry the labelled sample's number. What moved features and labels is told by them alone.

import Consolidation
package import Drift
import Learning
import Primitives
import Samples

/// A report, and what the engine adds to it.
package struct NumberedReport: Sendable {
    /// What a detector said.
    package var report: DriftReport
    /// The labelled sample at which it said so.
    package var sample: UInt64
    /// The account of the producer whose drift it is.
    var producer: Int32?
}

/// What the detectors get of a block's labelled rows; the room is reused.
struct Signals: Sendable {
    /// Whether each prediction was wrong; empty where there are no classes.
    var errors: [UInt8] = []
    /// The bounded losses.
    var losses: [Double] = []
}

extension LearnerCore {
    /// A watch beside errors and losses that has seen nothing.
    static func newBeside(_ settings: DriftSettings, _ schema: Schema) -> BesideWatch {
        var beside = BesideWatch(
            settings,
            hasClasses: schema.task == .classes,
            hasTargets: schema.task == .regression
        )
        beside.features?.follow(schema)
        return beside
    }

    /// Appends the accounts of a run of rows to the block.
    mutating func appendAccounts(_ count: Int, from first: Int, of batch: MicroBatch) {
        guard batch.producers.count > 1 else {
            let account = Int32(batchAccounts[0])
            rowAccounts.append(contentsOf: repeatElement(account, count: count))
            return
        }
        for row in first..<first + count {
            rowAccounts.append(Int32(batchAccounts[Int(batch.rows[row].producer)]))
        }
    }

    /// The largest population stability index, as in measures; nil before there is one.
    var stabilityJSON: JSONValue? {
        guard let figure = beside.features?.largestIndex,
            let place = beside.features?.places.places[figure.column]
        else { return nil }
        return [
            "largest": .number(figure.index),
            "feature": .string(schema.columnName(at: place)),
            "threshold": .number(figure.threshold),
            "values": .int(Int64(figure.values)),
            "above": .int(Int64(figure.above)),
            "features": .int(Int64(figure.columns)),
        ]
    }

    /// Gives the detectors the features of the block.
    mutating func observeFeatures(_ outcome: inout Outcome) {
        guard beside.features != nil, block.width > 0, block.rows > 0 else { return }
        var first = 0
        for row in joined {
            observeFeatures(first..<row.row, &outcome)
            first = row.row + 1
        }
        observeFeatures(first..<block.rows, &outcome)
    }

    private mutating func observeFeatures(_ rows: Range<Int>, _ outcome: inout Outcome) {
        var raw: [Float] = []
        swap(&raw, &block.raw)
        var next = rows.lowerBound
        while next < rows.upperBound,
            let shift = beside.features?.observe(
                raw.span,
                width: block.width,
                rows: next..<rows.upperBound
            )
        {
            next = shift.row
            let place = beside.features?.places.places[shift.column] ?? 0
            var report = shift.report(.features, watch.settings.beside.features)
            report.subject = .feature(schema.columnName(at: place), shift.aspect)
            outcome.reports.append(NumberedReport(report: report, sample: sample(before: next)))
        }
        swap(&raw, &block.raw)
    }

    /// The number of the last labelled sample before a row of the block.
    private func sample(before row: Int) -> UInt64 {
        var number = labelled
        for place in 0..<row where block.classes[place] >= 0 || block.targets[place].isFinite {
            number += 1
        }
        return number
    }

    /// Gives the detectors the labels of the block.
    private mutating func observeLabels(_ outcome: inout Outcome) {
        let action = watch.settings.beside.labels
        var found: [(DriftReport, row: Int)] = []
        var classes: [Int32] = []
        swap(&classes, &block.classes)
        var next = 0
        while let (shift, end) = beside.classes?.observe(classes.span, from: next) {
            next = end
            var report = shift.report(action)
            report.subject = .label(schema.classes.labels[shift.label].text)
            found.append((report, next))
        }
        swap(&classes, &block.classes)
        var targets: [Float] = []
        swap(&targets, &block.targets)
        next = 0
        while next < targets.count,
            let shift = beside.targets?.observe(targets.span, width: 1, rows: next..<targets.count)
        {
            next = shift.row
            var report = shift.report(.labels, action)
            report.subject = .target(shift.aspect)
            found.append((report, next))
        }
        swap(&targets, &block.targets)
        for (report, row) in found {
            outcome.reports.append(NumberedReport(report: report, sample: sample(before: row)))
        }
    }

    /// Gives the detectors the labels, errors and losses of the block.
    mutating func observe(_ outcome: inout Outcome) {
        observeLabels(&outcome)
        var bits: [UInt8] = []
        var bounded: [Double] = []
        swap(&bits, &signals.errors)
        swap(&bounded, &signals.losses)
        collect(&bits, &bounded)
        var news: [NumberedReport] = []
        var next = 0
        while let (report, end) = watch.observe(
            errors: bits.span,
            losses: bounded.span,
            from: next
        ) {
            next = end
            news.append(NumberedReport(report: report, sample: labelled + UInt64(end)))
        }
        observeParts(bits, bounded, news, &outcome)
        labelled += UInt64(bounded.count)
        swap(&bits, &signals.errors)
        swap(&bounded, &signals.losses)
        rowAccounts.removeAll(keepingCapacity: true)
    }

    /// The error bits and bounded losses of the rows that have a loss.
    private mutating func collect(_ bits: inout [UInt8], _ bounded: inout [Double]) {
        bits.removeAll(keepingCapacity: true)
        bounded.removeAll(keepingCapacity: true)
        let scale = lossScale
        for row in 0..<block.rows {
            let loss = block.losses[row]
            guard !loss.isNaN else { continue }
            switch schema.task {
            case .classes:
                bits.append(block.errors[row])
                bounded.append(scale.bounded(loss))
            case .regression:
                let isSquared = evaluation.yardstick.isSquared
                usualError.add(isSquared ? Double(loss).squareRoot() : Double(loss))
                bounded.append(lossScale.bounded(loss))
            case .unlabelled:
                let trivial = block.predictions[(row + 1) * block.outputs - 1]
                usualError.add(Double(trivial.isFinite ? trivial : loss))
                bounded.append(lossScale.bounded(loss))
            }
        }
    }

    /// Gives the errors (of numbers, the bounded losses) to the detectors of contexts and
    /// producers, and says whose drift it is that those of the whole stream have seen.
    private mutating func observeParts(
        _ bits: [UInt8],
        _ bounded: [Double],
        _ news: [NumberedReport],
        _ outcome: inout Outcome
    ) {
        let hasContexts = beside.contexts != nil && contexts.count > 0
        var hasProducers = beside.producers != nil && rowAccounts.count == block.rows
        if hasProducers, beside.producers?.isAlone(rowAccounts.span) == true {
            if let first = rowAccounts.first { beside.producers?.meet(first) }
            hasProducers = false
        }
        if !hasProducers { outcome.reports += news }
        guard hasContexts || hasProducers else { return }
        let signal: DriftSignal = bits.isEmpty ? .loss : .error
        var (index, judged) = (0, 0)
        for row in 0..<block.rows where !block.losses[row].isNaN {
            let value = bits.isEmpty ? Float(bounded[index]) : Float(bits[index])
            index += 1
            let sample = labelled + UInt64(index)
            if hasContexts, value.isFinite {
                let context = Int(block.contexts[row])
                if let shift = beside.contexts?.take(value, of: context) {
                    report(shift, of: context, signal, sample: sample, &outcome)
                }
            }
            guard hasProducers else { continue }
            if value.isFinite {
                observe(value, of: rowAccounts[row], signal, sample: sample, &outcome)
            }
            while judged < news.count, news[judged].sample == sample {
                let drift = beside.producers?.judge(news[judged].report, sample: sample)
                outcome.append(drift, sample: sample)
                judged += 1
            }
        }
    }

    /// Gives an error to the detector of its producer.
    private mutating func observe(
        _ value: Float,
        of account: Int32,
        _ signal: DriftSignal,
        sample: UInt64,
        _ outcome: inout Outcome
    ) {
        if let shift = beside.producers?.take(value, of: account, sample: sample) {
            let drift = JudgedDrift(report: shift.report(signal, .drift), producer: account)
            outcome.append(drift, sample: sample)
        }
        outcome.append(beside.producers?.judgeWaiting(sample: sample), sample: sample)
    }

    private func report(
        _ shift: PartShift,
        of context: Int,
        _ signal: DriftSignal,
        sample: UInt64,
        _ outcome: inout Outcome
    ) {
        guard shift.change == .rise || watch.settings.policy == .anyChange else { return }
        var report = shift.report(signal, watch.settings.beside.contexts)
        report.subject = .context(contexts.name(of: Int32(context)))
        outcome.reports.append(NumberedReport(report: report, sample: sample))
    }
}

extension LearnerCore.Outcome {
    /// Adds a drift that was judged, if there is one.
    fileprivate mutating func append(_ drift: JudgedDrift?, sample: UInt64) {
        guard let drift else { return }
        reports.append(
            NumberedReport(report: drift.report, sample: sample, producer: drift.producer)
        )
    }
}

extension ColumnWatch {
    /// Watches the columns of numbers, truths, categories and what is missing that the schema has,
    /// the first ones up to the limit.
    ///
    /// Buckets of texts and hashes mean many things at once and are not watched, nor are the labels
    /// of some time ago.
    mutating func follow(_ schema: Schema) {
        guard !schema.isSparse else { return }
        var place = 0
        for column in schema.columns {
            defer { place += column.width }
            guard place >= places.width, places.count < WatchSettings.columnsMax else { continue }
            switch column.role {
            case .number, .boolean, .category, .missing: append(place: place)
            case .text, .hash, .lag: continue
            }
        }
    }
}

extension ColumnShift {
    fileprivate func report(_ signal: DriftSignal, _ action: WatchAction) -> DriftReport {
        var report = DriftReport(
            level: action == .drift ? .drift : .warning,
            change: change,
            detector: "shift",
            signal: signal,
            samplesSinceOnset: rowsSinceOnset
        )
        report.size = size.isFinite ? size : nil
        report.others = others
        return report
    }
}

extension ClassShift {
    fileprivate func report(_ action: WatchAction) -> DriftReport {
        var report = DriftReport(
            level: action == .drift ? .drift : .warning,
            change: change,
            detector: "chi_squared",
            signal: .labels,
            samplesSinceOnset: labelsSinceOnset
        )
        report.size = size
        return report
    }
}

extension PartShift {
    fileprivate func report(_ signal: DriftSignal, _ action: WatchAction) -> DriftReport {
        var report = DriftReport(
            level: action == .drift ? .drift : .warning,
            change: change,
            detector: "shift",
            signal: signal,
            samplesSinceOnset: samplesSinceOnset
        )
        report.size = size.isFinite ? size : nil
        return report
    }
}

extension Schema {
    /// What is watched at a place of a row, in words.
    func columnName(at place: Int) -> String {
        var start = 0
        for column in columns {
            if start == place { return column.words }
            start += column.width
        }
        return String(place)
    }
}

extension Column {
    fileprivate var words: String {
        switch role {
        case .category(let category): "\(name)=\(category)"
        case .missing: "\(name) missing"
        case .number, .boolean, .text, .hash, .lag: name
        }
    }
}

extension ClassLabel {
    /// The label as it is written.
    fileprivate var text: String {
        if case .text(let text) = self { text } else { json.jsonText }
    }
}
