// SPDX-License-Identifier: Apache-2.0
//
// A micro-batch: what arrived for one learner between two steps of its engine, decoded but not yet
// judged. It is a value in columns, without an object per sample, and says everything that the
// engine needs, so that it can be journalled and replayed as it is:
//
//   rows      one fixed-size header per sample, in the order of arrival
//   values    the features of positional rows, one row after the other; NaN means missing
//   entries   the features of named rows: (name, kind, value)
//   strings   feature names, categories and text labels, each once
//   producers who sent the rows; number 0 is a producer without an envelope
//   contexts  the contexts of the rows; a row's `context` is the number in here plus one, 0: none
//   ids       what late labels refer to; a row's `id` is the number in here plus one, 0: none
//   labels    labels that came without their sample
//   messages  the envelopes, for gaps and duplicates
//   refusals  what the decoder had to refuse, already counted by producer and reason

/// How a sample gives its features.
package enum Shape: UInt8, Sendable, BitwiseCopyable {
    /// As an array of fixed width.
    case positional = 0
    /// As named values.
    case named = 1

    /// The name in artifacts.
    package var name: String {
        switch self {
        case .positional: "positional"
        case .named: "named"
        }
    }
}

/// What kind of label a row carries.
package enum LabelKind: UInt8, Sendable, BitwiseCopyable {
    /// No label: the sample is only scored.
    case none = 0
    /// A number, in `label`.
    case number = 1
    /// True or false, as 1 or 0 in `label`.
    case boolean = 2
    /// A text; `label` is its number in the batch's strings.
    case text = 3
}

/// The kind of a named feature's value.
package enum FeatureKind: UInt8, Sendable, BitwiseCopyable {
    /// A number.
    case number = 0
    /// True or false, as 1 or 0.
    case boolean = 1
    /// A category, as the number of its text.
    case category = 2
}

/// Micro-batch: samples of one learner, in columns.
package struct MicroBatch: Sendable {
    /// The header of one sample.
    package struct Row: Sendable, BitwiseCopyable {
        /// The label, as `labelKind` says.
        package var label: Double
        /// Where the features start: in `values` when positional, in `entries` when named.
        package var start: UInt32
        /// How many features there are.
        package var count: UInt32
        /// The sample's weight.
        package var weight: Float
        /// The producer's number in `producers`.
        package var producer: UInt16
        /// The context's number in `contexts` plus one; 0: none.
        package var context: UInt16
        /// The identifier's number in `ids` plus one; 0: none.
        package var id: UInt32
        /// Positional or named.
        package var shape: Shape
        /// What `label` means.
        package var labelKind: LabelKind

        /// Makes a header.
        package init(
            label: Double,
            labelKind: LabelKind,
            start: Int,
            count: Int,
            weight: Float,
            producer: UInt16,
            shape: Shape,
            context: UInt16 = 0,
            id: UInt32 = 0
        ) {
            self.label = label
            self.labelKind = labelKind
            self.start = UInt32(start)
            self.count = UInt32(count)
            self.weight = weight
            self.producer = producer
            self.shape = shape
            self.context = context
            self.id = id
        }
    }

    /// One named feature of one sample.
    package struct Entry: Sendable, BitwiseCopyable {
        /// The number of the feature's name in `strings`.
        package var name: UInt32
        /// The value: a number, 0 or 1, or the number of the category's text (exact up to 2^24);
        /// NaN means missing.
        package var value: Float
        /// What `value` means.
        package var kind: FeatureKind

        /// Makes an entry.
        package init(name: UInt32, value: Float, kind: FeatureKind) {
            self.name = name
            self.value = value
            self.kind = kind
        }
    }

    /// The envelope of one message, and which rows came in it.
    package struct Message: Sendable, BitwiseCopyable {
        /// The producer's number in `producers`.
        package var producer: UInt16
        /// When the producer started, in nanoseconds.
        package var epoch: UInt64
        /// The number of the message's first sample in the epoch.
        package var sequence: UInt64
        /// How many samples the message claims to have, refused ones included.
        package var count: UInt32
        /// The first of its rows.
        package var firstRow: UInt32
        /// How many rows were decoded from it.
        package var rows: UInt32
        /// The first of its late labels.
        package var firstLabel: UInt32
        /// How many late labels were decoded from it.
        package var labels: UInt32

        /// Makes a record of a message.
        package init(
            producer: UInt16,
            epoch: UInt64,
            sequence: UInt64,
            count: UInt32,
            firstRow: Int,
            rows: Int,
            firstLabel: Int = 0,
            labels: Int = 0
        ) {
            self.producer = producer
            self.epoch = epoch
            self.sequence = sequence
            self.count = count
            self.firstRow = UInt32(firstRow)
            self.rows = UInt32(rows)
            self.firstLabel = UInt32(firstLabel)
            self.labels = UInt32(labels)
        }
    }

    /// Samples that were refused before they became rows.
    package struct Refusal: Sendable, Equatable {
        /// The producer's number in `producers`.
        package var producer: UInt16
        /// Why.
        package var reason: RefusalReason
        /// How many.
        package var count: Int
        /// What was wrong with the first of them, in words.
        package var detail: String

        /// Makes a refusal.
        package init(producer: UInt16, reason: RefusalReason, count: Int, detail: String) {
            self.producer = producer
            self.reason = reason
            self.count = count
            self.detail = detail
        }
    }

    /// The header of each sample, in the order of arrival.
    package var rows: [Row] = []
    /// The features of positional rows.
    package var values: [Float] = []
    /// The features of named rows.
    package var entries: [Entry] = []
    /// Feature names, categories and text labels.
    package var strings = StringTable()
    /// Who sent the rows; the first is the producer without an envelope.
    package var producers: [String] = [MicroBatch.unnamedProducer]
    /// The contexts of the rows, each once.
    package var contexts = StringTable()
    /// The identifiers of rows and late labels, each once.
    package var ids = StringTable()
    /// Labels that came without their sample, in the order of arrival.
    package var labels: [LateLabel] = []
    /// The envelopes in the order of arrival.
    package var messages: [Message] = []
    /// What the decoder refused.
    package private(set) var refusals: [Refusal] = []

    /// How a producer without an envelope is called in counters.
    package static let unnamedProducer = "unnamed"

    /// Makes an empty batch.
    package init() {}

    /// Whether nothing has arrived.
    package var isEmpty: Bool { arrived == 0 && messages.isEmpty }

    /// All samples that were received: rows and refused ones.
    package var received: Int { rows.count + refusedCount }

    /// All that arrived: samples and late labels.
    package var arrived: Int { received + labels.count }

    /// How many samples the decoder refused.
    package private(set) var refusedCount = 0

    /// Empties the batch, but keeps its room.
    package mutating func removeAll() {
        rows.removeAll(keepingCapacity: true)
        values.removeAll(keepingCapacity: true)
        entries.removeAll(keepingCapacity: true)
        strings.removeAll()
        if producers.count > 1 { producers.removeLast(producers.count - 1) }
        if contexts.count > 0 { contexts.removeAll() }
        if ids.count > 0 { ids.removeAll() }
        labels.removeAll(keepingCapacity: true)
        messages.removeAll(keepingCapacity: true)
        refusals.removeAll(keepingCapacity: true)
        refusedCount = 0
    }

    /// The number of the producer called `name`, which is added when it is new to this batch.
    package mutating func producer(_ name: String) -> UInt16 {
        if let index = producers.lastIndex(of: name) { return UInt16(index) }
        producers.append(name)
        return UInt16(producers.count - 1)
    }

    /// Counts refused samples; only the first of a kind needs its detail in words.
    package mutating func refuse(
        _ reason: RefusalReason,
        producer: UInt16,
        count: Int = 1,
        detail: @autoclosure () -> String
    ) {
        guard count > 0 else { return }
        refusedCount += count
        for index in refusals.indices
        where refusals[index].reason == reason && refusals[index].producer == producer {
            refusals[index].count += count
            return
        }
        refusals.append(
            Refusal(producer: producer, reason: reason, count: count, detail: detail())
        )
    }
}
