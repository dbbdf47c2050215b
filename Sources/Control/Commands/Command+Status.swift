// SPDX-License-Identifier: Apache-2.0
//
// `learnctl status`: the daemon, and a few lines about each learner.

import Primitives

extension Command {
    static let status = Command(
        name: "status",
        summary: "show the daemon and its learners: books, measures, drift",
        details: [
            "Received is learned + waiting + refused, at every moment. Measures stand beside what "
                + "is trivial: always the most frequent class (majority) or the last label (no "
                + "change); the running mean and the last value for numbers; chance for word "
                + "vectors (trivial). A pool lists its experts, the most believed first, each with "
                + "what it does by itself; one that rests has no time to learn at this rate."
        ],
        isReading: true
    ) { arguments, console throws(Failure) in
        var link = try DaemonLink.open(arguments)
        let status = try Status.ask(&link)
        if arguments.has(json.name) {
            console.line(status.json.jsonText)
            return .done
        }
        let name = try arguments.name(learner.name)
        let learners = name == nil ? status.learners : [try status.learner(name)]
        console.lines(StatusPage.daemonLines(status.daemon))
        console.line()
        console.lines(StatusPage.learnerTable(learners).lines())
        for learner in learners { console.lines(StatusPage.details(of: learner)) }
        return .done
    }
}

/// A status in words.
enum StatusPage {
    /// Who the daemon is and where its sockets are.
    static func daemonLines(_ daemon: JSONValue) -> [String] {
        var table = TextTable(sides: [.left, .left])
        let version = daemon["version"]?.text.map { "learnd \($0), " } ?? ""
        table.add(["daemon", version + "up " + Figures.time(seconds: daemon["uptime"]?.double)])
        table.add(["incarnation", daemon["incarnation"]?.text ?? Figures.nothing])
        for member in daemon["endpoints"]?.members ?? [] {
            let texts = member.value.text.map { [$0] } ?? member.value.items.map(endpointText)
            table.add([member.name, texts.joined(separator: "  ")])
        }
        var lines = table.lines()
        let refused = (daemon["refused"]?.members ?? []).filter {
            ($0.value.integer ?? 0) > 0 && $0.name != "disconnects"
        }
        if !refused.isEmpty {
            lines.append("refused by the daemon itself: " + counts(refused))
            for example in daemon["refused"]?["examples"]?.items ?? [] {
                lines.append("  " + (example.text ?? ""))
            }
        }
        return lines
    }

    private static func endpointText(_ value: JSONValue) -> String {
        value.text
            ?? [value["type"], value["endpoint"]].compactMap { $0?.text }
            .joined(separator: " ")
    }

    private static func counts(_ members: [JSONValue.Member]) -> String {
        members.map { "\($0.name) \(Figures.grouped($0.value))" }.joined(separator: ", ")
    }

    /// One row for each learner.
    static func learnerTable(_ learners: [JSONValue]) -> TextTable {
        var table = TextTable([
            ("LEARNER", .left), ("STATE", .left), ("MODEL", .left), ("VERSION", .right),
            ("RECEIVED", .right), ("LEARNED", .right), ("WAITING", .right), ("REFUSED", .right),
            ("GAPS", .right),
        ])
        for learner in learners {
            if let error = learner["error"] {
                table.add([Figures.nothing, error["message"]?.text ?? "no answer"])
                continue
            }
            table.add([
                learner["learner"]?.text ?? Figures.nothing,
                learner["state"]?.text ?? Figures.nothing,
                learner["model"]?.text ?? Figures.nothing,
                Figures.grouped(learner["version"]),
                Figures.grouped(learner["received"]),
                Figures.grouped(sum(learner["learned"])),
                Figures.grouped(learner["waiting"]),
                Figures.grouped(sum(learner["refused"])),
                Figures.grouped(learner["gaps"]),
            ])
        }
        return table
    }

    private static func sum(_ value: JSONValue?) -> Int64 {
        (value?.members ?? []).reduce(0) { $0 + ($1.value.integer ?? 0) }
    }

    /// What there is to say about one learner.
    static func details(of learner: JSONValue) -> [String] {
        guard let name = learner["learner"]?.text else { return [] }
        var lines = ["", name]
        if let metrics = learner["metrics"], metrics != .null {
            lines += MeasureTable.table(of: metrics).lines(indent: 2)
        }
        var table = TextTable(sides: [.left, .left])
        if let reason = learner["reason"]?.text { table.add(["vote", reason]) }
        if let metrics = learner["metrics"], metrics["vocabulary"] != nil {
            table.add(["vocabulary", vocabularyText(metrics)])
        }
        if let drift = learner["drift"] {
            table.add(["drift", driftText(drift)])
            if let watched = watchedText(drift, learner["metrics"]) {
                table.add(["features", watched])
            }
        }
        if let consolidation = learner["consolidation"] {
            let rest = consolidation["rest_seconds"]?.double ?? 0
            let until = rest > 0 ? ", rests for " + Figures.time(seconds: rest) : ""
            let count = Figures.grouped(consolidation["count"])
            table.add([
                "consolidation",
                "\(consolidation["state"]?.text ?? ""), \(count) so far\(until)"
                    + ExpertTableText.refits(of: consolidation),
            ])
        }
        if let refused = learner["refused"]?.members, !refused.isEmpty {
            table.add(["refused", counts(refused)])
        }
        if let labels = learner["labels"], labels["received"]?.integer ?? 0 > 0 {
            let parts = labels.members.filter { $0.value.integer ?? 0 > 0 }
            table.add(["late labels", counts(parts) + delayText(learner)])
        }
        if let memory = learner["memory"], memory["rows"]?.integer ?? 0 > 0 {
            let parts = ["reservoir", "recent", "holdout"].map { Figures.grouped(memory[$0]) }
            table.add([
                "memory",
                "\(memory["policy"]?.text ?? "") \(parts[0]), recent \(parts[1]), held out "
                    + "\(parts[2]) rows, \(Figures.size(memory["bytes"]?.integer))",
            ])
        }
        if let room = learner["waiting_room"], room["rows"]?.integer ?? 0 > 0 {
            table.add([
                "waiting room",
                "\(Figures.grouped(room["rows"])) samples, "
                    + Figures.size(room["bytes"]?.integer),
            ])
        }
        return lines + table.lines(indent: 2) + ExpertTableText.lines(of: learner)
            + ContextTableText.lines(of: learner)
    }

    private static func vocabularyText(_ metrics: JSONValue) -> String {
        let figures = ["vocabulary", "vocabulary_max", "words_counted", "evictions"].map {
            Figures.grouped(metrics[$0])
        }
        return "\(figures[0]) words of \(figures[1]); \(figures[2]) counted, "
            + "\(figures[3]) gave way"
    }

    /// How late labels are of late.
    private static func delayText(_ learner: JSONValue) -> String {
        guard let delay = learner["metrics"]?["label_delay"], delay != .null else { return "" }
        let samples = Figures.fixed(delay["recent_samples"]?.double ?? 0, digits: 0)
        return "; delayed by \(samples) samples, "
            + Figures.time(seconds: delay["recent_seconds"]?.double)
    }

    private static func driftText(_ drift: JSONValue) -> String {
        let drifts = Figures.grouped(drift["drifts"])
        var text = "\(drifts) alarms, \(Figures.grouped(drift["warnings"])) warnings"
        if let alone = drift["of_producers"], alone.integer ?? 0 > 0 {
            text += ", \(Figures.grouped(alone)) of one producer alone"
        }
        if let last = drift["last"], last != .null {
            text += "; the last one: " + EventText.drift(last)
        }
        return text
    }

    /// How many features are watched, and the one whose distribution moved most.
    private static func watchedText(_ drift: JSONValue, _ metrics: JSONValue?) -> String? {
        guard let watched = drift["features_watched"], watched.integer ?? 0 > 0 else { return nil }
        var text = "\(Figures.grouped(watched)) watched"
        if drift["features_ready"] != watched {
            text += ", \(Figures.grouped(drift["features_ready"])) have a reference"
        }
        guard let psi = metrics?["psi"], psi != .null else { return text }
        let index = Figures.fixed(psi["largest"]?.double ?? 0, digits: 3)
        let threshold = Figures.fixed(psi["threshold"]?.double ?? 0, digits: 3)
        return text + "; largest PSI \(index) of \(psi["feature"]?.text ?? "") (by chance up to "
            + "\(threshold)), \(Figures.grouped(psi["above"])) beyond chance"
    }
}
