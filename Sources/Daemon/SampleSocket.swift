// SPDX-License-Identifier: Apache-2.0
//
// One socket on which samples arrive, as the configuration lists it: SUB or PULL, bound or
// connected, tcp or ipc. Its bounds are set before it opens: the frame limit (libzmq throws out
// whoever exceeds it) and the high-water mark, which together bound the memory of each producer.

import Configuration
import Linux
import Primitives
import Storage
import ZeroMQ

/// An open sample socket; it lives on the intake's thread.
final class SampleSocket {
    let socket: Socket
    private var monitor: Monitor
    private let fileLock: SocketFile?

    /// Opens the socket; what fails is named with its key.
    init(
        _ configuration: SocketConfiguration,
        number: Int,
        house: House,
        context: Context
    ) throws(StartError) {
        let key = "samples[\(number)].endpoint"
        let address = configuration.endpoint.address(runtime: house.directories.runtime)
        let isBound = configuration.mode == .bind
        let file =
            isBound ? try SocketFile(endpoint: address, key: key) : nil
        fileLock = file
        do throws(ZeroMQError) {
            socket = try Socket(configuration.kind == .sub ? .sub : .pull, in: context)
            monitor = try socket.monitor([.disconnected])
            try socket.set(.receiveHighWaterMark, to: configuration.receiveHWM)
            try socket.set(.maxMessageSize, to: Int64(configuration.frameLimitBytes))
            try socket.set(.linger, to: .zero)
            try socket.set(.ipv6, to: address.hasPrefix("tcp://["))
            // The kernel looks for producers that vanished, not libzmq: while a full queue keeps
            // libzmq from reading, it does not see the answers to its own heartbeats either, ends
            // the connection and loses what the producer had sent (seen after six seconds).
            try socket.set(.tcpKeepAlive, to: true)
            try socket.set(.tcpKeepAliveIdleSeconds, to: 30)
            try socket.set(.tcpKeepAliveIntervalSeconds, to: 10)
            try socket.set(.tcpKeepAliveCount, to: 3)
            if configuration.kind == .sub { try socket.subscribe() }
        } catch {
            throw StartError("a sample socket cannot be made: \(error)", remedy: "see LimitNOFILE")
        }
        try StartError.naming(key, address) { () throws(ZeroMQError) in
            if isBound {
                try socket.bind(address)
            } else {
                try socket.connect(address)
            }
        }
        file?.restrict(
            mode: configuration.ipcMode,
            group: configuration.ipcGroup,
            log: house.log
        )
        house.note("samples", at: isBound ? try socket.address() : address)
    }

    /// How many connections have ended since the last look.
    ///
    /// A frame above the limit ends one.
    func takeDisconnects() -> Int {
        var count = 0
        while let event = try? monitor.next() {
            if event.kind == .disconnected { count += 1 }
        }
        return count
    }
}
