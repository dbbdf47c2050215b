// SPDX-License-Identifier: Apache-2.0
//
// Champions of earlier worlds, for the day on which one of these worlds comes back.
//
// 1. While a world lasts, the champion is copied from time to time (a copy is cheap until one of
//    the two changes). Two copies are kept, so that one is older than what a detector needs to see
//    a drift.
// 2. At a drift, the newest copy from before the drift began goes into the archive: it is the best
//    there is of the world that has gone. If the champion was once recalled from the archive, the
//    copy takes the place of what it came from: the world was the same.
// 3. A full archive lets the one go that has not been of use for longest.

package import Learning
package import Primitives

/// Champions of earlier worlds.
package struct WorldArchive: Sendable {
    /// A champion that has learned nothing since its world went.
    package struct Entry: Sendable {
        /// The champion.
        package var champion: Contender
        /// The labelled samples when it was copied.
        package var sample: UInt64
        /// The labelled samples when it was last kept or recalled.
        package var usedAt: UInt64
    }

    /// The most that are kept; 0: none.
    package private(set) var limit: Int
    /// What is kept, in no order.
    package private(set) var entries: [Entry] = []

    /// The labelled samples between two copies.
    package static let stride: UInt64 = 500

    private var copies: [Entry] = []
    /// The entry that the present champion came from.
    private var origin: Int?
    /// When the present world began, as far as is known.
    private var since: UInt64 = 0

    /// Makes an empty archive.
    package init(limit: Int) { self.limit = limit }

    /// The champions.
    package var champions: [Contender] { entries.map(\.champion) }

    /// Takes another limit.
    package mutating func configure(limit: Int) {
        self.limit = limit
        if limit == 0 { copies = [] }
        while entries.count > limit { dropOldest() }
    }

    /// Looks at the champion of the present world.
    package mutating func look(at champion: Contender, sample: UInt64) {
        guard limit > 0, sample >= (copies.last?.sample ?? since) + WorldArchive.stride else {
            return
        }
        if copies.count == 2 { copies.removeFirst() }
        copies.append(Entry(champion: champion, sample: sample, usedAt: sample))
    }

    /// Notes that the world changed at a sample: what is known of the old one is kept.
    package mutating func worldChanged(at onset: UInt64, sample: UInt64) {
        guard limit > 0 else { return }
        let copy = copies.last { $0.sample <= onset }
        copies = []
        since = sample
        defer { origin = nil }
        guard var copy else { return }
        copy.usedAt = sample
        if let origin, origin < entries.count {
            entries[origin] = copy
            return
        }
        if entries.count >= limit { dropOldest() }
        entries.append(copy)
    }

    /// Notes that the champion at a place has become champion again.
    package mutating func didRecall(_ place: Int, sample: UInt64) {
        guard entries.indices.contains(place) else { return }
        entries[place].usedAt = sample
        origin = place
    }

    /// Makes room for columns and classes that have appeared.
    package mutating func grow(width: Int, outputs: Int) {
        for place in entries.indices {
            entries[place].champion.grow(width: width, outputs: outputs)
        }
        for place in copies.indices {
            copies[place].champion.grow(width: width, outputs: outputs)
        }
    }

    /// Forgets everything, as when the champion is replaced by an operator.
    package mutating func forgetCopies(sample: UInt64) {
        copies = []
        origin = nil
        since = sample
    }

    private mutating func dropOldest() {
        guard let place = entries.indices.min(by: { entries[$0].usedAt < entries[$1].usedAt })
        else { return }
        entries.remove(at: place)
        if let from = origin { origin = from == place ? nil : from > place ? from - 1 : from }
    }
}

extension WorldArchive.Entry: ByteCodable {
    /// Appends model and positions.
    package func encode(into writer: inout ByteWriter) {
        champion.encode(into: &writer)
        writer.write(sample)
        writer.write(usedAt)
    }

    /// Reads model and positions.
    package init(from reader: inout ByteReader) throws(DecodeError) {
        champion = try Contender(from: &reader)
        sample = try reader.read()
        usedAt = try reader.read()
    }
}

extension WorldArchive: ByteCodable {
    /// The most that any archive keeps.
    package static let limitMost = 64

    /// Appends limit, entries and copies.
    package func encode(into writer: inout ByteWriter) {
        writer.write(UInt32(limit))
        writer.write(items: entries)
        writer.write(items: copies)
        writer.write(Int32(origin ?? -1))
        writer.write(since)
    }

    /// Reads limit, entries and copies.
    package init(from reader: inout ByteReader) throws(DecodeError) {
        limit = Int(try reader.read(UInt32.self))
        entries = try reader.readItems()
        copies = try reader.readItems()
        let origin = Int(try reader.read(Int32.self))
        since = try reader.read()
        guard limit <= WorldArchive.limitMost, entries.count <= limit, copies.count <= 2,
            origin >= -1, origin < entries.count
        else { throw .invalid("an archive of \(entries.count) worlds, of \(limit) at most") }
        self.origin = origin < 0 ? nil : origin
    }
}
