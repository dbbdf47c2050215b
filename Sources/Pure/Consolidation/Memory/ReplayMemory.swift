// SPDX-License-Identifier: Apache-2.0
//
// What a learner remembers of its stream: a sample of all of it (the reservoir, by one of several
// policies), the recent window, and a holdout that no model is trained on. Rows are kept raw (not
// standardised, NaN where missing), so that any model can be fitted to them later.
//
// Invariants:
// - A row is either inserted (reservoir and recent window) or set aside (holdout), never both.
// - The rows take at most `bytesMax` bytes, unless even one row a part is more. When wider rows do
//   not fit any more, every part shrinks in the same proportion: the rings keep their newest rows,
//   the reservoir those that its policy chooses.
// - All randomness comes from the seed; the state's bytes say how it goes on.
// - A copy is O(1): pages are shared, and afterwards the first write to each page copies that page
//   (256 rows). Inserting allocates nothing else once the parts are full.

import Learning
package import Primitives

/// The memory of one learner.
package struct ReplayMemory: Sendable {
    /// The bounds.
    package let settings: MemorySettings
    /// How often each class came by, rows set aside included.
    package private(set) var classCounts: MemoryClassCounts

    private var reservoir: Reservoir
    private var recent: MemoryRing
    private var holdout: MemoryRing
    private var random: RandomSource

    /// Makes an empty memory.
    ///
    /// - Precondition: `settings` has no complaint.
    package init(settings: MemorySettings, seed: UInt64) {
        precondition(settings.complaint == nil, "memory settings are checked before they are used")
        self.settings = settings
        random = RandomSource(seed: seed)
        classCounts = MemoryClassCounts(fadeRows: settings.classFadeRows)
        reservoir = Reservoir(
            settings.policy,
            capacity: settings.longRows,
            random: random.fork()
        )
        recent = MemoryRing(capacity: settings.windowRows)
        holdout = MemoryRing(capacity: settings.holdoutRows)
    }

    /// The number of features of a row.
    package var width: Int { recent.pages.width }

    /// What the rows take.
    package var bytes: Int {
        reservoir.pages.bytes + recent.pages.bytes + holdout.pages.bytes
    }

    /// How many rows a part holds.
    package func count(of part: MemoryPart) -> Int {
        switch part {
        case .reservoir: reservoir.pages.count
        case .recent: recent.pages.count
        case .holdout: holdout.pages.count
        case .training: slotsBeforeRecent.count + recent.pages.count
        }
    }

    /// How many rows a part may hold at the present width.
    package func capacity(of part: MemoryPart) -> Int {
        switch part {
        case .reservoir: reservoir.capacity
        case .recent: recent.capacity
        case .holdout: holdout.capacity
        case .training: reservoir.capacity + recent.capacity
        }
    }

    /// Makes room for rows of `width` features; the new ones are NaN (missing) in the old rows.
    ///
    /// Amortised O(1) a feature and row. A width that is not larger changes nothing.
    package mutating func grow(width: Int) {
        guard width > self.width else { return }
        let stride = MemoryPages.stride(for: width, from: recent.pages.stride)
        let rows = capacities(stride: stride)
        reservoir.grow(width: width, capacity: rows.reservoir)
        recent.grow(width: width, capacity: rows.recent)
        holdout.grow(width: width, capacity: rows.holdout)
    }

    /// Takes the features from `width` on away from every row, as when an older schema comes back.
    package mutating func shrink(width: Int) {
        guard width < self.width else { return }
        let rows = capacities(stride: width)
        reservoir.shrink(width: width, capacity: rows.reservoir)
        recent.shrink(width: width, capacity: rows.recent)
        holdout.shrink(width: width, capacity: rows.holdout)
    }

    /// How many rows each part may hold when there is room for `stride` features in a row.
    private func capacities(stride: Int) -> (reservoir: Int, recent: Int, holdout: Int) {
        let bytes = MemoryPages.rowBytes(stride: stride)
        return (
            settings.capacity(settings.longRows, rowBytes: bytes),
            settings.capacity(settings.windowRows, rowBytes: bytes),
            settings.capacity(settings.holdoutRows, rowBytes: bytes)
        )
    }

    /// How many rows all parts hold.
    package var rowCount: Int {
        reservoir.pages.count + recent.pages.count + holdout.pages.count
    }

    /// Whether the next row is to be set aside: one in `holdoutEvery`, at random.
    package mutating func nextIsHoldout() -> Bool {
        settings.holdoutEvery > 0 && random.below(settings.holdoutEvery) == 0
    }

    /// Remembers a row that was learned; features that the row lacks at its end are missing.
    ///
    /// - Precondition: the row is not wider than ``width``, its label is a class or -1, and its
    ///   index is above those of all rows before it.
    package mutating func insert(
        features: Span<Float>,
        label: Int32,
        target: Float,
        weight: Float,
        context: Int32 = ContextTable.unknown,
        loss: Float = -1,
        at index: UInt64
    ) {
        check(features, label)
        let header = MemoryHeader(
            index: index,
            label: label,
            target: target,
            weight: weight,
            context: context,
            loss: loss
        )
        classCounts.add(label)
        recent.insert(header, features)
        reservoir.insert(header, features)
    }

    /// Keeps a row for the holdout; features that the row lacks at its end are missing.
    ///
    /// - Precondition: as for ``insert(features:label:target:weight:context:loss:at:)``.
    package mutating func setAside(
        features: Span<Float>,
        label: Int32,
        target: Float,
        weight: Float,
        context: Int32 = ContextTable.unknown,
        loss: Float = -1,
        at index: UInt64
    ) {
        check(features, label)
        classCounts.add(label)
        holdout.insert(
            MemoryHeader(
                index: index,
                label: label,
                target: target,
                weight: weight,
                context: context,
                loss: loss
            ),
            features
        )
    }

    /// Remembers rows of a block that were learned; the first has the number `index`.
    mutating func insert(_ rows: Range<Int>, of block: Block, at index: UInt64) {
        classCounts.add(block.classes.span.extracting(rows))
        recent.insert(rows, of: block, at: index)
        reservoir.insert(rows, of: block, at: index)
    }

    /// Keeps rows of a block for the holdout; the first has the number `index`.
    mutating func setAside(_ rows: Range<Int>, of block: Block, at index: UInt64) {
        classCounts.add(block.classes.span.extracting(rows))
        holdout.insert(rows, of: block, at: index)
    }

    private func check(_ features: Span<Float>, _ label: Int32) {
        precondition(features.count <= width, "the memory grows before a wider row comes")
    }

    /// Copies the rows of a part whose sample number is at least `since`, oldest first.
    package func rows(of part: MemoryPart, since: UInt64 = 0) -> MemoryRows {
        var rows = MemoryRows(width: width)
        switch part {
        case .reservoir: copy(reservoir.slots, of: reservoir, since, to: &rows)
        case .recent: copy(recent.slots, of: recent.pages, since, to: &rows)
        case .holdout: copy(holdout.slots, of: holdout.pages, since, to: &rows)
        case .training:
            copy(slotsBeforeRecent, of: reservoir, since, to: &rows)
            copy(recent.slots, of: recent.pages, since, to: &rows)
        }
        return rows
    }

    /// What the champion lost on the newest rows when they came, from sample `since` on.
    package func recentLosses(since: UInt64) -> [(sample: UInt64, loss: Float)] {
        var losses: [(sample: UInt64, loss: Float)] = []
        for slot in recent.slots {
            let header = recent.pages.header(slot)
            if header.index >= since, header.loss >= 0 {
                losses.append((header.index, header.loss))
            }
        }
        return losses
    }

    /// The slots of the reservoir whose rows the recent window does not have: the window holds the
    /// newest of all, so it has whatever the reservoir has of its time.
    private var slotsBeforeRecent: [Int] {
        let first = recent.slots.first.map { recent.pages.header($0).index } ?? .max
        return reservoir.slots.filter { reservoir.pages.header($0).index < first }
    }

    private func copy(
        _ slots: [Int],
        of pages: MemoryPages,
        _ since: UInt64,
        to rows: inout MemoryRows
    ) {
        rows.reserve(rows.count + slots.count)
        for slot in slots where pages.header(slot).index >= since { pages.copy(slot, to: &rows) }
    }

    private func copy(
        _ slots: [Int],
        of reservoir: Reservoir,
        _ since: UInt64,
        to rows: inout MemoryRows
    ) {
        let inclusions = reservoir.inclusions
        guard !inclusions.isEmpty else { return copy(slots, of: reservoir.pages, since, to: &rows) }
        rows.reserve(rows.count + slots.count)
        for slot in slots where reservoir.pages.header(slot).index >= since {
            reservoir.pages.copy(slot, inclusion: inclusions[slot], to: &rows)
        }
    }

    /// Forgets the rows whose sample number is below `index`, in every part.
    package mutating func drop(before index: UInt64) {
        keep(index..<UInt64.max)
    }

    /// Forgets the rows whose sample number is `index` or above, in every part.
    package mutating func drop(from index: UInt64) {
        keep(0..<index)
    }

    private mutating func keep(_ range: Range<UInt64>) {
        reservoir.keep(range)
        recent.keep(range)
        holdout.keep(range)
    }
}

extension ReplayMemory: ByteCodable {
    /// Appends the settings, the state of the draws and all rows.
    package func encode(into writer: inout ByteWriter) {
        settings.encode(into: &writer)
        random.encode(into: &writer)
        classCounts.encode(into: &writer)
        reservoir.encode(into: &writer)
        recent.encode(into: &writer)
        holdout.encode(into: &writer)
    }

    /// Reads the settings, the state of the draws and all rows.
    package init(from reader: inout ByteReader) throws(DecodeError) {
        settings = try MemorySettings(from: &reader)
        random = try RandomSource(from: &reader)
        classCounts = try MemoryClassCounts(from: &reader)
        reservoir = try Reservoir(
            from: &reader,
            settings.policy,
            capacity: settings.longRows
        )
        recent = try MemoryRing(from: &reader, capacity: settings.windowRows)
        holdout = try MemoryRing(from: &reader, capacity: settings.holdoutRows)
        let (width, stride) = (recent.pages.width, recent.pages.stride)
        for pages in [reservoir.pages, holdout.pages]
        where pages.width != width || pages.stride != stride {
            throw .invalid("the parts of a memory differ in width")
        }
        // The capacities that go with the width, which the rows must already keep.
        let rows = capacities(stride: stride)
        guard reservoir.pages.count <= rows.reservoir, recent.pages.count <= rows.recent,
            holdout.pages.count <= rows.holdout
        else { throw .invalid("a memory holds more rows than its bytes allow") }
        reservoir.grow(width: width, capacity: rows.reservoir)
        recent.grow(width: width, capacity: rows.recent)
        holdout.grow(width: width, capacity: rows.holdout)
    }
}
