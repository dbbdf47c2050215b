// SPDX-License-Identifier: Apache-2.0
//
// What libzmq reports when a connection comes, goes, or sends a frame that is too long.

import Testing
import ZeroMQ

@Suite struct MonitorTests {
    /// The kinds of all reports up to and with `last`.
    private func kinds(
        _ monitor: inout Monitor,
        until last: MonitorEvents
    ) throws -> [MonitorEvents] {
        var kinds: [MonitorEvents] = []
        while let event = try monitor.next(waiting: patience) {
            kinds.append(event.kind)
            if event.kind == last { break }
        }
        return kinds
    }

    @Test(arguments: [SocketType.sub, .pull])
    func anOverSizeFrameIsADisconnect(type: SocketType) throws {
        let context = try Context()
        let receiver = try Socket(type, in: context)
        try receiver.set(.maxMessageSize, to: 1000)
        if type == .sub { try receiver.subscribe() }
        var monitor = try receiver.monitor()
        try receiver.bind("tcp://127.0.0.1:*")
        let sender = try Socket(type == .sub ? .xpub : .push, in: context)
        try sender.set(.linger, to: .zero)
        try sender.set(.reconnectInterval, to: nil)
        try sender.connect(try receiver.lastEndpoint())
        if type == .sub {
            // A bound SUB tells a new peer its subscriptions when its own thread next looks at it.
            var poller = Poller()
            poller.add(receiver)
            poller.add(sender)
            try poller.wait(timeout: patience)
            #expect(try sender.receiveFrames(dontWait: true) == [[1]])
        }
        try sender.send([UInt8](repeating: 1, count: 1000))
        try receiver.set(.receiveTimeout, to: patience)
        #expect(try receiver.receiveFrames()?.first?.count == 1000)
        try sender.send([UInt8](repeating: 1, count: 1001))
        let seen = try kinds(&monitor, until: .disconnected)
        #expect(
            seen == [
                .listening, .accepted, .handshakeSucceeded, .disconnected,
            ]
        )
        #expect(try receiver.receiveFrames(dontWait: true) == nil)
        #expect(try monitor.next() == nil)
    }

    @Test func aGoodbyeIsADisconnectToo() throws {
        let context = try Context()
        let receiver = try Socket(.pull, in: context)
        var monitor = try receiver.monitor([.accepted, .disconnected, .handshakeSucceeded])
        try receiver.bind("tcp://127.0.0.1:*")
        let endpoint = try receiver.lastEndpoint()
        func visit() throws {
            let sender = try Socket(.push, in: Context())
            try sender.connect(endpoint)
            try sender.send([1])
            try receiver.set(.receiveTimeout, to: patience)
            #expect(try receiver.receiveFrames() == [[1]])
        }
        try visit()
        let seen = try kinds(&monitor, until: .disconnected)
        #expect(seen == [.accepted, .handshakeSucceeded, .disconnected])
        #expect(try monitor.next() == nil)
    }

    @Test func aMonitorThatGoesFirstBlocksNobody() throws {
        let context = try Context()
        let receiver = try Socket(.pull, in: context)
        func look() throws {
            var monitor = try receiver.monitor()
            try receiver.bind("tcp://127.0.0.1:*")
            #expect(try monitor.next(waiting: patience)?.kind == .listening)
        }
        try look()
        // The I/O thread would now wait for ever to report these peers, were it still reporting.
        try receiver.set(.receiveTimeout, to: patience)
        for number in 0..<10 {
            let sender = try Socket(.push, in: context)
            try sender.connect(try receiver.lastEndpoint())
            try sender.send([UInt8(number)])
            #expect(try receiver.receiveFrames() == [[UInt8(number)]])
        }
    }

    @Test func aSocketThatGoesFirstSaysSo() throws {
        let context = try Context()
        func watch() throws -> Monitor {
            let receiver = try Socket(.pull, in: context)
            return try receiver.monitor()
        }
        var monitor = try watch()
        #expect(try monitor.next(waiting: patience)?.kind == .stopped)
    }
}
