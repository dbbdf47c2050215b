// SPDX-License-Identifier: Apache-2.0
//
// The rules by which consolidations are asked for.

/// What asked for a consolidation.
package enum ConsolidationTrigger: UInt8, Sendable {
    /// A detector's alarm.
    case drift = 0
    /// So many samples.
    case samples = 1
    /// So much time.
    case interval = 2
    /// The operator.
    case command = 3
    /// The model's own schedule.
    case schedule = 4

    /// The word in events and in the registry.
    package var name: String {
        switch self {
        case .drift: "drift"
        case .samples: "samples"
        case .interval: "interval"
        case .command: "command"
        case .schedule: "schedule"
        }
    }
}
