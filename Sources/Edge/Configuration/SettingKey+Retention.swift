// SPDX-License-Identifier: Apache-2.0
//
// The keys of what a learner starts with, and of what is done against forgetting.

extension SettingKey {
    static let birth: [SettingKey] = [
        .init(.learner, "warm_start", .path, .none, .newLearner),
        .init(.learner, "warm_start_head", .choice(["file", "fresh"]), .text("file"), .newLearner),
        .init(.learner, "frozen", .names, .none, .newLearner),
    ]

    static let retention: [SettingKey] = [
        .init(
            .learner,
            "retain.replay",
            .choice(["none", "er", "derpp"]),
            .text("none"),
            .newLearner
        ),
        .init(.learner, "retain.rows", .integer(1...10_000_000), .integer(200), .newLearner),
        .init(
            .learner,
            "retain.bytes_max",
            .size(4096...1 << 40),
            .size(16 << 20),
            .newLearner
        ),
        .init(.learner, "retain.draws", .integer(1...1000), .integer(7), .restart),
        .init(.learner, "retain.alpha", .number(0...1e6), .number(0.03), .restart),
        .init(.learner, "retain.beta", .number(0...1e6), .number(0.5), .restart),
        .init(.learner, "retain.ewc", .number(0...1e6), .number(0), .restart),
        .init(.learner, "retain.ewc_decay", .number(0...1), .number(0.9), .restart),
        .init(.learner, "retain.ewc_rows", .integer(1...65_536), .integer(256), .newLearner),
        .init(.learner, "retain.distil", .number(0...1e6), .number(0), .restart),
        .init(.learner, "retain.temperature", .number(0.1...100), .number(2), .restart),
        .init(.learner, "retain.anchor", .number(0...1e6), .number(0), .restart),
        .init(.learner, "retain.anchor_l1", .number(0...1e6), .number(0), .restart),
        .init(
            .learner,
            "retain.renew_every",
            .integer(0...1_000_000_000),
            .integer(1000),
            .restart
        ),
    ]
}
