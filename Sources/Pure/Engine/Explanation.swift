// SPDX-License-Identifier: Apache-2.0
//
// A refusal in words: what came, what the learner takes, and what to do. It is made for the first
// sample of a kind in a micro-batch only.

package import Learning
package import Samples

/// Says why a sample does not fit a learner.
package enum Explanation {
    /// One sentence for the refused event and the log.
    package static func text(
        for reason: RefusalReason,
        row: MicroBatch.Row,
        schema: Schema,
        feature: String? = nil
    ) -> String {
        switch reason {
        case .shape where schema.text != nil, .kind where schema.text != nil,
            .features where schema.text != nil:
            "x must be an object with the text \"\(schema.text ?? "")\" and nothing else; "
                + "set text.name if the text has another name"
        case .shape:
            schema.shape == .named
                ? "an array came, but this learner takes named features; send objects"
                : "named features came, but this learner takes arrays of \(schema.sampleWidth)"
        case .width:
            "an array of \(row.count) came, but this learner takes \(schema.sampleWidth); "
                + "reset it to change the width"
        case .kind:
            "the feature \(feature ?? "") changed its kind (number, boolean, or a text)"
        case .features:
            "the feature \(feature ?? "") is not declared; declare it, or set schema = \"open\""
        case .value where feature != nil:
            "the value at \(feature ?? "") of the array is no identifier; send whole numbers "
                + "from 0 to 16777215"
        case .featureLimit where schema.isSparse:
            "the sample has more different features than the limit of "
                + "\(schema.settings.hashing?.slotsMax ?? 0); raise hash_slots"
        case .featureLimit:
            "\(schema.width) columns are in use and the limit is \(schema.limits.columnsMax); "
                + "raise features_max"
        case .label:
            "the label is no number, but the task is \(schema.task.name); "
                + "reset the learner with another task if that is wrong"
        case .classLimit:
            "\(schema.classes.count) classes are in use and the limit is "
                + "\(schema.limits.classesMax); raise classes_max"
                + (schema.isSparse && schema.limits.classesMax == 2
                    ? ", or set another model: a factorisation machine tells two apart" : "")
        case .notFinite:
            "the label \(row.label) is beyond single precision"
        case .duplicate:
            "a sample with the same id waits for its label already; give each its own"
        default:
            reason.name
        }
    }
}
