// SPDX-License-Identifier: Apache-2.0
//
// What the tests of learnctl share: a console that keeps what it is told, and a folder that goes
// with the test.

import Glibc
import Linux

@testable import Control

/// What a command printed.
final class Screen {
    private(set) var output: [UInt8] = []
    private(set) var errors = ""

    /// The console that writes here.
    var console: Console {
        Console(
            showsProgress: false,
            output: { self.output += $0 },
            error: { self.errors += String(decoding: $0, as: UTF8.self) }
        )
    }

    /// The lines of standard output.
    var lines: [String] {
        String(decoding: output, as: UTF8.self).split(separator: "\n").map(String.init)
    }
}

/// Runs learnctl as the shell would.
func learnctl(_ arguments: [String]) -> (code: ExitCode, screen: Screen) {
    let screen = Screen()
    return (run(arguments, screen.console), screen)
}

/// A folder in /tmp that goes with the value; its path is short enough for sockets.
final class Folder {
    let path: String

    init() {
        let random = Process.randomBytes(6).map { String($0, radix: 16) }.joined()
        path = "/tmp/lctl-\(random)"
        mkdir(path, 0o700)
    }

    deinit {
        guard let directory = opendir(path) else { return }
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { raw in
                String(decoding: raw.prefix { $0 != 0 }, as: UTF8.self)
            }
            unlink(path + "/" + name)
        }
        closedir(directory)
        rmdir(path)
    }

    /// Writes a file and gives its path.
    func file(_ name: String, _ text: String) -> String {
        let path = path + "/" + name
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        let bytes = Array(text.utf8)
        _ = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
        close(descriptor)
        return path
    }
}
