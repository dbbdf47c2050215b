// SPDX-License-Identifier: Apache-2.0
//
// What the daemon says of itself: in `learnctl status`, and in one line to systemd.

import Linux
import Primitives
import Storage

extension House {
    /// The daemon's part of a status.
    var status: JSONValue {
        let list = addresses.withLock { $0 }
        var endpoints: [JSONValue.Member] = [
            .init(
                "samples",
                .array(list.filter { $0.name == "samples" }.map { .string($0.address) })
            )
        ]
        for entry in list where entry.name != "samples" {
            endpoints.append(.init(entry.name, .string(entry.address)))
        }
        let uptime = Double(Clock.monotonicNanoseconds() - startedAt) / 1e9
        return [
            "version": .string(learndVersion),
            "incarnation": .string(incarnation.text),
            "pid": .int(Int64(Process.identifier)),
            "uptime": .number(uptime),
            "resident_bytes": .int(Int64(Process.residentBytes())),
            "endpoints": .object(endpoints),
            "directories": [
                "state": .string(directories.state), "runtime": .string(directories.runtime),
                "configuration": .string(directories.configuration),
            ],
            "refused": account.json,
            "workers_abandoned": .int(Int64(worker.abandoned)),
        ]
    }

    /// Remembers where a socket can be reached.
    func note(_ name: String, at address: String) {
        addresses.withLock { $0.append((name, address)) }
    }

    /// Takes a learner's summary for the status line.
    func summarise(_ learner: Int, _ text: String) {
        summaries.withLock { $0[learner] = text }
    }

    /// The learners in one line.
    var summary: String {
        summaries.withLock { $0.filter { !$0.isEmpty }.joined(separator: "; ") }
    }

    /// Where samples are taken, in one line.
    var samplesAddresses: String {
        addresses.withLock { $0 }.filter { $0.name == "samples" }.map(\.address)
            .joined(separator: " ")
    }
}
