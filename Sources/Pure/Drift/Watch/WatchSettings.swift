// SPDX-License-Identifier: Apache-2.0
//
// What is watched beside the learner's own errors and losses, and what becomes of it.

package import Primitives

/// What becomes of a drift that was seen.
package enum WatchAction: UInt8, Sendable, Equatable, CaseIterable {
    /// It is not looked for.
    case off = 0
    /// It is told as a warning.
    case warn = 1
    /// It is told as a drift, which asks for a consolidation.
    case drift = 2
}

/// What is watched beside errors and losses.
package struct WatchSettings: Sendable, Equatable {
    /// The features: level and spread of each column.
    package var features = WatchAction.warn
    /// The labels: frequencies of classes, or level and spread of numbers.
    package var labels = WatchAction.warn
    /// The errors of each context.
    package var contexts = WatchAction.warn
    /// Whether a drift of one producer is told from one of the world.
    package var producers = true
    /// The chance of a false report within 25,600 samples, for each of the four.
    package var delta = 0.05

    /// The most columns that are watched; the first ones.
    package static let columnsMax = 1024

    /// Makes the default settings.
    package init() {}

    /// What is wrong with the settings, if anything.
    package var complaint: String? {
        delta > 0 && delta < 1
            ? nil : "the level of blocks is \(delta), it must lie between 0 and 1"
    }
}

extension WatchSettings: ByteCodable {
    /// Appends each setting.
    package func encode(into writer: inout ByteWriter) {
        for action in [features, labels, contexts] { writer.write(action.rawValue) }
        writer.write(producers)
        writer.write(delta)
    }

    /// Reads each setting.
    package init(from reader: inout ByteReader) throws(DecodeError) {
        features = try WatchAction.read(from: &reader)
        labels = try WatchAction.read(from: &reader)
        contexts = try WatchAction.read(from: &reader)
        producers = try reader.readFlag()
        delta = try reader.readDouble()
    }
}

extension WatchAction {
    fileprivate static func read(from reader: inout ByteReader) throws(DecodeError) -> WatchAction {
        guard let action = WatchAction(rawValue: try reader.read()) else {
            throw .invalid("an unknown action of a watch")
        }
        return action
    }
}
