// SPDX-License-Identifier: Apache-2.0
//
// Text for whoever started the daemon.

import Glibc

/// Standard output and standard error.
enum Terminal {
    /// Writes the text; a reader that has gone is no error.
    static func write(_ text: String, to descriptor: Int32) {
        let bytes = Array(text.utf8)
        var written = 0
        while written < bytes.count {
            let count = unsafe bytes.withUnsafeBytes {
                unsafe Glibc.write(
                    descriptor,
                    $0.baseAddress?.advanced(by: written),
                    bytes.count - written
                )
            }
            guard count > 0 else { return }
            written += count
        }
    }
}
