// SPDX-License-Identifier: Apache-2.0
//
// The columns of a micro-batch, its counts, and its strings.

import Primitives
import Samples
import Testing

@Suite struct MicroBatchTests {
    @Test func receivedIsRowsAndRefused() {
        var batch = MicroBatch()
        #expect(batch.isEmpty)
        batch.rows.append(
            MicroBatch.Row(
                label: 1,
                labelKind: .number,
                start: 0,
                count: 2,
                weight: 1,
                producer: 0,
                shape: .positional
            )
        )
        batch.values += [1, 2]
        batch.refuse(.notFinite, producer: 0, count: 3, detail: "NaN in x[1]")
        #expect(batch.received == 4)
        #expect(batch.refusedCount == 3)
        #expect(!batch.isEmpty)
    }

    @Test func refusalsOfAKindAreCountedTogether() {
        var batch = MicroBatch()
        let other = batch.producer("sensor")
        var described = 0
        func words(_ text: String) -> String {
            described += 1
            return text
        }
        batch.refuse(.width, producer: 0, detail: words("first"))
        batch.refuse(.width, producer: 0, count: 4, detail: words("second"))
        batch.refuse(.width, producer: other, detail: words("third"))
        batch.refuse(.malformed, producer: 0, count: 0, detail: words("never"))
        #expect(batch.refusals.map(\.count) == [5, 1])
        #expect(batch.refusals.map(\.detail) == ["first", "third"])
        #expect(described == 2)
    }

    @Test func producersHaveOneNumberEach() {
        var batch = MicroBatch()
        #expect(batch.producer(MicroBatch.unnamedProducer) == 0)
        #expect(batch.producer("a") == 1)
        #expect(batch.producer("b") == 2)
        #expect(batch.producer("a") == 1)
        #expect(batch.producers == ["unnamed", "a", "b"])
    }

    @Test func emptyingKeepsOnlyTheUnnamedProducer() {
        var batch = MicroBatch()
        _ = batch.producer("a")
        _ = batch.strings.intern("x")
        batch.values.append(1)
        batch.entries.append(MicroBatch.Entry(name: 0, value: 1, kind: .number))
        batch.messages.append(
            MicroBatch.Message(
                producer: 1,
                epoch: 1,
                sequence: 2,
                count: 3,
                firstRow: 0,
                rows: 0
            )
        )
        batch.refuse(.topic, producer: 0, detail: "x")
        batch.removeAll()
        #expect(batch.isEmpty && batch.received == 0)
        #expect(batch.producers == ["unnamed"])
        #expect(batch.values.isEmpty && batch.entries.isEmpty && batch.strings.count == 0)
    }

    @Test func reasonsHaveNamesOfTheirOwn() {
        let names = RefusalReason.allCases.map(\.name)
        #expect(Set(names).count == names.count)
        let spelling = "abcdefghijklmnopqrstuvwxyz_"
        #expect(names.allSatisfy { name in name.allSatisfy { spelling.contains($0) } })
    }
}

@Suite struct StringTableTests {
    @Test func numbersFollowTheOrderOfArrival() {
        var table = StringTable()
        let texts = (0..<2000).map { "text \($0 % 700)" } + ["", "é", "\u{0}", ""]
        var first: [String: UInt32] = [:]
        for text in texts {
            let number = table.intern(text)
            #expect(number == first[text, default: UInt32(first.count)])
            first[text] = number
            #expect(table.text(number) == text)
        }
        #expect(table.count == 703)
    }

    @Test func emptiedTableStartsAgain() {
        var table = StringTable()
        for index in 0..<100 { _ = table.intern("a\(index)") }
        table.removeAll()
        #expect(table.count == 0)
        #expect(table.intern("a5") == 0)
        #expect(table.intern("a6") == 1)
        var fresh = StringTable()
        _ = fresh.intern("a5")
        _ = fresh.intern("a6")
        #expect(table == fresh)
    }

    @Test func bytesThatAreNotUTF8StayApart() {
        var table = StringTable()
        let one: [UInt8] = [0xFF]
        let two: [UInt8] = [0xFE]
        #expect(table.intern(one.span) == 0)
        #expect(table.intern(two.span) == 1)
        #expect(table.intern(one.span) == 0)
    }
}
