// SPDX-License-Identifier: Apache-2.0
//
// The help, made from the commands themselves, so that it cannot forget one.

/// Pages of help.
enum Help {
    /// The list of commands.
    static var overview: [String] {
        var lines = [
            "learnctl: the command line of learnd, which turns samples into versions of a model",
            "",
            "usage: learnctl COMMAND [OPTIONS]",
            "",
        ]
        var table = TextTable(sides: [.left, .left])
        for command in Command.all {
            let words = command.words.map { $0.isOptional ? "[\($0.name)]" : $0.name }
            table.add([([command.name] + words).joined(separator: " "), command.summary])
        }
        lines += table.lines(indent: 2)
        lines += ["", "options of every command that speaks with the daemon:"]
        lines += optionLines([Command.learner, Command.socket, Command.json])
        lines += [
            "",
            "The daemon is looked for at --socket; else in RUNTIME_DIRECTORY, /run/learnd and the",
            "XDG runtime directory, in this order.",
            "",
            "exit codes:",
        ]
        var codes = TextTable(sides: [.right, .left])
        for code in ExitCode.allCases { codes.add([String(code.rawValue), code.meaning]) }
        return lines + codes.lines(indent: 2) + ["", "learnctl help COMMAND says more."]
    }

    /// The page of one command.
    static func page(of command: Command) -> [String] {
        var lines = ["learnctl \(command.name): \(command.summary)", "", "usage: \(command.usage)"]
        for paragraph in command.details { lines += [""] + wrapped(paragraph, to: 80) }
        if !command.allOptions.isEmpty { lines += ["", "options:"] }
        lines += optionLines(command.allOptions)
        for list in command.lists {
            let columns = list.rows.map(\.count).max() ?? 0
            var table = TextTable(sides: Array(repeating: .left, count: columns))
            for row in list.rows { table.add(row) }
            lines += ["", "\(list.title):"] + table.lines(indent: 2)
        }
        return lines
    }

    private static func optionLines(_ options: [OptionRule]) -> [String] {
        var table = TextTable(sides: [.left, .left])
        for option in options {
            let names = [option.name, option.short].compactMap { $0 }.joined(separator: ", ")
            table.add([names + (option.value.map { " " + $0 } ?? ""), option.help])
        }
        return table.lines(indent: 2)
    }

    /// The text in lines of at most `width` letters, broken between words.
    static func wrapped(_ text: String, to width: Int) -> [String] {
        var lines: [String] = []
        var line = ""
        for word in text.split(separator: " ") {
            if !line.isEmpty && line.count + 1 + word.count > width {
                lines.append(line)
                line = ""
            }
            line += (line.isEmpty ? "" : " ") + word
        }
        return lines + [line]
    }
}
