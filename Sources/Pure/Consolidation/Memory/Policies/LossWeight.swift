// SPDX-License-Identifier: Apache-2.0
//
// What a row weighs for a memory that prefers hard rows:
//
//     weight = 1 + 3 loss / (loss + usual loss)
//
// with the loss that the champion had before it learned the row, and the usual one, a running mean
// of about the last 2,000 rows. So it is 1 where nothing was lost, 2.5 at the usual loss and at
// most 4, whatever the scale of the loss: of two rows the one is never kept more than four times
// as likely as the other, and wrong labels that are a share q of the stream are on average at most
// 4q / (1 + 3q) of the memory. A row whose loss nobody knows weighs 2.5.
//
// A loss counts in the mean as sixteen times the mean at most, so that one absurd row does not make
// all others look easy for long.

import Primitives

/// Weighs rows by their loss.
struct LossWeight: Sendable {
    private static let memory = 2000.0
    private static let most = 16.0
    private static let span = 3.0
    private static let largest = 1e30

    private var mean = 0.0
    private var count = 0.0

    init() {}

    /// The weight of a row that lost so much, which is counted.
    mutating func weigh(_ loss: Float) -> Double {
        guard loss >= 0 else { return 1 + LossWeight.span / 2 }
        let loss = min(Double(loss), LossWeight.largest)
        count = min(count + 1, LossWeight.memory)
        let counted = mean > 0 ? min(loss, LossWeight.most * mean) : loss
        mean += (counted - mean) / count
        guard loss > 0 else { return 1 }
        return 1 + LossWeight.span * loss / (loss + mean)
    }
}

extension LossWeight: ByteCodable {
    func encode(into writer: inout ByteWriter) {
        writer.write(mean)
        writer.write(count)
    }

    init(from reader: inout ByteReader) throws(DecodeError) {
        mean = try reader.readDouble()
        count = try reader.readDouble()
        guard mean >= 0, mean <= LossWeight.largest, count >= 0, count <= LossWeight.memory else {
            throw .invalid("the usual loss of a memory is out of range")
        }
    }
}
