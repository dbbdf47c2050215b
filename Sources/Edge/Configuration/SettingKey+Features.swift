// SPDX-License-Identifier: Apache-2.0
//
// The keys of what is made of the features of a sample.

import Learning

extension SettingKey {
    static let features: [SettingKey] = [
        .init(.learner, "schema", .choice(["open", "closed"]), .text("open"), .newLearner),
        .init(.learner, "features", .features, .none, .newLearner),
        .init(
            .learner,
            "standardise.scaling",
            .choice(["auto", "running", "windowed", "none"]),
            .text("auto"),
            .newLearner
        ),
        .init(
            .learner,
            "standardise.window",
            .integer(2...Int64(PreparationSettings.windowMax)),
            .integer(1000),
            .newLearner
        ),
        .init(
            .learner,
            "imputation",
            .choice(["mean", "zero", "last"]),
            .text("mean"),
            .newLearner
        ),
        .init(.learner, "indicators", .flag, .flag(false), .newLearner),
        .init(.learner, "interactions", .flag, .flag(false), .newLearner),
        .init(.learner, "label_lags", .lags, .lags([]), .newLearner),
        .init(
            .learner,
            "hash_bits",
            .integer(1...Int64(HashSettings.slotBitsMax)),
            .none,
            .newLearner
        ),
        .init(
            .learner,
            "hash_slots",
            .integer(1...Int64(HashSettings.slotsMaxMost)),
            .integer(256),
            .newLearner
        ),
        .init(.learner, "identifiers", .flag, .flag(false), .newLearner),
        .init(
            .learner,
            "factors",
            .integer(1...Int64(SparseSettings.factorsMax)),
            .integer(8),
            .newLearner
        ),
    ]
}
