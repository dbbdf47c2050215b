// SPDX-License-Identifier: Apache-2.0
//
// The command line: every form of an option, and what is said about a wrong one.

import Testing

@testable import Control

struct ArgumentsTests {
    private static let options = [
        OptionRule("--label", "COLUMN", help: ""),
        OptionRule("--output", short: "-o", "F", help: ""),
        OptionRule("--hold", help: ""),
    ]

    private func parse(_ texts: String...) throws(Failure) -> Arguments {
        try Arguments(texts, words: [WordRule("FILE", isOptional: true)], options: Self.options)
    }

    @Test func valuesStandAfterASpaceOrAnEqualsSign() throws {
        let arguments = try parse("--label", "class", "-o=x=y", "--hold", "data.csv")
        #expect(arguments.text("--label") == "class")
        #expect(arguments.text("--output") == "x=y")
        #expect(arguments.has("--hold"))
        #expect(arguments.words == ["data.csv"])
    }

    @Test func aDashIsAWordAndTwoDashesEndTheOptions() throws {
        #expect(try parse("-").words == ["-"])
        #expect(try parse("--", "--hold").words == ["--hold"])
    }

    @Test(arguments: [
        (["--lable", "x"], "there is no option --lable"), (["--label"], "needs its value, COLUMN"),
        (["--hold=1"], "--hold takes no value"), (["--hold", "--hold"], "stands twice"),
        (["a", "b"], "b is one word too many"),
    ])
    func mistakesAreNamed(texts: [String], words: String) {
        let failure = #expect(throws: Failure.self) {
            try Arguments(texts, words: [WordRule("FILE")], options: Self.options)
        }
        #expect(failure?.code == .usage)
        #expect(failure?.message.contains(words) == true)
    }

    @Test func numbersKeepTheirRange() throws {
        let rules = [OptionRule("--n", "N", help: "")]
        let arguments = try Arguments(["--n", "12"], words: [], options: rules)
        #expect(try arguments.integer("--n", in: 1...20) == 12)
        let failure = #expect(throws: Failure.self) { try arguments.integer("--n", in: 1...5) }
        #expect(failure?.message == "--n is 12, not a whole number from 1 to 5")
    }

    @Test func usageErrorsHaveTheirExitCode() {
        #expect(learnctl(["nonsense"]).code == .usage)
        #expect(learnctl(["show"]).code == .usage)
        #expect(learnctl(["show", "x"]).code == .usage)
        #expect(learnctl(["send", "x.csv", "--format", "xml"]).code == .usage)
        #expect(learnctl(["send", "x.csv", "--label", "y"]).code == .data)
    }

    @Test func optionsMayStandBeforeTheCommand() {
        let (code, screen) = learnctl(["--socket", "/nowhere/control.sock", "status"])
        #expect(code == .notFound)
        #expect(screen.errors.contains("/nowhere/control.sock (not there)"))
    }
}

struct HelpTests {
    @Test func theHelpNamesEveryCommandAndExitCode() {
        let (code, screen) = learnctl(["help"])
        #expect(code == .done)
        let text = screen.lines.joined(separator: "\n")
        for command in Command.all {
            #expect(screen.lines.contains { $0.hasPrefix("  \(command.name) ") })
            #expect(text.contains(command.summary))
        }
        for code in ExitCode.allCases {
            #expect(text.contains("\(code.rawValue)  \(code.meaning)"))
        }
    }

    @Test(arguments: Command.all.map(\.name))
    func everyCommandHasAPage(name: String) {
        for arguments in [["help", name], [name, "--help"]] {
            let (code, screen) = learnctl(arguments)
            #expect(code == .done)
            let text = screen.lines.joined(separator: "\n")
            #expect(text.contains("usage: learnctl \(name)"))
            for option in Command.named(name)?.allOptions ?? [] {
                #expect(text.contains(option.name))
            }
        }
    }

    @Test func theManualNamesEveryCommandAndOption() throws {
        let root = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        let manual = String(
            decoding: try ByteSource.all(of: "/" + root + "/docs/learnctl.md"),
            as: UTF8.self
        )
        for command in Command.all {
            #expect(manual.contains("learnctl \(command.name)"), "\(command.name)")
            for option in command.allOptions {
                #expect(manual.contains(option.name), "\(command.name) \(option.name)")
            }
        }
        for code in ExitCode.allCases { #expect(manual.contains("| \(code.rawValue) |")) }
    }
}

extension ByteSource {
    /// Everything in a file.
    static func all(of path: String) throws(Failure) -> [UInt8] {
        var source = try ByteSource(path)
        var bytes: [UInt8] = []
        while true {
            let piece = try source.next()
            if piece.isEmpty { return bytes }
            bytes += piece
        }
    }
}

struct SocketPlacesTests {
    @Test func placesAreTriedInTheirOrder() throws {
        let environment = [
            "RUNTIME_DIRECTORY": "/run/unit:/run/other", "XDG_RUNTIME_DIR": "/run/user/7",
        ]
        let paths = try SocketPlaces.paths(given: nil, environment: environment, userID: 7)
        #expect(
            paths == [
                "/run/unit/control.sock", "/run/learnd/control.sock",
                "/run/user/7/learnd/control.sock",
            ]
        )
        #expect(
            try SocketPlaces.paths(given: nil, environment: [:], userID: 7).last
                == "/tmp/learnd-7/learnd/control.sock"
        )
    }

    @Test func aGivenSocketIsTheOnlyPlace() throws {
        let environment = ["RUNTIME_DIRECTORY": "/run/unit"]
        let paths = try SocketPlaces.paths(
            given: "ipc:///x/control.sock",
            environment: environment,
            userID: 7
        )
        #expect(paths == ["/x/control.sock"])
    }
}
