// SPDX-License-Identifier: Apache-2.0
//
// The scoreboard for people: a block for the delays, one for the misses and one for the false
// alarms, detectors by line and streams by column.

import Primitives

/// Writes the rows.
enum DriftTable {
    static func write(
        _ file: DriftFile,
        to write: (String) -> Void
    ) {
        let rows = file.rows
        let runs = rows.first?.runs ?? 0
        let moving = DriftStream.all.filter { !$0.rises.isEmpty }
        let still = DriftStream.all.filter(\.rises.isEmpty)
        for mode in ["default", "equal"] {
            let mine = rows.filter { $0.key.mode == mode }
            let title = mode == "default" ? "at its defaults" : "at one false alarm per 10,000"
            write("Delay in values (misses in %), each detector \(title), \(runs) runs")
            write(line("", moving.map(\.name)))
            for contender in DriftContender.all {
                let cells = moving.map { stream in
                    mine.first(of: contender, stream).map(delay) ?? "-"
                }
                write(line(contender.name, cells))
            }
            write("")
            write("False alarms per 10,000 values, each detector \(title)")
            write(line("", still.map(\.name) + ["gaussian", "level", "ns a value"]))
            for contender in DriftContender.all {
                let alarms = (still + moving.filter { !$0.isErrors }).map { stream in
                    mine.first(of: contender, stream)
                        .map { Text.rounded($0.falseAlarmRate, 2) } ?? "-"
                }
                let level =
                    mine.first(of: contender, still[0])
                    .map { "\(contender.parameter) \(Text.short($0.level))" } ?? "-"
                let cost =
                    mode == "default"
                    ? file.nanoseconds[contender.name].map { Text.rounded($0, 1) } ?? "-" : ""
                write(line(contender.name, alarms + [level, cost]))
            }
            write("")
        }
    }

    private static func delay(_ row: ScoreRow) -> String {
        let delay = row.delay.map { Text.rounded($0) } ?? "-"
        let missed = row.missRate * 100
        return missed == 0 ? delay : "\(delay) (\(Text.rounded(missed, missed < 10 ? 1 : 0)))"
    }

    private static func line(_ name: String, _ cells: [String]) -> String {
        let first = name + String(repeating: " ", count: max(1, 15 - name.count))
        let rest = cells.map { $0 + String(repeating: " ", count: max(1, 17 - $0.count)) }
        var text = first + rest.joined()
        while text.last == " " { text.removeLast() }
        return text
    }
}

extension [ScoreRow] {
    fileprivate func first(of contender: DriftContender, _ stream: DriftStream) -> ScoreRow? {
        first { $0.key.detector == contender.name && $0.key.stream == stream.name }
    }
}
