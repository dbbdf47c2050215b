// SPDX-License-Identifier: Apache-2.0
//
// A configuration that has been checked: nothing else in learnd takes raw configuration.

package import Primitives

/// The least important message that is logged.
package enum LogLevel: String, Sendable, CaseIterable {
    /// Everything.
    case debug
    /// What normally happens.
    case info
    /// What an operator should see.
    case notice
    /// What may become a failure.
    case warning
    /// What failed.
    case error
}

/// One value as it is in effect, for the comparison of two configurations.
package struct EffectiveValue: Sendable, Equatable {
    /// The key with its tables.
    package let key: String
    /// The value as TOML.
    package let value: String
    /// What it takes for a change to be used.
    package let change: ChangeClass
}

/// Everything that can be configured.
package struct Settings: Sendable, Equatable {
    /// Whether sockets may be bound to addresses that other machines reach.
    package let isInsecure: Bool
    /// The least important message that is logged.
    package let logLevel: LogLevel
    /// The memory that the operator grants, for the check at the start.
    package let memoryBudgetBytes: Int
    /// What all randomness of a learner is made from.
    package let seed: UInt64
    /// The most bytes that the files of versions may have.
    package let stateQuotaBytes: Int
    /// How often the state is saved.
    package let checkpointInterval: Duration
    /// The sockets that samples come from; at least one.
    package let samples: [SocketConfiguration]
    /// Where versions and notices go out.
    package let versionsEndpoint: Endpoint
    /// How many messages wait for one slow consumer.
    package let versionsSendHWM: Int
    /// Where kept versions are served.
    package let snapshotsEndpoint: Endpoint
    /// Where events go out.
    package let eventsEndpoint: Endpoint
    /// The group that may use the control socket; nil for the daemon's own.
    package let controlGroup: String?
    /// The learners, sorted by name; at least one.
    package let learners: [LearnerConfiguration]
    /// Every value in effect, in the order of the manual.
    package let effective: [EffectiveValue]

    /// The most learners that one daemon runs.
    package static let learnersMax = 256
    /// The most sockets that samples come from.
    package static let sampleSocketsMax = 64
    /// What holds when there is no file.
    package static let defaults: Settings = {
        do throws(ConfigurationError) {
            return try Settings(validating: ConfigurationTree(emptyNamed: "(defaults)"))
        } catch {
            preconditionFailure("the defaults do not fit each other: \(error)")
        }
    }()

    /// Parses and checks the bytes of a file that is called `file` in messages.
    package init(parsing bytes: [UInt8], file: String) throws(ConfigurationError) {
        try self.init(validating: try ConfigurationTree(parsing: bytes, file: file))
    }

    /// Checks a parsed file.
    ///
    /// - Throws: everything that is wrong with it.
    package init(validating tree: ConfigurationTree) throws(ConfigurationError) {
        var problems = ProblemList(file: tree.file)
        let root = ScopedValues(
            .daemon,
            prefix: "",
            members: tree.members,
            skipping: ["samples", "learner"],
            problems: &problems
        )
        let sockets = Settings.socketTables(tree, problems: &problems)
        let learnerTables = Settings.learnerTables(tree, problems: &problems)
        let samples = sockets.map { SocketConfiguration($0.values) }
        let learners = learnerTables.map { LearnerConfiguration($0.name, $0.values, $0.layers) }
        SocketRules(
            isInsecure: root.flag("insecure"),
            root: root,
            sockets: sockets,
            file: tree.file
        ).check(samples, problems: &problems)
        for (table, learner) in zip(learnerTables, learners) {
            NetworkRules(table.values, table.layers).check(problems: &problems)
            LearnerRules(table.values).check(problems: &problems)
            PoolRules(table.values).check(problems: &problems)
            LinearRules(table.values).check(problems: &problems)
            RetentionRules(table.values).check(problems: &problems)
            WarmStartRules(table.values).check(problems: &problems)
            IsolationRules(table.values).check(problems: &problems)
            ConsolidationRules(table.values).check(problems: &problems)
            DriftRules(table.values).check(problems: &problems)
            MemoryRules(table.values).check(problems: &problems)
            FeatureRules(table.values).check(learner, problems: &problems)
            CompressionRules(table.values).check(learner, problems: &problems)
        }
        guard problems.problems.isEmpty else {
            throw ConfigurationError(problems: problems.problems)
        }
        isInsecure = root.flag("insecure")
        logLevel = root.word("log.level")
        memoryBudgetBytes = root.size("memory_budget")
        seed = UInt64(root.integer("seed"))
        stateQuotaBytes = root.size("state.quota")
        checkpointInterval = root.duration("checkpoint.interval")
        versionsEndpoint = root.endpoint("versions.endpoint")
        versionsSendHWM = root.integer("versions.send_hwm")
        snapshotsEndpoint = root.endpoint("snapshots.endpoint")
        eventsEndpoint = root.endpoint("events.endpoint")
        controlGroup = root.text("control.group").isEmpty ? nil : root.text("control.group")
        self.samples = samples
        self.learners = learners
        effective =
            root.effective + sockets.flatMap(\.values.effective)
            + learnerTables.flatMap {
                LearnerRules.effective($0.values) + [$0.layers.effective(of: $0.values)]
            }
    }

    /// The configuration of one learner.
    package func learner(_ name: Name) -> LearnerConfiguration? {
        learners.first { $0.name == name }
    }

    /// The values of a learner that only a fresh one can have, for comparison with its state.
    package func birthValues(of name: Name) -> [EffectiveValue] {
        effective.filter {
            $0.change == .newLearner
                && ($0.key == "seed" || $0.key.hasPrefix("learner.\(name)."))
        }
    }

    private static func socketTables(
        _ tree: ConfigurationTree,
        problems: inout ProblemList
    ) -> [(line: Int?, values: ScopedValues)] {
        guard let member = tree.members.first(where: { $0.key == "samples" }) else {
            let values = ScopedValues(
                .samples,
                prefix: "samples[1]",
                members: [],
                problems: &problems
            )
            return [(nil, values)]
        }
        guard case .list(let items) = member.node.value else {
            problems.add(
                member.node.line,
                "samples",
                member.node.text,
                "it is not a list of tables",
                "write [[samples]] with two brackets, once for each socket"
            )
            return []
        }
        guard (1...sampleSocketsMax).contains(items.count) else {
            problems.add(
                member.node.line,
                "samples",
                nil,
                "it lists \(items.count) sockets, not 1 to \(sampleSocketsMax)",
                "leave it away for the default socket"
            )
            return []
        }
        var tables: [(line: Int?, values: ScopedValues)] = []
        for (index, item) in items.enumerated() {
            let prefix = "samples[\(index + 1)]"
            guard let members = item.members else {
                problems.add(
                    item.line,
                    prefix,
                    item.text,
                    "it is not a table",
                    "write [[samples]]"
                )
                continue
            }
            tables.append(
                (
                    item.line,
                    ScopedValues(.samples, prefix: prefix, members: members, problems: &problems)
                )
            )
        }
        return tables
    }

    private static func learnerTables(
        _ tree: ConfigurationTree,
        problems: inout ProblemList
    ) -> [(name: Name, values: ScopedValues, layers: LayerTables)] {
        var tables: [(name: Name, values: ScopedValues, layers: LayerTables)] = []
        let member = tree.members.first { $0.key == "learner" }
        if let member, member.node.members == nil {
            problems.add(
                member.node.line,
                "learner",
                member.node.text,
                "it is not a table",
                "write [learner.NAME]"
            )
        }
        for learner in member?.node.members ?? [] {
            let prefix = "learner.\(learner.key)"
            guard let name = Name(learner.key) else {
                problems.add(
                    learner.node.line,
                    prefix,
                    nil,
                    "this is not a name of a learner",
                    "use \(Name.rule)"
                )
                continue
            }
            guard let members = learner.node.members else {
                problems.add(
                    learner.node.line,
                    prefix,
                    learner.node.text,
                    "it is not a table",
                    "write [learner.NAME], and the key below it"
                )
                continue
            }
            let values = ScopedValues(
                .learner,
                prefix: prefix,
                members: members,
                skipping: ["layers"],
                problems: &problems
            )
            let layers = LayerTables(members, prefix: prefix, problems: &problems)
            tables.append((name, values, layers))
        }
        if tables.count > learnersMax {
            problems.add(
                member?.node.line,
                "learner",
                nil,
                "there are \(tables.count) learners, more than the limit of \(learnersMax)",
                "run a second learnd for the rest"
            )
        }
        if tables.isEmpty && problems.problems.isEmpty {
            let values = ScopedValues(
                .learner,
                prefix: "learner.default",
                members: [],
                problems: &problems
            )
            let layers = LayerTables([], prefix: "learner.default", problems: &problems)
            tables.append((.default, values, layers))
        }
        return tables.sorted { $0.name < $1.name }
    }
}
