// SPDX-License-Identifier: Apache-2.0
//
// The pulse of a thread's loop. systemd's watchdog is fed only while every loop goes round, never
// from a thread that has nothing else to do than to say that all is well.

import Synchronization

/// Counts the turns of one loop.
final class Beat: Sendable {
    /// The thread's name, for the log.
    let name: String
    private let turns = Atomic<UInt64>(0)

    init(_ name: String) {
        self.name = name
    }

    /// Counts a turn.
    func mark() {
        turns.wrappingAdd(1, ordering: .relaxed)
    }

    /// The turns so far.
    var count: UInt64 { turns.load(ordering: .relaxed) }
}
