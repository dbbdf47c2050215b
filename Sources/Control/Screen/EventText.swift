// SPDX-License-Identifier: Apache-2.0
//
// Events as lines for people.

import Primitives

/// Words for events.
enum EventText {
    /// One line: when, whose, what.
    static func line(_ event: JSONValue) -> String {
        let time = event["at"]?.text.map(clock) ?? "        "
        return "\(time)  \(event["learner"]?.text ?? Figures.nothing)  \(what(event))"
    }

    /// The time of day of an RFC 3339 moment.
    static func clock(_ moment: String) -> String {
        guard let start = moment.firstIndex(of: "T") else { return moment }
        return String(moment[moment.index(after: start)...].prefix(8))
    }

    private static func what(_ event: JSONValue) -> String {
        func text(_ name: String) -> String { event[name]?.text ?? "" }
        switch event["event"]?.text {
        case "drift": return drift(event)
        case "consolidation": return consolidation(event)
        case "version":
            let leaders = ExpertTableText.leaders(of: event["metrics"]).map { " (\($0))" } ?? ""
            return "version \(Figures.grouped(event["version"])) published: \(text("reason"))"
                + leaders
        case "refused":
            let count = Figures.grouped(event["count"])
            return "\(count) refused from \(text("producer")): \(text("reason")): \(text("detail"))"
        case "gap":
            let count = Figures.grouped(event["samples"])
            return "\(count) samples from \(text("producer")) did not arrive"
        case "voted":
            return "the vote: \(text("task")), \(text("model")): \(text("reason"))"
        case "scored": return "scored \(text("id")): \(prediction(event))"
        case "query":
            let doubt = event["uncertainty"]?.double.map { ", " + Figures.percent($0) + " unsure" }
            return "what is \(text("id"))? (\(text("why"))\(doubt ?? ""))"
        case "contexts_filled":
            return "context \(text("context")) is beyond contexts_max: treated as unknown"
        case "context": return context(event)
        case "steered": return text("what")
        default: return event.jsonText
        }
    }

    /// What was predicted of a sample, with the highest probability where there are any.
    private static func prediction(_ event: JSONValue) -> String {
        let prediction = event["prediction"]?.text ?? event["prediction"]?.jsonText ?? "null"
        let highest = (event["probabilities"]?.items ?? []).compactMap(\.double).max()
        let rank = event["anomaly_rank"]?.double.map {
            ", more unusual than " + Figures.percent($0)
        }
        return prediction + (highest.map { " (" + Figures.percent($0) + ")" } ?? "") + (rank ?? "")
    }

    /// A drift or a warning.
    static func drift(_ event: JSONValue) -> String {
        let what = event["level"]?.text == "drift" ? "drift" : "drift warning"
        let since = event["since"]?.integer.map { ", since about \(Figures.grouped($0)) samples" }
        return "\(what) at sample \(Figures.grouped(event["sample"])): \(subject(event))"
            + "\(event["detector"]?.text ?? "") on \(event["signal"]?.text ?? "")\(since ?? "")"
    }

    /// What a drift is about, if it is not the whole stream.
    private static func subject(_ event: JSONValue) -> String {
        let size = event["size"]?.double.map { " " + Figures.fixed($0, digits: 2) } ?? ""
        let others = event["others"]?.integer.map { " and \($0) more" } ?? ""
        let aspect = event["aspect"]?.text ?? ""
        let change = event["change"]?.text == "fall" ? "falls" : "rises"
        if let name = event["feature"]?.text {
            let unit = aspect == "level" ? " deviations" : "-fold"
            return "the \(aspect) of feature \(name) \(change)"
                + (size.isEmpty ? "" : ":\(size)\(unit)") + others + ", "
        }
        if let name = event["label"]?.text {
            return "the share of class \(name) \(change)\(size.isEmpty ? "" : " by\(size)"), "
        }
        if let name = event["context"]?.text { return "context \(name), " }
        if let name = event["producer"]?.text { return "producer \(name) alone, " }
        return aspect.isEmpty ? "" : "the \(aspect) of the labels \(change), "
    }

    /// What became of a context's part of the model.
    static func context(_ event: JSONValue) -> String {
        let name = event["context"]?.text ?? ""
        let samples = Figures.count(Int(event["samples"]?.integer ?? 0), "sample")
        switch event["change"]?.text {
        case "opened": return "context \(name) has a model of its own"
        case "merged":
            return "context \(name) shares the model of \(event["into"]?.text ?? "") from now on; "
                + "its own had learned \(samples): \(event["reason"]?.text ?? "")"
        default:
            return "context \(name) has lost its model, which had learned \(samples): "
                + (event["reason"]?.text ?? "")
        }
    }

    /// A step of a consolidation.
    static func consolidation(_ event: JSONValue) -> String {
        let what = event["verdict"]?.text ?? event["phase"]?.text ?? "started"
        let who = event["challenger"]?.text.map { " (\($0))" } ?? ""
        return "consolidation \(Figures.grouped(event["id"])) \(what)\(who): "
            + (event["reason"]?.text ?? "")
    }

    /// The newest version, as a notice names it.
    static func notice(_ notice: JSONValue) -> String {
        "          \(notice["learner"]?.text ?? Figures.nothing)  the newest version is "
            + "\(Figures.grouped(notice["version"])) (\(Figures.size(notice["bytes"]?.integer)))"
    }
}
