// SPDX-License-Identifier: Apache-2.0
//
// How well a learner without labels does, prequentially: by its loss alone, since nothing else says
// what would have been right. Beside it stands the loss that a trivial model has on the same rows,
// which the learner gives with its own: without it a loss is a number that means nothing.

import Primitives

/// Running measures of a stream of losses.
struct LossMeasures: Sendable {
    private(set) var count: UInt64 = 0
    private var sum = 0.0
    private var trivialSum = 0.0
    private var recent: SlidingMean
    private var trivialRecent: SlidingMean

    init(window: Int) {
        recent = SlidingMean(size: window)
        trivialRecent = SlidingMean(size: window)
    }

    /// The mean loss over the window.
    var recentLoss: Double { recent.mean }
    /// The mean loss since the start.
    var loss: Double { count == 0 ? .nan : sum / Double(count) }

    /// Counts the rows of a block that have a loss; the trivial one is the last of a row's outputs.
    mutating func record(_ block: borrowing Block) {
        let losses = block.losses.span
        let predictions = block.predictions.span
        for row in 0..<block.rows where losses[row].isFinite {
            let trivial = predictions[(row + 1) * block.outputs - 1]
            count += 1
            sum += Double(losses[row])
            trivialSum += Double(trivial)
            recent.add(losses[row])
            trivialRecent.add(trivial)
        }
    }

    var json: JSONValue {
        let trivial = count == 0 ? .nan : trivialSum / Double(count)
        return .object(pairs: [
            "count": .int(Int64(clamping: count)),
            "loss": .number(loss),
            "loss_recent": .number(recent.mean),
            "baselines": .object(pairs: [
                "trivial": .object(pairs: [
                    "loss": .number(trivial),
                    "loss_recent": .number(trivialRecent.mean),
                ])
            ]),
        ])
    }
}

extension LossMeasures: ByteCodable {
    func encode(into writer: inout ByteWriter) {
        writer.write(count)
        writer.write(sum)
        writer.write(trivialSum)
        recent.encode(into: &writer)
        trivialRecent.encode(into: &writer)
    }

    init(from reader: inout ByteReader) throws(DecodeError) {
        count = try reader.read()
        sum = try reader.readDouble()
        trivialSum = try reader.readDouble()
        recent = try SlidingMean(from: &reader)
        trivialRecent = try SlidingMean(from: &reader)
    }
}
