// SPDX-License-Identifier: Apache-2.0
//
// The keys of losses, optimisers and rates, and of the models whose steps follow from their rows
// alone.

extension SettingKey {
    static let linear: [SettingKey] = [
        .init(.learner, "tau", .number(0.001...0.999), .number(0.5), .restart),
        .init(
            .learner,
            "adagrad_keep",
            .number(0...1, isAboveLower: true),
            .number(1),
            .restart
        ),
        .init(.learner, "rmsprop_keep", .number(0...0.9999), .number(0.9), .restart),
        .init(.learner, "weight_decay", .number(0...1), .number(0.01), .restart),
        .init(
            .learner,
            "rate_schedule",
            .choice(["constant", "decay"]),
            .text("constant"),
            .newLearner
        ),
        .init(
            .learner,
            "rate_decay",
            .number(0...1e6, isAboveLower: true),
            .number(0.001),
            .restart
        ),
        .init(.learner, "rate_power", .number(0...2, isAboveLower: true), .number(0.5), .restart),
        .init(
            .learner,
            "rate_adaptation",
            .choice(["none", "hypergradient"]),
            .text("none"),
            .newLearner
        ),
        .init(
            .learner,
            "hypergradient_gain",
            .number(0...0.5, isAboveLower: true),
            .number(0.02),
            .restart
        ),
        .init(.learner, "rls.forgetting", .number(0.5...1), .number(0.999), .restart),
        .init(.learner, "rls.ridge", .number(1e-6...1e6), .number(1), .restart),
        .init(.learner, "rls.trace_cap", .number(1...1e6), .number(100), .restart),
        .init(.learner, "rls.clip", .number(0...1e6), .number(0), .restart),
        .init(.learner, "arow.r", .number(1e-6...1e6), .number(1), .restart),
        .init(.learner, "arow.q", .number(0...1), .number(1e-4), .restart),
        .init(.learner, "arow.full_width", .integer(0...1024), .integer(128), .restart),
        .init(
            .learner,
            "passive_aggressive.aggressiveness",
            .number(1e-6...1e9),
            .number(0.1),
            .restart
        ),
        .init(
            .learner,
            "passive_aggressive.variant",
            .choice(["first", "second"]),
            .text("first"),
            .restart
        ),
        .init(
            .learner,
            "passive_aggressive.insensitivity",
            .number(0...1e9),
            .number(0.1),
            .restart
        ),
    ]
}
