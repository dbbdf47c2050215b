// SPDX-License-Identifier: Apache-2.0
//
// What can be wrong with a sample object. The words are made only when somebody will read them: a
// flood of bad samples must not become a flood of texts.

import Primitives
import Samples

/// Why a sample is refused, and where on the tape.
struct SampleFault: Error {
    /// What is wrong.
    enum Problem {
        case unknownField, repeatedField, badIdentifier, longIdentifier, badTime, badContext
        case lateLabel, noFeatures, emptyFeatures, tooWide
        case negativeWeight, badWeight, weightNotFinite
        case badLabel, longLabel, labelNotFinite
        case textFeature, nestedFeature, notFinite, repeatedFeature, longText, tooManyTexts
    }

    let problem: Problem
    let index: Int

    init(_ problem: Problem, at index: Int) {
        self.problem = problem
        self.index = index
    }

    /// The reason under which it is counted.
    var reason: RefusalReason {
        switch problem {
        case .unknownField, .repeatedField, .badIdentifier, .longIdentifier, .badTime: .field
        case .badContext: .context
        case .lateLabel: .lateLabel
        case .noFeatures, .emptyFeatures: .features
        case .tooWide: .tooWide
        case .negativeWeight, .badWeight: .weight
        case .weightNotFinite, .labelNotFinite, .notFinite: .notFinite
        case .badLabel, .longLabel: .label
        case .textFeature, .nestedFeature, .repeatedFeature, .longText: .value
        case .tooManyTexts: .featureLimit
        }
    }

    /// What is wrong in words.
    func detail(_ tape: JSONTape, _ limits: DecodeLimits) -> String {
        let text = tape.description(at: index)
        switch problem {
        case .unknownField:
            return "\(text) is no field of a sample; there are x, y, w, id, t and ctx"
        case .repeatedField: return "the field \(text) appears twice"
        case .badIdentifier: return "id is \(text); it is a text or a whole number"
        case .longIdentifier:
            return "id is a text of more than \(limits.textBytesMax) bytes, \(text)"
        case .badTime: return "t is \(text); it is a number"
        case .badContext: return "ctx is \(text); a context is \(Name.rule)"
        case .lateLabel:
            return "a label without x, and without the id of the sample that it belongs to"
        case .noFeatures: return "x is missing; it is an array or an object of features"
        case .emptyFeatures: return "x is \(text); it is an array or an object of features"
        case .tooWide:
            return "x holds \(tape.elementCount(index)) features; the limit is"
                + " \(limits.featuresMax)"
        case .negativeWeight: return "w is \(text); a weight is 0 or more"
        case .badWeight: return "w is \(text); it is a number"
        case .weightNotFinite: return "w is NaN, infinite or beyond single precision"
        case .badLabel: return "y is \(text); it is a number, true, false, a text or null"
        case .longLabel:
            return "y is a text of more than \(limits.textBytesMax) bytes, \(text)"
        case .labelNotFinite: return "y is NaN, infinite or beyond double precision"
        case .textFeature:
            return "the array x holds the text \(text); only named features may be texts"
        case .nestedFeature: return "x holds \(text) where a value belongs"
        case .notFinite:
            return "a feature is NaN, infinite or beyond single precision (missing is null)"
        case .repeatedFeature: return "the feature \(text) appears twice in x"
        case .longText:
            return "x holds a text of more than \(limits.textBytesMax) bytes, \(text)"
        case .tooManyTexts:
            return "there are more texts in one batch than can be numbered, such as \(text)"
        }
    }
}

extension JSONTape {
    /// The value at `index` in a few words.
    func description(at index: Int) -> String {
        switch kind(index) {
        case .object: "an object"
        case .array: "an array"
        case .text: quotedText(index)
        case .integer: String(integer(index))
        case .unsigned: String(unsigned(index))
        case .number: String(number(index))
        case .yes: "true"
        case .no: "false"
        case .null: "null"
        case .binary: "binary data"
        case .objectEnd, .arrayEnd, .root: "nothing"
        }
    }
}
