// SPDX-License-Identifier: Apache-2.0
//
// What a service tells systemd about itself. Without systemd (no NOTIFY_SOCKET) nothing is sent and
// nothing fails.

import CSystemd
import Glibc

/// One thing that a service can say (`sd_notify`).
package enum Notification: Sendable, Equatable {
    /// It has started, or has reloaded.
    case ready
    /// What it is doing, on one line, for `systemctl status`.
    case status(String)
    /// It begins to reload, at this time of the monotonic clock.
    case reloading(monotonicNanoseconds: Int64)
    /// It begins to stop.
    case stopping
    /// It makes progress; due within the watchdog's interval.
    case watchdog
    /// Starting or stopping takes longer: this long from now, and no failure until then.
    case extendTimeout(Duration)

    /// The assignments that systemd reads.
    package var text: String {
        switch self {
        case .ready: return "READY=1"
        case .status(let status):
            let line = status.unicodeScalars.map { $0.value < 0x20 ? " " : String($0) }
            return "STATUS=" + line.joined()
        case .reloading(let nanoseconds):
            return "RELOADING=1\nMONOTONIC_USEC=\(nanoseconds / 1000)"
        case .stopping: return "STOPPING=1"
        case .watchdog: return "WATCHDOG=1"
        case .extendTimeout(let duration):
            let (seconds, attoseconds) = duration.components
            let microseconds = max(0, seconds) * 1_000_000 + attoseconds / 1_000_000_000_000
            return "EXTEND_TIMEOUT_USEC=\(microseconds)"
        }
    }
}

/// The service manager that started this process, if one did.
package enum ServiceManager {
    /// Tells systemd, all in one message (`sd_notify`).
    ///
    /// - Returns: Whether somebody was told.
    @discardableResult
    package static func notify(_ notifications: Notification...) -> Bool {
        unsafe sd_notify(0, notifications.map(\.text).joined(separator: "\n")) > 0
    }

    /// Within which time systemd wants to hear ``Notification/watchdog``; nil: it does not
    /// (`sd_watchdog_enabled`).
    package static var watchdogInterval: Duration? {
        var microseconds: UInt64 = 0
        guard unsafe sd_watchdog_enabled(0, &microseconds) > 0 else { return nil }
        return .microseconds(Int64(clamping: microseconds))
    }
}
