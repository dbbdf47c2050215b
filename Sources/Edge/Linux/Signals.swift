// SPDX-License-Identifier: Apache-2.0
//
// Signals as values. They are blocked before any other thread starts (each thread inherits that),
// and one thread takes them one by one; no code ever runs inside a handler.

import Glibc

/// A signal, by its number.
package struct Signal: RawRepresentable, Sendable, Hashable {
    /// The number.
    package let rawValue: CInt

    /// Takes a number.
    package init(rawValue: CInt) {
        self.rawValue = rawValue
    }

    /// Stop, please (`SIGTERM`).
    package static let terminate = Signal(rawValue: SIGTERM)
    /// Stop, from the keyboard (`SIGINT`).
    package static let interrupt = Signal(rawValue: SIGINT)
    /// Read the configuration again (`SIGHUP`).
    package static let hangUp = Signal(rawValue: SIGHUP)
    /// A reader went away (`SIGPIPE`).
    package static let brokenPipe = Signal(rawValue: SIGPIPE)
    /// For the program's own use (`SIGUSR1`).
    package static let user1 = Signal(rawValue: SIGUSR1)
}

/// Blocking and taking signals.
package enum Signals {
    /// Blocks the signals for this thread and for all that it starts (`pthread_sigmask`).
    ///
    /// Call it before anything that starts a thread.
    package static func block(_ signals: [Signal]) {
        var set = sigset(signals)
        pthread_sigmask(SIG_BLOCK, &set, nil)
    }

    /// Undoes ``block(_:)`` for this thread.
    package static func unblock(_ signals: [Signal]) {
        var set = sigset(signals)
        pthread_sigmask(SIG_UNBLOCK, &set, nil)
    }

    /// Makes the process deaf to a signal, such as ``Signal/brokenPipe``, so that the failed write
    /// is an error like any other.
    package static func ignore(_ signal: Signal) {
        // The returned value is the former handler.
        _ = Glibc.signal(signal.rawValue, SIG_IGN)
    }

    /// Waits for one of the blocked signals, but at most for `timeout` (`sigtimedwait`).
    ///
    /// - Returns: The signal, or nil when the time is over.
    package static func wait(for signals: [Signal], timeout: Duration) -> Signal? {
        var set = sigset(signals)
        let (seconds, attoseconds) = timeout.components
        var time = timespec(
            tv_sec: Int(max(0, seconds)),
            tv_nsec: Int(max(0, attoseconds / 1_000_000_000))
        )
        let number = sigtimedwait(&set, nil, &time)
        return number > 0 ? Signal(rawValue: number) : nil
    }

    private static func sigset(_ signals: [Signal]) -> sigset_t {
        var set = sigset_t()
        sigemptyset(&set)
        for signal in signals { sigaddset(&set, signal.rawValue) }
        return set
    }
}
