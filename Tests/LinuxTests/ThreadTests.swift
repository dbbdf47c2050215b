// SPDX-License-Identifier: Apache-2.0
//
// Threads, locks, wake-ups and signals.

import Glibc
import Linux
import Testing

let patience: Duration = .seconds(20)

@Suite struct ThreadTests {
    @Test func aThreadRunsUnderItsNameAndIsJoined() throws {
        let seen = Lock("")
        let thread = try Thread("a-name-that-is-long") {
            seen.withLock { $0 = currentThreadName() }
        }
        thread.join()
        thread.join()
        #expect(seen.withLock { $0 } == "a-name-that-is-")
        #expect(thread.name == "a-name-that-is-")
    }

    @Test func aThreadThatNobodyJoinsStillRuns() throws {
        let done = try EventFD()
        _ = try Thread("detached") { done.signal() }
        #expect(done.wait(timeout: patience))
    }

    @Test func aLockKeepsThreadsApart() throws {
        let counter = Lock(0)
        let threads = try (0..<4).map { _ in
            try Thread("adder") {
                for _ in 0..<20_000 { counter.withLock { $0 += 1 } }
            }
        }
        for thread in threads { thread.join() }
        #expect(counter.withLock { $0 } == 80_000)
    }

    @Test func aLockIsReleasedWhenItsBodyThrows() throws {
        let lock = Lock([1])
        #expect(throws: SystemError.exists) {
            try lock.withLock { _ throws(SystemError) in throw SystemError.exists }
        }
        #expect(lock.withLock { $0.count } == 1)
    }

    @Test func wakeUpsAddUpToOne() throws {
        let wake = try EventFD()
        #expect(!wake.wait(timeout: .zero))
        wake.signal()
        wake.signal()
        #expect(wake.wait(timeout: nil))
        #expect(wake.clear())
        #expect(!wake.clear())
        #expect(!wake.wait(timeout: .milliseconds(1)))
    }

    @Test func aBlockedSignalIsTakenAsAValue() throws {
        let taken = Lock<[Signal?]>([])
        let thread = try Thread("signals") {
            Signals.block([.user1])
            let before = Signals.wait(for: [.user1], timeout: .zero)
            pthread_kill(pthread_self(), SIGUSR1)
            let after = Signals.wait(for: [.user1], timeout: patience)
            taken.withLock { $0 = [before, after] }
        }
        thread.join()
        #expect(taken.withLock { $0 } == [nil, .user1])
    }
}

func currentThreadName() -> String {
    var buffer = [UInt8](repeating: 0, count: 64)
    let file = open("/proc/thread-self/comm", O_RDONLY)
    defer { close(file) }
    let count = read(file, &buffer, buffer.count)
    return String(decoding: buffer[..<max(0, count - 1)], as: UTF8.self)
}
