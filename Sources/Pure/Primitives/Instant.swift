// SPDX-License-Identifier: Apache-2.0
//
// Time as the engine knows it: nanoseconds that an incarnation has lived. It starts at zero, never
// jumps, and goes on where the checkpoint left it, so that no deadline depends on a wall clock.

/// A point in the life of an incarnation.
package struct Instant: Sendable, Hashable, Comparable {
    /// Nanoseconds lived since the incarnation began.
    package var nanoseconds: Int64

    /// The moment at which the incarnation began.
    package static let start = Instant(nanoseconds: 0)

    /// Makes the instant that lies `nanoseconds` after the start.
    package init(nanoseconds: Int64) {
        self.nanoseconds = nanoseconds
    }

    /// Earlier instants come first.
    package static func < (left: Instant, right: Instant) -> Bool {
        left.nanoseconds < right.nanoseconds
    }

    /// The instant `duration` later.
    package static func + (instant: Instant, duration: Duration) -> Instant {
        Instant(nanoseconds: instant.nanoseconds + duration.wholeNanoseconds)
    }

    /// The time from `right` to `left`.
    package static func - (left: Instant, right: Instant) -> Duration {
        .nanoseconds(left.nanoseconds - right.nanoseconds)
    }
}

extension Duration {
    /// The duration in nanoseconds, rounded towards zero; it traps beyond 292 years.
    package var wholeNanoseconds: Int64 {
        let (seconds, attoseconds) = components
        return seconds * 1_000_000_000 + attoseconds / 1_000_000_000
    }

    /// The duration in seconds.
    package var inSeconds: Double { Double(wholeNanoseconds) / 1e9 }
}
