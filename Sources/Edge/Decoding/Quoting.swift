// SPDX-License-Identifier: Apache-2.0
//
// Bytes from outside in a log line: short, on one line, and told apart from our own words.

/// The most bytes of somebody else's text that a refusal repeats.
private let quotedBytesMax = 64

/// The bytes as quoted text, cut short, without control characters.
func quoted(_ bytes: some Collection<UInt8>) -> String {
    let start = String(decoding: bytes.prefix(quotedBytesMax), as: UTF8.self)
    var text = "\""
    for scalar in start.unicodeScalars {
        let isControl = scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value)
        text.unicodeScalars.append(isControl ? "\u{FFFD}" : scalar)
    }
    return text + (bytes.count > quotedBytesMax ? "…\"" : "\"")
}
