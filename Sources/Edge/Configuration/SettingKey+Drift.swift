// SPDX-License-Identifier: Apache-2.0
//
// The keys of how drift is looked for.

import Drift

extension SettingKey {
    private static let detectors = SettingType.words(
        DetectorKind.allCases.map { DetectorChoice($0).word }
    )
    private static let usualDetectors = SettingValue.labels(
        DriftSettings.usualDetectors.map { .text($0.word) }
    )
    private static let watched = SettingType.choice(["off", "warn", "drift"])

    static let drift: [SettingKey] = [
        .init(.learner, "drift.enabled", .flag, .flag(true), .restart),
        .init(.learner, "drift.detectors", detectors, usualDetectors, .restart),
        .init(.learner, "drift.parameters", .names, .none, .restart),
        .init(.learner, "drift.quorum", .integer(1...18), .integer(1), .restart),
        .init(
            .learner,
            "drift.quorum_samples",
            .integer(1...1_000_000),
            .integer(256),
            .restart
        ),
        .init(.learner, "drift.features", watched, .text("warn"), .restart),
        .init(.learner, "drift.labels", watched, .text("warn"), .restart),
        .init(.learner, "drift.contexts", watched, .text("warn"), .restart),
        .init(.learner, "drift.producers", .flag, .flag(true), .restart),
        .init(
            .learner,
            "drift.block_delta",
            .number(0...0.5, isAboveLower: true),
            .number(0.05),
            .restart
        ),
        .init(
            .learner,
            "drift.adwin_delta",
            .number(0...1, isAboveLower: true),
            .number(0.05),
            .restart
        ),
        .init(.learner, "drift.adwin_clock", .integer(1...65_536), .integer(16), .restart),
        .init(
            .learner,
            "drift.page_hinkley_threshold",
            .number(0...1e9, isAboveLower: true),
            .number(50),
            .restart
        ),
        .init(.learner, "drift.page_hinkley_delta", .number(0...1e6), .number(0.005), .restart),
        .init(
            .learner,
            "drift.page_hinkley_alpha",
            .number(0...1, isAboveLower: true),
            .number(0.9999),
            .restart
        ),
        .init(
            .learner,
            "drift.page_hinkley_minimum",
            .integer(1...1_000_000),
            .integer(30),
            .restart
        ),
    ]
}
