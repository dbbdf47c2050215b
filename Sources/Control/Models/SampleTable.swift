// SPDX-License-Identifier: Apache-2.0
//
// Samples of a file as a micro-batch for a kept learner: by place for a positional learner, by name
// for a named one. A value is read as the kind that the learner knows its feature by, since a file
// may have no way to say which it is. What the learner makes of the samples is then its own affair.

import Learning
import Primitives
import Samples

/// Fills a micro-batch with samples that are to be predicted.
struct SampleFiller {
    /// The samples so far.
    private(set) var batch = MicroBatch()
    private let schema: Schema

    init(_ schema: Schema) {
        self.schema = schema
    }

    /// Forgets the samples.
    mutating func removeAll() { batch.removeAll() }

    /// Adds a number of an array; NaN is missing.
    mutating func put(_ number: Float) {
        batch.values.append(number)
    }

    /// Adds a named value; one that the feature cannot have is missing.
    mutating func put(_ value: JSONValue, of feature: String) {
        let number: (value: Float, kind: FeatureKind)
        switch schema.kind(of: feature) ?? SampleFiller.kind(of: value) {
        case .category:
            if value == .null { return }
            let text = batch.strings.intern(value.text ?? value.jsonText)
            number = (Float(text), .category)
        case .number, .boolean:
            guard let plain = SampleFiller.number(value) else { return }
            number = (plain, schema.kind(of: feature) ?? SampleFiller.kind(of: value))
        }
        let name = batch.strings.intern(feature)
        batch.entries.append(.init(name: name, value: number.value, kind: number.kind))
    }

    /// Ends a sample, of a context if it has one.
    mutating func endRow(context: String? = nil) {
        let last = batch.rows.last.map { Int($0.start) + Int($0.count) } ?? 0
        let end = schema.shape == .named ? batch.entries.count : batch.values.count
        batch.rows.append(
            MicroBatch.Row(
                label: 0,
                labelKind: .none,
                start: last,
                count: end - last,
                weight: 1,
                producer: 0,
                shape: schema.shape,
                context: context.map { batch.context($0) } ?? 0
            )
        )
    }

    private static func kind(of value: JSONValue) -> FeatureKind {
        if value.flag != nil { return .boolean }
        return value.double == nil ? .category : .number
    }

    /// The number or the truth that a value is, or that a text spells.
    private static func number(_ value: JSONValue) -> Float? {
        if let number = value.double { return Float(number) }
        switch value.flag ?? (value.text?.lowercased()).flatMap({ Bool($0) }) {
        case let flag?: return flag ? 1 : 0
        case nil: return nil
        }
    }
}
