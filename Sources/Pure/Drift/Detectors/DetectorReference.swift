// SPDX-License-Identifier: Apache-2.0
//
// Where the `river` package and the paper of a detector disagree, the parameter `reference` says
// who is followed. What differs stands in the header of each detector, and in docs/detectors.md.

/// Whose rule a detector follows.
package enum DetectorReference: UInt8, Sendable, CaseIterable {
    /// The `river` package, version 0.26.1.
    case river = 0
    /// The paper that the detector comes from.
    case paper = 1

    /// How the parameter is written.
    package var name: String {
        switch self {
        case .river: "river"
        case .paper: "paper"
        }
    }
}
