// SPDX-License-Identifier: Apache-2.0
//
// Why a sample was not learned: a closed list. Each refusal is counted under one of these, per
// learner and per producer, and changes nothing else.

/// The reason for which a sample or message was refused.
package enum RefusalReason: UInt8, Sendable, CaseIterable, Hashable {
    /// The body is neither JSON, MessagePack nor packed, or is cut short.
    case malformed = 0
    /// The envelope has the wrong size, magic or count.
    case envelope = 1
    /// The body does not match the envelope's CRC-32C.
    case checksum = 2
    /// A sample object has a field that no sample has; a misspelt `y` must not pass unseen.
    case field = 3
    /// The sample has no features, or one that a closed schema does not have.
    case features = 4
    /// A feature is of a kind that cannot be learned from here (a list, or text in an array).
    case value = 5
    /// A feature, label or weight is NaN, infinite or beyond single precision.
    case notFinite = 6
    /// The sample has more features than the limit.
    case tooWide = 7
    /// The array is not as wide as this learner's.
    case width = 8
    /// Named features came to a positional learner, or an array to a named one.
    case shape = 9
    /// A named feature changed its kind.
    case kind = 10
    /// The learner has as many named features, or categories of one, as it may.
    case featureLimit = 11
    /// The label is not of the learner's task.
    case label = 12
    /// The learner has as many classes as it may.
    case classLimit = 13
    /// The weight is negative.
    case weight = 14
    /// The context is not a name.
    case context = 15
    /// A label without features that does not say, by an id, which sample it belongs to.
    case lateLabel = 16
    /// A message that was received before (same producer, epoch and sequence).
    case duplicate = 17
    /// The topic names no learner of this daemon.
    case unknownLearner = 18
    /// The topic is not `learner` or `learner/context`.
    case topic = 19
    /// The message has more than three frames.
    case frames = 20
    /// The sample waited for its label, and none came in time.
    case expired = 21

    /// The name on the wire, in metrics and in the log.
    package var name: String {
        switch self {
        case .malformed: "malformed"
        case .envelope: "envelope"
        case .checksum: "checksum"
        case .field: "field"
        case .features: "features"
        case .value: "value"
        case .notFinite: "not_finite"
        case .tooWide: "too_wide"
        case .width: "width"
        case .shape: "shape"
        case .kind: "kind"
        case .featureLimit: "feature_limit"
        case .label: "label"
        case .classLimit: "class_limit"
        case .weight: "weight"
        case .context: "context"
        case .lateLabel: "late_label"
        case .duplicate: "duplicate"
        case .unknownLearner: "unknown_learner"
        case .topic: "topic"
        case .frames: "frames"
        case .expired: "expired"
        }
    }
}
