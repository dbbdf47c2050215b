// SPDX-License-Identifier: Apache-2.0
//
// The control socket. What can be read from disk is answered at once; what concerns a learner is
// passed to its thread, and the answer is put together when all parts have come. A part that does
// not come within five seconds (a minute where the disk has to work) is answered for by the desk.

import Configuration
import Decoding
import Engine
import Linux
import Primitives
import Storage
import Versions
import ZeroMQ

/// Requests of operators.
struct ControlDesk: ~Copyable {
    /// What an answer is put together from.
    private enum Gathering {
        /// One part is the answer.
        case one
        /// The status of every learner.
        case statuses
        /// The word of every learner that its state is on the way to the disk; then the backup.
        case checkpoints

        var isOfAllLearners: Bool { self != .one }
    }

    private struct Pending {
        var route: [[UInt8]]
        var parts: [JSONValue?]
        var gathers: Gathering
        var patience: Duration
        var until: Int64
    }

    let socket: Socket
    private let house: House
    private let lock: FileLock
    private var pending: [UInt64: Pending] = [:]
    private var requests: UInt64 = 0

    private static let patience: Duration = .seconds(5)
    private static let diskPatience: Duration = .seconds(60)
    /// Requests that are taken before the rest of the loop has its turn.
    private static let messagesPerTurn = 64
    /// Requests that may wait for their answer.
    private static let pendingMax = 1024

    init(house: House, context: Context) throws(StartError) {
        let path = house.directories.runtime + "/control.sock"
        let lock = try ControlDesk.lock(path)
        let socket = try StartError.naming("control socket", "ipc://" + path) {
            () throws(ZeroMQError) in
            let socket = try Socket(.router, in: context)
            try socket.set(.linger, to: .milliseconds(500))
            try socket.set(.maxMessageSize, to: 1 << 20)
            try socket.bind("ipc://" + path)
            return socket
        }
        SocketFile.restrict(
            path,
            mode: 0o660,
            group: house.settings.controlGroup,
            log: house.log
        )
        self.house = house
        self.lock = lock
        self.socket = socket
    }

    private static func lock(_ path: String) throws(StartError) -> FileLock {
        do throws(FileLockError) {
            return try FileLock(path: path + ".lock")
        } catch {
            throw StartError(
                "the control socket \(path) belongs to another learnd: \(error)",
                remedy: "stop it, or give this one another --runtime"
            )
        }
    }

    /// Takes the requests that wait.
    mutating func heed(shelf: Shelf) throws(ZeroMQError) {
        for _ in 0..<ControlDesk.messagesPerTurn {
            guard let frames = try socket.receiveFrames(dontWait: true) else { return }
            guard let body = frames.last, frames.count >= 2 else { continue }
            let route = Array(frames.dropLast())
            do throws(ControlError) {
                guard let request = try? parseJSON(body), let command = request["command"]?.text
                else {
                    throw ControlError(
                        "the request is no JSON object with a command",
                        remedy: "see docs/protocol.md, section 5"
                    )
                }
                try answer(command, request, route: route, shelf: shelf)
            } catch {
                reply(route, [error.json.jsonBytes])
            }
        }
    }

    private mutating func answer(
        _ command: String,
        _ request: JSONValue,
        route: [[UInt8]],
        shelf: Shelf
    ) throws(ControlError) {
        guard pending.count < ControlDesk.pendingMax else {
            throw ControlError(
                "\(pending.count) requests wait for their answer, the most there may be",
                remedy: "ask again in a moment"
            )
        }
        switch command {
        case "status":
            let number = enqueue(route, parts: house.ports.count, gathers: .statuses)
            for port in house.ports { port.post(.status(request: number)) }
        case "backup":
            let number = enqueue(route, parts: house.ports.count, gathers: .checkpoints)
            for port in house.ports { port.post(.keep(request: number)) }
        default:
            let learner = try house.learner(named: request["learner"]?.text)
            let answerer = LearnerRequests(house: house, shelf: shelf, learner: learner)
            if let frames = try answerer.read(command, request) {
                return reply(route, frames)
            }
            let isOnDisk = command == "pin" || command == "unpin"
            let number = enqueue(
                route,
                parts: 1,
                patience: isOnDisk ? ControlDesk.diskPatience : ControlDesk.patience
            )
            do throws(ControlError) {
                try answerer.pass(command, request, number: number)
            } catch {
                pending[number] = nil
                throw error
            }
        }
    }

    private mutating func enqueue(
        _ route: [[UInt8]],
        parts: Int,
        gathers: Gathering = .one,
        patience: Duration = ControlDesk.patience
    ) -> UInt64 {
        requests += 1
        pending[requests] = Pending(
            route: route,
            parts: [JSONValue?](repeating: nil, count: parts),
            gathers: gathers,
            patience: patience,
            until: Clock.monotonicNanoseconds() + patience.wholeNanoseconds
        )
        return requests
    }

    /// Takes a learner's part of an answer, and sends the answer when it is whole.
    ///
    /// Only a status has a part for each learner; every other answer is one part, whoever it comes
    /// from.
    mutating func complete(_ request: UInt64, part: Int, _ answer: JSONValue) {
        guard var waiting = pending[request] else { return }
        waiting.parts[waiting.gathers.isOfAllLearners ? part : 0] = answer
        pending[request] = waiting
        guard waiting.parts.allSatisfy({ $0 != nil }) else { return }
        finish(request)
    }

    /// Sends a backup.
    mutating func complete(_ request: UInt64, backup: [UInt8]) {
        guard let waiting = pending.removeValue(forKey: request) else { return }
        let answer: JSONValue = ["ok": ["bytes": .int(Int64(backup.count))]]
        reply(waiting.route, [answer.jsonBytes, backup])
    }

    /// Answers for the parts that have not come in time.
    mutating func expire() {
        guard !pending.isEmpty else { return }
        let now = Clock.monotonicNanoseconds()
        for (request, waiting) in pending where waiting.until <= now {
            var late = waiting
            let error = ControlError(
                "no answer within \(waiting.patience)",
                remedy: "the learner or the disk is busy; ask again"
            ).json
            for part in late.parts.indices where late.parts[part] == nil {
                late.parts[part] = error
                guard waiting.gathers == .statuses else { continue }
                let name = house.ports[part].name.text
                late.parts[part] = .object([.init("learner", .string(name))] + error.members)
            }
            pending[request] = late
            finish(request)
        }
    }

    private mutating func finish(_ request: UInt64) {
        guard let done = pending.removeValue(forKey: request) else { return }
        let parts = done.parts.compactMap { $0 }
        let failure = parts.first { $0["error"] != nil }
        switch done.gathers {
        case .checkpoints where failure == nil:
            // The checkpoints are before the backup in the archivist's box, so it holds them.
            let number = enqueue(done.route, parts: 1, patience: ControlDesk.diskPatience)
            house.archivist.post(.backup(request: number))
        case .statuses:
            let answer: JSONValue = ["ok": ["daemon": house.status, "learners": .array(parts)]]
            reply(done.route, [answer.jsonBytes])
        case .one, .checkpoints:
            reply(done.route, [(failure ?? parts.first ?? .null).jsonBytes])
        }
    }

    private func reply(_ route: [[UInt8]], _ frames: [[UInt8]]) {
        // A client that has gone is no error of the daemon's.
        _ = try? socket.send(frames: route + frames, dontWait: true)
    }
}
