// SPDX-License-Identifier: Apache-2.0
//
// The ring: order, fullness, nothing lost between two threads that sleep.

import Linux
import Synchronization
import Testing

/// Counts the instances that live, and cannot be copied.
private struct Token: ~Copyable, Sendable {
    let number: Int
    let living: Living

    init(_ number: Int, _ living: Living) {
        self.number = number
        self.living = living
        living.count.add(1, ordering: .relaxed)
    }

    deinit { living.count.subtract(1, ordering: .relaxed) }
}

private final class Living: Sendable {
    let count = Atomic(0)
}

@Suite struct RingTests {
    @Test func elementsComeOutInOrder() throws {
        let ring = Ring<Int>(capacity: 4, arrived: try EventFD(), freed: try EventFD())
        #expect(ring.pop() == nil)
        for round in 0..<10 {
            for number in 0..<4 { #expect(ring.push(round * 4 + number) == nil) }
            #expect(ring.isFull)
            #expect(ring.count == 4)
            #expect(ring.push(99) == 99)
            for number in 0..<4 { #expect(ring.pop() == round * 4 + number) }
            #expect(ring.pop() == nil)
            #expect(!ring.isFull)
        }
    }

    @Test func aRingOfOneWorks() throws {
        let ring = Ring<String>(capacity: 1, arrived: try EventFD(), freed: try EventFD())
        #expect(ring.push("a") == nil)
        #expect(ring.push("b") == "b")
        #expect(ring.pop() == "a")
        #expect(ring.push("b") == nil)
    }

    @Test func whatIsLeftIsReleased() throws {
        let living = Living()
        do {
            let ring = Ring<Token>(capacity: 4, arrived: try EventFD(), freed: try EventFD())
            for number in 0..<6 {
                let refused = ring.push(Token(number, living)) != nil
                #expect(refused == (number >= 4))
            }
            if let first = ring.pop() { #expect(first.number == 0) }
            #expect(living.count.load(ordering: .relaxed) == 3)
        }
        #expect(living.count.load(ordering: .relaxed) == 0)
    }

    @Test func sleepersAreToldOnlyWhatIsTrue() throws {
        let ring = Ring<Int>(capacity: 1, arrived: try EventFD(), freed: try EventFD())
        #expect(!ring.producerMaySleep())
        #expect(ring.consumerMaySleep())
        #expect(!ring.arrived.clear())
        #expect(ring.push(1) == nil)
        #expect(ring.arrived.clear())
        #expect(!ring.consumerMaySleep())
        #expect(ring.producerMaySleep())
        #expect(ring.pop() == 1)
        #expect(ring.freed.clear())
        #expect(ring.push(2) == nil)
        #expect(!ring.arrived.clear())
    }

    @Test(arguments: [1, 2, 64])
    func nothingIsLostBetweenSleepers(capacity: Int) throws {
        let total = 30_000
        let ring = Ring<[Int]>(
            capacity: capacity,
            arrived: try EventFD(),
            freed: try EventFD()
        )
        let producer = try Thread("producer") {
            for number in 0..<total {
                var element = [number, number * 2]
                while let refused = ring.push(element) {
                    element = refused
                    if ring.producerMaySleep() {
                        _ = ring.freed.wait(timeout: patience)
                        ring.freed.clear()
                    }
                }
            }
        }
        var expected = 0
        while expected < total {
            guard let element = ring.pop() else {
                if ring.consumerMaySleep() {
                    #expect(ring.arrived.wait(timeout: patience))
                    ring.arrived.clear()
                }
                continue
            }
            guard element == [expected, expected * 2] else {
                Issue.record("element \(expected) came as \(element)")
                break
            }
            expected += 1
        }
        producer.join()
        #expect(ring.pop() == nil)
    }
}
