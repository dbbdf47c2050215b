// SPDX-License-Identifier: Apache-2.0
//
// Commands that change a learner's course: rollback, pin, pause, resume, reset. Each passes the
// request on and prints what the daemon says.

import Primitives

extension Command {
    /// Asks, and prints the answer's words.
    private static func pass(
        _ command: String,
        _ members: [JSONValue.Member],
        _ arguments: Arguments,
        _ console: Console
    ) throws(Failure) -> ExitCode {
        var link = try DaemonLink.open(arguments)
        let answer = try link.ask(command, members)
        console.line(answer.ok.text ?? answer.ok.jsonText)
        return .done
    }

    static let rollback = Command(
        name: "rollback",
        summary: "make a kept version the champion again, as a new version",
        words: [WordRule("N")],
        options: [
            OptionRule("--keep-memory", help: "keep the samples that came after version N"),
            OptionRule("--hold", help: "stop learning until learnctl resume"),
        ],
        details: [
            "The exact state of version N goes on learning; its optimiser and the detectors start "
                + "anew, running consolidations are given up, and it is published under a new "
                + "number. Memory younger than version N is dropped."
        ]
    ) { arguments, console throws(Failure) in
        let number = try arguments.version(at: 0)
        let members: [JSONValue.Member] = [
            .init("version", .int(Int64(number))),
            .init("keep_memory", .bool(arguments.has("--keep-memory"))),
            .init("hold", .bool(arguments.has("--hold"))),
        ]
        return try pass("rollback", members, arguments, console)
    }

    static let pin = Command(
        name: "pin",
        summary: "keep a version until it is unpinned",
        words: [WordRule("N")]
    ) { arguments, console throws(Failure) in
        let number = try arguments.version(at: 0)
        return try pass("pin", [.init("version", .int(Int64(number)))], arguments, console)
    }

    static let unpin = Command(
        name: "unpin",
        summary: "let a pinned version go when its time comes",
        words: [WordRule("N")]
    ) { arguments, console throws(Failure) in
        let number = try arguments.version(at: 0)
        return try pass("unpin", [.init("version", .int(Int64(number)))], arguments, console)
    }

    static let pause = Command(
        name: "pause",
        summary: "stop learning; samples are still tested"
    ) { arguments, console throws(Failure) in
        try pass("pause", [], arguments, console)
    }

    static let resume = Command(
        name: "resume",
        summary: "learn again after pause or rollback --hold"
    ) { arguments, console throws(Failure) in
        try pass("resume", [], arguments, console)
    }

    static let reset = Command(
        name: "reset",
        summary: "let a learner start anew: the next samples vote",
        words: [WordRule("LEARNER", isOptional: true)],
        options: [
            OptionRule("--task", "TASK", help: "classes, regression, or auto (the vote decides)")
        ],
        details: [
            "The model, the memory and the measures are forgotten; the books stay, and the numbers "
                + "of versions go on rising. Versions that were published can still be fetched."
        ]
    ) { arguments, console throws(Failure) in
        var members: [JSONValue.Member] = []
        if let word = arguments.word(0) {
            guard !arguments.has(learner.name) else {
                throw .usage("the learner is named twice: \(word) and --learner")
            }
            guard Name(word) != nil else {
                throw .usage("\(word) is not the name of a learner", remedy: "use \(Name.rule)")
            }
            members.append(.init("learner", .string(word)))
        }
        if let task = arguments.text("--task") {
            guard ["classes", "regression", "auto"].contains(task) else {
                throw .usage("--task is \(task), not classes, regression or auto")
            }
            members.append(.init("task", .string(task)))
        }
        return try pass("reset", members, arguments, console)
    }
}
