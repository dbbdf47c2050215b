// SPDX-License-Identifier: Apache-2.0
//
// A wake-up that can be waited for together with sockets: any thread signals, one thread sleeps.
// Signals that come before they are looked at count as one.

import CLinux
import Glibc

/// A wake-up with a file descriptor (`eventfd`).
package final class EventFD: Sendable {
    /// The descriptor, readable from a signal until ``clear()``.
    package let descriptor: CInt

    /// Makes a wake-up that nobody has signalled.
    ///
    /// - Throws: The system's error when the process can open no more files.
    package init() throws(SystemError) {
        descriptor = learnd_eventfd()
        guard descriptor >= 0 else { throw .last }
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    /// Wakes the thread that waits, now or when it next waits.
    ///
    /// It never blocks.
    package func signal() {
        var one: UInt64 = 1
        // A counter that is full (EAGAIN) is readable anyhow.
        while write(descriptor, &one, 8) < 0, errno == EINTR {}
    }

    /// Takes the signals that have come, so that the descriptor sleeps again.
    ///
    /// - Returns: Whether there were any.
    @discardableResult
    package func clear() -> Bool {
        var count: UInt64 = 0
        while true {
            if read(descriptor, &count, 8) == 8 { return true }
            if errno != EINTR { return false }
        }
    }

    /// Waits for a signal, but at most for `timeout` (nil: for ever), and leaves it there.
    ///
    /// - Returns: Whether there is one. It may be false early, when a signal handler ran.
    package func wait(timeout: Duration?) -> Bool {
        var item = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return poll(&item, 1, timeout.map(\.wholeMilliseconds) ?? -1) > 0
    }
}

extension Duration {
    /// Milliseconds, rounded up, within what a C int can say.
    var wholeMilliseconds: CInt {
        let (seconds, attoseconds) = components
        let (product, overflow) = seconds.multipliedReportingOverflow(by: 1000)
        guard !overflow else { return seconds < 0 ? 0 : CInt.max }
        let rest = (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000
        return CInt(clamping: max(0, product.addingReportingOverflow(rest).partialValue))
    }
}
