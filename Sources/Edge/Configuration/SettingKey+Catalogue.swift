// SPDX-License-Identifier: Apache-2.0
//
// All keys, in the order of the manual.

extension SettingKey {
    /// Every key of the daemon, of a sample socket and of a learner.
    package static let catalogue: [SettingKey] =
        daemon + samples + learning + pool + linear + features + labels + words + network + layers
        + birth + publishing + drift + memory + retention + consolidation

    /// The keys of one kind of table.
    package static func keys(of scope: SettingScope) -> [SettingKey] {
        catalogue.filter { $0.scope == scope }
    }

    static let anyDuration: SettingType = .duration(.zero ... .seconds(365 * 86_400))

    private static func port(_ number: UInt16) -> SettingValue {
        .endpoint(.tcp(host: "127.0.0.1", port: number))
    }

    private static let daemon: [SettingKey] = [
        .init(.daemon, "insecure", .flag, .flag(false), .restart),
        .init(
            .daemon,
            "log.level",
            .choice(["debug", "info", "notice", "warning", "error"]),
            .text("info"),
            .live
        ),
        .init(.daemon, "memory_budget", .size(1 << 20...1 << 44), .size(1 << 30), .live),
        .init(.daemon, "seed", .integer(0...Int64.max), .integer(1), .newLearner),
        .init(.daemon, "state.quota", .size(1 << 20...1 << 44), .size(1 << 30), .live),
        .init(
            .daemon,
            "checkpoint.interval",
            .duration(.milliseconds(100) ... .seconds(3600)),
            .duration(.seconds(10)),
            .live
        ),
        .init(.daemon, "versions.endpoint", .endpoint, port(7712), .restart),
        .init(.daemon, "versions.send_hwm", .integer(1...100_000), .integer(16), .restart),
        .init(.daemon, "snapshots.endpoint", .endpoint, port(7714), .restart),
        .init(.daemon, "events.endpoint", .endpoint, port(7715), .restart),
        .init(.daemon, "control.group", .systemName, .text(""), .restart),
    ]

    private static let samples: [SettingKey] = [
        .init(.samples, "type", .choice(["sub", "pull"]), .text("sub"), .restart),
        .init(.samples, "mode", .choice(["bind", "connect"]), .text("bind"), .restart),
        .init(.samples, "endpoint", .endpoint, port(7711), .restart),
        .init(.samples, "receive_hwm", .integer(1...10_000_000), .integer(1000), .restart),
        .init(.samples, "frame_limit", .size(1 << 10...1 << 30), .size(1 << 20), .restart),
        .init(.samples, "producers", .integer(1...100_000), .integer(1), .restart),
        .init(.samples, "ipc_mode", .fileMode, .text("0660"), .restart),
        .init(.samples, "ipc_group", .systemName, .text(""), .restart),
    ]

    private static let learning: [SettingKey] = [
        .init(
            .learner,
            "task",
            .choice(["auto", "classes", "regression", "unlabelled"]),
            .text("auto"),
            .newLearner
        ),
        .init(
            .learner,
            "model",
            .choice([
                "auto", "pool", "linear", "logistic", "softmax", "embedding", "network",
                "factorisation", "svm", "rls", "arow", "passive_aggressive", "hoeffding_tree",
                "adaptive_tree", "leveraging_bagging", "adaptive_forest", "knn", "naive_bayes",
            ]),
            .text("auto"),
            .newLearner
        ),
        .init(
            .learner,
            "loss",
            .choice([
                "auto", "squared", "huber", "logistic", "cross_entropy", "negative_sampling",
                "hinge", "quantile", "expectile", "epsilon_insensitive",
            ]),
            .text("auto"),
            .newLearner
        ),
        .init(
            .learner,
            "huber_delta",
            .number(0...1e6, isAboveLower: true),
            .number(1),
            .restart
        ),
        .init(
            .learner,
            "optimiser",
            .choice(["sgd", "momentum", "adagrad", "adam", "ftrl", "rmsprop", "adamw"]),
            .text("sgd"),
            .newLearner
        ),
        .init(
            .learner,
            "rate",
            .number(0...10, isAboveLower: true),
            .none,
            .restart,
            mayBeAuto: true
        ),
        .init(.learner, "momentum", .number(0...0.9999), .number(0.9), .restart),
        .init(.learner, "beta1", .number(0...0.9999), .number(0.9), .restart),
        .init(.learner, "beta2", .number(0...0.999999), .number(0.999), .restart),
        .init(
            .learner,
            "epsilon",
            .number(0...1, isAboveLower: true),
            .number(1e-8),
            .restart
        ),
        .init(.learner, "ftrl_beta", .number(0...1e6), .number(1), .restart),
        .init(.learner, "l1", .number(0...1), .number(0), .restart),
        .init(.learner, "l2", .number(0...1), .number(0), .restart),
        .init(
            .learner,
            "mode",
            .choice(["sequential", "mean_gradient"]),
            .text("sequential"),
            .restart
        ),
        .init(.learner, "batch.rows", .integer(1...65_536), .integer(256), .restart),
        .init(
            .learner,
            "batch.delay",
            .duration(.zero ... .seconds(10)),
            .duration(.milliseconds(5)),
            .restart
        ),
        .init(
            .learner,
            "standardise.memory",
            .integer(2...1_000_000_000),
            .integer(2000),
            .newLearner
        ),
        .init(.learner, "standardise.clip", .number(0.1...1000), .number(5), .newLearner),
        .init(.learner, "width", .integer(1...1_000_000), .none, .newLearner),
        .init(.learner, "features_max", .integer(1...1_000_000), .integer(4096), .newLearner),
        .init(.learner, "classes", .labels, .none, .newLearner),
        .init(.learner, "classes_max", .integer(2...100_000), .integer(1000), .newLearner),
        .init(.learner, "contexts_max", .integer(0...65_536), .integer(64), .live),
        .init(
            .learner,
            "isolation",
            .choice(["off", "experts", "heads"]),
            .text("off"),
            .newLearner
        ),
        .init(.learner, "isolation_max", .integer(1...1024), .integer(8), .live),
        .init(.learner, "vote.samples", .integer(1...100_000), .integer(200), .newLearner),
        .init(
            .learner,
            "vote.delay",
            .duration(.zero ... .seconds(3600)),
            .duration(.seconds(2)),
            .newLearner
        ),
    ]

    private static let words: [SettingKey] = [
        .init(.learner, "text.name", .featureName, .text("text"), .newLearner),
        .init(
            .learner,
            "text.bytes_max",
            .size(64...1 << 20),
            .none,
            .restart,
            mayBeAuto: true
        ),
        .init(.learner, "embedding.dimension", .integer(1...4096), .integer(100), .newLearner),
        .init(.learner, "embedding.window", .integer(1...100), .integer(5), .restart),
        .init(.learner, "embedding.negatives", .integer(1...20), .integer(5), .restart),
        .init(.learner, "embedding.subsample", .number(0...1), .number(0.001), .restart),
        .init(
            .learner,
            "embedding.vocabulary_max",
            .integer(2...10_000_000),
            .integer(50_000),
            .newLearner
        ),
        .init(
            .learner,
            "embedding.count_memory",
            .integer(0...1_000_000_000_000),
            .integer(10_000_000),
            .restart
        ),
        .init(
            .learner,
            "embedding.rate_words",
            .integer(0...1_000_000_000_000),
            .integer(0),
            .restart
        ),
        .init(
            .learner,
            "embedding.rate_min",
            .number(0...1, isAboveLower: true),
            .number(0.0001),
            .restart
        ),
        .init(
            .learner,
            "embedding.tokens",
            .choice(["words", "spaces"]),
            .text("words"),
            .newLearner
        ),
    ]

    private static let labels: [SettingKey] = [
        .init(.learner, "labels.wait_rows", .integer(0...10_000_000), .integer(10_000), .live),
        .init(.learner, "labels.wait_bytes", .size(1 << 10...1 << 40), .size(16 << 20), .live),
        .init(
            .learner,
            "labels.wait",
            .duration(.milliseconds(100) ... .seconds(365 * 86_400)),
            .duration(.seconds(3600)),
            .live
        ),
        .init(.learner, "query.budget", .number(0...1), .number(0), .live),
        .init(
            .learner,
            "query.strategy",
            .choice(["uncertainty", "random"]),
            .text("uncertainty"),
            .live
        ),
        .init(.learner, "anomaly.enabled", .flag, .flag(false), .live),
        .init(.learner, "anomaly.trees", .integer(1...200), .integer(25), .live),
        .init(.learner, "anomaly.height", .integer(1...12), .integer(8), .live),
        .init(.learner, "anomaly.window", .integer(10...1_000_000), .integer(250), .live),
    ]

    private static let publishing: [SettingKey] = [
        .init(
            .learner,
            "publish.first",
            .integer(1...1_000_000_000),
            .integer(1000),
            .live
        ),
        .init(
            .learner,
            "publish.interval",
            .duration(.milliseconds(100) ... .seconds(365 * 86_400)),
            .duration(.seconds(10)),
            .live
        ),
        .init(
            .learner,
            "publish.samples",
            .integer(1...1_000_000_000_000),
            .integer(100_000),
            .live
        ),
        .init(.learner, "publish.move", .number(0...1), .number(0.01), .live),
        .init(
            .learner,
            "publish.weights",
            .choice(["float32", "float16", "int8"]),
            .text("float32"),
            .live
        ),
        .init(.learner, "publish.prune", .number(0...0.95), .number(0), .live),
        .init(.learner, "publish.prune_units", .number(0...0.95), .number(0), .live),
        .init(.learner, "publish.keep_pruned", .flag, .flag(false), .live),
        .init(
            .learner,
            "publish.top_k",
            .number(0...1, isAboveLower: true),
            .number(1),
            .live
        ),
        .init(.learner, "publish.tolerance", .number(0...10), .number(0.02), .live),
    ]

    private static let memory: [SettingKey] = [
        .init(
            .learner,
            "memory.policy",
            .choice(["balanced", "reservoir", "recent", "contexts", "loss"]),
            .text("balanced"),
            .newLearner
        ),
        .init(
            .learner,
            "memory.reservoir_rows",
            .integer(1...10_000_000),
            .integer(2000),
            .newLearner
        ),
        .init(
            .learner,
            "memory.recent_rows",
            .integer(1...10_000_000),
            .integer(2000),
            .newLearner
        ),
        .init(
            .learner,
            "memory.holdout_rows",
            .integer(1...10_000_000),
            .integer(1000),
            .newLearner
        ),
        .init(.learner, "memory.holdout_every", .integer(2...1_000_000), .integer(50), .newLearner),
        .init(.learner, "memory.bytes_max", .size(1 << 16...1 << 40), .size(64 << 20), .newLearner),
    ]
}
