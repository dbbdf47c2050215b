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
        writer.write(pull)
        writer.write(rule.powers.0)
        writer.write(rule.powers.1)
        writer.write(values)
        writer.write(first)
        writer.write(second)
        writer.write(anchored)
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
        pull = try reader.readFloat()
        rule = Rule(settings)
        rule.powers = (try reader.readDouble(), try reader.readDouble())
        values = try reader.readFloats()
        first = try reader.readFloats()
        second = try reader.readFloats()
        anchored = try reader.readFloats()
        guard isSound else { throw .invalid("a learner's numbers do not fit its shape") }
        rule.setPull(pull)
    }

    private var isSound: Bool {
        let count = rows * (width + 1)
        let powers = rule.powers
        let outputsFit =
            switch kind {
            case .linear: outputs == 1
            case .logistic: outputs == 2
            case .softmax: outputs >= 1
            }
        return outputsFit && values.count == count
            && first.count == (rule.momentCount > 0 ? count : 0)
            && second.count == (rule.momentCount > 1 ? count : 0)
            && anchored.count == (pull > 0 ? count : 0)
            && pull >= 0 && pull <= rule.pullMost
            && powers.0 >= 0 && powers.0 <= 1 && powers.1 >= 0 && powers.1 <= 1
            && isFinite && second.allSatisfy { $0 >= 0 }
    }
}
