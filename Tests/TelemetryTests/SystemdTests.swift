// SPDX-License-Identifier: Apache-2.0
//
// What systemd is told. The environment is changed only in processes of the tests' own.

import Glibc
import Systemd
import Testing

@Suite struct SystemdTests {
    @Test(
        arguments: [
            (.ready, "READY=1"), (.stopping, "STOPPING=1"), (.watchdog, "WATCHDOG=1"),
            (.status("a\nb"), "STATUS=a b"),
            (.reloading(monotonicNanoseconds: 5_000_999), "RELOADING=1\nMONOTONIC_USEC=5000"),
            (.extendTimeout(.milliseconds(1500)), "EXTEND_TIMEOUT_USEC=1500000"),
        ] as [(Notification, String)]
    )
    func notificationTexts(notification: Notification, text: String) {
        #expect(notification.text == text)
    }

    @Test func notificationsArrive() async {
        await #expect(processExitsWith: .success) {
            let path = "/tmp/learnd-notify-\(getpid())"
            unlink(path)
            let receiver = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
            var address = sockaddr_un()
            address.sun_family = sa_family_t(AF_UNIX)
            withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
            let bound = withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    bind(receiver, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
                }
            }
            setenv("NOTIFY_SOCKET", path, 1)
            setenv("WATCHDOG_USEC", "2000000", 1)
            setenv("WATCHDOG_PID", "\(getpid())", 1)
            let told = ServiceManager.notify(.ready, .status("up"))
            var buffer = [UInt8](repeating: 0, count: 100)
            let count = recv(receiver, &buffer, buffer.count, 0)
            unlink(path)
            let text = String(decoding: buffer[..<max(0, count)], as: UTF8.self)
            precondition(bound == 0 && told, "somebody is told")
            precondition(text == "READY=1\nSTATUS=up", "the text arrives")
            precondition(ServiceManager.watchdogInterval == .seconds(2), "the interval is read")
        }
    }

    @Test func withoutSystemdNothingHappens() async {
        await #expect(processExitsWith: .success) {
            unsetenv("NOTIFY_SOCKET")
            unsetenv("WATCHDOG_USEC")
            unsetenv("JOURNAL_STREAM")
            precondition(!ServiceManager.notify(.watchdog), "nobody is told")
            precondition(ServiceManager.watchdogInterval == nil, "there is no watchdog")
            precondition(!Journal.isStandardError, "there is no journal")
        }
    }

    @Test func theJournalIsRecognised() async {
        await #expect(processExitsWith: .success) {
            var file = stat()
            fstat(STDERR_FILENO, &file)
            setenv("JOURNAL_STREAM", "\(file.st_dev):\(file.st_ino)", 1)
            precondition(Journal.isStandardError, "the device and the inode are those")
            setenv("JOURNAL_STREAM", "\(file.st_dev):\(file.st_ino + 1)", 1)
            precondition(!Journal.isStandardError, "another file is another")
        }
    }

    @Test func fieldNamesAreTheJournals() {
        #expect(Journal.fieldName("learner") == "LEARND_LEARNER")
        #expect(Journal.fieldName("p99 (µs)") == "LEARND_P99____S_")
        #expect(Journal.fieldName(String(repeating: "a", count: 100)).utf8.count == 64)
    }
}
