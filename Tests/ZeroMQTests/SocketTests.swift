// SPDX-License-Identifier: Apache-2.0
//
// Sockets against each other in one process: nothing here depends on the network or on timing; what
// must arrive is waited for, with a limit that only a failure reaches.

import Glibc
import Linux
import Testing
import ZeroMQ

let patience: Duration = .seconds(20)

@Suite struct SocketTests {
    @Test func framesArriveWhole() throws {
        let context = try Context()
        let left = try Socket(.pair, in: context)
        let right = try Socket(.pair, in: context)
        try left.bind("inproc://whole")
        try right.connect("inproc://whole")
        try right.set(.receiveTimeout, to: patience)
        #expect(try left.send("topic", more: true))
        #expect(try left.send([UInt8](), more: true))
        #expect(try left.send([1, 2, 3]))
        var message = Message()
        #expect(try right.receive(into: &message))
        #expect(message.text == "topic")
        #expect(message.more == true)
        #expect(try right.receive(into: &message))
        #expect(message.count == 0)
        #expect(message.more == true)
        #expect(try right.receive(into: &message))
        #expect(message.bytes == [1, 2, 3])
        #expect(message.more == false)
        #expect(message.withUnsafeBytes { $0.count } == 3)
    }

    @Test func nothingThereIsNoError() throws {
        let context = try Context()
        let socket = try Socket(.pull, in: context)
        try socket.bind("inproc://nothing")
        var message = Message()
        #expect(try !socket.receive(into: &message, dontWait: true))
        #expect(try socket.receiveFrames(dontWait: true) == nil)
        try socket.set(.receiveTimeout, to: .milliseconds(1))
        #expect(try !socket.receive(into: &message))
    }

    @Test func aFullQueueIsNoError() throws {
        let context = try Context()
        let pull = try Socket(.pull, in: context)
        try pull.set(.receiveHighWaterMark, to: 2)
        try pull.bind("inproc://full")
        let push = try Socket(.push, in: context)
        try push.set(.sendHighWaterMark, to: 2)
        try push.connect("inproc://full")
        var sent = 0
        while sent < 100, try push.send([7], dontWait: true) { sent += 1 }
        #expect((1..<100).contains(sent))
        var message = Message()
        var received = 0
        while try pull.receive(into: &message, dontWait: true) { received += 1 }
        #expect(received == sent)
    }

    @Test func aMessageCanBePassedOn() throws {
        let context = try Context()
        let left = try Socket(.pair, in: context)
        let right = try Socket(.pair, in: context)
        try left.bind("inproc://passed")
        try right.connect("inproc://passed")
        try right.set(.receiveTimeout, to: patience)
        let bytes = (0..<5000).map { UInt8(truncatingIfNeeded: $0) }
        var message = try Message(copying: bytes)
        #expect(try left.send(&message))
        #expect(message.count == 0)
        #expect(try right.receiveFrames() == [bytes])
    }

    @Test(arguments: ["tcp://127.0.0.1:*", "ipc://*"])
    func transports(endpoint: String) throws {
        let context = try Context()
        let pull = try Socket(.pull, in: context)
        try pull.set(.receiveTimeout, to: patience)
        try pull.bind(endpoint)
        let push = try Socket(.push, in: context)
        try push.set(.linger, to: .zero)
        try push.connect(try pull.lastEndpoint())
        for length in [0, 1, 33, 34, 254, 255, 256, 8192, 100_000] {
            let body = (0..<length).map { UInt8(truncatingIfNeeded: $0 &* 7) }
            #expect(try push.send(frames: [[9], body]))
            #expect(try pull.receiveFrames() == [[9], body])
        }
    }

    @Test func errorsSayWhat() throws {
        let context = try Context()
        let first = try Socket(.pull, in: context)
        try first.bind("tcp://127.0.0.1:*")
        let second = try Socket(.pull, in: context)
        let endpoint = try first.lastEndpoint()
        #expect(throws: ZeroMQError.addressInUse) { try second.bind(endpoint) }
        #expect(throws: ZeroMQError.invalidArgument) { try second.bind("nonsense") }
        #expect(throws: ZeroMQError.protocolNotSupported) { try second.bind("carrier://pigeon") }
        #expect(throws: ZeroMQError.noSuchFile) { try second.bind("ipc:///nowhere/at/all") }
        #expect(ZeroMQError.addressInUse.description.contains("in use"))
        try first.unbind(endpoint)
        let reply = try Socket(.reply, in: context)
        #expect(throws: ZeroMQError.wrongState) { try reply.send([1]) }
    }

    @Test func optionsAreReadBack() throws {
        let context = try Context()
        let socket = try Socket(.xpub, in: context)
        try socket.set(.sendHighWaterMark, to: 17)
        try socket.set(.receiveHighWaterMark, to: 0)
        try socket.set(.maxMessageSize, to: 1 << 33)
        try socket.set(.linger, to: nil)
        try socket.set(.xpubManual, to: true)
        try socket.set(.xpubVerboser, to: true)
        try socket.set(.xpubNoDrop, to: true)
        try socket.set(.immediate, to: true)
        try socket.set(.heartbeatInterval, to: .seconds(2))
        try socket.set(.heartbeatTimeout, to: .seconds(6))
        try socket.set(.identity, to: Array("me".utf8))
        #expect(try socket.value(of: .sendHighWaterMark) == 17)
        #expect(try socket.value(of: .receiveHighWaterMark) == 0)
        #expect(try socket.value(of: .maxMessageSize) == 1 << 33)
        #expect(try socket.value(of: .linger) == nil)
        #expect(try socket.value(of: .heartbeatInterval) == .seconds(2))
        try socket.set(.linger, to: .microseconds(1500))
        #expect(try socket.value(of: .linger) == .milliseconds(2))
        try socket.set(.linger, to: .seconds(Int64.max))
        #expect(try socket.value(of: .linger) == .milliseconds(Int64(Int32.max)))
        #expect(try socket.descriptor() >= 0)
        #expect(throws: ZeroMQError.invalidArgument) {
            try socket.set(.sendHighWaterMark, to: -1)
        }
    }

    @Test func aManualPublisherDecides() throws {
        let context = try Context()
        let publisher = try Socket(.xpub, in: context)
        try publisher.set(.xpubManual, to: true)
        try publisher.set(.receiveTimeout, to: patience)
        try publisher.bind("inproc://manual")
        let subscriber = try Socket(.sub, in: context)
        try subscriber.set(.receiveTimeout, to: patience)
        try subscriber.connect("inproc://manual")
        try subscriber.subscribe(Array("a".utf8))
        #expect(try publisher.receiveFrames() == [[1] + Array("a".utf8)])
        try publisher.subscribe(Array("abc".utf8))
        #expect(try publisher.send("ab"))
        #expect(try publisher.send("abcd"))
        #expect(try subscriber.receiveFrames() == [Array("abcd".utf8)])
        try subscriber.unsubscribe(Array("a".utf8))
        #expect(try publisher.receiveFrames() == [[0] + Array("a".utf8)])
        try publisher.unsubscribe(Array("abc".utf8))
    }

    @Test func aRouterKnowsItsPeers() throws {
        let context = try Context()
        let router = try Socket(.router, in: context)
        try router.set(.routerMandatory, to: true)
        try router.set(.receiveTimeout, to: patience)
        try router.bind("inproc://router")
        let dealer = try Socket(.dealer, in: context)
        try dealer.set(.identity, to: Array("peer".utf8))
        try dealer.set(.receiveTimeout, to: patience)
        try dealer.connect("inproc://router")
        #expect(try dealer.send("hello"))
        #expect(try router.receiveFrames() == [Array("peer".utf8), Array("hello".utf8)])
        #expect(try router.send(frames: [Array("peer".utf8), [1]]))
        #expect(try dealer.receiveFrames() == [[1]])
        #expect(throws: ZeroMQError.hostUnreachable) {
            try router.send("nobody", more: true)
        }
    }

    @Test func aSocketKeepsItsContext() throws {
        func makeSocket() throws -> Socket { try Socket(.pull, in: Context()) }
        let socket = try makeSocket()
        try socket.bind("inproc://alone")
        var message = Message()
        #expect(try !socket.receive(into: &message, dontWait: true))
    }

    @Test func shuttingDownWakesWaiters() throws {
        let context = try Context()
        let ready = try EventFD()
        let ended = Lock<ZeroMQError?>(nil)
        let thread = try Thread("waiter") {
            do throws(ZeroMQError) {
                let socket = try Socket(.pull, in: context)
                try socket.bind("inproc://waits")
                ready.signal()
                var message = Message()
                _ = try socket.receive(into: &message)
            } catch {
                ended.withLock { $0 = error }
            }
        }
        #expect(ready.wait(timeout: patience))
        context.shutDown()
        thread.join()
        #expect(ended.withLock { $0 } == .terminated)
    }

    @Test func signalsDoNotEndAReceive() throws {
        var action = sigaction()
        action.__sigaction_handler.sa_handler = { _ in }
        sigaction(SIGUSR2, &action, nil)
        let context = try Context()
        let push = try Socket(.push, in: context)
        try push.bind("inproc://signals")
        let waiting = Lock<pthread_t?>(nil)
        let ready = try EventFD()
        let received = Lock<[UInt8]?>(nil)
        let thread = try Thread("receiver") {
            waiting.withLock { $0 = pthread_self() }
            guard let socket = try? Socket(.pull, in: context) else { return }
            try? socket.connect("inproc://signals")
            ready.signal()
            let frames = try? socket.receiveFrames()
            received.withLock { $0 = frames?.first }
        }
        #expect(ready.wait(timeout: patience))
        let handle = try #require(waiting.withLock { $0 })
        for _ in 0..<200 {
            pthread_kill(handle, SIGUSR2)
            sched_yield()
        }
        try push.send([42])
        thread.join()
        #expect(received.withLock { $0 } == [42])
    }
}
