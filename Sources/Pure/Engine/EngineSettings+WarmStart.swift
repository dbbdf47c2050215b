// SPDX-License-Identifier: Apache-2.0
//
// A learner that starts with tensors of a file. Whoever makes the learner reads the file, once;
// from then on the tensors are part of its settings, and of its checkpoint. A refit begins with
// them, too.

import Consolidation
import Learning
package import Primitives
import Versions

extension EngineSettings {
    /// The longest file that a learner starts from.
    package static let warmStartBytesMax = 256 << 20

    /// Takes the bytes of the file that the settings name.
    ///
    /// - Throws: what is wrong with the file, or does not fit the model, in words.
    package mutating func readWarmStart(_ bytes: [UInt8]) throws(DecodeError) {
        guard var start = warmStart else { return }
        guard bytes.count <= EngineSettings.warmStartBytesMax else {
            throw .invalid("it has more than \(EngineSettings.warmStartBytesMax) bytes")
        }
        let file = try SafetensorsFile(decoding: bytes)
        start.tensors = file.tensors
        _ = try warmContender(from: start, warmTask)
        warmStart = start
    }

    /// Why the tensors do not fit; nil when they do, or were not read yet.
    var warmComplaint: String? {
        guard let start = warmStart, !start.tensors.isEmpty else { return nil }
        do throws(DecodeError) {
            _ = try warmContender(from: start, warmTask)
            return nil
        } catch {
            return "the warm start does not fit: \(error)"
        }
    }

    /// The contender as it is born: of the file's width and outputs, before anything has grown.
    func warmContender(from start: WarmStart, _ task: Task) throws(DecodeError) -> Contender {
        var preparation = Preparation(ownPreparation(for: task))
        preparation.grow(width: start.width)
        if let scaling = start.scaling {
            preparation.start(
                mean: scaling.mean.map(Double.init),
                deviation: scaling.deviation.map(Double.init)
            )
        }
        var contender = contender(preparation, task, outputs: start.outputs)
        try contender.learner.startIfAble(from: start)
        return contender
    }

    /// Why what is held cannot be; nil when it can: models over slots have no scores to compare.
    var holdingComplaint: String? {
        let settings = learnerSettings(for: warmTask)
        let needsScores =
            retention.replay == .scores || retention.ewc > 0 || retention.distil > 0
            || consolidation.recipe.pull != .anchor
        guard needsScores, settings.sparse != nil || settings.model == .factorisation else {
            return nil
        }
        return "models over hashed slots are held by replay of labels or an anchor alone"
    }

    private var warmTask: Task {
        task ?? model?.task ?? (classes.isEmpty ? .regression : .classes)
    }
}
