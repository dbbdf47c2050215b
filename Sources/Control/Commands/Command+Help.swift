// SPDX-License-Identifier: Apache-2.0
//
// `learnctl help` and `learnctl version`.

import ZeroMQ

/// The version of this program.
let learnctlVersion = "0.1.0"

extension Command {
    static let help = Command(
        name: "help",
        summary: "list the commands, or explain one",
        words: [WordRule("COMMAND", isOptional: true)],
        needsDaemon: false
    ) { arguments, console throws(Failure) in
        guard let name = arguments.word(0) else {
            console.lines(Help.overview)
            return .done
        }
        guard let command = Command.named(name) else {
            throw .usage("there is no command \(name)", remedy: "learnctl help lists them")
        }
        console.lines(Help.page(of: command))
        return .done
    }

    static let version = Command(
        name: "version",
        summary: "print the version of learnctl",
        needsDaemon: false
    ) { _, console throws(Failure) in
        console.line("learnctl \(learnctlVersion) (libzmq \(Context.libraryVersion))")
        return .done
    }
}
