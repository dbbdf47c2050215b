// SPDX-License-Identifier: Apache-2.0
//
// A real learnd process, and the questions that tests ask it over its control socket. Whatever is
// waited for has a limit that only a failure reaches.

import Decoding
import Glibc
import Linux
import Primitives
import Testing
import ZeroMQ

/// What only a failure reaches.
let patience: Duration = .seconds(60)

/// A moment from which `limit` is counted.
struct Deadline {
    private let end: Int64

    init(_ limit: Duration = patience) {
        end =
            Clock.monotonicNanoseconds() + limit.components.seconds * 1_000_000_000
            + limit.components.attoseconds / 1_000_000_000
    }

    var rest: Duration { .nanoseconds(max(0, end - Clock.monotonicNanoseconds())) }
    var isOver: Bool { rest == .zero }
}

/// A running daemon.
final class TestDaemon {
    let home: Home
    let context: Context
    private let child: Child
    private let control: Handle

    /// How long it took until it answered.
    private(set) var startSeconds = 0.0

    /// A socket that a class can hold.
    final class Handle {
        let socket: Socket

        init(_ socket: consuming Socket) {
            self.socket = socket
        }
    }

    /// Starts a daemon and waits until it answers.
    init(_ home: Home, context: Context) throws {
        self.home = home
        self.context = context
        let began = Clock.monotonicNanoseconds()
        child = try Child(try Programs.path("learnd"), home.arguments, errors: home.errors)
        let socket = try Socket(.dealer, in: context)
        try socket.set(.linger, to: .zero)
        try socket.set(.reconnectInterval, to: .milliseconds(5))
        try socket.connect("ipc://" + home.controlSocket)
        control = Handle(socket)
        let first = try ask(["command": "status"])
        startSeconds = Double(Clock.monotonicNanoseconds() - began) / 1e9
        guard first["ok"] != nil else { throw Failure("the first status is \(first.jsonText)") }
    }

    deinit {
        // What a sanitiser of the daemon's says fails the test, even if the daemon was killed.
        let text = home.errorText
        if text.contains("Sanitizer:") { Issue.record("\(text)") }
    }

    /// Starts a daemon with a context of its own.
    convenience init(_ home: Home) throws {
        try self.init(home, context: try Context())
    }

    var pid: pid_t { child.pid }

    // MARK: Questions

    /// Sends a request and gives the frames of its answer.
    func frames(_ request: JSONValue) throws -> [[UInt8]] {
        try control.socket.send(request.jsonBytes)
        let deadline = Deadline()
        var poller = Poller()
        poller.add(control.socket)
        while !deadline.isOver {
            try poller.wait(timeout: min(deadline.rest, .milliseconds(200)))
            if let frames = try control.socket.receiveFrames(dontWait: true) { return frames }
            if let ending = child.wait(.zero) {
                throw Failure("learnd has ended (\(ending)): \(home.errorText)")
            }
        }
        throw Failure("no answer to \(request.jsonText): \(home.errorText)")
    }

    /// Sends a request and gives its answer.
    func ask(_ request: JSONValue) throws -> JSONValue {
        try parseJSON(try frames(request).first ?? [])
    }

    /// Sends a request that must succeed.
    @discardableResult
    func ok(_ request: JSONValue) throws -> JSONValue {
        let answer = try ask(request)
        guard let ok = answer["ok"] else {
            throw Failure("\(request.jsonText) was refused: \(answer.jsonText)")
        }
        return ok
    }

    func status() throws -> JSONValue {
        try ok(["command": "status"])
    }

    /// One learner's part of the status.
    func learner(_ name: String = "default") throws -> Books {
        let all = try status()["learners"]?.items ?? []
        guard let found = all.first(where: { $0["learner"]?.text == name }) else {
            throw Failure("the status has no learner \(name)")
        }
        return Books(json: found)
    }

    /// Where a socket of the daemon is.
    func address(_ name: String) throws -> String {
        guard let text = try status()["daemon"]?["endpoints"]?[name]?.text else {
            throw Failure("the status has no endpoint \(name)")
        }
        return text
    }

    /// Where samples are taken, in the order of the configuration.
    func sampleAddresses() throws -> [String] {
        try status()["daemon"]?["endpoints"]?["samples"]?.items.compactMap(\.text) ?? []
    }

    /// Asks until the condition holds; a wait of a millisecond leaves the processor to the daemon.
    @discardableResult
    func wait(
        until what: String,
        learner name: String = "default",
        limit: Duration = patience,
        _ condition: (Books) throws -> Bool
    ) throws -> Books {
        let deadline = Deadline(limit)
        var books = try learner(name)
        while try !condition(books) {
            guard !deadline.isOver else {
                throw Failure("not reached: \(what): \(books.json.jsonText) \(home.errorText)")
            }
            poll(nil, 0, 2)
            books = try learner(name)
        }
        return books
    }

    /// Waits until exactly these versions are announced, oldest first: the status names a version
    /// as soon as its number is given.
    func waitForVersions(_ numbers: [Int64], of learner: String = "default") throws {
        let deadline = Deadline()
        var found: [Int64] = []
        repeat {
            found = []
            for record in try ok(["command": "versions", "learner": .string(learner)]).items
            where record["status"]?.text == "announced" {
                found.append(record["version"]?.integer ?? 0)
            }
            poll(nil, 0, 1)
        } while found != numbers && !deadline.isOver
        guard found == numbers else {
            throw Failure("the versions of \(learner) are \(found), not \(numbers)")
        }
    }

    // MARK: Ends

    /// Asks the daemon to stop.
    ///
    /// - Returns: How it ended, or nil if it did not.
    func terminate() -> Child.Ending? {
        child.send(SIGTERM)
        return child.wait(patience)
    }

    /// Kills the daemon.
    func kill() {
        child.send(SIGKILL)
        _ = child.wait(.seconds(10))
    }

    /// Sends SIGHUP.
    func hangUp() {
        child.send(SIGHUP)
    }
}

/// One learner's status.
struct Books {
    let json: JSONValue

    var received: Int { number(json["received"]) }
    var trained: Int { number(json["learned"]?["trained"]) }
    var holdout: Int { number(json["learned"]?["holdout"]) }
    var scored: Int { number(json["learned"]?["scored"]) }
    var learned: Int { trained + holdout + scored }
    var waiting: Int { number(json["waiting"]) }
    var gaps: Int { number(json["gaps"]) }
    var version: Int { number(json["version"]) }
    var state: String { json["state"]?.text ?? "" }

    /// The refused samples by reason.
    var refused: [String: Int] {
        var counts: [String: Int] = [:]
        for member in json["refused"]?.members ?? [] { counts[member.name] = number(member.value) }
        return counts
    }

    var refusedTotal: Int { refused.values.reduce(0, +) }
    /// received = learned + waiting + refused, for the learner and for each producer.
    var balance: Bool {
        let producers = (json["producers"]?.items ?? []).map { Books(json: $0) }
        return received == learned + waiting + refusedTotal
            && producers.allSatisfy { $0.received == $0.learned + $0.waiting + $0.refusedTotal }
    }

    private func number(_ value: JSONValue?) -> Int { Int(value?.integer ?? 0) }
}
