// SPDX-License-Identifier: Apache-2.0
//
// A micro-batch as bytes: samples that wait for the vote are part of the checkpoint, and a journal
// of the engine's inputs is mostly these.

package import Primitives

extension MicroBatch: ByteCodable {
    /// Appends every column.
    package func encode(into writer: inout ByteWriter) {
        writer.write(UInt32(producers.count))
        for producer in producers { writer.write(producer) }
        writer.write(UInt32(strings.count))
        for number in 0..<UInt32(strings.count) { writer.write(strings.text(number)) }
        writer.write(UInt32(rows.count))
        for row in rows {
            writer.write(row.label)
            writer.write(row.start)
            writer.write(row.count)
            writer.write(row.weight)
            writer.write(row.producer)
            writer.write(row.context)
            writer.write(row.id)
            writer.write(row.shape.rawValue)
            writer.write(row.labelKind.rawValue)
        }
        writer.write(values)
        writer.write(UInt32(entries.count))
        for entry in entries {
            writer.write(entry.name)
            writer.write(entry.value)
            writer.write(entry.kind.rawValue)
        }
        writer.write(UInt32(messages.count))
        for message in messages {
            writer.write(message.producer)
            writer.write(message.epoch)
            writer.write(message.sequence)
            writer.write(message.count)
            writer.write(message.firstRow)
            writer.write(message.rows)
            writer.write(message.firstLabel)
            writer.write(message.labels)
        }
        encodeLabels(into: &writer)
        writer.write(UInt32(refusals.count))
        for refusal in refusals {
            writer.write(refusal.producer)
            writer.write(refusal.reason.rawValue)
            writer.write(UInt64(refusal.count))
            writer.write(refusal.detail)
        }
    }

    /// Reads every column; what points past its column is refused.
    package init(from reader: inout ByteReader) throws(DecodeError) {
        self.init()
        producers.removeAll()
        for _ in 0..<(try reader.read(UInt32.self)) { producers.append(try reader.readText()) }
        for _ in 0..<(try reader.read(UInt32.self)) {
            _ = strings.intern(try reader.readText())
        }
        for _ in 0..<(try reader.read(UInt32.self)) { rows.append(try Row(from: &reader)) }
        values = try reader.readFloats()
        for _ in 0..<(try reader.read(UInt32.self)) { entries.append(try Entry(from: &reader)) }
        for _ in 0..<(try reader.read(UInt32.self)) { messages.append(try Message(from: &reader)) }
        try readLabels(from: &reader)
        for _ in 0..<(try reader.read(UInt32.self)) {
            let producer = try reader.read(UInt16.self)
            guard let reason = RefusalReason(rawValue: try reader.read()) else {
                throw .invalid("a refusal has an unknown reason")
            }
            let count = Int(truncatingIfNeeded: try reader.read(UInt64.self))
            let detail = try reader.readText()
            guard producer < producers.count, (1...1 << 40).contains(count) else {
                throw .invalid("a refusal points past its micro-batch")
            }
            refuse(reason, producer: producer, count: count, detail: detail)
        }
        try validate()
    }

    /// Appends contexts, identifiers and late labels.
    private func encodeLabels(into writer: inout ByteWriter) {
        for table in [contexts, ids] {
            writer.write(UInt32(table.count))
            for number in 0..<UInt32(table.count) { writer.write(table.text(number)) }
        }
        writer.write(UInt32(labels.count))
        for label in labels {
            writer.write(label.id)
            writer.write(label.label)
            writer.write(label.labelKind.rawValue)
            writer.write(label.producer)
            writer.write(label.weight)
            writer.write(label.row)
        }
    }

    /// Reads contexts, identifiers and late labels.
    private mutating func readLabels(from reader: inout ByteReader) throws(DecodeError) {
        for _ in 0..<(try reader.read(UInt32.self)) {
            _ = contexts.intern(try reader.readText())
        }
        for _ in 0..<(try reader.read(UInt32.self)) { _ = ids.intern(try reader.readText()) }
        for _ in 0..<(try reader.read(UInt32.self)) { labels.append(try LateLabel(from: &reader)) }
        guard contexts.count <= MicroBatch.contextsMax + 1 else {
            throw .invalid("a micro-batch of \(contexts.count) contexts")
        }
    }

    private func validate() throws(DecodeError) {
        for row in rows {
            let end = Int(row.start) + Int(row.count)
            let room = row.shape == .positional ? values.count : entries.count
            let texts = 0..<Double(strings.count)
            let label = row.labelKind == .text ? texts.contains(row.label) : true
            guard end <= room, Int(row.producer) < producers.count, label,
                Int(row.context) <= contexts.count, Int(row.id) <= ids.count
            else {
                throw .invalid("a row points past its micro-batch")
            }
        }
        for entry in entries {
            let category =
                entry.kind != .category || entry.value.isNaN
                || (0..<Float(strings.count)).contains(entry.value)
            guard entry.name < UInt32(strings.count), category else {
                throw .invalid("a feature points past its micro-batch")
            }
        }
        var lastRow: UInt32 = 0
        for label in labels {
            let texts = 0..<Double(strings.count)
            let isText = label.labelKind != .text || texts.contains(label.label)
            guard Int(label.id) < ids.count, Int(label.producer) < producers.count, isText,
                label.row <= rows.count, label.row >= lastRow
            else { throw .invalid("a late label points past its micro-batch") }
            lastRow = label.row
        }
        var end = (row: 0, label: 0)
        for message in messages {
            guard Int(message.producer) < producers.count, Int(message.firstRow) >= end.row,
                Int(message.firstLabel) >= end.label
            else { throw .invalid("envelopes of a micro-batch overlap") }
            end = (
                Int(message.firstRow) + Int(message.rows),
                Int(message.firstLabel) + Int(message.labels)
            )
            guard end.row <= rows.count, end.label <= labels.count else {
                throw .invalid("an envelope points past its micro-batch")
            }
        }
    }
}

extension MicroBatch.Row {
    fileprivate init(from reader: inout ByteReader) throws(DecodeError) {
        let label = try reader.readDouble()
        let start = try reader.read(UInt32.self)
        let count = try reader.read(UInt32.self)
        let weight = try reader.readFloat()
        let producer = try reader.read(UInt16.self)
        let context = try reader.read(UInt16.self)
        let id = try reader.read(UInt32.self)
        guard let shape = Shape(rawValue: try reader.read()),
            let labelKind = LabelKind(rawValue: try reader.read())
        else { throw .invalid("a row has an unknown shape or label") }
        self.init(
            label: label,
            labelKind: labelKind,
            start: Int(start),
            count: Int(count),
            weight: weight,
            producer: producer,
            shape: shape,
            context: context,
            id: id
        )
    }
}

extension MicroBatch.Entry {
    fileprivate init(from reader: inout ByteReader) throws(DecodeError) {
        let name = try reader.read(UInt32.self)
        let value = try reader.readFloat()
        guard let kind = FeatureKind(rawValue: try reader.read()) else {
            throw .invalid("a feature has an unknown kind")
        }
        self.init(name: name, value: value, kind: kind)
    }
}

extension MicroBatch.Message {
    fileprivate init(from reader: inout ByteReader) throws(DecodeError) {
        let producer = try reader.read(UInt16.self)
        let epoch = try reader.read(UInt64.self)
        let sequence = try reader.read(UInt64.self)
        let count = try reader.read(UInt32.self)
        let firstRow = try reader.read(UInt32.self)
        let rows = try reader.read(UInt32.self)
        let firstLabel = try reader.read(UInt32.self)
        let labels = try reader.read(UInt32.self)
        self.init(
            producer: producer,
            epoch: epoch,
            sequence: sequence,
            count: count,
            firstRow: Int(firstRow),
            rows: Int(rows),
            firstLabel: Int(firstLabel),
            labels: Int(labels)
        )
    }
}

extension MicroBatch.LateLabel {
    fileprivate init(from reader: inout ByteReader) throws(DecodeError) {
        let id = try reader.read(UInt32.self)
        let label = try reader.readDouble()
        guard let labelKind = LabelKind(rawValue: try reader.read()), labelKind != .none else {
            throw .invalid("a late label has an unknown kind")
        }
        let producer = try reader.read(UInt16.self)
        let weight = try reader.readFloat()
        guard label.isFinite, weight.isNaN || (weight.isFinite && weight >= 0) else {
            throw .invalid("a late label is not finite")
        }
        let row = try reader.read(UInt32.self)
        self.init(
            id: id,
            label: label,
            labelKind: labelKind,
            producer: producer,
            weight: weight,
            row: Int(row)
        )
    }
}
