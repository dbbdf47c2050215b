// SPDX-License-Identifier: Apache-2.0
//
// Which rows of the whole stream a memory keeps beside the recent window. All of them are bounded,
// and each says with which probability a row is kept; docs/memory.md says when which is right.

/// What the long part of a memory keeps.
package enum MemoryPolicy: UInt8, Sendable, CaseIterable {
    /// Every row of the stream with the same probability.
    case reservoir = 0
    /// As many rows of each class; of one class every row with the same probability.
    case balanced = 1
    /// The newest rows: the recent window is so much longer, and there is no long part.
    case recent = 2
    /// As many rows of each context; of one context every row with the same probability.
    case contexts = 3
    /// Rows that the champion predicted badly, up to four times as likely as others.
    case loss = 4

    /// The policy as configuration and status name it.
    package var name: String {
        switch self {
        case .reservoir: "reservoir"
        case .balanced: "balanced"
        case .recent: "recent"
        case .contexts: "contexts"
        case .loss: "loss"
        }
    }
}
