// SPDX-License-Identifier: Apache-2.0
//
// How much of what libzmq can deliver the daemon learns: the daemon as shipped beside a receiver
// that only counts, with the same sender, the same bodies and the same high-water mark, each in a
// process of its own, in turns, medians over the rounds.
//
// A round sends so many samples and ends when the receiver says that it has them all: the counter
// by its exit, the daemon by its books. The ratio is of the two rates.

import Linux
import Primitives
import ZeroMQ

/// What is measured in one row of the table.
struct TransportCase {
    /// What the producer sends: the body alone, or topic, envelope and body.
    enum Frames: String, CaseIterable {
        case body
        case envelope
    }

    var learner = "logistic"
    var width = 50
    var body = "packed"
    var perMessage: Int
    var samples: Int
    var frames: Frames
    var transport: String
}

/// What a row came to.
struct TransportRow {
    var measured: TransportCase
    var learnRate: Double
    var countRate: Double
    var senderRate: Double
    var cpuNanoseconds: Double
    var countCPUNanoseconds: Double

    var json: JSONValue {
        [
            "learner": .string(measured.learner),
            "transport": .string(measured.transport),
            "body": .string(measured.body),
            "frames": .string(measured.frames.rawValue),
            "width": .int(Int64(measured.width)),
            "per_message": .int(Int64(measured.perMessage)),
            "samples": .int(Int64(measured.samples)),
            "ratio": .number(learnRate / countRate),
            "learn_rate": .number(learnRate),
            "count_rate": .number(countRate),
            "sender_rate": .number(senderRate),
            "cpu_ns": .number(cpuNanoseconds),
            "count_cpu_ns": .number(countCPUNanoseconds),
        ]
    }

    var line: String {
        func thousands(_ rate: Double) -> String { "\(Int(rate / 1000))k" }
        return TransportBenchmark.columns([
            measured.learner, measured.transport, measured.body, measured.frames.rawValue,
            String(measured.perMessage), TransportBenchmark.two(learnRate / countRate),
            thousands(learnRate), thousands(countRate), thousands(senderRate),
            String(Int(cpuNanoseconds)), String(Int(countCPUNanoseconds)),
        ])
    }
}

/// `learnd-bench transport`.
package enum TransportBenchmark {
    static let header = [
        "learner", "transport", "body", "frames", "per msg", "ratio", "learned/s", "counted/s",
        "sent/s", "cpu ns", "count cpu ns",
    ]

    /// Runs the benchmark.
    ///
    /// - Parameters:
    ///   - arguments: `[--json] [--rounds N] [--samples N] [--full] [--daemon PATH]`.
    ///   - write: Takes each line of the result.
    /// - Returns: The exit code.
    package static func run(_ arguments: [String], write: (String) -> Void) -> Int32 {
        var options = TransportOptions()
        guard options.read(arguments) else {
            write(TransportOptions.help)
            return 2
        }
        Signals.ignore(.brokenPipe)
        var rows: [TransportRow] = []
        if !options.isJSON { write(columns(header)) }
        do {
            for measured in options.cases {
                let row = try measure(measured, options)
                rows.append(row)
                if !options.isJSON { write(row.line) }
            }
        } catch {
            write("learnd-bench: \(error)")
            return 1
        }
        if options.isJSON { write(JSONValue.array(rows.map(\.json)).jsonText) }
        return 0
    }

    private static func measure(
        _ measured: TransportCase,
        _ options: TransportOptions
    ) throws -> TransportRow {
        var learned: [TransportRound] = []
        var counted: [TransportRound] = []
        for _ in 0..<options.rounds {
            counted.append(try TransportRound.counting(measured, program: options.program))
            learned.append(try TransportRound.learning(measured, daemon: options.daemon))
        }
        return TransportRow(
            measured: measured,
            learnRate: median(learned.map(\.rate)),
            countRate: median(counted.map(\.rate)),
            senderRate: median(learned.map(\.senderRate)),
            cpuNanoseconds: median(learned.map(\.cpuNanoseconds)),
            countCPUNanoseconds: median(counted.map(\.cpuNanoseconds))
        )
    }

    static func median(_ numbers: [Double]) -> Double {
        let sorted = numbers.sorted()
        let middle = sorted.count / 2
        return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    }

    static func columns(_ cells: [String]) -> String {
        let widths = [9, 10, 7, 9, 8, 6, 10, 10, 8, 7, 13]
        return zip(cells, widths).map { cell, width in
            String(repeating: " ", count: max(0, width - cell.count)) + cell
        }.joined(separator: " ")
    }

    static func two(_ number: Double) -> String {
        let hundredths = Int((number * 100).rounded())
        return "\(hundredths / 100).\(hundredths % 100 < 10 ? "0" : "")\(hundredths % 100)"
    }
}
