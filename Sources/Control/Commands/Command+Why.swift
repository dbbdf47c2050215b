// SPDX-License-Identifier: Apache-2.0
//
// `learnctl why`: why the model changed, or did not.

import Primitives

extension Command {
    static let why = Command(
        name: "why",
        summary: "say why a version was made, and why no other came after it",
        words: [WordRule("N", isOptional: true)],
        details: [
            "Without N it is the newest version; then what was refused since follows, and how it",
            "stands with consolidations now.",
        ],
        isReading: true
    ) { arguments, console throws(Failure) in
        let wanted = arguments.word(0) == nil ? nil : try arguments.version(at: 0)
        var link = try DaemonLink.open(arguments)
        let versions = try link.ask("versions").ok.items
        let records = try link.ask("consolidations", [.init("limit", 1000)]).ok.items
        let numbers = versions.compactMap { $0["version"]?.integer }
        guard let number = wanted.map(Int64.init) ?? numbers.max() else {
            console.line("no version yet; the first comes after 1,000 learned samples")
            return .done
        }
        let manifest = try link.ask("show", [.init("version", .int(number))]).ok
        let next = numbers.filter { $0 > number }.min()
        let reasons = ChangeReasons(manifest: manifest, records: records)
        if arguments.has(json.name) {
            console.line(reasons.json.jsonText)
            return .done
        }
        console.lines(reasons.lines)
        if let next { return Command.pointTo(next, console) }
        let since = reasons.since
        if !since.isEmpty {
            console.line()
            console.line("since then the model has stayed, because")
            for record in since { console.line("  " + EventText.consolidation(record)) }
        }
        let learners = try link.ask("status").ok["learners"]?.items ?? []
        let mine = learners.first { $0["learner"]?.text == manifest["learner"]?.text }
        if let state = mine?["consolidation"] {
            console.line()
            console.line("now: " + ChangeReasons.state(state))
        }
        return .done
    }

    private static func pointTo(_ next: Int64, _ console: Console) -> ExitCode {
        console.line()
        console.line("the version after it: learnctl why \(next)")
        return .done
    }
}
