// SPDX-License-Identifier: Apache-2.0
//
// What makes a learner a pool of experts, and which keys do not go with one.
//
// `model = "auto"` is a pool, unless a key has another value than its default that a pool has no
// use for: whoever sets the rate of a learner wants a model that has one. With `model = "pool"`, or
// any of the names of pools of one expert, or a key of pools, the same keys are refused.

import Experts

/// The combinations that a pool cannot have.
struct PoolRules: KeyRules {
    private typealias Model = LearnerConfiguration.Model
    private typealias Task = LearnerConfiguration.Task

    let values: ScopedValues

    init(_ values: ScopedValues) {
        self.values = values
    }

    /// Keys that a pool has no use for, with the reason; those of a table by its name.
    private static let foreign: [(paths: [String], reason: String)] = [
        (["loss", "huber_delta"], "the experts of a pool have losses of their own"),
        (
            [
                "optimiser", "rate", "momentum", "beta1", "beta2", "epsilon", "ftrl_beta", "l1",
                "l2", "rate_schedule", "rate_adaptation",
            ], "the experts of a pool take steps of their own"
        ),
        (["mode"], "a pool learns one sample after the other"),
        (
            [
                "standardise.scaling", "standardise.memory", "standardise.clip",
                "standardise.window",
            ], "a pool scales its columns for itself, in several ways at once"
        ),
        (["isolation"], "the experts of a pool are not those of contexts"),
        (["retain"], "nothing holds the experts of a pool"),
        (["warm_start"], "no file has the experts of a pool"),
        (
            [
                "memory.policy", "memory.reservoir_rows", "memory.recent_rows",
                "memory.holdout_rows", "memory.bytes_max",
            ], "a pool has a memory of its own, of pool.rows"
        ),
        (
            [
                "consolidate.gate", "consolidate.probation", "consolidate.worlds",
                "consolidate.race_samples", "consolidate.retain", "consolidate.retain_strength",
                "consolidate.anchor", "consolidate.anchor_l1", "consolidate.schedule",
                "consolidate.cycles", "consolidate.tolerance", "consolidate.recipes",
                "consolidate.recipes_on_drift", "consolidate.recipes_every_samples",
                "consolidate.recipes_every", "consolidate.recipes_at",
                "consolidate.recipes_on_plasticity", "consolidate.recipes_on_command",
                "consolidate.patience", "consolidate.shrink", "consolidate.perturb",
                "consolidate.ema_half_life",
            ], "what a pool makes anew takes its place without a challenger or a race"
        ),
        (
            [
                "consolidate.on_plasticity", "consolidate.plasticity_samples",
                "consolidate.plasticity_dead", "consolidate.plasticity_rank",
            ], "a pool looks after its networks itself"
        ),
    ]

    /// The keys of a pool that have another value than their default.
    private var ownKeys: [String] { SettingKey.pool.map(\.path).filter(isGiven) }

    /// What stands against a pool: keys that it has no use for, with the reason.
    private var obstacles: [(path: String, reason: String)] {
        var found: [(path: String, reason: String)] = []
        for (paths, reason) in PoolRules.foreign {
            let keys = SettingKey.keys(of: .learner).map(\.path).filter { key in
                paths.contains { key == $0 || key.hasPrefix($0 + ".") }
            }
            for key in keys where isGiven(key) { found.append((key, reason)) }
        }
        for (path, most, what) in PoolRules.sizes {
            guard case .integer(let size) = values.value(path), size > most else { continue }
            found.append((path, "a pool has \(most) \(what) at most"))
        }
        return found
    }

    private static let sizes: [(path: String, most: Int, what: String)] = [
        ("classes_max", ExpertShape.classesMost, "classes"),
        ("features_max", ExpertShape.widthMost, "columns"),
    ]

    /// The experts that the file names; none where it names none.
    static func namedExperts(_ values: ScopedValues) -> [String] {
        guard case .labels(let labels) = values.value("pool.experts") else { return [] }
        return labels.compactMap { if case .text(let name) = $0 { name } else { nil } }
    }

    /// The model that `auto` stands for, when the loss has not decided.
    static func automaticModel(_ values: ScopedValues) -> LearnerConfiguration.Model {
        let rules = PoolRules(values)
        let task: Task = values.word("task")
        guard task != .unlabelled else { return .auto }
        return rules.obstacles.isEmpty || !rules.ownKeys.isEmpty ? .pool : .auto
    }

    /// Why `auto` does not stand for a pool, in words; nil where it does, or a model is named.
    static func obstacle(_ values: ScopedValues) -> String? {
        guard values.text("model") == "auto", let first = PoolRules(values).obstacles.first else {
            return nil
        }
        return "no pool, for \(first.path) = \(values.value(first.path).toml): \(first.reason)"
    }

    /// The task that experts leave as the only one.
    static func task(of experts: [String]) -> LearnerConfiguration.Task {
        let kinds = experts.compactMap(ExpertKind.named)
        guard !kinds.isEmpty else { return .auto }
        if !kinds.contains(where: { $0.predicts(.regression) }) { return .classes }
        if !kinds.contains(where: { $0.predicts(.classes) }) { return .regression }
        return .auto
    }

    /// Adds what does not fit.
    func check(problems: inout ProblemList) {
        guard LearnerRules.impliedModel(values).isPool else { return checkAbsence(&problems) }
        let model: Model = values.word("model")
        for (path, reason) in obstacles {
            refuse(path, reason, "remove it, or set model = \(otherModels)", &problems)
        }
        if model.word != nil, isGiven("pool.experts") {
            refuse(
                "pool.experts",
                "model = \"\(model.rawValue)\" is a pool of that one expert",
                "remove it, or set model = \"pool\"",
                &problems
            )
        }
        checkTask(&problems)
    }

    /// Keys of pools where there is none would do nothing.
    private func checkAbsence(_ problems: inout ProblemList) {
        for path in ownKeys {
            refuse(path, "it is for pools alone", "set model = \"pool\", or remove it", &problems)
        }
    }

    /// The plain models that have what a pool has not.
    private var otherModels: String {
        switch LearnerRules.impliedTask(values) {
        case .classes: "\"softmax\""
        case .regression: "\"linear\""
        default: "\"softmax\" or \"linear\""
        }
    }

    /// Experts that cannot learn the task.
    private func checkTask(_ problems: inout ProblemList) {
        let model: Model = values.word("model")
        let task = LearnerRules.impliedTask(values)
        guard task == .classes || task == .regression, model.word == nil else { return }
        let what = task == .classes ? "classes" : "numbers"
        for name in PoolRules.namedExperts(values) {
            guard let kind = ExpertKind.named(name), !kind.predicts(task) else { continue }
            let able = ExpertKind.all.filter { $0.predicts(task) }.map(\.name)
            refuse(
                "pool.experts",
                "the expert \"\(name)\" does not predict \(what)",
                "remove it; there are \(able.joined(separator: ", "))",
                &problems
            )
        }
    }
}

extension ExpertKind {
    /// Whether experts of the kind can learn a task.
    fileprivate func predicts(_ task: LearnerConfiguration.Task) -> Bool {
        switch use {
        case .both: task == .classes || task == .regression
        case .classes: task == .classes
        case .numbers: task == .regression
        }
    }
}
