// SPDX-License-Identifier: Apache-2.0
//
// Times of the day and of the week, as they are read from TOML: one text, or a list of them.

import Engine

/// A list of times of the week.
enum WeekTimes {
    /// The range, as the manual and the messages have it.
    static let range = "up to \(WeekTime.countMost) of HH:MM or DAY HH:MM, UTC"

    /// Checks texts.
    static func read(
        _ values: [ConfigurationNode.Value]
    ) throws(SettingType.Mistake) -> SettingValue {
        var times: [ConfiguredLabel] = []
        for value in values {
            guard case .text(let text) = value, let time = WeekTime(text) else {
                throw SettingType.Mistake(
                    problem: "it is no time of the week",
                    remedy: "write \"HH:MM\" for every day, or a day before it, such as "
                        + "\"sun 03:00\" (mon, tue, wed, thu, fri, sat, sun); in UTC"
                )
            }
            guard !times.contains(.text(time.text)) else {
                throw SettingType.Mistake(
                    problem: "\(time.text) is listed twice",
                    remedy: "list each time once"
                )
            }
            times.append(.text(time.text))
        }
        guard (1...WeekTime.countMost).contains(times.count) else {
            throw SettingType.Mistake(
                problem: "it lists \(times.count) times, not 1 to \(WeekTime.countMost)",
                remedy: "leave the key away for none"
            )
        }
        return .labels(times)
    }
}
