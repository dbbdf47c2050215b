// SPDX-License-Identifier: Apache-2.0
//
// What versions in fewer bytes cost: a network of 64 inputs, two hidden layers of 64 and ten
// classes learns a stream through the daemon's engine; then it is compressed in each way, as a
// version would be, and examined beside itself on rows that it has never seen. Pruning is
// fine-tuned on the memory, as at the end of a consolidation. All lines have the same network for
// a seed.

import Learning
import Primitives

/// The comparison of ways to publish a network.
struct CompressionBench {
    private var seeds = 10
    private var passes = 20
    private var isJSON = false
    private var files: (train: String, test: String)?

    /// Makes what the arguments ask for; nil when they can't be understood.
    init?(arguments: [String]) {
        var rest = arguments[...]
        while let word = rest.popFirst() {
            switch word {
            case "--json": isJSON = true
            case "--digits":
                guard let train = rest.popFirst(), let test = rest.popFirst() else { return nil }
                files = (train, test)
            case "--seeds":
                guard let number = rest.popFirst().flatMap({ Int($0) }), number > 0 else {
                    return nil
                }
                seeds = number
            case "--passes":
                guard let number = rest.popFirst().flatMap({ Int($0) }), number > 0 else {
                    return nil
                }
                passes = number
            default: return nil
            }
        }
    }

    /// Runs everything, and gives the exit code.
    func run(write: (String) -> Void) -> Int32 {
        var tables: (train: LabelledRows, test: LabelledRows)?
        if let files {
            do {
                tables = (
                    try LabelledRows.read(files.train).get(),
                    try LabelledRows.read(files.test).get()
                )
            } catch {
                write("learnd-bench: \(error.text)")
                return 2
            }
            guard tables?.train.width == tables?.test.width else {
                write("learnd-bench: the two files have different widths")
                return 2
            }
        }
        var rows = CompressionWay.all.map { CompressionRow(way: $0) }
        for seed in 1...seeds {
            let (train, test) =
                tables ?? (.clouds(rows: 2000, seed: seed), .clouds(rows: 5000, seed: seed + 1000))
            let lap = CompressionLap(train: train, test: test, passes: passes, seed: seed)
            for place in rows.indices { rows[place].add(lap.result(of: rows[place].way)) }
        }
        if isJSON {
            write(JSONValue.array(rows.map(\.json)).jsonText)
        } else {
            write(CompressionRow.heading)
            for row in rows { write(row.text) }
        }
        return rows.allSatisfy(\.isReached) ? 0 : 1
    }
}

extension LabelledRows {
    /// Ten classes of 64 numbers around points that overlap a little.
    fileprivate static func clouds(rows: Int, seed: Int) -> LabelledRows {
        var points = RandomSource(seed: 77)
        let centres = (0..<20).map { _ in (0..<64).map { _ in Float(points.normal()) } }
        var random = RandomSource(seed: UInt64(seed))
        var features: [Float] = []
        var labels: [Int32] = []
        for _ in 0..<rows {
            // Two clouds a class, so that no line parts them.
            let cloud = random.below(20)
            for number in centres[cloud] { features.append(number + 2.2 * Float(random.normal())) }
            labels.append(Int32(cloud % 10))
        }
        return LabelledRows(width: 64, features: features, labels: labels)
    }
}
