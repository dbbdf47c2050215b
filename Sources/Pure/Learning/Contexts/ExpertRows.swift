// SPDX-License-Identifier: Apache-2.0
//
// The newest rows that an expert has learned. They say who could take its place: whoever predicts
// them as well makes it superfluous. A ring of at most 64 rows, fewer when rows are wide.

import Kernels
import Primitives

/// A ring of rows with their labels.
struct ExpertRows: Sendable {
    private(set) var width: Int
    private var raw: [Float] = []
    private var targets: [Float] = []
    private var classes: [Int32] = []
    private var next = 0

    static let rowsMax = 64
    private static let rowsMin = 8
    private static let numbersMax = 1 << 16

    init(width: Int) {
        self.width = width
    }

    var count: Int { classes.count }

    private var capacity: Int {
        let fitting = ExpertRows.numbersMax / max(1, width)
        return min(ExpertRows.rowsMax, max(ExpertRows.rowsMin, fitting))
    }

    /// Takes a row of a block; the oldest leaves when the ring is full.
    mutating func append(_ row: Int, of block: borrowing Block) {
        let features = block.raw.span.extracting(row * width..<(row + 1) * width)
        if count < capacity {
            for column in features.indices { raw.append(features[column]) }
            targets.append(block.targets[row])
            classes.append(block.classes[row])
            return
        }
        let start = next * width
        var cells = raw.mutableSpan
        Copying.copy(features, to: &cells, at: start)
        targets[next] = block.targets[row]
        classes[next] = block.classes[row]
        next = next + 1 == count ? 0 : next + 1
    }

    /// Gives each row room for `width` features; the new ones are missing.
    mutating func grow(width: Int) {
        guard width > self.width else { return }
        let old = self
        self = ExpertRows(width: width)
        var block = Block()
        old.fill(&block, outputs: 1)
        var wide = Block()
        wide.reset(width: width, outputs: 1)
        // Fewer wide rows may fit: the newest stay.
        for row in 0..<block.rows {
            wide.raw.append(contentsOf: block.raw[row * old.width..<(row + 1) * old.width])
            for _ in old.width..<width { wide.raw.append(.nan) }
            wide.targets.append(block.targets[row])
            wide.classes.append(block.classes[row])
            append(row, of: wide)
        }
    }

    /// Writes the rows to a block, oldest first, to be predicted and judged.
    func fill(_ block: inout Block, outputs: Int, use: RowUse = .holdout) {
        block.reset(width: width, outputs: outputs)
        for place in 0..<count {
            let row = (next + place) % count
            block.append(
                raw: raw.span.extracting(row * width..<(row + 1) * width),
                target: targets[row],
                class: classes[row],
                use: use
            )
        }
    }
}

extension ExpertRows: ByteCodable {
    func encode(into writer: inout ByteWriter) {
        writer.write(UInt32(width))
        writer.write(raw)
        writer.write(targets)
        writer.write(numbers: classes)
        writer.write(UInt32(next))
    }

    init(from reader: inout ByteReader) throws(DecodeError) {
        width = Int(try reader.read(UInt32.self))
        raw = try reader.readFloats()
        targets = try reader.readFloats()
        classes = try reader.readNumbers()
        next = Int(try reader.read(UInt32.self))
        guard width <= 1 << 20, count <= capacity, targets.count == count,
            raw.count == count * width, next == 0 || (next < count && count == capacity)
        else { throw .invalid("the recent rows of an expert do not fit together") }
    }
}
