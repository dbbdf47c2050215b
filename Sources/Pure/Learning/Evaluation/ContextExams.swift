// SPDX-License-Identifier: Apache-2.0
//
// What is left of what a model knew of each context while others were learned: forgetting and
// backward transfer, from examinations of the model as it is on rows of the context that nobody was
// trained on. Somebody else predicts the rows; here is when, and what follows from the errors.
//
// 1. A context is *left* when the newest sample is one of another, or of none. If it has brought
//    200 samples since it was examined as learned, it is examined before the others are learned:
//    that is `error_learned`.
// 2. Every 1,024 samples, four contexts are examined in turns of which none of the last 200
//    samples was: `error_examined`. If one of them has brought samples since it was examined as
//    learned (too few for 1), this is its examination as learned.
// 3. From the last examination follow
//      forgetting        = error_examined - lowest error of all examinations before it,
//      backward transfer = error_learned - error_examined
//    (Chaudhry and others, "Riemannian walk for incremental learning", 2018; Lopez-Paz and Ranzato,
//    "Gradient episodic memory for continual learning", 2017). A context that has come back keeps
//    the figures that it came back with until it is left again.
//
// Bounds: contexts 0 to 255; a learner that has more measures those.

package import Primitives

/// Examinations of contexts.
package struct ContextExams: Sendable {
    /// Contexts from this number on are not examined.
    package static let contextsMost = 256
    /// Fewer rows say nothing.
    package static let rowsLeast = 20
    /// More are not looked at.
    package static let rowsMost = 64
    /// The samples of a context after which leaving it is worth an examination.
    package static let learnedLeast: UInt64 = 200
    /// The samples between two rounds.
    package static let roundSamples = 1024
    /// The contexts that are examined in a round.
    package static let roundContexts = 4

    private var entries: [Entry] = []
    /// The context of the newest sample.
    private var newest = ContextTable.unknown
    private var sinceRound = 0
    private var next = 0

    /// Makes examinations of nothing.
    package init() {}

    private static func isExamined(_ context: Int32) -> Bool {
        context >= 0 && context < contextsMost
    }

    /// The context that these samples leave, and that has to be examined before they are learned.
    ///
    /// - Parameters:
    ///   - block: The samples.
    ///   - labelled: Which of its rows have a label.
    /// - Returns: The context; nil where none has to be.
    package func left(by block: borrowing Block, labelled: (Int) -> Bool) -> Int32? {
        guard ContextExams.isExamined(newest), entries.indices.contains(Int(newest)),
            entries[Int(newest)].fresh >= ContextExams.learnedLeast
        else { return nil }
        for row in 0..<block.rows where block.contexts[row] != newest && labelled(row) {
            return newest
        }
        return nil
    }

    /// Counts the rows of a block that have a loss.
    ///
    /// - Parameters:
    ///   - block: The rows.
    ///   - first: The number of the first that has a loss, among the learner's samples.
    /// - Returns: How many samples the learner has had.
    package mutating func count(_ block: borrowing Block, from first: UInt64) -> UInt64 {
        let losses = block.losses.span
        let contexts = block.contexts.span
        var index = first
        for row in 0..<block.rows where !losses[row].isNaN {
            newest = contexts[row]
            index += 1
            guard ContextExams.isExamined(newest) else { continue }
            while entries.count <= Int(newest) { entries.append(Entry()) }
            entries[Int(newest)].fresh += 1
            entries[Int(newest)].lastAt = index
        }
        sinceRound += Int(index - first)
        return index
    }

    /// The contexts whose turn it is, if it is time for a round.
    ///
    /// - Parameter labelled: How many samples the learner has had.
    /// - Returns: Their numbers; none before it is time.
    package mutating func round(at labelled: UInt64) -> [Int32] {
        guard sinceRound >= ContextExams.roundSamples else { return [] }
        sinceRound = 0
        var chosen: [Int32] = []
        for _ in entries.indices where chosen.count < ContextExams.roundContexts {
            next = next + 1 < entries.count ? next + 1 : 0
            let entry = entries[next]
            if entry.lastAt > 0, entry.lastAt + ContextMeasures.absence <= labelled {
                chosen.append(Int32(next))
            }
        }
        return chosen
    }

    /// Takes what came out of an examination.
    ///
    /// - Parameters:
    ///   - error: The share of wrong classes, or the root of the mean loss.
    ///   - rows: On how many rows.
    ///   - context: The context, which has had samples.
    ///   - sample: How many samples the learner has had.
    package mutating func record(
        _ error: Double,
        rows: Int,
        of context: Int32,
        at sample: UInt64
    ) {
        guard entries.indices.contains(Int(context)), error.isFinite else { return }
        entries[Int(context)].record(error, rows: rows, at: sample)
    }

    /// The members of a context in status and manifests; none where it was not examined.
    package func members(of context: Int32) -> [JSONValue.Member] {
        guard entries.indices.contains(Int(context)), entries[Int(context)].rows > 0 else {
            return []
        }
        return entries[Int(context)].members
    }

    /// The means over all contexts that were examined since they were left; none where there is no
    /// such context.
    package var means: [JSONValue.Member] {
        let left = entries.filter(\.isLeft)
        guard !left.isEmpty else { return [] }
        let count = Double(left.count)
        return [
            .init("contexts_left", .int(Int64(left.count))),
            .init("forgetting", .number(left.reduce(0) { $0 + $1.forgetting } / count)),
            .init("backward_transfer", .number(left.reduce(0) { $0 + $1.transfer } / count)),
        ]
    }
}

extension ContextExams {
    struct Entry: Sendable {
        /// Samples since it was examined as learned.
        var fresh: UInt64 = 0
        /// One more than the number of its newest sample; 0: none.
        var lastAt: UInt64 = 0
        /// Of the last examination.
        var rows = 0
        var examinedAt: UInt64 = 0
        var examined = Double.nan
        /// The lowest error of the examinations before the last.
        var best = Double.nan
        var learned = Double.nan
        /// Whether the last examination came after the one as learned.
        var isLeft = false

        var forgetting: Double { examined - best }
        var transfer: Double { learned - examined }

        mutating func record(_ error: Double, rows: Int, at sample: UInt64) {
            if !(best <= examined) { best = examined }
            examined = error
            self.rows = rows
            examinedAt = sample
            isLeft = fresh == 0
            if fresh > 0 { learned = error }
            fresh = 0
        }

        var members: [JSONValue.Member] {
            [
                .init("exam_rows", .int(Int64(rows))),
                .init("examined_at", .int(Int64(clamping: examinedAt))),
                .init("error_learned", .number(learned)),
                .init("error_examined", .number(examined)),
                .init("forgetting", .number(forgetting)),
                .init("backward_transfer", .number(transfer)),
            ]
        }
    }
}

extension ContextExams: ByteCodable {
    /// Appends what is known of each context.
    package func encode(into writer: inout ByteWriter) {
        writer.write(newest)
        writer.write(UInt32(sinceRound))
        writer.write(UInt32(next))
        writer.write(items: entries)
    }

    /// Reads examinations.
    package init(from reader: inout ByteReader) throws(DecodeError) {
        newest = try reader.read()
        sinceRound = Int(try reader.read(UInt32.self))
        next = Int(try reader.read(UInt32.self))
        entries = try reader.readItems()
        guard newest >= ContextTable.unknown, entries.count <= ContextExams.contextsMost,
            next < max(1, entries.count)
        else { throw .invalid("the examinations of contexts are out of range") }
    }
}

extension ContextExams.Entry: ByteCodable {
    func encode(into writer: inout ByteWriter) {
        for number in [fresh, lastAt, examinedAt] { writer.write(number) }
        writer.write(UInt32(rows))
        for number in [examined, best, learned] { writer.write(number) }
        writer.write(isLeft)
    }

    init(from reader: inout ByteReader) throws(DecodeError) {
        fresh = try reader.read()
        lastAt = try reader.read()
        examinedAt = try reader.read()
        rows = Int(try reader.read(UInt32.self))
        examined = try reader.readDouble()
        best = try reader.readDouble()
        learned = try reader.readDouble()
        isLeft = try reader.readFlag()
        guard fresh < 1 << 56, lastAt < 1 << 56, examinedAt < 1 << 56,
            rows <= ContextExams.rowsMost
        else { throw .invalid("a context was examined more often than anything can be") }
    }
}
