// SPDX-License-Identifier: Apache-2.0
//
// `learnctl watch`: what happens, as it happens. Events come from the events socket; the newest
// version also from the notices of the versions socket, so that one that was published before the
// watch began is shown, too.

import Decoding
import Linux
import Primitives
import ZeroMQ

extension Command {
    static let watch = Command(
        name: "watch",
        summary: "show drift, consolidations, versions and refusals as they happen",
        options: [
            OptionRule("--for", "SECONDS", help: "end after so long; else until interrupted")
        ],
        details: ["One line an event; with --json the events as they come, one object a line."],
        isReading: true
    ) { arguments, console throws(Failure) in
        let seconds = try arguments.positive("--for")
        let name = try arguments.name(learner.name)
        var link = try DaemonLink.open(arguments)
        let status = try Status.ask(&link)
        let all = status.learners.compactMap { $0["learner"]?.text }
        let learners = name == nil ? all : [try status.learner(name)["learner"]?.text ?? ""]
        let (events, versions) = (try status.endpoint("events"), try status.endpoint("versions"))
        do throws(ZeroMQError) {
            var watch = try Watch(
                events: events,
                versions: versions,
                learners: learners,
                isJSON: arguments.has(json.name),
                context: link.context
            )
            let until = seconds.map { Clock.monotonicNanoseconds() + Int64($0 * 1e9) }
            while until.map({ Clock.monotonicNanoseconds() < $0 }) ?? true {
                try watch.turn(console)
            }
        } catch {
            throw .transport(error, "the events socket")
        }
        return .done
    }
}

/// Two subscriptions and what was seen last.
struct Watch: ~Copyable {
    private let events: Socket
    private let versions: Socket
    private let isJSON: Bool
    private var newest: [String: String] = [:]
    private var lastNotice: Int64?
    private var toldSilence = false

    /// A notice comes each second; after so long without one, nobody is there.
    private static let silence: Int64 = 5_000_000_000

    init(
        events: String,
        versions: String,
        learners: [String],
        isJSON: Bool,
        context: Context
    ) throws(ZeroMQError) {
        let eventSocket = try Watch.subscribe(learners.map { $0 + "/" }, at: events, context)
        // Notices only: a wider subscription would bring the artifacts, too.
        let notices = try Watch.subscribe(learners.map { $0 + "/notice" }, at: versions, context)
        self.events = eventSocket
        self.versions = notices
        self.isJSON = isJSON
    }

    private static func subscribe(
        _ topics: [String],
        at endpoint: String,
        _ context: Context
    ) throws(ZeroMQError) -> Socket {
        let socket = try Socket(.sub, in: context)
        try socket.set(.linger, to: .zero)
        for topic in topics { try socket.subscribe(Array(topic.utf8)) }
        try socket.connect(endpoint)
        return socket
    }

    /// Waits a little, and prints what came.
    mutating func turn(_ console: Console) throws(ZeroMQError) {
        var poller = Poller(capacity: 2)
        poller.add(events)
        poller.add(versions)
        try poller.wait(timeout: .milliseconds(250))
        while let frames = try events.receiveFrames(dontWait: true) {
            guard let body = frames.last else { continue }
            guard let event = try? parseJSON(body) else { continue }
            if event["event"]?.text == "version" { remember(event) }
            console.line(isJSON ? String(decoding: body, as: UTF8.self) : EventText.line(event))
        }
        while let frames = try versions.receiveFrames(dontWait: true) {
            guard let body = frames.last, let notice = try? parseJSON(body) else { continue }
            lastNotice = Clock.monotonicNanoseconds()
            toldSilence = false
            guard remember(notice) else { continue }
            console.line(isJSON ? String(decoding: body, as: UTF8.self) : EventText.notice(notice))
        }
        console.flush()
        if let lastNotice, !toldSilence,
            Clock.monotonicNanoseconds() - lastNotice > Watch.silence
        {
            toldSilence = true
            console.complain("nothing heard for 5 s: does learnd still run?")
        }
    }

    /// Whether the version is another than the one seen last.
    @discardableResult
    private mutating func remember(_ event: JSONValue) -> Bool {
        let learner = event["learner"]?.text ?? ""
        let version = (event["incarnation"]?.text ?? "") + " " + (event["version"]?.jsonText ?? "")
        defer { newest[learner] = version }
        return newest[learner] != version
    }
}
