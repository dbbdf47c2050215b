// SPDX-License-Identifier: Apache-2.0
//
// What the engine wants done. The shell does it, in this order, and what comes of it returns as an
// input.

package import Consolidation
import Primitives
package import Versions

/// Wishes of one step.
package struct Effects: Sendable {
    /// Versions to make durable and announce.
    package var versions: [VersionDraft] = []
    /// Jobs for the worker.
    package var jobs: [Job] = []
    /// Jobs to give up.
    package var cancelledJobs: [UInt64] = []
    /// Whether the state is to be kept.
    package var wantsCheckpoint = false
    /// What to tell the world.
    package var events: [EngineEvent] = []
    /// The answer to a command.
    package var outcome: CommandOutcome?

    /// Makes no wishes.
    package init() {}

    /// Forgets the wishes, but keeps the room.
    package mutating func removeAll() {
        versions.removeAll(keepingCapacity: true)
        jobs.removeAll(keepingCapacity: true)
        cancelledJobs.removeAll(keepingCapacity: true)
        wantsCheckpoint = false
        events.removeAll(keepingCapacity: true)
        outcome = nil
    }
}
