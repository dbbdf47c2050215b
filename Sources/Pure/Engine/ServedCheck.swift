// SPDX-License-Identifier: Apache-2.0
//
// What consumers have is the last version, which stands still until the next one: a pool's last
// label and running means are frozen in it, and no expert learns. What that costs is measured on
// rows that are set aside, which are few: the last version and the living model predict the same
// rows, and both stand beside one another.

import Learning
import Primitives

/// The last version, and how it does beside the living model.
struct ServedCheck: Sendable {
    private var served: Contender
    private var servedErrors = SlidingMean(size: ServedCheck.window)
    private var liveErrors = SlidingMean(size: ServedCheck.window)
    private var block = Block()

    private static let window = 500

    init(_ contender: Contender) { served = contender }

    /// Goes on with a newer version.
    mutating func serve(_ contender: Contender) { served = contender }

    /// Compares both on the rows of a block that were set aside.
    mutating func compare(_ live: Block, task: Task) {
        block.reset(width: live.width, outputs: live.outputs)
        for row in 0..<live.rows where live.uses[row] == .holdout {
            guard live.classes[row] >= 0 || live.targets[row].isFinite else { continue }
            block.append(
                raw: live.raw.span.extracting(row * live.width..<(row + 1) * live.width),
                target: live.targets[row],
                class: live.classes[row],
                context: live.contexts[row],
                use: .holdout
            )
            liveErrors.add(
                ServedCheck.error(of: row, in: live, outputs: live.outputs, task: task)
            )
        }
        guard block.rows > 0 else { return }
        served.grow(width: live.width, outputs: live.outputs)
        served.predict(&block)
        for row in 0..<block.rows {
            servedErrors.add(
                ServedCheck.error(of: row, in: block, outputs: served.learner.outputs, task: task)
            )
        }
    }

    private static func error(of row: Int, in block: Block, outputs: Int, task: Task) -> Float {
        guard task == .regression else {
            return block.isError(row: row, outputs: outputs) ? 1 : 0
        }
        return abs(block.predictions[row * outputs] - block.targets[row])
    }

    /// Both beside one another: accuracies, or mean errors of numbers.
    func json(_ task: Task) -> JSONValue {
        guard servedErrors.count > 0 else { return .null }
        func figure(_ errors: SlidingMean) -> JSONValue {
            .number(task == .regression ? errors.mean : 1 - errors.mean)
        }
        return [
            "rows": .int(Int64(servedErrors.count)),
            "measure": .string(task == .regression ? "mae" : "accuracy"),
            "served": figure(servedErrors),
            "live": figure(liveErrors),
        ]
    }
}

extension ServedCheck: ByteCodable {
    func encode(into writer: inout ByteWriter) {
        served.encode(into: &writer)
        servedErrors.encode(into: &writer)
        liveErrors.encode(into: &writer)
    }

    init(from reader: inout ByteReader) throws(DecodeError) {
        served = try Contender(from: &reader)
        servedErrors = try SlidingMean(from: &reader)
        liveErrors = try SlidingMean(from: &reader)
    }

    /// Whether the version could have been the learner's.
    func fits(_ champion: Contender) -> Bool {
        served.preparation.width <= champion.preparation.width
            && served.learner.outputs <= champion.learner.outputs
            && served.learner.settings.isForSameLearner(as: champion.learner.settings)
    }
}
