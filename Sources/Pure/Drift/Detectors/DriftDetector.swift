// SPDX-License-Identifier: Apache-2.0
//
// What a detector is: it eats one number per sample and says whether their level still holds. It
// knows nothing of models. A detector never sees a NaN or an infinity: one would poison its sums
// for good, so whoever feeds it filters first (``DriftWatch`` does). After `.drift` a detector
// starts afresh at the next value; until then its properties still describe the cut.

package import Primitives

/// What a detector says after a value.
package enum DriftVerdict: UInt8, Sendable, Comparable {
    /// Nothing to report.
    case none = 0
    /// The level may have changed; collect what follows.
    case warning = 1
    /// The level has changed.
    case drift = 2

    /// Graver verdicts come later.
    package static func < (left: DriftVerdict, right: DriftVerdict) -> Bool {
        left.rawValue < right.rawValue
    }
}

/// The direction in which a level moved.
package enum DriftChange: UInt8, Sendable {
    /// No change was seen.
    case none = 0
    /// The newer values are larger.
    case rise = 1
    /// The newer values are smaller.
    case fall = 2
}

/// A test for a change in the level of a stream of numbers.
package protocol DriftDetector: Sendable, ByteCodable {
    /// What the detector is called in events and metrics.
    static var name: String { get }
    /// Takes the next value, which must be finite.
    mutating func update(with value: Double) -> DriftVerdict
    /// Forgets all values, but keeps the parameters and the room.
    mutating func restart()
    /// Which way the last reported warning or drift went.
    var lastChange: DriftChange { get }
    /// How many values ago the last reported warning or drift began, by the detector's estimate.
    var samplesSinceOnset: Int { get }
    /// Whether the newest check saw at least a warning.
    var isWarning: Bool { get }
}
