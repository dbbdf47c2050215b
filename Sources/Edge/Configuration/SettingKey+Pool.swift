// SPDX-License-Identifier: Apache-2.0
//
// The keys of pools of experts.

import Experts

extension SettingKey {
    static let pool: [SettingKey] = [
        .init(.learner, "pool.experts", .experts, .none, .newLearner),
        .init(
            .learner,
            "pool.rows",
            .integer(Int64(PoolSettings.rowsLeast)...Int64(PoolSettings.rowsMost)),
            .integer(5000),
            .newLearner
        ),
    ]
}
