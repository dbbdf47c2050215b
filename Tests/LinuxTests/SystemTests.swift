// SPDX-License-Identifier: Apache-2.0
//
// Clocks, the process's own figures, random bytes and file locks.

import Glibc
import Linux
import Testing

@Suite struct SystemTests {
    @Test(
        arguments: [
            (0, "1970-01-01T00:00:00.000Z"),
            (951_782_400_000_000_000, "2000-02-29T00:00:00.000Z"),
            (951_868_799_999_999_999, "2000-02-29T23:59:59.999Z"),
            (951_868_800_000_000_000, "2000-03-01T00:00:00.000Z"),
            (1_795_208_612_123_456_789, "2026-11-20T21:03:32.123Z"),
            (4_107_542_400_000_000_000, "2100-03-01T00:00:00.000Z"),
            (-1, "1969-12-31T23:59:59.999Z"),
        ] as [(Int64, String)]
    )
    func wallClockText(nanoseconds: Int64, text: String) {
        #expect(Clock.rfc3339(wallNanoseconds: nanoseconds) == text)
    }

    @Test func clocksRun() {
        let before = Clock.monotonicNanoseconds()
        let cpu = Clock.threadNanoseconds()
        var sum = 0
        for number in 0..<100_000 { sum &+= number ^ (sum << 1) }
        #expect(sum != 1)
        #expect(Clock.monotonicNanoseconds() > before)
        #expect(Clock.threadNanoseconds() > cpu)
        #expect(Clock.processNanoseconds() > 0)
        // 2020 to 2100.
        #expect(
            (1_577_836_800_000_000_000..<4_102_444_800_000_000_000)
                .contains(Clock.wallNanoseconds())
        )
        #expect(Clock.rfc3339Now().count == 24)
    }

    @Test func theProcessKnowsItself() {
        #expect(Process.residentBytes() > 1 << 20)
        #expect(Process.identifier > 0)
        #expect(Process.processorCount >= 1)
        #expect(Process.environment("PATH")?.isEmpty == false)
        #expect(Process.environment("LEARND_NOT_SET") == nil)
    }

    @Test func randomBytesDiffer() {
        let first = Process.randomBytes(32)
        #expect(first.count == 32)
        #expect(first != Process.randomBytes(32))
        #expect(Process.randomBytes(0).isEmpty)
    }

    @Test func aFileIsLockedOnce() throws {
        let unique = Process.randomBytes(8).map { String($0) }.joined(separator: "-")
        let path = "/tmp/learnd-lock-\(Process.identifier)-\(unique)"
        defer { unlink(path) }
        func hold() throws {
            let lock = try FileLock(path: path)
            #expect(throws: FileLockError.held(by: Process.identifier)) {
                _ = try FileLock(path: path)
            }
            _ = consume lock
        }
        try hold()
        // The file is still there, but nobody holds it.
        try hold()
        #expect(throws: FileLockError.system(.noSuchFile)) {
            _ = try FileLock(path: "/nowhere/at/all/lock")
        }
        #expect(FileLockError.held(by: 7).description.contains("7"))
        #expect(FileLockError.system(.noSuchFile).description.contains("No such file"))
    }
}
