// SPDX-License-Identifier: Apache-2.0
//
// From the rows of a micro-batch to the rows of a block: each row is judged first and written only
// when it fits, so that a refused sample has changed nothing. A row that brings something new (a
// class, a feature, a category) is told apart from one that fits, because the models must grow
// before it and the rows before it must be learned by models that had not grown yet.
//
// What a text of the batch means to the schema is looked up once per batch, not once per row.

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
    private var featureByText: [Int32] = []
    private var classByText: [Int32] = []
    private var columnByCategory: [UInt64: Int32] = [:]

    /// The labels of the run that was found last.
    var runClasses: [Int32] = []
    var runTargets: [Float] = []

    private static let unresolved: Int32 = -2
    private static let absent: Int32 = -1

    /// Makes an admission that has seen no batch.
    package init() {}

    /// Forgets the last batch's texts.
    package mutating func begin(_ batch: MicroBatch) {
        featureByText.removeAll(keepingCapacity: true)
        classByText.removeAll(keepingCapacity: true)
        columnByCategory.removeAll(keepingCapacity: true)
        for _ in 0..<batch.strings.count {
            featureByText.append(Admission.unresolved)
            classByText.append(Admission.unresolved)
        }
    }

    /// Says whether the row fits, needs growth, or must be refused; changes nothing.
    package mutating func judge(
        _ row: MicroBatch.Row,
        of batch: MicroBatch,
        under schema: Schema
    ) -> Judgement {
        guard row.shape == schema.shape else { return .refused(.shape) }
        let label = judgeLabel(row, of: batch, under: schema)
        if case .refused = label { return label }
        switch row.shape {
        case .positional:
            guard Int(row.count) == schema.width else { return .refused(.width) }
            return label
        case .named:
            let features = judgeFeatures(row, of: batch, under: schema)
            return features == .fits ? label : features
        }
    }

    /// Adds what the row brings to the schema.
    ///
    /// Call only when ``judge(_:of:under:)`` said so.
    package mutating func grow(
        _ schema: inout Schema,
        for row: MicroBatch.Row,
        of batch: MicroBatch
    ) {
        if schema.task == .classes, let label = classLabel(of: row, in: batch),
            schema.classes.index(of: label) < 0
        {
            let number = schema.addClass(label)
            if row.labelKind == .text { classByText[Int(row.label)] = number }
        }
        guard row.shape == .named else { return }
        for place in Int(row.start)..<Int(row.start) + Int(row.count) {
            let entry = batch.entries[place]
            guard !entry.value.isNaN else { continue }
            var feature = resolve(feature: entry.name, of: batch, under: schema)
            if feature < 0 {
                let name = batch.strings.text(entry.name)
                feature = schema.addFeature(name, kind: entry.kind)
                featureByText[Int(entry.name)] = feature
            }
            if entry.kind == .category {
                let text = UInt32(entry.value)
                if resolve(category: text, of: feature, in: batch, under: schema) < 0 {
                    schema.addCategory(batch.strings.text(text), to: feature)
                    columnByCategory[Admission.key(feature, text)] = Int32(schema.width - 1)
                }
            }
        }
    }

    /// Writes a row that fits to the end of the block.
    package mutating func append(
        _ row: MicroBatch.Row,
        of batch: MicroBatch,
        under schema: Schema,
        context: Int32 = ContextTable.unknown,
        use: RowUse,
        to block: inout Block
    ) {
        let start = Int(row.start)
        switch row.shape {
        case .positional:
            block.raw.append(contentsOf: batch.values[start..<start + Int(row.count)])
        case .named:
            let base = block.raw.count
            for _ in 0..<schema.width { block.raw.append(.nan) }
            for place in start..<start + Int(row.count) {
                let entry = batch.entries[place]
                guard !entry.value.isNaN else { continue }
                let feature = resolve(feature: entry.name, of: batch, under: schema)
                if entry.kind == .category {
                    for column in schema.features[Int(feature)].columns {
                        block.raw[base + Int(column)] = 0
                    }
                    let column = resolve(
                        category: UInt32(entry.value),
                        of: feature,
                        in: batch,
                        under: schema
                    )
                    if column >= 0 { block.raw[base + Int(column)] = 1 }
                } else {
                    let column = schema.features[Int(feature)].columns[0]
                    block.raw[base + Int(column)] = entry.value
                }
            }
        }
        let classNumber = classNumber(of: row, in: batch, under: schema)
        block.classes.append(classNumber)
        block.targets.append(
            schema.task == .regression && row.labelKind == .number ? Float(row.label) : .nan
        )
        block.weights.append(row.weight)
        block.contexts.append(context)
        block.uses.append(use)
        block.rows += 1
    }
}

extension Admission {
    private func judgeLabel(
        _ row: MicroBatch.Row,
        of batch: MicroBatch,
        under schema: Schema
    ) -> Judgement {
        if row.labelKind == .none || schema.task == .unlabelled { return .fits }
        if schema.task == .regression {
            guard row.labelKind == .number else { return .refused(.label) }
            return Float(row.label).isFinite ? .fits : .refused(.notFinite)
        }
        if row.labelKind == .number, schema.classes.index(ofNumber: row.label) >= 0 {
            return .fits
        }
        guard let label = classLabel(of: row, in: batch) else { return .fits }
        if row.labelKind == .text, classByText[Int(row.label)] >= 0 { return .fits }
        if schema.classes.index(of: label) >= 0 { return .fits }
        return schema.classes.count < schema.limits.classesMax ? .grows : .refused(.classLimit)
    }

    private mutating func judgeFeatures(
        _ row: MicroBatch.Row,
        of batch: MicroBatch,
        under schema: Schema
    ) -> Judgement {
        var added = 0
        for place in Int(row.start)..<Int(row.start) + Int(row.count) {
            let entry = batch.entries[place]
            guard !entry.value.isNaN else { continue }
            let feature = resolve(feature: entry.name, of: batch, under: schema)
            guard feature >= 0 else {
                added += 1
                continue
            }
            let known = schema.features[Int(feature)]
            guard known.kind == entry.kind else { return .refused(.kind) }
            if entry.kind == .category,
                resolve(category: UInt32(entry.value), of: feature, in: batch, under: schema) < 0
            {
                added += 1
            }
        }
        guard added > 0 else { return .fits }
        let fits = schema.width + added <= schema.limits.columnsMax
        return fits ? .grows : .refused(.featureLimit)
    }

    private func classLabel(of row: MicroBatch.Row, in batch: MicroBatch) -> ClassLabel? {
        switch row.labelKind {
        case .none: nil
        case .number: .number(row.label)
        case .boolean: .boolean(row.label != 0)
        case .text: .text(batch.strings.text(UInt32(row.label)))
        }
    }

    private mutating func classNumber(
        of row: MicroBatch.Row,
        in batch: MicroBatch,
        under schema: Schema
    ) -> Int32 {
        guard schema.task == .classes else { return -1 }
        switch row.labelKind {
        case .none: return -1
        case .number: return schema.classes.index(ofNumber: row.label)
        case .boolean: return schema.classes.index(of: .boolean(row.label != 0))
        case .text:
            let text = Int(row.label)
            if classByText[text] < 0 {
                classByText[text] = schema.classes.index(
                    of: .text(batch.strings.text(UInt32(text)))
                )
            }
            return classByText[text]
        }
    }

    private mutating func resolve(
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

    private mutating func resolve(
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

    private static func key(_ feature: Int32, _ text: UInt32) -> UInt64 {
        UInt64(feature) << 32 | UInt64(text)
    }
}
