// SPDX-License-Identifier: Apache-2.0
//
// The label of a row: whether it fits, and which class it is.

import Primitives
import Samples

extension Admission {
    mutating func judgeLabel(
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

    /// Adds the label's class when it is new.
    mutating func growClasses(
        of schema: inout Schema,
        for row: MicroBatch.Row,
        of batch: MicroBatch
    ) {
        guard schema.task == .classes, let label = classLabel(of: row, in: batch),
            schema.classes.index(of: label) < 0
        else { return }
        let number = schema.addClass(label)
        if row.labelKind == .text { classByText[Int(row.label)] = number }
    }

    func classLabel(of row: MicroBatch.Row, in batch: MicroBatch) -> ClassLabel? {
        switch row.labelKind {
        case .none: nil
        case .number: .number(row.label)
        case .boolean: .boolean(row.label != 0)
        case .text: .text(batch.strings.text(UInt32(row.label)))
        }
    }

    mutating func classNumber(
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
}
