// SPDX-License-Identifier: Apache-2.0
//
// Entries with fields in systemd's journal.

import CSystemd
import Glibc

/// systemd's journal.
package enum Journal {
    /// Whether what this process writes to its standard error goes to the journal, so that entries
    /// with fields may take its place (`JOURNAL_STREAM`).
    package static var isStandardError: Bool {
        guard let stream = unsafe getenv("JOURNAL_STREAM") else { return false }
        let parts = unsafe String(cString: stream).split(separator: ":")
        var file = stat()
        guard parts.count == 2, unsafe fstat(STDERR_FILENO, &file) == 0 else { return false }
        return UInt64(parts[0]) == UInt64(file.st_dev) && UInt64(parts[1]) == UInt64(file.st_ino)
    }

    /// Writes an entry (`sd_journal_sendv`).
    ///
    /// The fields get the prefix `LEARND_`, so that they never take the place of one that the
    /// journal knows.
    /// - Returns: Whether the journal took it.
    @discardableResult
    package static func send(
        priority: Int,
        message: String,
        fields: [(String, String)] = []
    ) -> Bool {
        var entries = ["MESSAGE=\(message)", "PRIORITY=\(priority)", "SYSLOG_IDENTIFIER=learnd"]
        for (name, value) in fields { entries.append("\(fieldName(name))=\(value)") }
        var bytes: [UInt8] = []
        var lengths: [Int] = []
        for entry in entries {
            bytes.append(contentsOf: entry.utf8)
            lengths.append(entry.utf8.count)
        }
        let result = unsafe bytes.withUnsafeMutableBytes { raw in
            var vectors: [iovec] = unsafe []
            var offset = 0
            for length in lengths {
                let start = unsafe raw.baseAddress.map { unsafe $0 + offset }
                unsafe vectors.append(iovec(iov_base: start, iov_len: length))
                offset += length
            }
            return unsafe sd_journal_sendv(vectors, CInt(vectors.count))
        }
        return result == 0
    }

    /// A name as the journal allows it: A-Z, 0-9 and _, at most 64 bytes.
    package static func fieldName(_ name: String) -> String {
        let bytes = name.utf8.prefix(57).map { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"): byte - 32
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): byte
            default: UInt8(ascii: "_")
            }
        }
        return "LEARND_" + String(decoding: bytes, as: UTF8.self)
    }
}
