// SPDX-License-Identifier: Apache-2.0
//
// A model of the linear family as bytes. What does not fit its own shape is refused.

package import Primitives

extension LinearModel {
    /// Appends the whole state, with a tag that ``LearnerCoding`` reads.
    package func encode(into writer: inout ByteWriter) {
        writer.write(LearnerCoding.linearFamily)
        settings.encode(into: &writer)
        writer.write(kind.rawValue)
        writer.write(UInt32(width))
        writer.write(UInt32(outputs))
        pull.encode(into: &writer)
        writer.write(rule.progress.0)
        writer.write(rule.progress.1)
        writer.write(values)
        writer.write(first)
        writer.write(second)
        writer.write(anchored)
        importance.encode(into: &writer)
        writer.write(frozen.weights)
        writer.write(frozen.bias)
        mask.encode(into: &writer)
    }

    init(from reader: inout ByteReader) throws(DecodeError) {
        settings = try LearnerSettings(from: &reader)
        guard let kind = ModelKind(rawValue: try reader.read()),
            kind == settings.model || (kind == .softmax && settings.model == .logistic)
        else {
            throw .invalid("a learner's kind does not go with its settings")
        }
        self.kind = kind
        width = Int(try reader.read(UInt32.self))
        outputs = Int(try reader.read(UInt32.self))
        pull = try Anchor(from: &reader)
        rule = Rule(settings)
        let progress = (try reader.readDouble(), try reader.readDouble())
        guard rule.isSound(progress: progress) else {
            throw .invalid("a learner's optimiser cannot have come so far")
        }
        rule.progress = progress
        values = try reader.readFloats()
        first = try reader.readFloats()
        second = try reader.readFloats()
        anchored = try reader.readFloats()
        importance = try Importance(from: &reader)
        frozen = FrozenPart(weights: try reader.readFlag(), bias: try reader.readFlag())
        mask = try PruningMask(from: &reader)
        guard isSound else { throw .invalid("a learner's numbers do not fit its shape") }
        rule.setPull(pull)
    }

    private var isSound: Bool {
        let count = rows * (width + 1)
        let outputsFit =
            switch kind {
            case .linear: outputs == 1
            case .logistic: outputs == 2
            case .svm: outputs >= 2
            case .softmax: outputs >= 1
            // No other kind is linear.
            default: false
            }
        return outputsFit && values.count == count
            && first.count == (rule.momentCount > 0 ? count : 0)
            && second.count == (rule.momentCount > 1 ? count : 0)
            && (importance.shares.isEmpty || importance.shares.count == count)
            && (mask.isEmpty || mask.factors.count == count)
            && anchored.count == (pull == .none ? 0 : count) && pull.l2 <= rule.pullMost
            && isFinite && second.allSatisfy { $0 >= 0 }
    }
}
