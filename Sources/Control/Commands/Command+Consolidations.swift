// SPDX-License-Identifier: Apache-2.0
//
// `learnctl consolidate` and `consolidations`: asking for one, and what the gate said.

import Consolidation
import Linux
import Primitives
import ZeroMQ

extension Command {
    static let consolidate = Command(
        name: "consolidate",
        summary: "make challengers from memory now; the gate decides",
        options: [
            OptionRule("--recipe", "NAME", help: "how to make them; several by commas"),
            OptionRule("--wait", help: "wait for the verdict; exit code 1 unless one is adopted"),
            OptionRule("--timeout", "SECONDS", help: "how long to wait (120)"),
        ],
        details: [
            "The race of a challenger needs live samples: without any, there is no verdict.",
            "Recipes: " + Recipe.allCases.map(\.name).joined(separator: ", ")
                + "; without --recipe, those of consolidate.recipes_on_command.",
        ]
    ) { arguments, console throws(Failure) in
        let patience = try arguments.positive("--timeout") ?? 120
        var link = try DaemonLink.open(arguments)
        let before = try newest(&link)?["id"]?.integer ?? 0
        let names =
            arguments.text("--recipe").map { $0.split(separator: ",").map(String.init) } ?? []
        let answer = try link.ask(
            "consolidate",
            names.isEmpty ? [] : [.init("recipes", .array(names.map { .string($0) }))]
        )
        console.line(answer.ok.text ?? answer.ok.jsonText)
        guard arguments.has("--wait") else { return .done }
        console.flush()
        let until = Clock.monotonicNanoseconds() + Int64(patience * 1e9)
        while Clock.monotonicNanoseconds() < until {
            if let last = try newest(&link, ordered: true), let id = last["id"]?.integer,
                id > before, let verdict = last["verdict"]?.text
            {
                console.line(EventText.consolidation(last))
                return verdict == "adopted" ? .done : .failed
            }
            Pause.wait(.milliseconds(200))
        }
        throw Failure(
            .failed,
            "no verdict within \(Figures.time(seconds: patience))",
            remedy: "send samples: the race needs them; learnctl status shows where it is"
        )
    }

    /// The newest consolidation, or the newest that somebody ordered.
    private static func newest(
        _ link: inout DaemonLink,
        ordered: Bool = false
    ) throws(Failure) -> JSONValue? {
        let records = try link.ask("consolidations", [.init("limit", 5)]).ok.items.filter {
            !ordered || $0["trigger"]?.text == ConsolidationTrigger.command.name
        }
        return records.max { ($0["id"]?.integer ?? 0) < ($1["id"]?.integer ?? 0) }
    }

    static let consolidations = Command(
        name: "consolidations",
        summary: "list the consolidations with verdict, figures and reason",
        options: [OptionRule("--limit", "N", help: "the newest N (20)")],
        isReading: true
    ) { arguments, console throws(Failure) in
        let limit = try arguments.integer("--limit", in: 1...100_000) ?? 20
        var link = try DaemonLink.open(arguments)
        let records = try link.ask("consolidations", [.init("limit", .int(Int64(limit)))]).ok
        if arguments.has(json.name) {
            console.line(records.jsonText)
            return .done
        }
        guard !records.items.isEmpty else {
            console.line("no consolidation yet")
            return .done
        }
        console.lines(ConsolidationTable.table(of: records.items).lines())
        return .done
    }
}

/// Consolidations as a table.
enum ConsolidationTable {
    /// One row for each.
    static func table(of records: [JSONValue]) -> TextTable {
        var table = TextTable([
            ("ID", .right), ("SAMPLE", .right), ("TRIGGER", .left), ("VERDICT", .left),
            ("CHALLENGER", .left), ("VERSION", .right), ("HOLDOUT", .right), ("RACED", .right),
            ("REASON", .left),
        ])
        for record in records {
            let recipe = record["challenger"]?.text
            let all = record["challengers"]?.items ?? []
            let best = all.first { $0["recipe"]?.text == recipe } ?? all.first
            let losses = [best?["champion_loss"]?.double, best?["challenger_loss"]?.double]
            table.add([
                Figures.grouped(record["id"]),
                Figures.grouped(record["sample"]),
                record["trigger"]?.text ?? Figures.nothing,
                record["verdict"]?.text ?? "running",
                recipe ?? Figures.nothing,
                Figures.grouped(record["version"]),
                best == nil
                    ? Figures.nothing : losses.map(Figures.measure).joined(separator: " : "),
                Figures.grouped(best?["raced"]),
                record["reason"]?.text ?? "",
            ])
        }
        return table
    }
}

/// Waiting without a socket.
enum Pause {
    /// Lets the time pass.
    static func wait(_ time: Duration) {
        var poller = Poller(capacity: 0)
        _ = try? poller.wait(timeout: time)
    }
}
