// SPDX-License-Identifier: Apache-2.0
//
// Whether contexts share one model or own parts of it, and how many may.

package import Primitives

/// What a context owns of a learner.
package enum Isolation: UInt8, Sendable, CaseIterable {
    /// Nothing: one model for all samples.
    case off = 0
    /// A whole model.
    case experts = 1
    /// The last layer of a network whose other layers all contexts share.
    case heads = 2

    /// The name in configuration and status.
    package var name: String {
        switch self {
        case .off: "off"
        case .experts: "experts"
        case .heads: "heads"
        }
    }
}

/// How a learner keeps its contexts apart.
package struct IsolationSettings: Sendable, Equatable {
    /// The most contexts that own a model, the shared one apart.
    package var expertsMax: Int
    /// When no model is free: how many samples a context must have brought before another gives
    /// way to it.
    package var probation: Int
    /// After how many samples of its own an expert is compared with the others, and gets a head
    /// start from one that does better; 0: never.
    package var trial: Int
    /// Whether the experts are networks that share all layers but the last: heads.
    package var sharesLayers: Bool
    /// How an expert makes features of raw columns.
    package var preparation: PreparationSettings

    /// Makes settings.
    package init(
        expertsMax: Int = 8,
        probation: Int = 50,
        trial: Int = 30,
        sharesLayers: Bool = false,
        preparation: PreparationSettings = PreparationSettings()
    ) {
        self.expertsMax = expertsMax
        self.probation = probation
        self.trial = trial
        self.sharesLayers = sharesLayers
        self.preparation = preparation
    }

    /// Why these settings cannot be used, in one sentence; nil when they can.
    package var problem: String? {
        guard (1...1024).contains(expertsMax) else {
            return "isolation_max is \(expertsMax), but must lie between 1 and 1024"
        }
        guard (1...1 << 20).contains(probation) else {
            return "the probation of a context is \(probation), but must lie between 1 and 1048576"
        }
        guard (0...ExpertRows.rowsMax).contains(trial) else {
            return "the trial of an expert is \(trial), but must lie between 0 and "
                + "\(ExpertRows.rowsMax)"
        }
        guard preparation.scaling != .windowed else {
            return "experts cannot scale by a window; use running scaling, or none"
        }
        return preparation.complaint
    }
}

extension IsolationSettings: ByteCodable {
    /// Appends every setting.
    package func encode(into writer: inout ByteWriter) {
        writer.write(UInt32(expertsMax))
        writer.write(UInt32(probation))
        writer.write(UInt32(trial))
        writer.write(sharesLayers)
        preparation.encode(into: &writer)
    }

    /// Reads every setting.
    package init(from reader: inout ByteReader) throws(DecodeError) {
        expertsMax = Int(try reader.read(UInt32.self))
        probation = Int(try reader.read(UInt32.self))
        trial = Int(try reader.read(UInt32.self))
        sharesLayers = try reader.readFlag()
        preparation = try PreparationSettings(from: &reader)
        if let problem { throw .invalid(problem) }
    }
}
