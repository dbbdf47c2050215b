// SPDX-License-Identifier: Apache-2.0
//
// The conversation with a daemon: one JSON frame to the control socket, one JSON frame back, with a
// second one when there are bytes to come. A daemon is there when its socket shakes hands within
// two seconds; it then has longer for its answer, and a connection that ends is an answer, too.

import Decoding
import Linux
import Primitives
import ZeroMQ

/// What the daemon said.
struct Answer: Sendable {
    /// The value of `ok`.
    var ok: JSONValue
    /// The bytes that came with it.
    var bytes: [UInt8]?
}

/// A connection to a daemon's control socket.
struct DaemonLink: ~Copyable {
    /// The path of the socket.
    let path: String
    /// The context, for other sockets of the same command.
    let context: Context

    private let socket: Socket
    private var monitor: Monitor
    private let learner: Name?

    /// How long a daemon has to shake hands.
    static let handshakeTime: Duration = .seconds(2)
    /// How long it has to answer.
    static let answerTime: Duration = .seconds(30)

    /// Finds the daemon that the command line means.
    static func open(_ arguments: Arguments) throws(Failure) -> DaemonLink {
        let learner = try arguments.name(Command.learner.name)
        let paths = try SocketPlaces.paths(given: arguments.text(Command.socket.name))
        var findings: [String] = []
        do throws(ZeroMQError) {
            let context = try Context()
            for path in paths {
                if let problem = SocketPlaces.problem(at: path) {
                    findings.append("\(path) (\(problem))")
                } else if let link = try DaemonLink(path, learner: learner, context) {
                    return link
                } else {
                    findings.append("\(path) (no answer within 2 s)")
                }
            }
        } catch {
            throw .transport(error, "the control socket")
        }
        throw Failure(
            .notFound,
            "no learnd answers; looked at " + findings.joined(separator: ", "),
            remedy: "start it (learnd, or systemctl start learnd), or name its socket (--socket)"
        )
    }

    /// Connects to `path`; nil when nobody shakes hands.
    private init?(_ path: String, learner: Name?, _ context: Context) throws(ZeroMQError) {
        let socket = try Socket(.dealer, in: context)
        try socket.set(.linger, to: .zero)
        var monitor = try socket.monitor([.handshakeSucceeded, .disconnected])
        try socket.connect("ipc://" + path)
        let until = Clock.monotonicNanoseconds() + DaemonLink.handshakeTime.wholeNanoseconds
        var isThere = false
        while !isThere {
            let left = until - Clock.monotonicNanoseconds()
            guard left > 0 else { break }
            let event = try monitor.next(waiting: .nanoseconds(left))
            isThere = event?.kind == .handshakeSucceeded
        }
        guard isThere else { return nil }
        self.path = path
        self.context = context
        self.socket = socket
        self.monitor = monitor
        self.learner = learner
    }

    /// Asks and waits for the answer.
    mutating func ask(
        _ command: String,
        _ members: [JSONValue.Member] = [],
        within patience: Duration = DaemonLink.answerTime
    ) throws(Failure) -> Answer {
        var request: [JSONValue.Member] = [.init("command", .string(command))]
        if let learner { request.append(.init("learner", .string(learner.text))) }
        let frames: [[UInt8]]?
        do throws(ZeroMQError) {
            try socket.send(JSONValue.object(request + members).jsonBytes)
            frames = try receive(within: patience)
        } catch {
            throw .transport(error, "the control socket \(path)")
        }
        guard let frames else {
            throw Failure(
                .failed,
                "the daemon at \(path) did not answer \(command) within "
                    + Figures.time(seconds: patience.inSeconds) + ", or ended",
                remedy: "look at its log (journalctl -u learnd)"
            )
        }
        guard let first = frames.first, let answer = try? parseJSON(first) else {
            throw Failure(.failed, "the daemon's answer to \(command) cannot be read")
        }
        if let ok = answer["ok"] {
            return Answer(ok: ok, bytes: frames.count > 1 ? frames[1] : nil)
        }
        throw Failure(
            .failed,
            answer["error"]?["message"]?.text ?? "the daemon refused \(command)",
            remedy: answer["error"]?["remedy"]?.text
        )
    }

    /// The answer's frames; nil when the time is over or the connection ended.
    private mutating func receive(within patience: Duration) throws(ZeroMQError) -> [[UInt8]]? {
        let until = Clock.monotonicNanoseconds() + patience.wholeNanoseconds
        var poller = Poller(capacity: 2)
        poller.add(socket)
        poller.add(monitor)
        while true {
            let left = until - Clock.monotonicNanoseconds()
            guard left > 0 else { return nil }
            // A millisecond more than is left, so that the last wait does not spin.
            try poller.wait(timeout: .nanoseconds(left) + .milliseconds(1))
            if let frames = try socket.receiveFrames(dontWait: true) { return frames }
            while let event = try monitor.next() {
                if event.kind == .disconnected { return try socket.receiveFrames(dontWait: true) }
            }
        }
    }
}
