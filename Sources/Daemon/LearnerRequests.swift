// SPDX-License-Identifier: Apache-2.0
//
// Requests about one learner: some are read from the shelf, the others go to the learner's thread
// or to the archivist.

import Consolidation
import Engine
import Learning
import Linux
import Primitives
import Storage
import Versions

/// What an operator can ask about one learner.
struct LearnerRequests {
    let house: House
    let shelf: Shelf
    let learner: Int

    private var name: Name { house.ports[learner].name }

    /// The answer's frames when the shelf has it; nil for commands that must be passed on.
    func read(_ command: String, _ request: JSONValue) throws(ControlError) -> [[UInt8]]? {
        switch command {
        case "versions":
            let records = try shelf.versions(of: name)
            return [ok(.array(records.map(\.json)))]
        case "show":
            return [ok(try shelf.record(name, try request.versionNumber()).json)]
        case "get":
            let record = try shelf.record(name, try request.versionNumber())
            let (manifest, artifact) = try shelf.contents(of: record)
            return [ok(manifest), artifact]
        case "state":
            let record = try shelf.record(name, try request.versionNumber())
            return [ok(record.json), try shelf.state(of: record)]
        case "consolidations":
            let limit = request["limit"]?.integer ?? 100
            let records = try shelf.consolidations(of: name, limit: Int(clamping: limit))
            return [ok(.array(records.map(\.json)))]
        default:
            return nil
        }
    }

    /// Passes the command on; the answer comes under `number`.
    func pass(_ command: String, _ request: JSONValue, number: UInt64) throws(ControlError) {
        let port = house.ports[learner]
        switch command {
        case "pause": port.post(.command(.pause, request: number))
        case "resume": port.post(.command(.resume, request: number))
        case "consolidate":
            port.post(.command(.consolidate(by: try recipes(request)), request: number))
        case "reset":
            port.post(.command(.reset(task: try task(request)), request: number))
        case "rollback":
            let command = try rollback(request)
            port.post(.command(command, request: number))
        case "pin", "unpin":
            house.archivist.post(
                .pin(
                    version: try requiredNumber(request),
                    learner: learner,
                    isPinned: command == "pin",
                    request: number
                )
            )
        default:
            throw ControlError(
                "there is no command \(command)",
                remedy: "learnctl help lists them"
            )
        }
    }

    private func rollback(_ request: JSONValue) throws(ControlError) -> Command {
        let record = try shelf.record(name, try requiredNumber(request))
        let bytes = try shelf.state(of: record)
        do throws(DecodeError) {
            return .rollback(
                try VersionState(decoding: bytes),
                keepMemory: request["keep_memory"]?.flag ?? false,
                hold: request["hold"]?.flag ?? false
            )
        } catch {
            throw ControlError(
                "the kept state of version \(record.version) cannot be read: \(error)",
                remedy: "choose another version: learnctl versions"
            )
        }
    }

    private func recipes(_ request: JSONValue) throws(ControlError) -> [Recipe] {
        guard let value = request["recipes"], value != .null else { return [] }
        var recipes: [Recipe] = []
        for item in value.items {
            guard let name = item.text, let recipe = Recipe(name: name), !recipes.contains(recipe)
            else {
                throw ControlError(
                    "\(item.jsonText) is no recipe, or stands twice",
                    remedy: "use each once of "
                        + Recipe.allCases.map(\.name).joined(separator: ", ")
                )
            }
            recipes.append(recipe)
        }
        return recipes
    }

    private func task(_ request: JSONValue) throws(ControlError) -> Task? {
        guard let text = request["task"]?.text, text != "auto" else { return nil }
        guard let task = [Task.regression, .classes].first(where: { $0.name == text }) else {
            throw ControlError(
                "there is no task \(text)",
                remedy: "use classes, regression or auto"
            )
        }
        return task
    }

    private func requiredNumber(_ request: JSONValue) throws(ControlError) -> UInt64 {
        guard let number = try request.versionNumber() else {
            throw ControlError(
                "the request names no version",
                remedy: "learnctl versions lists what is kept"
            )
        }
        return number
    }

    private func ok(_ value: JSONValue) -> [UInt8] {
        JSONValue.object(pairs: ["ok": value]).jsonBytes
    }
}

extension JSONValue {
    /// The number of the version that a request names, if it names one.
    func versionNumber() throws(ControlError) -> UInt64? {
        guard let value = self["version"], value != .null else { return nil }
        guard let number = value.integer, number > 0 else {
            throw ControlError(
                "a version is a whole number from 1, not \(value.jsonText)",
                remedy: "learnctl versions lists what is kept"
            )
        }
        return UInt64(number)
    }
}
