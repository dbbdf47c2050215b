// SPDX-License-Identifier: Apache-2.0
//
// What other commands need to know from a status: where the sockets are, and the books of a
// producer.

import Primitives

/// Where samples go.
struct SampleEndpoint: Sendable, Equatable {
    /// The address to connect to, or to bind when the daemon connects.
    var address: String
    /// Whether it is a PULL socket, which wants a PUSH.
    var isPull: Bool
    /// Whether the daemon connects, so that the producer has to bind.
    var daemonConnects: Bool

    /// Reads an element of `endpoints.samples`: a text, or an object with `endpoint`, `type`,
    /// `mode`.
    init?(_ value: JSONValue) {
        guard let text = value.text ?? value["endpoint"]?.text ?? value["address"]?.text else {
            return nil
        }
        address = Status.reachable(text)
        isPull = value["type"]?.text == "pull"
        daemonConnects = value["mode"]?.text == "connect"
    }

    init(address: String, isPull: Bool) {
        self.address = address
        self.isPull = isPull
        daemonConnects = false
    }
}

/// An answer to `status`.
struct Status: Sendable {
    let json: JSONValue

    /// Asks for it.
    static func ask(_ link: inout DaemonLink) throws(Failure) -> Status {
        Status(json: try link.ask("status").ok)
    }

    /// The daemon's own part.
    var daemon: JSONValue { json["daemon"] ?? .null }
    /// The learners.
    var learners: [JSONValue] { json["learners"]?.items ?? [] }
    /// Where samples go.
    var sampleEndpoints: [SampleEndpoint] {
        (daemon["endpoints"]?["samples"]?.items ?? []).compactMap(SampleEndpoint.init)
    }

    /// The address of one of the other sockets, such as `events`.
    func endpoint(_ name: String) throws(Failure) -> String {
        guard let text = daemon["endpoints"]?[name]?.text else {
            throw Failure(.failed, "the daemon does not say where its \(name) socket is")
        }
        return Status.reachable(text)
    }

    /// The learner of that name; `default`, or the only one, when none is named.
    func learner(_ name: Name?) throws(Failure) -> JSONValue {
        let names = learners.compactMap { $0["learner"]?.text }
        let wanted = name?.text ?? (names.count == 1 ? names[0] : Name.default.text)
        guard let found = learners.first(where: { $0["learner"]?.text == wanted }) else {
            throw Failure(
                .failed,
                "there is no learner \(wanted); the learners are \(names.joined(separator: ", "))",
                remedy: "name one with --learner"
            )
        }
        return found
    }

    /// An address that a socket is bound to, as one to connect to.
    static func reachable(_ endpoint: String) -> String {
        for (everywhere, here) in [
            ("tcp://*:", "tcp://127.0.0.1:"), ("tcp://0.0.0.0:", "tcp://127.0.0.1:"),
            ("tcp://[::]:", "tcp://[::1]:"),
        ] where endpoint.hasPrefix(everywhere) {
            return here + endpoint.dropFirst(everywhere.count)
        }
        return endpoint
    }
}

/// What became of one producer's samples.
struct Books: Sendable, Equatable {
    var received: Int64 = 0
    var trained: Int64 = 0
    var holdout: Int64 = 0
    var scored: Int64 = 0
    var waiting: Int64 = 0
    var gaps: Int64 = 0
    /// Labels that came after their samples; they are no samples.
    var labels: Int64 = 0
    var refused: [(reason: String, count: Int64)] = []

    init() {}

    /// The books of `producer` in a learner's status; empty when it is not there.
    init(of producer: String, in learner: JSONValue) {
        let all = learner["producers"]?.items ?? []
        guard let books = all.first(where: { $0["producer"]?.text == producer }) else { return }
        func number(_ name: String) -> Int64 { books[name]?.integer ?? 0 }
        received = number("received")
        trained = books["learned"]?["trained"]?.integer ?? 0
        holdout = books["learned"]?["holdout"]?.integer ?? 0
        scored = books["learned"]?["scored"]?.integer ?? 0
        waiting = number("waiting")
        gaps = number("gaps")
        labels = books["labels"]?["received"]?.integer ?? 0
        refused = (books["refused"]?.members ?? []).map { ($0.name, $0.value.integer ?? 0) }
    }

    /// All that was learned.
    var learned: Int64 { trained + holdout + scored }
    /// All that arrived.
    var arrived: Int64 { received + labels }
    /// All that was refused.
    var refusedTotal: Int64 { refused.reduce(0) { $0 + $1.count } }

    /// What was added since `earlier`.
    func since(_ earlier: Books) -> Books {
        var rest = self
        rest.received -= earlier.received
        rest.trained -= earlier.trained
        rest.holdout -= earlier.holdout
        rest.scored -= earlier.scored
        rest.waiting -= earlier.waiting
        rest.gaps -= earlier.gaps
        rest.labels -= earlier.labels
        rest.refused = refused.compactMap { entry in
            let before = earlier.refused.first { $0.reason == entry.reason }?.count ?? 0
            return entry.count > before ? (entry.reason, entry.count - before) : nil
        }
        return rest
    }

    static func == (left: Books, right: Books) -> Bool {
        left.received == right.received && left.learned == right.learned
            && left.waiting == right.waiting && left.gaps == right.gaps
            && left.labels == right.labels
            && left.refused.elementsEqual(right.refused, by: ==)
    }
}
