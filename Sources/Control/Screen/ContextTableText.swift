// SPDX-License-Identifier: Apache-2.0
//
// The contexts of a learner: how each is predicted, what its absences cost, and its expert.

import Primitives

/// The table of a learner's contexts.
enum ContextTableText {
    private static let most = 20

    /// The table, with who gave way lately below; nothing where there are no contexts.
    static func lines(of learner: JSONValue) -> [String] {
        let contexts = learner["metrics"]?["contexts"]?.members ?? []
        guard !contexts.isEmpty else { return [] }
        var table = TextTable([
            ("CONTEXT", .left), ("SAMPLES", .right), ("ERROR", .right), ("BEST", .right),
            ("AT RETURN", .right), ("LEARNED", .right), ("NOW", .right), ("FORGETTING", .right),
            ("BACKWARD", .right), ("EXPERT", .right),
        ])
        for context in contexts.prefix(most) {
            add(context.value, context.name, expert(of: context.name, learner), to: &table)
        }
        if let none = learner["metrics"]?["without_context"], none != .null {
            add(none, "(none)", "all", to: &table)
        }
        var lines = table.lines(indent: 2)
        if contexts.count > most {
            lines.append("  and \(contexts.count - most) more: learnctl status --json")
        }
        if let metrics = learner["metrics"], let count = metrics["contexts_left"]?.integer {
            let figures = ["forgetting", "backward_transfer"].map {
                Figures.measure(metrics[$0]?.double)
            }
            lines.append(
                "  mean of \(Figures.grouped(.int(count))) that were left: forgetting "
                    + "\(figures[0]), backward transfer \(figures[1])"
            )
        }
        let changes = learner["isolation"]?["changes"]?.items ?? []
        for change in changes where change["change"]?.text != "opened" {
            lines.append("  " + EventText.context(change))
        }
        return lines
    }

    private static func add(
        _ figures: JSONValue,
        _ name: String,
        _ expert: String,
        to table: inout TextTable
    ) {
        table.add(
            [name, Figures.grouped(figures["samples"])]
                + [
                    "error_recent", "error_best", "error_at_return", "error_learned",
                    "error_examined", "forgetting", "backward_transfer",
                ]
                .map { Figures.measure(figures[$0]?.double) } + [expert]
        )
    }

    /// The number of the context's expert.
    private static func expert(of name: String, _ learner: JSONValue) -> String {
        let experts = learner["isolation"]?["experts"]?.items ?? []
        guard !experts.isEmpty else { return "shared" }
        let place = experts.firstIndex { expert in
            expert["contexts"]?.items.contains(.string(name)) ?? false
        }
        return place.map(String.init) ?? "all"
    }
}
