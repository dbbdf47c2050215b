// SPDX-License-Identifier: Apache-2.0
//
// `learnctl backup` and `restore`: the whole state in one file, and back.

import Primitives
import Storage

extension Command {
    static let backup = Command(
        name: "backup",
        summary: "save the whole state of the running daemon into one file",
        words: [WordRule("FILE")],
        details: ["The file is a tar archive with the SHA-256 of each of its entries."]
    ) { arguments, console throws(Failure) in
        let path = arguments.words[0]
        var link = try DaemonLink.open(arguments)
        let answer = try link.ask("backup", within: .seconds(120))
        guard let bytes = answer.bytes, Int64(bytes.count) == answer.ok["bytes"]?.integer else {
            throw Failure(.failed, "the backup did not come whole", remedy: "try again")
        }
        try OutputFile.write(bytes, to: path)
        console.line("\(Figures.size(Int64(bytes.count))) written to \(path)")
        return .done
    }

    static let restore = Command(
        name: "restore",
        summary: "unpack a backup into the state directory of a stopped daemon",
        words: [WordRule("FILE")],
        options: [
            OptionRule("--state", "DIR", help: "the state directory"),
            OptionRule("--replace", help: "move what is there into DIR/replaced-..."),
        ],
        details: [
            "Without --state, that is STATE_DIRECTORY, else the XDG state directory; for the "
                + "service of systemd it is /var/lib/learnd. The result is a new incarnation: "
                + "consumers start afresh, because numbers after the backup may have meant "
                + "other bytes.",
            "Files then belong to the user who restored them: see docs/operations.md.",
        ],
        needsDaemon: false
    ) { arguments, console throws(Failure) in
        guard arguments.text("--state") != "" else { throw .usage("--state names no directory") }
        do throws(StorageError) {
            // What the operator names is meant, whatever the environment says: unlike the daemon,
            // learnctl is in no sandbox that would fit another directory only.
            var state = arguments.text("--state") ?? ""
            if state.isEmpty { state = try Directories.ofThisProcess().state }
            let made = try Backup.restore(
                arguments.words[0],
                into: state,
                replacing: arguments.has("--replace")
            )
            let old = made.restoredFrom.map { ", from \($0)" } ?? ""
            console.line("restored into \(state)")
            console.line("it is the new incarnation \(made)\(old)")
            return .done
        } catch {
            if case .locked = error.cause { throw Failure(.failed, error.description) }
            throw .file(error)
        }
    }
}
