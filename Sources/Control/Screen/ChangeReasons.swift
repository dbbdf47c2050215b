// SPDX-License-Identifier: Apache-2.0
//
// Why a version was made, from its manifest and the verdicts of the gate.

import Primitives

/// A version and what led to it.
struct ChangeReasons {
    let manifest: JSONValue
    let records: [JSONValue]

    private var reason: String { manifest["reason"]?.text ?? "" }

    /// The verdict that the version comes from.
    private var verdict: JSONValue? {
        guard ["consolidated", "recalled"].contains(reason) else { return nil }
        let note = manifest["note"]
        return note?["event"]?.text == "consolidation" ? note : nil
    }

    /// What the gate refused after the version, the newest last.
    var since: [JSONValue] {
        let number = manifest["version"]?.integer ?? 0
        let adopted = records.filter { ($0["version"]?.integer ?? 0) > 0 }
        let from =
            verdict?["id"]?.integer
            ?? adopted.filter { ($0["version"]?.integer ?? 0) <= number }
            .compactMap { $0["id"]?.integer }.max() ?? 0
        return
            records
            .filter { ($0["id"]?.integer ?? 0) > from && $0["verdict"]?.text != "adopted" }
            .sorted { ($0["id"]?.integer ?? 0) < ($1["id"]?.integer ?? 0) }
    }

    /// Both as one object.
    var json: JSONValue {
        [
            "version": manifest["version"] ?? .null, "parent": manifest["parent"] ?? .null,
            "reason": manifest["reason"] ?? .null, "created": manifest["created"] ?? .null,
            "samples": manifest["samples"] ?? .null, "verdict": verdict ?? .null,
            "refused_since": .array(since),
        ]
    }

    /// The reason in words, and who ran.
    var lines: [String] {
        let parent = manifest["parent"]?.integer.map { ", from version \(Figures.grouped($0))" }
        var lines = [
            "version \(Figures.grouped(manifest["version"])): \(reason)\(parent ?? ""), after "
                + "\(Figures.grouped(manifest["samples"])) learned samples, "
                + (manifest["created"]?.text ?? "")
        ]
        guard let verdict else { return lines + ["  " + words] }
        if let cause = verdict["cause"]?.text {
            lines.append("  asked for by \(verdict["trigger"]?.text ?? "a rule"): \(cause)")
        } else {
            lines.append("  asked for by \(verdict["trigger"]?.text ?? "a rule")")
        }
        lines.append("  " + EventText.consolidation(verdict))
        return lines + ChangeReasons.runners(of: verdict)
    }

    private var words: String {
        switch reason {
        case "first": return "the first: enough samples had been learned (publish.first)"
        case "routine":
            return "time or samples were over (publish.interval, publish.samples), and the model "
                + "had moved by more than publish.move"
        case "resumed": return "the daemon had started again"
        case "rollback":
            return "an operator went back to version \(Figures.grouped(manifest["note"]?["to"]))"
        default: return ""
        }
    }

    /// Each challenger with its figures.
    static func runners(of verdict: JSONValue) -> [String] {
        let runners = verdict["challengers"]?.items ?? []
        guard !runners.isEmpty else { return [] }
        var table = TextTable([
            ("CHALLENGER", .left), ("HOLDOUT", .right), ("ROWS", .right), ("FLIPS", .right),
            ("REMEMBERED", .right), ("RACED", .right), ("ADVANTAGE", .right), ("", .left),
        ])
        for runner in runners {
            let rows = runner["holdout_rows"]?.integer ?? 0
            let losses = [runner["champion_loss"]?.double, runner["challenger_loss"]?.double]
            let (good, bad) = (runner["positive_flips"], runner["negative_flips"])
            table.add([
                runner["recipe"]?.text ?? Figures.nothing,
                rows == 0
                    ? Figures.nothing : losses.map(Figures.measure).joined(separator: " : "),
                Figures.grouped(rows),
                rows == 0
                    ? Figures.nothing : "+\(Figures.grouped(good)) -\(Figures.grouped(bad))",
                Figures.grouped(runner["remembered"]),
                Figures.grouped(runner["raced"]),
                Figures.measure(runner["advantage"]?.double),
                runner["objection"]?.text ?? "",
            ])
        }
        return table.lines(indent: 2)
    }

    /// How it stands with consolidations.
    static func state(_ state: JSONValue) -> String {
        let rest = state["rest_seconds"]?.double ?? 0
        switch state["state"]?.text {
        case "racing": return "challengers race against the model"
        case "running": return "challengers are being made"
        case "wanted":
            return rest > 0
                ? "a consolidation waits for the rest after the last verdict, "
                    + "\(Figures.time(seconds: rest)) at most"
                : "a consolidation waits for samples of the new world"
        default: return "nothing asks for a consolidation"
        }
    }
}
