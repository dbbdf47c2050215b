// SPDX-License-Identifier: Apache-2.0
//
// `learnctl check`: whether a configuration can be used, before a daemon is asked to.

import Configuration
import Primitives
import Storage

extension Command {
    static let check = Command(
        name: "check",
        summary: "check a configuration file; print every mistake with its remedy",
        words: [WordRule("FILE")],
        details: [
            "It also says how much memory waiting samples can take at worst, which learners there "
                + "are, and which model each will have. Nothing is changed, and no daemon is "
                + "needed."
        ],
        needsDaemon: false,
        isReading: true
    ) { arguments, console throws(Failure) in
        let path = arguments.words[0]
        let bytes = try ConfigurationFile.bytes(of: path)
        do throws(ConfigurationError) {
            let settings = try Settings(parsing: bytes, file: path)
            let memory = settings.memoryCheck()
            if arguments.has(json.name) {
                console.line(ConfigurationFile.json(of: settings, memory.sentence).jsonText)
                return .done
            }
            let names = settings.learners.map(\.name.text).joined(separator: ", ")
            console.line(
                "\(path) is good: \(Figures.count(settings.learners.count, "learner"))"
                    + " (\(names))"
            )
            for learner in settings.learners {
                console.line("\(learner.name): \(learner.forecast)")
            }
            console.line((memory.exceeds ? "warning: " : "") + memory.sentence)
            return .done
        } catch {
            if arguments.has(json.name) {
                console.line(ConfigurationFile.json(of: error).jsonText)
            }
            for problem in error.problems { console.complain(problem.description) }
            throw .data("\(path) has " + Figures.count(error.problems.count, "mistake"))
        }
    }
}

/// A configuration file as bytes and as an answer.
enum ConfigurationFile {
    private static let bytesMax = 16 << 20

    /// The bytes of the file.
    static func bytes(of path: String) throws(Failure) -> [UInt8] {
        let found: [UInt8]?
        do throws(StorageError) {
            found = try SystemFileSystem().contents(of: path, limit: bytesMax)
        } catch {
            throw .file(error)
        }
        guard let found else { throw .data("there is no file \(path)") }
        return found
    }

    /// The settings of a file.
    static func settings(of path: String) throws(Failure) -> Settings {
        let bytes = try bytes(of: path)
        do throws(ConfigurationError) {
            return try Settings(parsing: bytes, file: path)
        } catch {
            throw .data(error.description)
        }
    }

    static func json(of settings: Settings, _ sentence: String) -> JSONValue {
        [
            "ok": true, "memory": .string(sentence), "problems": [],
            "learners": .array(settings.learners.map { .string($0.name.text) }),
            "models": .object(
                settings.learners.map { JSONValue.Member($0.name.text, .string($0.forecast)) }
            ),
        ]
    }

    static func json(of error: ConfigurationError) -> JSONValue {
        let problems = error.problems.map { problem -> JSONValue in
            [
                "line": problem.line.map { .int(Int64($0)) } ?? .null,
                "key": .string(problem.key),
                "value": problem.value.map { .string($0) } ?? .null,
                "problem": .string(problem.problem),
                "remedy": .string(problem.remedy),
            ]
        }
        return ["ok": false, "problems": .array(problems)]
    }
}
