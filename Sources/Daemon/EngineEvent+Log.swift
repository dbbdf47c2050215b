// SPDX-License-Identifier: Apache-2.0
//
// Events as lines of the log: how grave, in which words, with which fields for the journal.

import Consolidation
import Drift
import Engine
import Learning
import Primitives
import Samples
import Telemetry

extension EngineEvent {
    /// How grave the event is.
    var severity: Telemetry.LogLevel {
        switch self {
        case .voted, .steered, .consolidated: .notice
        case .contextChanged(let record): record.change == "opened" ? .info : .notice
        case .scored, .queried: .debug
        case .drifted(let report, _): report.level == .drift ? .notice : .info
        case .refused, .gapFound, .contextsFilled: .warning
        }
    }

    /// The event in words.
    var sentence: String {
        switch self {
        case .voted(let verdict, let model):
            return "the vote: \(verdict.task.name), model \(model): \(verdict.reason); "
                + "to change it: learnctl reset --task"
        case .drifted(let report, let sample):
            let what = report.level == .drift ? "drift" : "drift warning"
            return "\(what) at sample \(sample): \(report.subject.words)\(report.detector) on "
                + "\(report.signal.name), since about \(report.samplesSinceOnset) samples"
        case .consolidated(let news):
            let what = news.verdict.map { "\($0.rawValue)" } ?? "started"
            let who = news.winner.map { " (\($0.name))" } ?? ""
            return "consolidation \(news.id) \(what)\(who): \(news.reason)"
        case .refused(let reason, let producer, let count, let detail):
            return "\(count) refused from \(producer): \(reason.name): \(detail)"
        case .gapFound(let producer, let samples):
            return "\(samples) samples from \(producer) did not arrive"
        case .scored(let sample):
            return "scored \(sample.id)"
        case .queried(let query):
            return "asks for the label of \(query.id)"
        case .contextsFilled(let context, let limit):
            return "the context \"\(context)\" is one more than contexts_max = \(limit): "
                + "such contexts are treated as unknown; raise contexts_max"
        case .contextChanged(let record):
            let what = record.into.map { "merged into that of \"\($0)\"" } ?? record.change
            return "the model of context \"\(record.context)\" was \(what) "
                + "(\(record.samples) samples): \(record.reason)"
        case .steered(let what):
            return what
        }
    }

    /// The event's fields for the journal: upper-case names, plain values.
    var logFields: [(String, String)] {
        fields.compactMap { member in
            switch member.value {
            case .string(let text): (member.name.uppercased(), text)
            case .int(let number): (member.name.uppercased(), String(number))
            case .number(let number): (member.name.uppercased(), String(number))
            default: nil
            }
        }
    }
}

extension DriftSubject {
    /// What it was about, before the name of the detector.
    fileprivate var words: String {
        switch self {
        case .world: ""
        case .feature(let name, let aspect): "\(aspect.name) of feature \"\(name)\", "
        case .target(let aspect): "\(aspect.name) of the labels, "
        case .label(let name): "share of class \"\(name)\", "
        case .context(let name): "context \"\(name)\", "
        case .producer(let name): "producer \"\(name)\" alone, "
        }
    }
}
