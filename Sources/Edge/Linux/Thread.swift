// SPDX-License-Identifier: Apache-2.0
//
// Plain threads with names. The data path has no tasks and no actors: a thread owns its sockets and
// its state from beginning to end, and gives values away over rings.

import CLinux
import Glibc

/// A running thread (`pthread_create`).
// The handle never changes, and whether it was joined stands behind a lock.
package final class Thread: @unchecked Sendable {
    private let handle: pthread_t
    private let isJoined = Lock(false)

    /// The name as `ps -L` and a debugger show it, cut to 15 bytes.
    package let name: String

    /// Starts a thread that runs `body`.
    ///
    /// Block the process's signals first, see ``Signals``.
    ///
    /// - Throws: The system's error when there can be no more threads.
    package init(
        _ name: String,
        stackBytes: Int = 8 << 20,
        body: @escaping @Sendable () -> Void
    ) throws(SystemError) {
        self.name = String(decoding: name.utf8.prefix(15), as: UTF8.self)
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        defer { pthread_attr_destroy(&attributes) }
        pthread_attr_setstacksize(&attributes, max(stackBytes, 64 << 10))
        let box = Unmanaged.passRetained(Body(name: self.name, run: body))
        var thread = pthread_t()
        let error = pthread_create(&thread, &attributes, threadMain, box.toOpaque())
        guard error == 0 else {
            box.release()
            throw SystemError(rawValue: error)
        }
        handle = thread
    }

    deinit {
        if !isJoined.withLock({ $0 }) { pthread_detach(handle) }
    }

    /// Waits until the thread has ended; a second call returns at once.
    ///
    /// - Precondition: A thread does not join itself.
    package func join() {
        precondition(pthread_equal(handle, pthread_self()) == 0, "a thread cannot join itself")
        isJoined.withLock { isJoined in
            guard !isJoined else { return }
            pthread_join(handle, nil)
            isJoined = true
        }
    }
}

/// What a thread runs, held from its creation until it has begun.
private final class Body: Sendable {
    let name: String
    let run: @Sendable () -> Void

    init(name: String, run: @escaping @Sendable () -> Void) {
        self.name = name
        self.run = run
    }
}

private func threadMain(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let argument else { return nil }
    let body = Unmanaged<Body>.fromOpaque(argument).takeRetainedValue()
    _ = learnd_thread_name(pthread_self(), body.name)
    body.run()
    return nil
}
