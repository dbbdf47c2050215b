// SPDX-License-Identifier: Apache-2.0
//
// The keys of networks, in the order of the manual.

import Networks

extension SettingKey {
    static let network: [SettingKey] = [
        .init(.learner, "input_shape", .sizes, .none, .newLearner),
        .init(.learner, "step_rows", .integer(1...4096), .integer(64), .restart),
        .init(.learner, "replace.rate", .number(0...0.1), .number(0), .newLearner),
        .init(.learner, "replace.maturity", .integer(1...1_000_000), .integer(100), .newLearner),
        .init(
            .learner,
            "replace.dead_after",
            .integer(0...1_000_000),
            .integer(Int64(ReplacementSettings.usual.deadAfter)),
            .newLearner
        ),
    ]

    private static let size: SettingType = .integer(1...65_536)

    static let layers: [SettingKey] = [
        .init(.layer, "kind", .choice(LayerReader.kinds), .none, .newLearner),
        .init(.layer, "units", size, .none, .newLearner),
        .init(
            .layer,
            "activation",
            .choice(["relu", "tanh", "sigmoid"]),
            .none,
            .newLearner
        ),
        .init(.layer, "init", .choice(["he", "glorot", "zero"]), .none, .newLearner),
        .init(.layer, "filters", size, .none, .newLearner),
        .init(.layer, "kernel", size, .none, .newLearner),
        .init(.layer, "stride", size, .none, .newLearner),
        .init(.layer, "padding", .integer(0...65_535), .none, .newLearner),
        .init(.layer, "share", .number(0...0.95), .none, .newLearner),
        .init(.layer, "returns", .choice(["last", "all"]), .none, .newLearner),
        .init(.layer, "words", .integer(1...1_048_576), .none, .newLearner),
        .init(.layer, "vector", size, .none, .newLearner),
    ]
}
