// SPDX-License-Identifier: Apache-2.0
//
// What a challenger can show before its race: its losses on remembered rows that it had not learned
// when it predicted them, beside what the champion lost on the same rows when they came. Neither
// side has seen its rows, so the pairs are as good as those of a race; but the rows are those that
// made a detector speak, on which the champion looks worse than it is. So they are worth only a
// part of what a race asks for (``PairedTest/credit(_:upTo:)``), unless there is little to doubt: a
// challenger that loses on them about what the champion used to lose before the change is right in
// the new world, and each sample of a race would cost what the change costs.

package import Primitives

/// A challenger beside the champion on rows of the past.
package struct TrackRecord: Sendable, Equatable {
    /// The challenger's losses.
    package private(set) var own: [Float] = []
    /// The champion's losses on the same rows.
    package private(set) var champion: [Float] = []

    /// Makes an empty record.
    package init() {}

    /// The rows on it.
    package var count: Int { own.count }

    /// Goes on with another record.
    mutating func append(_ record: TrackRecord) {
        own += record.own
        champion += record.champion
    }

    /// Whether the challenger made good most of what the change cost: of the way from what the
    /// champion usually lost to what it lost on these rows, at least `share`.
    ///
    /// - Parameters:
    ///   - usual: The champion's mean loss before the change, by `scale`.
    ///   - share: How much is most.
    ///   - scale: What brings losses to 0...1.
    /// - Returns: Whether it did.
    package func amends(since usual: Double, share: Double, scale: LossScale) -> Bool {
        guard count > 0 else { return false }
        let mine = own.reduce(0) { $0 + scale.bounded($1) } / Double(count)
        let theirs = champion.reduce(0) { $0 + scale.bounded($1) } / Double(count)
        return theirs > usual && theirs - mine >= share * (theirs - usual)
    }

    /// How much less the challenger lost, in all, when a row counts `most` at most.
    package func advantage(bound most: Float) -> Double {
        var sum = 0.0
        for (mine, theirs) in zip(own, champion) {
            sum += Double(min(theirs, most)) - Double(min(mine, most))
        }
        return sum
    }

    /// Notes a row; one of which either loss is unknown says nothing.
    package mutating func note(own loss: Float, champion other: Float) {
        guard loss.isFinite, other.isFinite, loss >= 0, other >= 0 else { return }
        own.append(loss)
        champion.append(other)
    }
}

extension TrackRecord: ByteCodable {
    /// Appends both sides.
    package func encode(into writer: inout ByteWriter) {
        writer.write(own)
        writer.write(champion)
    }

    /// Reads both sides.
    package init(from reader: inout ByteReader) throws(DecodeError) {
        own = try reader.readFloats()
        champion = try reader.readFloats()
        guard own.count == champion.count else { throw .invalid("a track record is lopsided") }
    }
}
