// SPDX-License-Identifier: Apache-2.0
//
// How good are the defaults? Streams from CSV files, each in one pass, first 50,000 rows, three
// seeds, one setting for all; and once more with labels that come late. Seeds and streams share the
// cores, and every lap has one thread.

import Control
import Engine
import Experts
import Learning
import Linux
import Primitives

/// The table of accuracies.
struct AccuracyBench: Sendable {
    /// How many seeds, from 1 on.
    var seeds = 3
    /// The most rows of a stream.
    var rowsMax = 50_000
    /// How late labels are in the second table; 0: there is none.
    var labelDelay = 0
    /// How many laps run at once.
    var threads = Process.processorCount
    /// Whether the rows are written as JSON.
    var isJSON = false
    /// A configuration in the place of the defaults.
    var configuration: String?
    /// The files.
    var files: [String] = []

    private struct Stream: Sendable {
        var name: String
        var table: NumberTable
        var settings: EngineSettings
    }

    private struct Heat: Sendable {
        var stream: Int
        var labelDelay: Int
        var seed: UInt64
    }

    /// Makes what the arguments ask for; nil when they can't be understood.
    init?(arguments: [String]) {
        var rest = arguments[...]
        while let word = rest.popFirst() {
            switch word {
            case "--json": isJSON = true
            case "--config":
                guard let path = rest.popFirst() else { return nil }
                configuration = path
            case "--seeds", "--delay", "--rows", "--threads":
                guard let number = rest.popFirst().flatMap({ Int($0) }), number > 0 else {
                    return nil
                }
                switch word {
                case "--seeds": seeds = number
                case "--delay": labelDelay = number
                case "--rows": rowsMax = number
                default: threads = number
                }
            case let path where !path.hasPrefix("-"): files.append(path)
            default: return nil
            }
        }
        guard !files.isEmpty else { return nil }
    }

    /// Runs everything, and gives the exit code.
    func run(write: (String) -> Void) -> Int32 {
        do {
            return try measure(write: write)
        } catch let error as UnusableFile {
            write("learnd-bench: \(error.text)")
        } catch {
            write("learnd-bench: \(error)")
        }
        return 2
    }

    private func measure(write: (String) -> Void) throws -> Int32 {
        let settings = try EvaluationSettings.read(configuration)
        guard labelDelay <= settings.labels.rowsMax else {
            throw UnusableFile(
                text: "--delay is \(labelDelay), but labels.wait_rows is \(settings.labels.rowsMax)"
            )
        }
        var streams: [Stream] = []
        for file in files {
            let table = try NumberTable.read(file, rowsMax: rowsMax)
            let name = AccuracyBench.name(of: file)
            streams.append(Stream(name: name, table: table, settings: settings))
            let other = StreamBound.withoutPast(name)
            guard StreamBound.named(other) != nil, let plain = settings.withoutPast else {
                continue
            }
            streams.append(Stream(name: other, table: table, settings: plain))
        }
        let delays = labelDelay > 0 ? [0, labelDelay] : [0]
        // Classes before numbers, so that each table is in one piece.
        let order = streams.indices.sorted { left, right in
            let (isNumber, isOther) = (
                streams[left].table.hasFractions, streams[right].table.hasFractions
            )
            return isNumber == isOther ? left < right : !isNumber
        }
        let heats = delays.flatMap { delay in
            order.flatMap { stream in
                (1...seeds).map { Heat(stream: stream, labelDelay: delay, seed: UInt64($0)) }
            }
        }
        let tables = streams
        var laps: [AccuracyLap] = []
        var rows: [AccuracyRow] = []
        try Heats(count: heats.count) { number in
            let heat = heats[number]
            return AccuracyLap(
                tables[heat.stream].table,
                settings: tables[heat.stream].settings,
                seed: heat.seed,
                labelDelay: heat.labelDelay
            )
        }.run(threads: threads) { number, lap in
            laps.append(lap)
            guard laps.count == seeds else { return }
            let heat = heats[number]
            let stream = tables[heat.stream]
            let row = AccuracyRow(
                stream.name,
                stream.table,
                labelDelay: heat.labelDelay,
                laps: laps
            )
            laps.removeAll()
            if !isJSON { AccuracyBench.show(row, after: rows.last, write) }
            rows.append(row)
        }
        if isJSON { write(JSONValue.array(rows.map(\.json)).jsonText) }
        return rows.allSatisfy { $0.isReached ?? true } ? 0 : 1
    }

    private static func show(
        _ row: AccuracyRow,
        after last: AccuracyRow?,
        _ write: (String) -> Void
    ) {
        let table = AccuracyTable(isRegression: row.isRegression, labelDelay: row.labelDelay)
        if last?.isRegression != row.isRegression || last?.labelDelay != row.labelDelay {
            if last != nil { write("") }
            write(table.title)
            write(table.heading)
        }
        write(table.text(row))
    }

    /// What a stream is called: its file without folder and ending.
    static func name(of path: String) -> String {
        let file = path.split(separator: "/").last.map(String.init) ?? path
        guard let dot = file.lastIndex(of: "."), dot > file.startIndex else { return file }
        return String(file[..<dot])
    }
}

extension EngineSettings {
    /// The same with no expert that looks at anything but the row itself: not at the last label,
    /// nor at how columns change; nil where that says nothing, because no usual pool learns.
    var withoutPast: EngineSettings? {
        guard learnerSettings(for: .classes).model == .pool, pool.experts.isEmpty else {
            return nil
        }
        var settings = self
        settings.pool.experts = PoolSettings.usualForClasses.filter { name in
            !name.hasSuffix("_temporal") && name != "label_table" && name != "last_label"
        }
        return settings
    }
}
