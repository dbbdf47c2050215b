// SPDX-License-Identifier: Apache-2.0
//
// The keys of pools of experts.

extension SettingKey {
    static let pool: [SettingKey] = [
        .init(.learner, "pool.experts", .experts, .none, .newLearner),
        .init(.learner, "pool.rows", .integer(5000...16_000), .integer(5000), .newLearner),
    ]
}
