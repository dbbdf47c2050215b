// SPDX-License-Identifier: Apache-2.0
//
// The rules by which consolidations are asked for.

/// What asked for a consolidation.
package enum ConsolidationTrigger: UInt8, Sendable, CaseIterable {
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
    /// A time of day.
    case calendar = 5
    /// A network that has lost its room to move.
    case plasticity = 6
    /// An adoption that turned out badly.
    case probation = 7

    /// The word in events and in the registry.
    package var name: String {
        switch self {
        case .drift: "drift"
        case .samples: "samples"
        case .interval: "interval"
        case .command: "command"
        case .schedule: "schedule"
        case .calendar: "calendar"
        case .plasticity: "plasticity"
        case .probation: "probation"
        }
    }
}
