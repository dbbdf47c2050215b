// SPDX-License-Identifier: Apache-2.0
//
// What is to be smaller in a published version than in the model that learns, and how much worse it
// may be for that. docs/compression.md says when each is right.

package import Primitives

/// In what form the weights of a version are stored.
package enum WeightForm: UInt8, Sendable, CaseIterable {
    /// Single precision: as they are.
    case float32 = 0
    /// Half precision.
    case float16 = 1
    /// Whole numbers of one byte, with a scale for each output.
    case int8 = 2

    /// The word in the configuration, in manifests and in artifacts.
    package var name: String {
        switch self {
        case .float32: "float32"
        case .float16: "float16"
        case .int8: "int8"
        }
    }
}

/// How versions are compressed.
package struct CompressionSettings: Sendable, Equatable {
    /// In what form weights are stored.
    package var weights = WeightForm.float32
    /// The share of each matrix that is set to 0: its smallest weights.
    package var prune = 0.0
    /// The share of the hidden units of a network that a consolidation removes.
    package var pruneUnits = 0.0
    /// The share of the weights of each output that is kept: the largest.
    package var topK = 1.0
    /// How much worse, relatively, a compressed version may be than the model.
    package var tolerance = 0.02
    /// Whether weights that a consolidation has pruned stay at 0 while learning goes on.
    package var keepsPruned = false

    /// The largest share that may be pruned.
    package static let pruneMost = 0.95

    /// Makes the defaults: nothing is compressed.
    package init() {}

    /// Whether a version may differ from the model.
    package var isActive: Bool { weights != .float32 || prune > 0 || topK < 1 }

    /// What is wrong with the settings, if anything.
    package var complaint: String? {
        let most = CompressionSettings.pruneMost
        for (name, share) in [("prune", prune), ("prune_units", pruneUnits)]
        where !(0...most).contains(share) {
            return "\(name) is \(share), but must be 0 to \(most)"
        }
        if !(topK > 0 && topK <= 1) {
            return "top_k is \(topK), but must be above 0 and at most 1, which keeps all"
        }
        if !(tolerance >= 0 && tolerance.isFinite) {
            return "the tolerance of publishing is \(tolerance), but must be 0 or more"
        }
        if keepsPruned, prune == 0 {
            return "keep_pruned keeps what prune sets to 0, and prune is 0; set publish.prune, too"
        }
        return nil
    }
}

extension CompressionSettings: ByteCodable {
    /// Appends every setting.
    package func encode(into writer: inout ByteWriter) {
        writer.write(weights.rawValue)
        for number in [prune, pruneUnits, topK, tolerance] { writer.write(number) }
        writer.write(keepsPruned)
    }

    /// Reads every setting.
    package init(from reader: inout ByteReader) throws(DecodeError) {
        guard let weights = WeightForm(rawValue: try reader.read()) else {
            throw .invalid("the weights of versions are stored in an unknown form")
        }
        self.weights = weights
        prune = try reader.readDouble()
        pruneUnits = try reader.readDouble()
        topK = try reader.readDouble()
        tolerance = try reader.readDouble()
        keepsPruned = try reader.readFlag()
        if let complaint { throw .invalid(complaint) }
    }
}
