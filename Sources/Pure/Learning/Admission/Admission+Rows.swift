// SPDX-License-Identifier: Apache-2.0
//
// Writing rows: what the sample says goes to its columns, then what is known beside it.

import Kernels
import Primitives
package import Samples

extension Admission {
    /// Gives the rows of a model that only predicts as many slots as the row needs that was judged
    /// last.
    package func widen(_ schema: inout Schema) {
        if schema.isSparse { schema.addSlots(for: pairs.count) }
    }

    /// Writes a row that fits to the end of the block, and remembers what it brings.
    ///
    /// A feature or category that the schema does not have is left out, so that a row can be
    /// predicted by a model that has not grown for it.
    ///
    /// - Precondition: ``judge(_:of:under:knowing:)`` has judged this row last.
    package mutating func append(
        _ row: MicroBatch.Row,
        of batch: MicroBatch,
        under schema: Schema,
        knowing recollection: inout Recollection,
        context: Int32 = ContextTable.unknown,
        use: RowUse,
        to block: inout Block
    ) {
        if schema.isPlain {
            let start = Int(row.start)
            block.raw.append(contentsOf: batch.values[start..<start + Int(row.count)])
        } else if schema.text != nil {
            appendText(row, of: batch, to: &block)
        } else {
            write(row, of: batch, under: schema, knowing: &recollection, to: &block.raw)
        }
        let classNumber = classNumber(of: row, in: batch, under: schema)
        let target: Float =
            schema.task == .regression && row.labelKind == .number ? Float(row.label) : .nan
        if classNumber >= 0 {
            recollection.note(label: Float(classNumber))
        } else if !target.isNaN {
            recollection.note(label: target)
        }
        block.classes.append(classNumber)
        block.targets.append(target)
        block.weights.append(row.weight)
        block.contexts.append(context)
        block.uses.append(use)
        block.rows += 1
    }

    private mutating func write(
        _ row: MicroBatch.Row,
        of batch: MicroBatch,
        under schema: Schema,
        knowing recollection: inout Recollection,
        to raw: inout [Float]
    ) {
        let base = raw.count
        for _ in 0..<schema.width { raw.append(.nan) }
        if schema.isSparse {
            for (slot, pair) in pairs.enumerated() where slot < schema.slots {
                raw[base + 2 * slot] = Float(pair.bucket)
                raw[base + 2 * slot + 1] = pair.value
            }
            return
        }
        if let hashing = schema.settings.hashing {
            for bucket in 0..<hashing.buckets { raw[base + bucket] = 0 }
            for pair in pairs { raw[base + pair.bucket] = pair.value }
        } else if row.shape == .positional {
            writeArray(row, of: batch, under: schema, to: &raw, at: base)
        }
        if row.shape == .named {
            writeNamed(row, of: batch, under: schema, to: &raw, at: base)
        }
        recollection.fill(base..<base + schema.width, of: &raw)
        writeLags(of: schema, knowing: recollection, to: &raw, at: base)
    }

    private func writeArray(
        _ row: MicroBatch.Row,
        of batch: MicroBatch,
        under schema: Schema,
        to raw: inout [Float],
        at base: Int
    ) {
        let width = schema.sampleWidth
        for index in 0..<width {
            let value = batch.values[Int(row.start) + index]
            raw[base + index] = value
            if schema.settings.hasIndicators { raw[base + width + index] = value.isNaN ? 1 : 0 }
        }
    }

    private mutating func writeNamed(
        _ row: MicroBatch.Row,
        of batch: MicroBatch,
        under schema: Schema,
        to raw: inout [Float],
        at base: Int
    ) {
        if schema.settings.hasIndicators {
            for feature in schema.features { raw[base + Int(feature.indicator)] = 1 }
        }
        for place in Int(row.start)..<Int(row.start) + Int(row.count) {
            let entry = batch.entries[place]
            guard !entry.value.isNaN else { continue }
            let number = resolve(feature: entry.name, of: batch, under: schema)
            guard number >= 0 else { continue }
            let feature = schema.features[Int(number)]
            if feature.indicator >= 0 { raw[base + Int(feature.indicator)] = 0 }
            guard let first = feature.places.first else { continue }
            if let ngrams = feature.ngrams {
                let text = batch.strings.text(UInt32(entry.value))
                let start = base + Int(first)
                for bucket in 0..<feature.buckets { raw[start + bucket] = 0 }
                cutTokens(text, ngrams, prefix: nil) { token in
                    raw[start + token.bucket(of: feature.buckets)] += token.sign
                }
            } else if entry.kind == .category {
                for column in feature.places { raw[base + Int(column)] = 0 }
                let column = resolve(
                    category: UInt32(entry.value),
                    of: number,
                    in: batch,
                    under: schema
                )
                if column >= 0 { raw[base + Int(column)] = 1 }
            } else {
                raw[base + Int(first)] = entry.value
            }
        }
    }

    private func writeLags(
        of schema: Schema,
        knowing recollection: Recollection,
        to raw: inout [Float],
        at base: Int
    ) {
        for (number, places) in schema.lagPlaces.enumerated() {
            for (index, place) in places.enumerated() {
                let label = recollection.label(schema.settings.labelLags[index])
                let value =
                    schema.task == .regression || label.isNaN
                    ? label : Int(label) == number ? 1 : 0
                raw[base + Int(place)] = value
            }
        }
    }
}
