// SPDX-License-Identifier: Apache-2.0
//
// What a scoreboard says, as a file: a line of JSON for each row, and one with what a value costs.

import Decoding
import Primitives
import Storage

/// The rows of a scoreboard and the costs of a value.
struct DriftFile: Sendable {
    var rows: [ScoreRow] = []
    /// Nanoseconds a value of each detector, by name.
    var nanoseconds: [String: Double] = [:]

    private static let costs = "nanoseconds"

    init(rows: [ScoreRow] = [], nanoseconds: [Double] = []) {
        self.rows = rows
        for (contender, cost) in zip(DriftContender.all, nanoseconds) {
            self.nanoseconds[contender.name] = cost
        }
    }

    /// Reads what `--json` wrote.
    init(path: String) throws {
        guard let bytes = try SystemFileSystem().contents(of: path) else {
            throw MissingScores(path: path)
        }
        for line in bytes.split(separator: UInt8(ascii: "\n")) {
            let json = try parseJSON(Array(line))
            if let row = ScoreRow(json: json) { rows.append(row) }
            for cost in json[DriftFile.costs]?.members ?? [] {
                nanoseconds[cost.name] = cost.value.double
            }
        }
    }

    /// The lines of the file.
    var lines: [JSONValue] {
        let costs = DriftContender.all.compactMap { contender in
            nanoseconds[contender.name].map { JSONValue.Member(contender.name, .number($0)) }
        }
        return rows.map(\.json) + [.object([.init(DriftFile.costs, .object(costs))])]
    }
}

/// There is nothing to read.
private struct MissingScores: Error, CustomStringConvertible {
    let path: String

    var description: String { "there is no file \(path)" }
}
