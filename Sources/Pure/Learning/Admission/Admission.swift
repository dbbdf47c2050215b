// SPDX-License-Identifier: Apache-2.0
//
// From the rows of a micro-batch to the rows of a block: each row is judged first and written only
// when it fits, so that a refused sample has changed nothing. A row that brings something new (a
// class, a feature, a category, more buckets) is told apart from one that fits, because the models
// must grow before it and the rows before it must be learned by models that had not grown yet.
//
// What a text of the batch means to the schema is looked up once per batch, not once per row.

import Kernels
import Primitives
package import Samples

/// What is to be done with a row.
package enum Judgement: Sendable, Equatable {
    /// It fits the schema as it is.
    case fits
    /// It fits once the schema has grown.
    case grows
    /// It can't be learned by this learner.
    case refused(RefusalReason)
}

/// Turns the rows of one micro-batch after another into rows of a block.
package struct Admission: Sendable {
    /// The name of the feature that the last refused row was refused for, if it was one.
    package internal(set) var culprit: String?

    private var featureByText: [Int32] = []
    private var columnByCategory: [UInt64: Int32] = [:]
    var classByText: [Int32] = []

    /// The labels of the run that was found last.
    var runClasses: [Int32] = []
    var runTargets: [Float] = []

    /// The hashed features of the row that was judged last.
    var pairs: [BucketValue] = []
    var tokenByText: [Token?] = []
    var tokenByCategory: [UInt64: Token] = [:]
    var tokenByPlace: [Token] = []
    var cutter = TextCutter()
    /// Room for the bytes of a token.
    var bytes: [UInt8] = []

    private static let unresolved: Int32 = -2
    private static let absent: Int32 = -1

    /// Makes an admission that has seen no batch.
    package init() {}

    /// Forgets the last batch's texts.
    package mutating func begin(_ batch: MicroBatch) {
        featureByText.removeAll(keepingCapacity: true)
        classByText.removeAll(keepingCapacity: true)
        tokenByText.removeAll(keepingCapacity: true)
        columnByCategory.removeAll(keepingCapacity: true)
        tokenByCategory.removeAll(keepingCapacity: true)
        for _ in 0..<batch.strings.count {
            featureByText.append(Admission.unresolved)
            classByText.append(Admission.unresolved)
            tokenByText.append(nil)
        }
    }

    /// Says whether the row fits, needs growth, or must be refused; changes nothing.
    package mutating func judge(
        _ row: MicroBatch.Row,
        of batch: MicroBatch,
        under schema: Schema,
        knowing recollection: Recollection
    ) -> Judgement {
        culprit = nil
        guard row.shape == schema.shape else { return .refused(.shape) }
        if schema.text != nil { return judgeText(row, of: batch, under: schema) }
        let label = judgeLabel(row, of: batch, under: schema)
        if case .refused = label { return label }
        if row.shape == .positional && Int(row.count) != schema.sampleWidth {
            return .refused(.width)
        }
        let classColumns = label == .grows ? schema.columnsOfClass : 0
        var features = Judgement.fits
        if row.shape == .named {
            features = judgeFeatures(row, of: batch, under: schema, added: classColumns)
        } else if classColumns > 0, schema.width + classColumns > schema.limits.columnsMax {
            features = .refused(.featureLimit)
        }
        if case .refused = features { return features }
        if schema.settings.hashing != nil {
            let hashed = judgeTokens(row, of: batch, under: schema, knowing: recollection)
            if hashed != .fits { return hashed }
        }
        return features == .fits ? label : features
    }

    /// Adds what the row brings to the schema.
    ///
    /// Call only when ``judge(_:of:under:knowing:)`` said so of this row.
    package mutating func grow(
        _ schema: inout Schema,
        for row: MicroBatch.Row,
        of batch: MicroBatch
    ) {
        growClasses(of: &schema, for: row, of: batch)
        if schema.isSparse { schema.addSlots(for: pairs.count) }
        guard row.shape == .named, schema.settings.hashing == nil else { return }
        for place in Int(row.start)..<Int(row.start) + Int(row.count) {
            let entry = batch.entries[place]
            guard !entry.value.isNaN else { continue }
            var feature = resolve(feature: entry.name, of: batch, under: schema)
            if feature < 0 {
                let name = batch.strings.text(entry.name)
                feature = schema.addFeature(name, kind: entry.kind)
                featureByText[Int(entry.name)] = feature
            }
            if entry.kind == .category, schema.features[Int(feature)].ngrams == nil {
                let text = UInt32(entry.value)
                if resolve(category: text, of: feature, in: batch, under: schema) < 0 {
                    columnByCategory[Admission.key(feature, text)] =
                        schema.addCategory(batch.strings.text(text), to: feature)
                }
            }
        }
    }

    private mutating func judgeFeatures(
        _ row: MicroBatch.Row,
        of batch: MicroBatch,
        under schema: Schema,
        added columns: Int
    ) -> Judgement {
        var added = columns
        let isHashed = schema.settings.hashing != nil
        for place in Int(row.start)..<Int(row.start) + Int(row.count) {
            let entry = batch.entries[place]
            guard !entry.value.isNaN else { continue }
            let feature = resolve(feature: entry.name, of: batch, under: schema)
            guard feature >= 0 else {
                if schema.settings.isClosed {
                    culprit = batch.strings.text(entry.name)
                    return .refused(.features)
                }
                added += isHashed ? 0 : schema.settings.hasIndicators ? 2 : 1
                continue
            }
            let known = schema.features[Int(feature)]
            guard known.kind == entry.kind else {
                culprit = known.name
                return .refused(.kind)
            }
            if entry.kind == .category, known.ngrams == nil, !isHashed,
                resolve(category: UInt32(entry.value), of: feature, in: batch, under: schema) < 0
            {
                added += 1
            }
        }
        guard added > 0 else { return .fits }
        let fits = schema.isSparse || schema.width + added <= schema.limits.columnsMax
        return fits ? .grows : .refused(.featureLimit)
    }

    mutating func resolve(
        feature text: UInt32,
        of batch: MicroBatch,
        under schema: Schema
    ) -> Int32 {
        let place = Int(text)
        if featureByText[place] == Admission.unresolved {
            featureByText[place] =
                schema.feature(batch.strings.text(text)) ?? Admission.absent
        }
        return featureByText[place]
    }

    mutating func resolve(
        category text: UInt32,
        of feature: Int32,
        in batch: MicroBatch,
        under schema: Schema
    ) -> Int32 {
        let key = Admission.key(feature, text)
        if let column = columnByCategory[key] { return column }
        let categories = schema.features[Int(feature)].categories
        let column = categories[batch.strings.text(text)] ?? Admission.absent
        columnByCategory[key] = column
        return column
    }

    static func key(_ feature: Int32, _ text: UInt32) -> UInt64 {
        UInt64(feature) << 32 | UInt64(text)
    }
}
