// SPDX-License-Identifier: Apache-2.0
//
// Where a producer stands: gaps, overtaken messages, duplicates, epochs, and the bounds.

import Engine
import Primitives
import Testing

@Suite("A producer's position") struct ProducerPositionTests {
    @Test("In order, a gap, the message that closes it, and a repetition")
    func oneEpoch() {
        var position = ProducerPosition()
        #expect(position.arrive(epoch: 1, sequence: 0, count: 10) == .fresh(gap: 0))
        #expect(position.arrive(epoch: 1, sequence: 20, count: 5) == .fresh(gap: 10))
        #expect(position.missing == 10)
        #expect(position.arrive(epoch: 1, sequence: 12, count: 3) == .overtaken)
        #expect(position.missing == 7)
        #expect(position.arrive(epoch: 1, sequence: 12, count: 3) == .duplicate)
        #expect(position.arrive(epoch: 1, sequence: 0, count: 10) == .duplicate)
        #expect(position.arrive(epoch: 1, sequence: 8, count: 4) == .duplicate, "half known")
        #expect(position.arrive(epoch: 1, sequence: 10, count: 2) == .overtaken)
        #expect(position.arrive(epoch: 1, sequence: 15, count: 5) == .overtaken)
        #expect(position.missing == 0)
        #expect(position.next == 25)
    }

    @Test("A new epoch starts at its own zero; late messages of the old one still count")
    func epochs() {
        var position = ProducerPosition()
        _ = position.arrive(epoch: 5, sequence: 0, count: 4)
        #expect(position.arrive(epoch: 6, sequence: 0, count: 4) == .fresh(gap: 0))
        #expect(position.arrive(epoch: 5, sequence: 4, count: 4) == .fresh(gap: 0))
        #expect(position.arrive(epoch: 5, sequence: 4, count: 4) == .duplicate)
        #expect(position.missing == 0)
        #expect(position.epoch == 6)
        for epoch in 7...20 as ClosedRange<UInt64> {
            #expect(position.arrive(epoch: epoch, sequence: 0, count: 1) == .fresh(gap: 0))
        }
        #expect(position.arrive(epoch: 5, sequence: 8, count: 4) == .duplicate, "forgotten")
    }

    @Test("A number that cannot be counted on is refused")
    func overflow() {
        var position = ProducerPosition()
        #expect(position.arrive(epoch: 1, sequence: .max - 1, count: 5) == .duplicate)
        #expect(position.missing == 0)
    }

    @Test("What is missing is what never came, whatever the order", arguments: 1...50)
    func laws(seed: UInt64) throws {
        var random = RandomSource(seed: seed)
        var messages: [(sequence: UInt64, count: UInt64)] = []
        var end: UInt64 = 0
        for _ in 0..<30 {
            let count = UInt64(1 + random.below(9))
            messages.append((end, count))
            end += count
        }
        let last = messages.removeLast()
        random.shuffle(&messages)
        let lost = random.below(20)
        var position = ProducerPosition()
        var received: UInt64 = 0
        for message in messages.dropLast(lost) + [last] {
            for _ in 0...random.below(2) {
                let arrival = position.arrive(
                    epoch: 3,
                    sequence: message.sequence,
                    count: message.count
                )
                if arrival != .duplicate { received += message.count }
                var writer = ByteWriter()
                position.encode(into: &writer)
                var reader = ByteReader(writer.bytes)
                #expect(try ProducerPosition(from: &reader) == position)
            }
        }
        #expect(position.next == end)
        #expect(received + position.missing == end)
    }

    @Test("Of many gaps the oldest are forgotten, but stay counted")
    func bounded() {
        var position = ProducerPosition()
        for place in 0..<100 as Range<UInt64> {
            _ = position.arrive(epoch: 1, sequence: 2 * place + 1, count: 1)
        }
        #expect(position.missing == 100)
        #expect(position.arrive(epoch: 1, sequence: 0, count: 1) == .duplicate)
        #expect(position.arrive(epoch: 1, sequence: 198, count: 1) == .overtaken)
        #expect(position.missing == 99)
        var writer = ByteWriter()
        position.encode(into: &writer)
        #expect(writer.bytes.count < 1000)
    }
}
