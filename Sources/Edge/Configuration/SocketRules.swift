// SPDX-License-Identifier: Apache-2.0
//
// Which endpoints may be bound, and that no two sockets want the same one.

/// The checks over all sockets of the daemon.
struct SocketRules {
    let isInsecure: Bool
    let root: ScopedValues
    let sockets: [(line: Int?, values: ScopedValues)]
    let file: String

    private struct Place {
        let key: String
        let line: Int?
        let endpoint: Endpoint
    }

    /// Adds what does not fit; `samples` are the sockets in the same order.
    func check(_ samples: [SocketConfiguration], problems: inout ProblemList) {
        var bound: [Place] = []
        for (socket, table) in zip(samples, sockets) {
            let place = Place(
                key: table.values.full("endpoint"),
                line: table.values.line("endpoint") ?? table.line,
                endpoint: socket.endpoint
            )
            switch socket.mode {
            case .bind: bound.append(place)
            case .connect:
                guard !socket.endpoint.isConnectable else { continue }
                problems.add(
                    place.line,
                    place.key,
                    "\"\(place.endpoint)\"",
                    "a socket cannot connect to it",
                    "write the address and port of the producer, or set mode = \"bind\""
                )
            }
        }
        for path in ["versions.endpoint", "snapshots.endpoint", "events.endpoint"] {
            bound.append(
                Place(key: path, line: root.line(path), endpoint: root.endpoint(path))
            )
        }
        for (index, place) in bound.enumerated() {
            checkBind(place, &problems)
            guard
                let other = bound[..<index].first(where: {
                    $0.endpoint.collides(with: place.endpoint)
                })
            else { continue }
            // The default of one key can clash with the given value of another: name the given one.
            let (at, with) = place.line == nil ? (other, place) : (place, other)
            problems.add(
                at.line,
                at.key,
                "\"\(at.endpoint)\"",
                "\(with.key) = \"\(with.endpoint)\" is bound to the same place",
                "give each socket a port or path of its own"
            )
        }
    }

    private func checkBind(_ place: Place, _ problems: inout ProblemList) {
        let value = "\"\(place.endpoint)\""
        guard place.endpoint.isBindable else {
            problems.add(
                place.line,
                place.key,
                value,
                "a socket is bound to an address, not to a name",
                "write the address in numbers, such as 127.0.0.1"
            )
            return
        }
        if !place.endpoint.isLocal && !isInsecure {
            problems.add(
                place.line,
                place.key,
                value,
                "other machines could reach it, and nothing would ask who they are",
                "bind to 127.0.0.1, or say insecure = true if the network is trusted"
            )
        }
    }
}
