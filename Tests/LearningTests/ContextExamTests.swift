// SPDX-License-Identifier: Apache-2.0
//
// Forgetting and backward transfer in closed form, on a sequence that is written down.

import Learning
import Primitives
import Testing

@Suite struct ContextExamTests {
    private var exams = ContextExams()
    private var labelled: UInt64 = 0

    /// Lets a context bring samples, in blocks; gives the contexts that were left by them.
    private mutating func bring(_ context: Int32, _ count: Int) -> [Int32] {
        var left: [Int32] = []
        for start in stride(from: 0, to: count, by: 64) {
            var block = Block()
            block.reset(width: 0, outputs: 2)
            let none: [Float] = []
            for _ in start..<min(start + 64, count) {
                block.append(raw: none.span, class: 0, context: context)
                block.losses.append(0.5)
            }
            if let context = exams.left(by: block, labelled: { _ in true }) { left.append(context) }
            labelled = exams.count(block, from: labelled)
        }
        return left
    }

    private func figure(_ name: String, of context: Int32) -> Double? {
        JSONValue.object(exams.members(of: context))[name]?.double
    }

    private func mean(_ name: String) -> Double? { JSONValue.object(exams.means)[name]?.double }

    private mutating func take(_ error: Double, _ context: Int32) {
        exams.record(error, rows: 40, of: context, at: labelled)
    }

    @Test mutating func figuresFollowFromTheSequence() {
        #expect(bring(0, 300) == [])
        // 0 is left for 1: examined as learned.
        #expect(bring(1, 1) == [0])
        take(0.10, 0)
        #expect(figure("error_learned", of: 0) == 0.10)
        #expect(figure("backward_transfer", of: 0) == 0)
        #expect(figure("forgetting", of: 0)?.isNaN == true, "there is nothing to compare with")
        #expect(exams.means.isEmpty)
        // While 1 is learned, 0 gets worse.
        #expect(bring(1, 800) == [] && exams.round(at: labelled) == [0])
        take(0.40, 0)
        #expect(abs((figure("forgetting", of: 0) ?? 0) - 0.30) < 1e-12)
        #expect(abs((figure("backward_transfer", of: 0) ?? 0) + 0.30) < 1e-12)
        // It comes back, learns, and is left better than ever; 1 was left before.
        #expect(bring(0, 250) == [1])
        take(0.20, 1)
        #expect(abs((mean("forgetting") ?? 0) - 0.30) < 1e-12, "0 keeps what it came back with")
        #expect(bring(2, 1) == [0])
        take(0.05, 0)
        #expect(abs((figure("forgetting", of: 0) ?? 0) + 0.05) < 1e-12)
        #expect(figure("backward_transfer", of: 0) == 0)
        // What is learned of 2 helps 1 and spoils 0.
        #expect(bring(2, 1100) == [])
        #expect(exams.round(at: labelled) == [1, 0])
        take(0.15, 0)
        take(0.12, 1)
        #expect(abs((figure("forgetting", of: 0) ?? 0) - 0.10) < 1e-12, "the best was 0.05")
        #expect(abs((figure("backward_transfer", of: 0) ?? 0) + 0.10) < 1e-12)
        #expect(abs((figure("forgetting", of: 1) ?? 0) + 0.08) < 1e-12)
        #expect(abs((figure("backward_transfer", of: 1) ?? 0) - 0.08) < 1e-12)
        #expect(JSONValue.object(exams.means)["contexts_left"]?.integer == 2)
        #expect(abs((mean("forgetting") ?? 0) - 0.01) < 1e-12)
        #expect(abs((mean("backward_transfer") ?? 0) + 0.01) < 1e-12)
        #expect(exams.members(of: 2).isEmpty && exams.members(of: 3).isEmpty)
    }

    @Test mutating func aShortTurnIsExaminedLater() {
        // 50 samples are too few for an examination when they end, so the round makes up for it.
        #expect(bring(0, 50) == [] && bring(1, 300) == [])
        #expect(exams.round(at: labelled) == [], "it is not time yet")
        _ = bring(1, 700)
        #expect(exams.round(at: labelled) == [0])
        take(0.3, 0)
        #expect(figure("error_learned", of: 0) == 0.3 && exams.means.isEmpty)
        _ = bring(1, 1024)
        #expect(exams.round(at: labelled) == [0])
        take(0.35, 0)
        #expect(abs((mean("backward_transfer") ?? 0) + 0.05) < 1e-12)
    }

    @Test mutating func workIsBounded() {
        for context in 0..<300 as Range<Int32> { _ = bring(context, 10) }
        var examined: [Int32] = []
        for _ in 0..<100 {
            _ = bring(-1, 1024)
            let round = exams.round(at: labelled)
            #expect(round.count == ContextExams.roundContexts)
            examined += round
        }
        // Each in turns, and none beyond the first 256.
        let times = Dictionary(examined.map { ($0, 1) }, uniquingKeysWith: +)
        #expect(times.count == 256 && times.values.allSatisfy { $0 == 1 || $0 == 2 })
        #expect(times.keys.allSatisfy { $0 < 256 })
    }

    @Test mutating func bytesGoOn() throws {
        _ = bring(0, 300)
        _ = bring(1, 1100)
        take(0.2, 0)
        var writer = ByteWriter()
        exams.encode(into: &writer)
        var reader = ByteReader(writer.bytes)
        var again = try ContextExams(from: &reader)
        try reader.expectEnd()
        #expect(again.round(at: labelled) == [0] && exams.round(at: labelled) == [0])
        var second = ByteWriter()
        again.encode(into: &second)
        writer = ByteWriter()
        exams.encode(into: &writer)
        #expect(second.bytes == writer.bytes)
        for count in 0..<writer.bytes.count {
            var short = ByteReader(Array(writer.bytes.prefix(count)))
            #expect(throws: DecodeError.self) { try ContextExams(from: &short) }
        }
    }
}
