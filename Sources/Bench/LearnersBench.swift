// SPDX-License-Identifier: Apache-2.0
//
// What learners keep of classes and contexts that came and went: the two benchmarks behind one
// command, each with its own table and bounds; the worse exit code is that of the command.

/// The benchmarks of forgetting and of contexts, one or both.
struct LearnersBench {
    private var forgetting: ForgettingBench?
    private var contexts: ContextBench?

    /// Makes the benchmarks that the arguments name; nil when these cannot be understood.
    init?(arguments: [String]) {
        var digits: [String] = []
        var contextual: [String] = []
        var rest = arguments[...]
        while let word = rest.popFirst() {
            switch word {
            case "--digits":
                digits.append(word)
                for _ in 0..<2 { if let file = rest.popFirst() { digits.append(file) } }
            case "--contexts": contextual.append(word)
            case "--first-seed", "--returns":
                contextual.append(word)
                if let number = rest.popFirst() { contextual.append(number) }
            case "--seeds":
                guard let number = rest.popFirst() else { return nil }
                digits += [word, number]
                contextual += [word, number]
            default:
                digits.append(word)
                contextual.append(word)
            }
        }
        if arguments.contains("--digits") {
            guard let bench = ForgettingBench(arguments: digits) else { return nil }
            forgetting = bench
        }
        if contextual.contains("--contexts") {
            guard let bench = ContextBench(arguments: contextual) else { return nil }
            contexts = bench
        }
        guard forgetting != nil || contexts != nil else { return nil }
        guard contexts != nil || !contextual.contains(where: { LearnersBench.isOfContexts($0) })
        else { return nil }
    }

    private static func isOfContexts(_ word: String) -> Bool {
        word == "--first-seed" || word == "--returns"
    }

    /// Runs them, and gives the exit code.
    func run(write: (String) -> Void) -> Int32 {
        let first = forgetting?.run(write: write) ?? 0
        if forgetting != nil, contexts != nil { write("") }
        return max(first, contexts?.run(write: write) ?? 0)
    }
}
