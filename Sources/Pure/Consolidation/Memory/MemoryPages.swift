// SPDX-License-Identifier: Apache-2.0
//
// Where rows are stored: slots 0, 1, 2 ... in pages of 256. A copy of the memory (the snapshot of a
// job) shares all pages; afterwards the first write to a page copies that page alone.
//
// A row has room for `stride` features. What lies behind `width` is NaN, so that new features cost
// nothing until the room is used up; then all pages are laid out anew with half as much again.

import Kernels
import Learning
import Primitives

/// Slots for rows, in pages that snapshots share.
struct MemoryPages: Sendable {
    static let pageRows = 256

    private struct Page: Sendable {
        var headers: [MemoryHeader] = []
        var features: [Float] = []
    }

    private(set) var width = 0
    private(set) var stride = 0
    private(set) var count = 0
    private var pages: [Page] = []

    init() {}

    /// What a row of `stride` features takes.
    static func rowBytes(stride: Int) -> Int {
        stride * MemoryLayout<Float>.stride + MemoryLayout<MemoryHeader>.stride
    }

    /// The room that `width` features get when there is room for `stride`.
    static func stride(for width: Int, from stride: Int) -> Int {
        width <= stride ? stride : stride == 0 ? width : max(width, stride + stride / 2)
    }

    var bytes: Int { count * MemoryPages.rowBytes(stride: stride) }

    func header(_ slot: Int) -> MemoryHeader {
        pages[slot / MemoryPages.pageRows].headers[slot % MemoryPages.pageRows]
    }

    /// Adds a slot with the row.
    mutating func append(_ header: MemoryHeader, _ features: Span<Float>) {
        if count == pages.count * MemoryPages.pageRows { pages.append(Page()) }
        let page = pages.count - 1
        pages[page].headers.append(header)
        for index in features.indices { pages[page].features.append(features[index]) }
        for _ in features.count..<stride { pages[page].features.append(.nan) }
        count += 1
    }

    /// Overwrites a slot with the row.
    mutating func write(_ header: MemoryHeader, _ features: Span<Float>, at slot: Int) {
        let row = slot % MemoryPages.pageRows
        let page = slot / MemoryPages.pageRows
        pages[page].headers[row] = header
        MemoryPages.copy(features, to: row * stride, width: width, of: &pages[page].features)
    }

    private static func copy(
        _ features: Span<Float>,
        to start: Int,
        width: Int,
        of page: inout [Float]
    ) {
        var cells = page.mutableSpan
        Copying.copy(features, to: &cells, at: start)
        for index in start + features.count..<max(start + width, start + features.count) {
            cells[index] = .nan
        }
    }

    /// How many slots follow in the page of a slot, itself included.
    static func rowsBehind(_ slot: Int) -> Int { pageRows - slot % pageRows }

    /// Overwrites slots of one page with rows of a block; the first row has the number `index`.
    mutating func write(
        _ rows: Range<Int>,
        of block: Block,
        numbered index: UInt64,
        at slot: Int
    ) {
        precondition(rows.count <= MemoryPages.rowsBehind(slot), "the slots lie in one page")
        let page = slot / MemoryPages.pageRows
        let first = slot % MemoryPages.pageRows
        MemoryPages.write(rows, of: block, numbered: index, to: first, of: &pages[page].headers)
        let features = block.raw.span
        if block.width == stride {
            MemoryPages.copy(
                features.extracting(rows.lowerBound * stride..<rows.upperBound * stride),
                to: first * stride,
                width: 0,
                of: &pages[page].features
            )
            return
        }
        for row in rows {
            MemoryPages.copy(
                features.extracting(row * block.width..<(row + 1) * block.width),
                to: (first + row - rows.lowerBound) * stride,
                width: width,
                of: &pages[page].features
            )
        }
    }

    private static func write(
        _ rows: Range<Int>,
        of block: Block,
        numbered index: UInt64,
        to first: Int,
        of headers: inout [MemoryHeader]
    ) {
        var cells = headers.mutableSpan
        let labels = block.classes.span.extracting(rows)
        let targets = block.targets.span.extracting(rows)
        let weights = block.weights.span.extracting(rows)
        let contexts = block.contexts.span.extracting(rows)
        let losses = block.losses.span.extracting(rows)
        for row in labels.indices {
            cells[first + row] = MemoryHeader(
                index: index + UInt64(row),
                label: labels[row],
                target: targets[row],
                weight: weights[row],
                context: contexts[row],
                loss: losses[row]
            )
        }
    }

    /// Gives each row room for `width` features; the new ones are missing in the old rows.
    mutating func grow(width: Int) {
        guard width > self.width else { return }
        self.width = width
        let before = stride
        stride = MemoryPages.stride(for: width, from: before)
        guard stride > before else { return }
        for page in pages.indices {
            let old = pages[page].features
            var new = [Float](repeating: .nan, count: pages[page].headers.count * stride)
            for row in pages[page].headers.indices {
                for index in 0..<before { new[row * stride + index] = old[row * before + index] }
            }
            pages[page].features = new
        }
    }

    /// Takes the features from `width` on away from every row.
    mutating func shrink(width: Int) {
        guard width < self.width else { return }
        for page in pages.indices {
            var kept: [Float] = []
            for row in pages[page].headers.indices {
                kept.append(contentsOf: pages[page].features[row * stride..<row * stride + width])
            }
            pages[page].features = kept
        }
        self.width = width
        stride = width
    }

    /// Keeps the rows of `slots`, in that order, and no others.
    mutating func keep(_ slots: [Int]) {
        let old = self
        pages = []
        count = 0
        for slot in slots { append(old.header(slot), old.row(slot).span) }
    }

    /// The features of a slot.
    func row(_ slot: Int) -> [Float] {
        let start = (slot % MemoryPages.pageRows) * stride
        return Array(pages[slot / MemoryPages.pageRows].features[start..<start + width])
    }

    /// Adds the row of a slot to `rows`.
    func copy(_ slot: Int, inclusion: Float = 1, to rows: inout MemoryRows) {
        let start = (slot % MemoryPages.pageRows) * stride
        rows.append(header(slot), inclusion: inclusion)
        rows.features.append(
            contentsOf: pages[slot / MemoryPages.pageRows].features[start..<start + width]
        )
    }
}

extension MemoryPages {
    /// Appends the rows of `slots` in that order.
    func encode(_ slots: some Collection<Int>, into writer: inout ByteWriter) {
        writer.write(UInt32(width))
        writer.write(UInt32(stride))
        writer.write(UInt64(slots.count))
        writer.reserve(slots.count * (28 + width * 4))
        for slot in slots {
            let header = header(slot)
            writer.write(header.index)
            writer.write(header.label)
            writer.write(header.target)
            writer.write(header.weight)
            writer.write(header.context)
            writer.write(header.loss)
            let start = (slot % MemoryPages.pageRows) * stride
            let features = pages[slot / MemoryPages.pageRows].features
            writer.writeRaw(features.span.extracting(start..<start + width))
        }
    }

    /// Reads rows into slots 0, 1, 2 ...; there may be `rowsMax` of them.
    init(from reader: inout ByteReader, rowsMax: Int) throws(DecodeError) {
        self.init()
        width = Int(try reader.read(UInt32.self))
        stride = Int(try reader.read(UInt32.self))
        let rows = try reader.readCount(itemBytes: width * 4 + 28)
        guard width <= 1 << 20, stride >= width, stride <= width * 2, rows <= rowsMax else {
            throw .invalid("\(rows) rows of \(width) features with room for \(stride)")
        }
        for _ in 0..<rows {
            let header = MemoryHeader(
                index: try reader.read(),
                label: try reader.read(),
                target: try reader.readFloat(),
                weight: try reader.readFloat(),
                context: try reader.read(),
                loss: try reader.readFloat()
            )
            guard header.context >= ContextTable.unknown else {
                throw .invalid("a row in memory has the context \(header.context)")
            }
            let features = try reader.readFloats(width)
            append(header, features.span)
        }
    }
}
