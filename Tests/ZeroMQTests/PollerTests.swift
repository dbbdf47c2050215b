// SPDX-License-Identifier: Apache-2.0
//
// Waiting for sockets and descriptors together.

import Linux
import Testing
import ZeroMQ

@Suite struct PollerTests {
    @Test func itFindsWhatIsReady() throws {
        let context = try Context()
        let left = try Socket(.pair, in: context)
        let right = try Socket(.pair, in: context)
        try left.bind("inproc://poller")
        try right.connect("inproc://poller")
        let wake = try EventFD()
        var poller = Poller()
        let socketItem = poller.add(right)
        let wakeItem = poller.add(descriptor: wake.descriptor)
        #expect(poller.count == 2)
        #expect(try poller.wait(timeout: .zero) == 0)

        try left.send([1])
        #expect(try poller.wait(timeout: patience) == 1)
        #expect(poller.isReadable(socketItem) == true)
        #expect(poller.isReadable(wakeItem) == false)

        wake.signal()
        #expect(try poller.wait(timeout: patience) == 2)
        #expect(poller.isReadable(wakeItem) == true)
        #expect(wake.clear())
        #expect(!wake.clear())

        poller.set(socketItem, to: [])
        #expect(try poller.wait(timeout: .milliseconds(1)) == 0)
        poller.set(socketItem, to: .readable)
        #expect(try poller.wait(timeout: nil) == 1)
        #expect(try right.receiveFrames() == [[1]])
        poller.set(socketItem, to: .writable)
        #expect(try poller.wait(timeout: patience) == 1)
        #expect(poller.ready(socketItem) == .writable)
    }
}
