// SPDX-License-Identifier: Apache-2.0
//
// The keys of `consolidate`: when challengers are made, how, and what the gate asks of them.

import Consolidation

extension SettingKey {
    private static let recipes = SettingType.words(Recipe.allCases.map(\.name))

    static let consolidation: [SettingKey] = [
        .init(.learner, "consolidate.on_drift", .flag, .flag(true), .live),
        .init(
            .learner,
            "consolidate.every_samples",
            .integer(0...1_000_000_000_000),
            .integer(0),
            .live
        ),
        .init(.learner, "consolidate.every", anyDuration, .duration(.zero), .live),
        .init(.learner, "consolidate.at", .times, .none, .live),
        .init(.learner, "consolidate.on_plasticity", .flag, .flag(true), .live),
        .init(
            .learner,
            "consolidate.plasticity_samples",
            .integer(100...1_000_000_000),
            .integer(500),
            .live
        ),
        .init(.learner, "consolidate.plasticity_dead", .number(0...1), .number(0.25), .live),
        .init(.learner, "consolidate.plasticity_rank", .number(0...1), .number(0.5), .live),
        .init(
            .learner,
            "consolidate.recipes",
            recipes,
            .labels(RuleRecipes().usual.map { .text($0.name) }),
            .live
        ),
        .init(.learner, "consolidate.recipes_on_drift", recipes, .none, .live),
        .init(.learner, "consolidate.recipes_every_samples", recipes, .none, .live),
        .init(.learner, "consolidate.recipes_every", recipes, .none, .live),
        .init(.learner, "consolidate.recipes_at", recipes, .none, .live),
        .init(.learner, "consolidate.recipes_on_plasticity", recipes, .none, .live),
        .init(.learner, "consolidate.recipes_on_command", recipes, .none, .live),
        .init(.learner, "consolidate.patience", .integer(0...1000), .integer(5), .live),
        .init(.learner, "consolidate.shrink", .number(0...1), .number(0.6), .live),
        .init(.learner, "consolidate.perturb", .number(0...100), .number(0.1), .live),
        .init(
            .learner,
            "consolidate.ema_half_life",
            .integer(1...1_000_000_000),
            .integer(500),
            .live
        ),
        .init(.learner, "consolidate.cooldown", anyDuration, .duration(.seconds(10)), .live),
        .init(.learner, "consolidate.cooldown_max", anyDuration, .duration(.seconds(600)), .live),
        .init(
            .learner,
            "consolidate.cooldown_samples",
            .integer(0...1_000_000_000_000),
            .integer(200),
            .live
        ),
        .init(
            .learner,
            "consolidate.cooldown_samples_max",
            .integer(0...1_000_000_000_000),
            .integer(64_000),
            .live
        ),
        .init(
            .learner,
            "consolidate.gate",
            .choice(GateMode.allCases.map(\.name)),
            .text(GateMode.full.name),
            .live
        ),
        .init(.learner, "consolidate.probation", .flag, .flag(true), .live),
        .init(
            .learner,
            "consolidate.worlds",
            .integer(0...Int64(WorldArchive.limitMost)),
            .integer(4),
            .live
        ),
        .init(
            .learner,
            "consolidate.race_samples",
            .integer(1...100_000_000),
            .integer(2000),
            .live
        ),
        .init(
            .learner,
            "consolidate.deadline",
            .duration(.milliseconds(100) ... .seconds(86_400)),
            .duration(.seconds(30)),
            .live
        ),
        .init(
            .learner,
            "consolidate.retain",
            .choice(["l2sp", "ewc", "derpp", "lwf"]),
            .text("l2sp"),
            .live
        ),
        .init(
            .learner,
            "consolidate.retain_strength",
            .number(0...1e6),
            .none,
            .live,
            mayBeAuto: true
        ),
        .init(.learner, "consolidate.anchor", .number(0...1000), .number(0.01), .live),
        .init(.learner, "consolidate.anchor_l1", .number(0...1000), .number(0), .live),
        .init(
            .learner,
            "consolidate.schedule",
            .choice(["decay", "cosine"]),
            .text("decay"),
            .live
        ),
        .init(.learner, "consolidate.cycles", .integer(1...8), .integer(2), .live),
        .init(.learner, "consolidate.tolerance", .number(0...1), .number(0.02), .live),
    ]
}
