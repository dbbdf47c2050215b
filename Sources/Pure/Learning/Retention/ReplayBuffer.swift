// SPDX-License-Identifier: Apache-2.0
//
// The rows that a contender learns again and again: raw, so that any scaling can be applied to
// them, with label, target, weight and context, and for DER++ with the scores that the contender
// had for them just before it learned them. Which rows are kept: BalancedSlots.
//
// Bounds: at most `rows` rows, of at most `bytesMax` bytes together (one row is always kept). When
// rows become wider and fewer fit, random rows of the largest class go. A feature or a class that
// came after a row was kept is missing in it: NaN, which is no opinion of the teacher.

package import Primitives

/// A bounded, class-balanced memory of rows.
package struct ReplayBuffer: Sendable {
    /// The number of rows that may be kept at the present width.
    package private(set) var capacity: Int
    private let rowsMax: Int
    private let bytesMax: Int
    private let keepsScores: Bool
    private var book = BalancedSlots()
    private var raw = RowCells()
    private var scores = RowCells()
    private var labels: [Int32] = []
    private var targets: [Float] = []
    private var weights: [Float] = []
    private var contexts: [Int32] = []

    /// Makes an empty buffer; rows have no features until it has grown.
    package init(rows: Int, bytesMax: Int, keepsScores: Bool) {
        rowsMax = rows
        self.bytesMax = bytesMax
        self.keepsScores = keepsScores
        capacity = rows
    }

    /// The number of rows.
    package var count: Int { labels.count }

    /// The class of each row, slot after slot; -1 where there is none.
    package var classes: [Int32] { labels }

    /// What the rows take, in bytes.
    package var bytes: Int { count * rowBytes }

    private var rowBytes: Int { 4 * (raw.width + scores.width + 4) }

    /// Makes room for features and scores.
    package mutating func grow(width: Int, outputs: Int, random: inout RandomSource) {
        raw.grow(width: width, rows: count)
        if keepsScores { scores.grow(width: outputs, rows: count) }
        capacity = max(1, min(rowsMax, bytesMax / rowBytes))
        guard count > capacity else { return }
        book.shrink(from: count, to: capacity, random: &random)
        let kept = book.byClass
        book.renumber()
        raw.keep(kept)
        scores.keep(kept)
        labels = kept.map { labels[$0] }
        targets = kept.map { targets[$0] }
        weights = kept.map { weights[$0] }
        contexts = kept.map { contexts[$0] }
    }

    /// Takes a row of a block, if its turn comes; its scores are those in the block.
    package mutating func insert(_ row: Int, of block: Block, random: inout RandomSource) {
        let label = block.classes[row]
        let slot = book.place(label, taken: count, of: capacity, random: &random)
        guard let slot else { return }
        raw.write(
            block.raw.span.extracting(row * block.width..<(row + 1) * block.width),
            at: slot
        )
        if keepsScores {
            let at = row * block.outputs
            scores.write(block.scores.span.extracting(at..<at + block.outputs), at: slot)
        }
        if slot == count {
            labels.append(label)
            targets.append(block.targets[row])
            weights.append(block.weights[row])
            contexts.append(block.contexts[row])
        } else {
            labels[slot] = label
            targets[slot] = block.targets[row]
            weights[slot] = block.weights[row]
            contexts[slot] = block.contexts[row]
        }
    }

    /// Appends `draws` rows to a block, drawn with replacement, for training.
    ///
    /// - Parameters:
    ///   - draws: How many.
    ///   - block: Gets the raw rows, and in its teacher column their scores.
    ///   - strength: How much the scores count; 0: the teacher says nothing.
    ///   - share: What the rows' weights are multiplied by; 0: the labels do not count.
    ///   - random: Where the draws come from.
    /// - Precondition: the buffer is not empty.
    func draw(
        _ draws: Int,
        into block: inout Block,
        strength: Float,
        share: Float,
        random: inout RandomSource
    ) {
        for _ in 0..<draws {
            let slot = random.below(count)
            raw.append(slot, to: &block.raw)
            block.classes.append(labels[slot])
            block.targets.append(targets[slot])
            block.weights.append(weights[slot] * share)
            block.contexts.append(contexts[slot])
            block.uses.append(.train)
            if strength > 0, keepsScores {
                let start = slot * scores.width
                block.teacher.append(
                    scores.numbers[start..<start + scores.width],
                    strength: strength,
                    temperature: 0
                )
            } else {
                block.teacher.appendSilence(rows: 1)
            }
            block.rows += 1
        }
    }
}

extension ReplayBuffer {
    /// Appends the book and the rows; the bounds are the settings'.
    ///
    /// The rows keep their slots, since draws name slots.
    func encode(into writer: inout ByteWriter) {
        book.encode(into: &writer)
        writer.write(numbers: book.byClass.map(UInt32.init))
        raw.encode(0..<count, into: &writer)
        scores.encode(0..<count, into: &writer)
        for slot in 0..<count {
            writer.write(labels[slot])
            writer.write(targets[slot])
            writer.write(weights[slot])
            writer.write(contexts[slot])
        }
    }

    /// Reads the book and the rows, which must keep the settings' bounds.
    init(_ settings: RetentionSettings, from reader: inout ByteReader) throws(DecodeError) {
        self.init(settings)
        book = try BalancedSlots(from: &reader)
        let slots = try reader.readNumbers(of: UInt32.self).map(Int.init)
        let rows = slots.count
        guard slots.sorted() == Array(0..<rows) else {
            throw .invalid("the slots of a replay buffer do not name each row once")
        }
        raw = try RowCells(rows: rows, from: &reader)
        scores = try RowCells(rows: rows, from: &reader)
        capacity = max(1, min(rowsMax, bytesMax / rowBytes))
        guard rows <= capacity, rows <= reader.remaining / 16 else {
            throw .invalid("a replay buffer holds \(rows) rows of at most \(capacity)")
        }
        for _ in 0..<rows {
            labels.append(try reader.read())
            targets.append(try reader.readFloat())
            weights.append(try reader.readFloat())
            contexts.append(try reader.read())
        }
        guard weights.allSatisfy({ $0 > 0 && $0.isFinite }), contexts.allSatisfy({ $0 >= -1 })
        else {
            throw .invalid("a row of a replay buffer has no weight, or no such context")
        }
        try book.take(slots, labels: labels)
    }

    /// Makes the buffer that the settings describe.
    init(_ settings: RetentionSettings) {
        self.init(
            rows: settings.rows,
            bytesMax: settings.bytesMax,
            keepsScores: settings.replay == .scores
        )
    }
}
