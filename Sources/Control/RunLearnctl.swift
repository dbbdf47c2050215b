// SPDX-License-Identifier: Apache-2.0
//
// From a command line to an exit code. Options that every command has may also stand before its
// name, as people are used to.

/// Runs learnctl with the words after the program's name.
///
/// - Returns: The code to end with; `learnctl help` lists them.
package func runLearnctl(_ arguments: [String]) -> Int32 {
    run(arguments, Console.ofThisProcess()).rawValue
}

/// Runs learnctl on a given console.
func run(_ arguments: [String], _ console: Console) -> ExitCode {
    defer { console.flush() }
    var command: Command?
    do throws(Failure) {
        let (name, rest) = try commandName(in: arguments)
        guard let found = Command.named(name) else {
            throw .usage("there is no command \(name)", remedy: "learnctl help lists them")
        }
        command = found
        if rest.contains("--help") || rest.contains("-h") {
            console.lines(Help.page(of: found))
            return .done
        }
        let parsed = try Arguments(rest, words: found.words, options: found.allOptions)
        return try found.run(parsed, console)
    } catch {
        console.complain("learnctl: \(error)")
        if error.code == .usage, let command {
            console.complain("usage: \(command.usage)")
        }
        return error.code
    }
}

/// The command's name, and the other words with the options that stood before it.
private func commandName(in arguments: [String]) throws(Failure) -> (String, [String]) {
    var leading: [String] = []
    var rest = arguments[...]
    while let text = rest.first, text.hasPrefix("-") {
        rest.removeFirst()
        switch text {
        case "--help", "-h": return ("help", Array(rest))
        case "--version": return ("version", Array(rest))
        default: leading.append(text)
        }
        let takesValue = [Command.socket.name, Command.learner.name].contains(text)
        if takesValue, let value = rest.popFirst() { leading.append(value) }
    }
    guard let name = rest.popFirst() else { return ("help", leading) }
    return (name, leading + rest)
}
