// SPDX-License-Identifier: Apache-2.0
//
// The receiver that only counts: what libzmq can deliver to one thread, with nothing done to it. It
// runs in a process of its own, like the daemon.

import Linux
import ZeroMQ

/// `learnd-bench count-receiver TRANSPORT ENDPOINT REPORT SAMPLES PER_MESSAGE`.
package enum CountingReceiver {
    /// Counts until every sample has come, then says so.
    package static func run(_ arguments: [String]) -> Int32 {
        guard arguments.count == 5, let samples = Int(arguments[3]),
            let perMessage = Int(arguments[4])
        else { return 2 }
        do throws(ZeroMQError) {
            let context = try Context()
            let isPull = arguments[0].hasPrefix("pull")
            let socket = try Socket(isPull ? .pull : .sub, in: context)
            try socket.set(.receiveHighWaterMark, to: TransportRound.highWaterMark)
            if !isPull { try socket.subscribe() }
            let endpoint = arguments[1] == "tcp://127.0.0.1:0" ? "tcp://127.0.0.1:*" : arguments[1]
            try socket.bind(endpoint)
            let report = try Socket(.push, in: context)
            try report.connect(arguments[2])
            try report.send(try socket.lastEndpoint())
            var poller = Poller()
            poller.add(socket)
            var message = Message()
            var received = 0
            var bytes = 0
            while received < samples {
                guard try socket.receive(into: &message, dontWait: true) else {
                    try poller.wait(timeout: .seconds(10))
                    continue
                }
                bytes += message.count
                if !message.more { received += perMessage }
            }
            try report.send("\(bytes)")
            // The end comes from outside, so that the processor time can still be read.
            _ = Signals.wait(for: [.user1], timeout: .seconds(60))
            return 0
        } catch {
            return 1
        }
    }
}
