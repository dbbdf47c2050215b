// SPDX-License-Identifier: Apache-2.0
//
// Where words go: results to standard output, progress and complaints to standard error. Lines are
// gathered and written in one piece, unless somebody is to see them at once.

import Glibc
import Storage

/// Standard output and standard error, or what stands for them in a test.
final class Console {
    /// Whether a person sees standard error, so that a progress bar makes sense.
    let showsProgress: Bool
    private let writeOutput: ([UInt8]) -> Void
    private let writeError: ([UInt8]) -> Void
    private var pending: [UInt8] = []
    private var hasProgress = false
    private static let pendingMax = 1 << 16

    init(
        showsProgress: Bool,
        output: @escaping ([UInt8]) -> Void,
        error: @escaping ([UInt8]) -> Void
    ) {
        self.showsProgress = showsProgress
        writeOutput = output
        writeError = error
    }

    /// The console of this process.
    static func ofThisProcess() -> Console {
        Console(
            showsProgress: isatty(2) == 1,
            output: { write($0, to: OpenFile(descriptor: 1, path: "standard output")) },
            error: { write($0, to: OpenFile(descriptor: 2, path: "standard error")) }
        )
    }

    /// Writes a line to standard output.
    func line(_ text: String = "") {
        pending.append(contentsOf: text.utf8)
        pending.append(UInt8(ascii: "\n"))
        if pending.count >= Console.pendingMax { flush() }
    }

    /// Writes lines to standard output.
    func lines(_ lines: [String]) {
        for text in lines { line(text) }
    }

    /// Writes bytes to standard output as they are.
    func bytes(_ bytes: [UInt8]) {
        flush()
        writeOutput(bytes)
    }

    /// Brings what was written before the reader's eyes.
    func flush() {
        guard !pending.isEmpty else { return }
        writeOutput(pending)
        pending.removeAll(keepingCapacity: true)
    }

    /// Writes a line to standard error at once.
    func complain(_ text: String) {
        flush()
        clearProgress()
        writeError(Array((text + "\n").utf8))
    }

    /// Writes over the last line of a terminal.
    func progress(_ text: String) {
        guard showsProgress else { return }
        hasProgress = true
        writeError(Array("\r\(text)\u{1B}[K".utf8))
    }

    /// Takes the progress away, so that other words find an empty line.
    func clearProgress() {
        guard hasProgress else { return }
        hasProgress = false
        writeError(Array("\r\u{1B}[K".utf8))
    }

    private static func write(_ bytes: [UInt8], to file: OpenFile) {
        var offset = 0
        // A reader that has gone is no reason to complain: there is nobody to read it.
        while offset < bytes.count,
            let taken = try? SystemFileSystem().write(bytes, from: offset, to: file), taken > 0
        {
            offset += taken
        }
    }
}
