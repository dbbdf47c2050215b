// SPDX-License-Identifier: Apache-2.0
//
// A command as a value: what it takes, what it does, and how the help describes it. The list of all
// commands is the table of contents of this module.

/// A list in the help of a command.
struct HelpList: Sendable {
    /// What is listed.
    let title: String
    /// One line each, in columns.
    let rows: [[String]]
}

/// One command of learnctl.
struct Command: Sendable {
    /// Its name on the command line.
    let name: String
    /// One line for the list of commands.
    let summary: String
    /// What stands after the name.
    var words: [WordRule] = []
    /// Its own options.
    var options: [OptionRule] = []
    /// Paragraphs for its own help.
    var details: [String] = []
    /// Lists for its own help.
    var lists: [HelpList] = []
    /// Whether it speaks with the daemon, so that `--socket` and `--learner` make sense.
    var needsDaemon = true
    /// Whether it can answer in JSON.
    var isReading = false
    /// Does it.
    let run: @Sendable (Arguments, Console) throws(Failure) -> ExitCode

    /// `--learner NAME`.
    static let learner = OptionRule("--learner", "NAME", help: "the learner, if there are several")
    /// `--socket PATH`.
    static let socket = OptionRule("--socket", "PATH", help: "the daemon's control socket")
    /// `--json`.
    static let json = OptionRule("--json", help: "answer in JSON")

    /// All options, the common ones last.
    var allOptions: [OptionRule] {
        options + (needsDaemon ? [Command.learner, Command.socket] : [])
            + (isReading ? [Command.json] : [])
    }

    /// The line that shows how it is called.
    var usage: String {
        let words = words.map { $0.isOptional ? "[\($0.name)]" : $0.name }
        let options = options.map { option in
            "[" + option.name + (option.value.map { " " + $0 } ?? "") + "]"
        }
        return (["learnctl", name] + words + options).joined(separator: " ")
    }

    /// Every command, in the order of the help.
    static let all: [Command] = [
        .status, .watch, .send, .predict, .evaluate, .detect,
        .versions, .show, .get, .neighbours, .rollback, .pin, .unpin,
        .pause, .resume, .consolidate, .consolidations, .why, .reset,
        .check, .backup, .restore, .help, .version,
    ]

    /// The command of that name.
    static func named(_ name: String) -> Command? { all.first { $0.name == name } }
}
