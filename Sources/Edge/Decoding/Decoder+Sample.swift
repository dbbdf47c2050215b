// SPDX-License-Identifier: Apache-2.0
//
// One sample object of a JSON or MessagePack body, or the late label of one. It is refused for the
// first thing that is wrong, looked for in this order: fields, context, id and time, features there
// at all, weight, label, features. A key that appears twice is refused, in a sample as in x: any
// choice between the two would be a guess.

import Primitives
import Samples

/// Texts are numbered in single precision, which is exact up to here.
private let textNumbersMax = 1 << 24

extension Decoder {
    /// Appends the sample at `index`, or refuses it.
    mutating func decodeSample(
        _ tape: JSONTape,
        at index: Int,
        from origin: Origin,
        into batch: inout MicroBatch
    ) {
        let values = batch.values.count
        let entries = batch.entries.count
        do throws(SampleFault) {
            let fields = try SampleFields(tape, at: index)
            try check(fields, tape, object: index)
            let weight = try weight(tape, at: fields.w)
            let kind = try labelKind(tape, at: fields.y)
            guard fields.x != 0 else {
                return appendLabel(fields, tape, kind, weight, from: origin, to: &batch)
            }
            let isNamed = tape.kind(fields.x) == .object
            if isNamed {
                try appendNamed(tape, at: fields.x, to: &batch)
            } else {
                try appendPositional(tape, at: fields.x, to: &batch)
            }
            let start = isNamed ? entries : values
            let end = isNamed ? batch.entries.count : batch.values.count
            batch.rows.append(
                MicroBatch.Row(
                    label: label(tape, at: fields.y, kind, in: &batch),
                    labelKind: kind,
                    start: start,
                    count: end - start,
                    weight: weight,
                    producer: origin.producer,
                    shape: isNamed ? .named : .positional,
                    context: context(fields, tape, from: origin, in: &batch),
                    id: id(tape, at: fields.id, in: &batch).map { $0 + 1 } ?? 0
                )
            )
        } catch {
            batch.values.removeLast(batch.values.count - values)
            batch.entries.removeLast(batch.entries.count - entries)
            batch.refuse(
                error.reason,
                producer: origin.producer,
                detail: error.detail(tape, limits)
            )
        }
    }

    /// Whether the value is a stand-in for a number that JSON cannot say.
    private func isStandIn(_ tape: JSONTape, _ index: Int) -> Bool {
        guard parser.hasStandIns else { return false }
        let kind = tape.kind(index)
        return (kind == .object || kind == .array) && tape.elementCount(index) == 0
    }

    /// Checks the fields that are only carried, and that there are features.
    private func check(
        _ fields: SampleFields,
        _ tape: JSONTape,
        object: Int
    ) throws(SampleFault) {
        if fields.ctx != 0, tape.kind(fields.ctx) != .null {
            let isName =
                tape.kind(fields.ctx) == .text && tape.withText(fields.ctx) { Name.isValid($0) }
            guard isName else { throw SampleFault(.badContext, at: fields.ctx) }
        }
        if fields.id != 0 {
            switch tape.kind(fields.id) {
            case .text:
                guard tape.withText(fields.id, { $0.count }) <= limits.textBytesMax else {
                    throw SampleFault(.longIdentifier, at: fields.id)
                }
            case .integer, .unsigned, .null: break
            default: throw SampleFault(.badIdentifier, at: fields.id)
            }
        }
        if fields.t != 0, tape.kind(fields.t) != .null {
            guard let time = tape.double(fields.t) else {
                throw SampleFault(isStandIn(tape, fields.t) ? .notFinite : .badTime, at: fields.t)
            }
            guard time.isFinite else { throw SampleFault(.notFinite, at: fields.t) }
        }
        guard fields.x != 0 else {
            // A label for a sample that came before, or part of one that was meant to be whole.
            guard fields.y != 0, tape.kind(fields.y) != .null else {
                throw SampleFault(.noFeatures, at: object)
            }
            guard fields.id != 0, tape.kind(fields.id) != .null else {
                throw SampleFault(.lateLabel, at: object)
            }
            return
        }
        switch tape.kind(fields.x) {
        case .array, .object:
            let count = tape.elementCount(fields.x)
            if count == 0 { throw SampleFault(.emptyFeatures, at: fields.x) }
            if count > limits.featuresMax { throw SampleFault(.tooWide, at: fields.x) }
        default: throw SampleFault(.emptyFeatures, at: fields.x)
        }
    }

    /// Appends the label of a sample that came before.
    private func appendLabel(
        _ fields: SampleFields,
        _ tape: JSONTape,
        _ kind: LabelKind,
        _ weight: Float,
        from origin: Origin,
        to batch: inout MicroBatch
    ) {
        guard let id = id(tape, at: fields.id, in: &batch) else { return }
        batch.labels.append(
            MicroBatch.LateLabel(
                id: id,
                label: label(tape, at: fields.y, kind, in: &batch),
                labelKind: kind,
                producer: origin.producer,
                weight: fields.w == 0 ? .nan : weight,
                row: batch.rows.count
            )
        )
    }

    /// What the row carries of its own context, or of the topic's where it has none.
    private func context(
        _ fields: SampleFields,
        _ tape: JSONTape,
        from origin: Origin,
        in batch: inout MicroBatch
    ) -> UInt16 {
        guard fields.ctx != 0, tape.kind(fields.ctx) == .text else { return origin.context }
        return tape.withText(fields.ctx) { batch.context($0) }
    }

    /// The identifier's number in the batch; a whole number is the same as its digits as a text.
    private func id(
        _ tape: JSONTape,
        at index: Int,
        in batch: inout MicroBatch
    ) -> UInt32? {
        guard index != 0 else { return nil }
        switch tape.kind(index) {
        case .text: return tape.withText(index) { batch.ids.intern($0) }
        case .integer: return batch.ids.intern(String(tape.integer(index)))
        case .unsigned: return batch.ids.intern(String(tape.unsigned(index)))
        default: return nil
        }
    }

    private func weight(_ tape: JSONTape, at index: Int) throws(SampleFault) -> Float {
        guard index != 0 else { return 1 }
        guard let number = tape.double(index) else {
            throw SampleFault(isStandIn(tape, index) ? .weightNotFinite : .badWeight, at: index)
        }
        let weight = Float(number)
        guard weight.isFinite else { throw SampleFault(.weightNotFinite, at: index) }
        guard weight >= 0 else { throw SampleFault(.negativeWeight, at: index) }
        return weight
    }

    private func labelKind(_ tape: JSONTape, at index: Int) throws(SampleFault) -> LabelKind {
        guard index != 0 else { return .none }
        switch tape.kind(index) {
        case .null: return .none
        case .integer, .unsigned: return .number
        case .number:
            guard tape.number(index).isFinite else { throw SampleFault(.labelNotFinite, at: index) }
            return .number
        case .yes, .no: return .boolean
        case .text:
            guard tape.withText(index, { $0.count }) <= limits.textBytesMax else {
                throw SampleFault(.longLabel, at: index)
            }
            return .text
        default:
            throw SampleFault(isStandIn(tape, index) ? .labelNotFinite : .badLabel, at: index)
        }
    }

    private func label(
        _ tape: JSONTape,
        at index: Int,
        _ kind: LabelKind,
        in batch: inout MicroBatch
    ) -> Double {
        switch kind {
        case .none: 0
        case .number: tape.double(index) ?? 0
        case .boolean: tape.kind(index) == .yes ? 1 : 0
        case .text: Double(tape.withText(index) { batch.strings.intern($0) })
        }
    }

    private func appendPositional(
        _ tape: JSONTape,
        at array: Int,
        to batch: inout MicroBatch
    ) throws(SampleFault) {
        var index = array + 1
        while true {
            let kind = tape.kind(index)
            let value: Float
            switch kind {
            case .number:
                value = Float(tape.number(index))
                if !value.isFinite { throw SampleFault(.notFinite, at: index) }
            case .integer: value = Float(tape.integer(index))
            case .unsigned: value = Float(tape.unsigned(index))
            case .yes: value = 1
            case .no: value = 0
            case .null: value = .nan
            case .text: throw SampleFault(.textFeature, at: index)
            case .object, .array, .binary:
                throw SampleFault(isStandIn(tape, index) ? .notFinite : .nestedFeature, at: index)
            case .arrayEnd, .objectEnd, .root: return
            }
            batch.values.append(value)
            index += kind == .number || kind == .integer || kind == .unsigned ? 2 : 1
        }
    }

    private mutating func appendNamed(
        _ tape: JSONTape,
        at object: Int,
        to batch: inout MicroBatch
    ) throws(SampleFault) {
        currentRow += 1
        var index = object + 1
        while tape.kind(index) != .objectEnd {
            let name = try intern(tape, index, in: &batch)
            if name >= rowOfName.count {
                let missing = max(Int(name) + 1 - rowOfName.count, 64)
                rowOfName.append(contentsOf: repeatElement(0, count: missing))
            }
            guard rowOfName[Int(name)] != currentRow else {
                throw SampleFault(.repeatedFeature, at: index)
            }
            rowOfName[Int(name)] = currentRow
            let (value, kind) = try feature(tape, at: index + 1, in: &batch)
            batch.entries.append(MicroBatch.Entry(name: name, value: value, kind: kind))
            index = tape.next(index + 1)
        }
    }

    private func feature(
        _ tape: JSONTape,
        at index: Int,
        in batch: inout MicroBatch
    ) throws(SampleFault) -> (Float, FeatureKind) {
        switch tape.kind(index) {
        case .number:
            let value = Float(tape.number(index))
            if !value.isFinite { throw SampleFault(.notFinite, at: index) }
            return (value, .number)
        case .integer: return (Float(tape.integer(index)), .number)
        case .unsigned: return (Float(tape.unsigned(index)), .number)
        case .yes: return (1, .boolean)
        case .no: return (0, .boolean)
        case .null: return (.nan, .number)
        case .text: return (Float(try intern(tape, index, in: &batch)), .category)
        case .object, .array, .binary, .objectEnd, .arrayEnd, .root:
            throw SampleFault(isStandIn(tape, index) ? .notFinite : .nestedFeature, at: index)
        }
    }

    /// The number of the text at `index` among the batch's strings.
    private func intern(
        _ tape: JSONTape,
        _ index: Int,
        in batch: inout MicroBatch
    ) throws(SampleFault) -> UInt32 {
        guard tape.withText(index, { $0.count }) <= limits.textBytesMax else {
            throw SampleFault(.longText, at: index)
        }
        guard batch.strings.count < textNumbersMax else {
            throw SampleFault(.tooManyTexts, at: index)
        }
        return tape.withText(index) { batch.strings.intern($0) }
    }
}
