// SPDX-License-Identifier: Apache-2.0
//
// A change in who owns a part of the model, with the names that the learner does not know: what the
// event says, and what status shows of the last ones.

import Learning
package import Primitives

/// One change of a context's part of the model.
package struct ContextRecord: Sendable, Equatable {
    /// The context.
    package let context: String
    /// `opened`, `merged` or `dropped`.
    package let change: String
    /// The context whose part it shares from now on.
    package let into: String?
    /// How many samples the part had been trained on.
    package let samples: UInt64
    /// Why.
    package let reason: String
    /// The labelled sample at which it happened, or the end of its micro-batch.
    package let sample: UInt64

    /// Adds names to what the learner tells.
    init(_ news: ContextNews, names: ContextTable, sample: UInt64) {
        context = names.name(of: news.context)
        samples = news.samples
        reason = news.reason
        self.sample = sample
        switch news.change {
        case .opened:
            change = "opened"
            into = nil
        case .merged(let other):
            change = "merged"
            into = names.name(of: other)
        case .dropped:
            change = "dropped"
            into = nil
        }
    }

    /// As it stands in events and status.
    package var json: JSONValue {
        [
            "context": .string(context),
            "change": .string(change),
            "into": into.map { .string($0) } ?? .null,
            "samples": .int(Int64(clamping: samples)),
            "reason": .string(reason),
            "sample": .int(Int64(clamping: sample)),
        ]
    }
}

extension ContextRecord: ByteCodable {
    /// Appends all of it.
    package func encode(into writer: inout ByteWriter) {
        writer.write(context)
        writer.write(change)
        writer.write(into ?? "")
        writer.write(samples)
        writer.write(reason)
        writer.write(sample)
    }

    /// Reads all of it.
    package init(from reader: inout ByteReader) throws(DecodeError) {
        context = try reader.readText()
        change = try reader.readText()
        let other = try reader.readText()
        into = other.isEmpty ? nil : other
        samples = try reader.readCounter()
        reason = try reader.readText()
        sample = try reader.readCounter()
    }
}

/// The last changes, oldest first.
struct ContextHistory: Sendable, ByteCodable {
    private(set) var records: [ContextRecord] = []

    private static let most = 16

    init() {}

    mutating func add(_ record: ContextRecord) {
        if records.count == ContextHistory.most { records.removeFirst() }
        records.append(record)
    }

    func encode(into writer: inout ByteWriter) {
        writer.write(items: records)
    }

    init(from reader: inout ByteReader) throws(DecodeError) {
        records = try reader.readItems()
        guard records.count <= ContextHistory.most else {
            throw .invalid("a history of contexts is longer than any can be")
        }
    }
}
