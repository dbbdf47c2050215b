// SPDX-License-Identifier: Apache-2.0
//
// Which keys against forgetting fit together, and with the rest of a learner. Each value for itself
// was checked before.

/// The combinations that what is done against forgetting cannot have.
struct RetentionRules: KeyRules {
    private typealias Replay = RetentionConfiguration.Replay

    let values: ScopedValues

    init(_ values: ScopedValues) {
        self.values = values
    }

    /// Adds what does not fit.
    func check(problems: inout ProblemList) {
        checkReplay(&problems)
        checkBytes(&problems)
        checkPulls(&problems)
        checkConsolidation(&problems)
        checkModel(&problems)
    }

    /// Keys of a buffer count only where there is one.
    private func checkReplay(_ problems: inout ProblemList) {
        let replay: Replay = values.word("retain.replay")
        if replay == .none {
            for path in ["retain.rows", "retain.bytes_max", "retain.draws"] where isGiven(path) {
                refuse(
                    path,
                    "it does nothing while retain.replay = \"none\"",
                    "set retain.replay = \"er\" or \"derpp\", or remove it",
                    &problems
                )
            }
        }
        guard replay != .scores else { return }
        for path in ["retain.alpha", "retain.beta"] where isGiven(path) {
            refuse(
                path,
                "it does nothing while retain.replay = \"\(replay.rawValue)\"",
                "set retain.replay = \"derpp\", or remove it",
                &problems
            )
        }
    }

    /// A buffer must hold a few rows, or it is none.
    private func checkBytes(_ problems: inout ProblemList) {
        let replay: Replay = values.word("retain.replay")
        guard replay != .none, case .integer(let width) = values.value("width") else { return }
        var classes = 0
        if case .labels(let labels) = values.value("classes") { classes = labels.count }
        let rowBytes = 4 * (Int(width) + 4 + (replay == .scores ? classes : 0))
        let rows = values.size("retain.bytes_max") / rowBytes
        guard rows < 2 else { return }
        refuse(
            "retain.bytes_max",
            "it holds \(rows) of the rows of \(rowBytes) bytes that width = \(width) makes",
            "raise retain.bytes_max to at least \(rowBytes * values.integer("retain.rows"))",
            &problems
        )
    }

    /// What says how something is held counts only while it is.
    private func checkPulls(_ problems: inout ProblemList) {
        let held: [(key: String, by: String)] = [
            ("retain.ewc_decay", "retain.ewc"), ("retain.ewc_rows", "retain.ewc"),
            ("retain.temperature", "retain.distil"),
        ]
        for (key, strength) in held where isGiven(key) && values.number(strength) == 0 {
            refuse(
                key,
                "it does nothing while \(strength) = 0",
                "set \(strength) above 0, or remove it",
                &problems
            )
        }
        let strengths = ["retain.ewc", "retain.distil", "retain.anchor", "retain.anchor_l1"]
        if isGiven("retain.renew_every"), strengths.allSatisfy({ values.number($0) == 0 }) {
            refuse(
                "retain.renew_every",
                "it does nothing while nothing is held",
                "set \(strengths.joined(separator: ", ")) above 0, or remove it",
                &problems
            )
        }
    }

    /// Hashed slots have no scores to be compared, and no parameters that are told apart.
    private func checkModel(_ problems: inout ProblemList) {
        let model = values.text("model")
        let isHashed = values.value("hash_bits") != .none && values.text("optimiser") == "ftrl"
        guard model == "factorisation" || isHashed else { return }
        let replay: Replay = values.word("retain.replay")
        var paths = ["retain.ewc", "retain.distil"].filter { values.number($0) > 0 }
        if replay == .scores { paths.append("retain.replay") }
        if isGiven("consolidate.retain") { paths.append("consolidate.retain") }
        for path in paths {
            refuse(
                path,
                "models over hashed slots cannot be held by it",
                "remove it, or choose linear, logistic, softmax or network without ftrl",
                &problems
            )
        }
    }

    private func checkConsolidation(_ problems: inout ProblemList) {
        let retain: ConsolidationConfiguration.Retain = values.word("consolidate.retain")
        if retain == .anchor, isGiven("consolidate.retain_strength") {
            refuse(
                "consolidate.retain_strength",
                "it does nothing while consolidate.retain = \"l2sp\"",
                "set consolidate.anchor instead, or another consolidate.retain",
                &problems
            )
        }
        if retain != .anchor, isGiven("consolidate.anchor") {
            refuse(
                "consolidate.anchor",
                "it does nothing while consolidate.retain = \"\(retain.rawValue)\"",
                "set consolidate.retain_strength instead, or consolidate.retain = \"l2sp\"",
                &problems
            )
        }
    }
}
