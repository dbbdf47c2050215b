// SPDX-License-Identifier: Apache-2.0
//
// Labels without features: they are judged as the label of a row is, and grow only the classes.

package import Samples

extension Admission {
    /// Says whether the label fits, needs a new class, or must be refused; changes nothing.
    package mutating func judge(
        _ label: MicroBatch.LateLabel,
        of batch: MicroBatch,
        under schema: Schema
    ) -> Judgement {
        let judgement = judgeLabel(label.row(shape: schema.shape), of: batch, under: schema)
        let added = schema.columnsOfClass
        let fits = added == 0 || schema.width + added <= schema.limits.columnsMax
        return judgement == .grows && !fits ? .refused(.featureLimit) : judgement
    }

    /// Adds the label's class to the schema.
    ///
    /// Call only when ``judge(_:of:under:)`` said so.
    package mutating func grow(
        _ schema: inout Schema,
        for label: MicroBatch.LateLabel,
        of batch: MicroBatch
    ) {
        growClasses(of: &schema, for: label.row(shape: schema.shape), of: batch)
    }

    /// The label's class, or -1, and its number, or NaN.
    package mutating func value(
        of label: MicroBatch.LateLabel,
        in batch: MicroBatch,
        under schema: Schema
    ) -> (class: Int32, target: Float) {
        let row = label.row(shape: schema.shape)
        let target =
            schema.task == .regression && label.labelKind == .number ? Float(label.label) : .nan
        return (classNumber(of: row, in: batch, under: schema), target)
    }
}

extension MicroBatch.LateLabel {
    /// A row of this label and no features.
    fileprivate func row(shape: Shape) -> MicroBatch.Row {
        MicroBatch.Row(
            label: label,
            labelKind: labelKind,
            start: 0,
            count: 0,
            weight: 1,
            producer: producer,
            shape: shape
        )
    }
}
