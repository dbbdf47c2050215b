// SPDX-License-Identifier: Apache-2.0
//
// The short way for what packed streams send: consecutive arrays of the right width, with a label
// that is known (if the task has any) and a weight above zero. Such a run is judged in one tight
// loop and written with one copy; everything else goes row by row through
// ``judge(_:of:under:knowing:)``. Both ways give the same block.

package import Samples

extension Admission {
    /// How many rows from `first` on are plain: they fit as they are and ask nothing special.
    ///
    /// Their labels are kept for ``appendRun(_:from:of:under:to:)``.
    package mutating func plainRun(
        from first: Int,
        to end: Int = .max,
        of batch: MicroBatch,
        under schema: Schema
    ) -> Int {
        guard schema.isPlain, first < batch.rows.count else { return 0 }
        var classes: [Int32] = []
        var targets: [Float] = []
        swap(&classes, &runClasses)
        swap(&targets, &runTargets)
        defer {
            swap(&classes, &runClasses)
            swap(&targets, &runTargets)
        }
        classes.removeAll(keepingCapacity: true)
        targets.removeAll(keepingCapacity: true)
        let width = UInt32(schema.width)
        let task = schema.task
        let rows = batch.rows.span
        var start = rows[first].start
        var lastLabel = Double.nan
        var lastClass: Int32 = -1
        var place = first
        let last = min(end, rows.count)
        while place < last {
            let row = rows[place]
            guard row.shape == .positional, row.count == width, row.start == start,
                row.labelKind == .number || task == .unlabelled, row.weight > 0
            else { break }
            switch task {
            case .classes:
                if row.label != lastLabel {
                    lastClass = schema.classes.index(ofNumber: row.label)
                    lastLabel = row.label
                }
                guard lastClass >= 0 else { return place - first }
                classes.append(lastClass)
            case .regression:
                let target = Float(row.label)
                guard target.isFinite else { return place - first }
                targets.append(target)
            case .unlabelled:
                targets.append(.nan)
            }
            start += width
            place += 1
        }
        return place - first
    }

    /// Writes a plain run to the end of the block; what each row is for, and its context, is the
    /// caller's to add.
    package mutating func appendRun(
        _ count: Int,
        from first: Int,
        of batch: MicroBatch,
        under schema: Schema,
        copiesFeatures: Bool = true,
        to block: inout Block
    ) {
        if copiesFeatures {
            let start = Int(batch.rows[first].start)
            block.raw.append(contentsOf: batch.values[start..<start + count * schema.width])
        }
        if schema.task == .classes {
            block.classes.append(contentsOf: runClasses)
            block.targets.append(contentsOf: repeatElement(.nan, count: count))
        } else {
            block.classes.append(contentsOf: repeatElement(-1, count: count))
            block.targets.append(contentsOf: runTargets)
        }
        block.weights.append(contentsOf: repeatElement(1, count: count))
        let base = block.rows
        var weights = block.weights.mutableSpan
        let rows = batch.rows.span
        for offset in 0..<count {
            weights[base + offset] = rows[first + offset].weight
        }
        block.rows += count
    }
}
