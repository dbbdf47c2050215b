// SPDX-License-Identifier: Apache-2.0
//
// A network learner as bytes. What does not fit its own shape is refused.

import Networks
package import Primitives

extension NetworkLearner {
    /// Appends the whole state, with a tag that ``LearnerCoding`` reads.
    package func encode(into writer: inout ByteWriter) {
        writer.write(LearnerCoding.network)
        settings.encode(into: &writer)
        writer.write(UInt32(width))
        network.encode(into: &writer)
        optimiser.encode(into: &writer)
        pull.encode(into: &writer)
        writer.write(anchored)
        importance.encode(into: &writer)
        mask.encode(into: &writer)
        watch.encode(into: &writer)
    }

    init(from reader: inout ByteReader) throws(DecodeError) {
        let settings = try LearnerSettings(from: &reader)
        guard let choice = settings.network, let rule = NetworkRule(settings.optimiser) else {
            throw .invalid("a network learner has settings without a network")
        }
        self.settings = settings
        self.rule = rule
        stepRows = choice.stepRows
        width = Int(try reader.read(UInt32.self))
        network = try Network(from: &reader)
        let count = network.parameters.count
        optimiser = try NetworkOptimiser(from: &reader, rule, count: count)
        pull = try Anchor(from: &reader)
        anchored = try reader.readFloats()
        importance = try Importance(from: &reader)
        mask = try PruningMask(from: &reader)
        watch = try PlasticityWatch(from: &reader)
        guard network.settings.isNarrowed(from: choice.network), width <= 1 << 22,
            settings.task != .regression || network.outputs == 1,
            anchored.count == (pull == .none ? 0 : count), pull.l2 <= pullMost,
            mask.isEmpty || mask.factors.count == count,
            importance.shares.isEmpty || importance.shares.count == count, isFinite
        else { throw .invalid("a network learner's numbers do not fit its shape") }
    }
}
