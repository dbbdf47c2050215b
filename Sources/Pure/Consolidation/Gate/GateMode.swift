// SPDX-License-Identifier: Apache-2.0
//
// What stands between a challenger and the champion's place. The full gate is what learnd is for;
// the others are for streams too slow for a race, and for comparisons.

/// How much a challenger has to show.
package enum GateMode: UInt8, Sendable, CaseIterable {
    /// That it is not clearly worse on the holdout, and then better on live samples.
    case full = 0
    /// That it is not clearly worse on the holdout.
    case holdout = 1
    /// Nothing but finite weights.
    case open = 2

    /// The word in the configuration.
    package var name: String {
        switch self {
        case .full: "full"
        case .holdout: "holdout"
        case .open: "open"
        }
    }
}
