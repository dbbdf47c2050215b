// SPDX-License-Identifier: Apache-2.0
//
// What the process asks the system about itself, and random bytes for what must be unique.

import CLinux
import Glibc

/// This process.
package enum Process {
    /// Its number.
    package static var identifier: Int { Int(getpid()) }

    /// Memory that is resident now, in bytes; 0 where `/proc` is not mounted.
    package static func residentBytes() -> Int {
        let file = open("/proc/self/statm", O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return 0 }
        defer { close(file) }
        var buffer = [UInt8](repeating: 0, count: 128)
        let count = read(file, &buffer, buffer.count)
        guard count > 0 else { return 0 }
        let fields = buffer[..<count].split(separator: UInt8(ascii: " "))
        guard fields.count > 1, let pages = Int(String(decoding: fields[1], as: UTF8.self)) else {
            return 0
        }
        return pages * Int(sysconf(CInt(_SC_PAGESIZE)))
    }

    /// How many processors this process may use.
    package static var processorCount: Int { max(1, Int(sysconf(CInt(_SC_NPROCESSORS_ONLN)))) }

    /// The value of an environment variable.
    package static func environment(_ name: String) -> String? {
        getenv(name).map { String(cString: $0) }
    }

    /// Bytes that nobody can guess (`getrandom`).
    package static func randomBytes(_ count: Int) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        var filled = 0
        while filled < count {
            let got = bytes.withUnsafeMutableBytes { raw in
                learnd_getrandom(raw.baseAddress.map { $0 + filled }, UInt(count - filled))
            }
            if got > 0 {
                filled += Int(got)
            } else {
                precondition(errno == EINTR, "the kernel gives random bytes since version 3.17")
            }
        }
        return bytes
    }
}
