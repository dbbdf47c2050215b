// SPDX-License-Identifier: Apache-2.0
//
// The experts of a pool: how far each is believed, and how well it does by itself.

import Primitives

/// The table of a pool's experts.
enum ExpertTableText {
    /// How many experts a line names.
    private static let most = 3

    /// The table, the most believed first; nothing where there is no pool.
    static func lines(of learner: JSONValue) -> [String] {
        let metrics = learner["metrics"] ?? .null
        let experts = byWeight(metrics)
        guard !experts.isEmpty else { return [] }
        let hasClasses = metrics["accuracy"] != nil
        let headings = hasClasses ? ["ACCURACY", "ERRORS", "LOG LOSS"] : ["MAE", "ERROR", "LOSS"]
        var table = TextTable(
            [("EXPERT", .left), ("WEIGHT", .right)] + headings.map { ($0, .right) }
        )
        for expert in experts {
            let lately = expert["error"]?.double
            table.add([
                expert["name"]?.text ?? Figures.nothing,
                isAwake(expert) ? Figures.percent(expert["weight"]?.double) : "rests",
                hasClasses
                    ? Figures.percent(expert["accuracy"]?.double)
                    : Figures.measure(expert["mae"]?.double),
                hasClasses ? Figures.percent(lately) : Figures.measure(lately),
                Figures.measure(expert["loss"]?.double),
            ])
        }
        return table.lines(indent: 2)
    }

    /// Who is believed most, in a line of their names; nil where there is no pool.
    static func leaders(of metrics: JSONValue?) -> String? {
        let awake = byWeight(metrics ?? .null).filter(isAwake)
        guard !awake.isEmpty else { return nil }
        return awake.prefix(most).map { expert in
            "\(expert["name"]?.text ?? Figures.nothing) "
                + Figures.percent(expert["weight"]?.double)
        }.joined(separator: ", ")
    }

    /// How often models were made anew; nothing where none are.
    static func refits(of consolidation: JSONValue) -> String {
        guard let refits = consolidation["refits"], refits != .null else { return "" }
        return "; experts made anew: \(Figures.grouped(refits["adopted"])) taken, "
            + "\(Figures.grouped(refits["rejected"])) not"
    }

    private static func isAwake(_ expert: JSONValue) -> Bool { expert["awake"] != .bool(false) }

    private static func byWeight(_ metrics: JSONValue) -> [JSONValue] {
        let experts = metrics["experts"]?.items ?? []
        func weight(_ place: Int) -> Double {
            isAwake(experts[place]) ? experts[place]["weight"]?.double ?? 0 : -1
        }
        return experts.indices.sorted { (-weight($0), $0) < (-weight($1), $1) }.map { experts[$0] }
    }
}
