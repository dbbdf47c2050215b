// SPDX-License-Identifier: Apache-2.0
//
// A value behind a mutex. The C library's mutex is used because the thread sanitizer understands it
// (it takes the standard library's for a race), and because it is faster uncontended. Both live on
// the heap at a fixed address for the lock's whole life.

import Glibc

/// A value that one thread at a time may touch (`pthread_mutex_t`).
///
/// Keep what happens inside short: no I/O, no second lock. Locking it again from inside never
/// returns.
// The value is reached only between lock and unlock, so threads take turns at it.
package final class Lock<Value: ~Copyable>: @unchecked Sendable {
    @usableFromInline let mutex: UnsafeMutableRawPointer
    @usableFromInline let value: UnsafeMutablePointer<Value>

    /// Puts `value` behind a lock.
    package init(_ value: consuming sending Value) {
        let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
        mutex.initialize(to: pthread_mutex_t())
        pthread_mutex_init(mutex, nil)
        self.mutex = UnsafeMutableRawPointer(mutex)
        self.value = .allocate(capacity: 1)
        self.value.initialize(to: value)
    }

    deinit {
        value.deinitialize(count: 1)
        value.deallocate()
        let mutex = mutex.assumingMemoryBound(to: pthread_mutex_t.self)
        pthread_mutex_destroy(mutex)
        mutex.deallocate()
    }

    /// Calls `body` with the value while no other thread can see it.
    @inlinable
    package func withLock<Result: ~Copyable, Failure: Error>(
        _ body: (inout sending Value) throws(Failure) -> sending Result
    ) throws(Failure) -> sending Result {
        acquire(mutex)
        defer { release(mutex) }
        return try body(&value.pointee)
    }
}

@usableFromInline
func acquire(_ mutex: UnsafeMutableRawPointer) {
    let result = pthread_mutex_lock(mutex.assumingMemoryBound(to: pthread_mutex_t.self))
    precondition(result == 0, "a lock's mutex lives as long as the lock")
}

@usableFromInline
func release(_ mutex: UnsafeMutableRawPointer) {
    let result = pthread_mutex_unlock(mutex.assumingMemoryBound(to: pthread_mutex_t.self))
    precondition(result == 0, "a lock is released by the thread that took it")
}
