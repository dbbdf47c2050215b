// SPDX-License-Identifier: Apache-2.0
//
// A pool as a whole: blocks, bytes, growth, late labels, refits.

import Experts
import Kernels
import Primitives
import Testing

@Suite("A pool of experts")
struct PoolTests {
    static func pool(classes: Int) -> Pool {
        Pool(PoolSettings(), shape: ExpertShape(width: 5, classes: classes))
    }

    @Test("Blocks do not matter", arguments: [3, 0])
    func blocksAreIrrelevant(classes: Int) {
        let rows = Stream.random(300, seed: 3, classes: classes)
        var whole = Self.pool(classes: classes)
        let expected = whole.run(rows, block: 300)
        for size in [1, 7, 100] {
            var pool = Self.pool(classes: classes)
            #expect(pool.run(rows, block: size) == expected)
            #expect(pool.bytes == whole.bytes)
        }
    }

    @Test("Bytes give the pool back, with the same future", arguments: [3, 0])
    func codingKeepsEverything(classes: Int) throws {
        var pool = Self.pool(classes: classes)
        pool.run(Stream.random(200, seed: 1, classes: classes))
        pool.refitNow(seed: 5)
        pool.run(Stream.random(50, seed: 4, classes: classes))
        var reader = ByteReader(pool.bytes)
        var other = try Pool(from: &reader)
        try reader.expectEnd()
        let tail = Stream.random(60, seed: 2, classes: classes)
        #expect(other.run(tail) == pool.run(tail))
        #expect(other.bytes == pool.bytes)
    }

    @Test("However little is remembered, blocks and bytes do not matter", arguments: [3, 0])
    func aShortMemoryIsExact(classes: Int) throws {
        var settings = PoolSettings()
        settings.rows = 100
        var pool = Pool(settings, shape: ExpertShape(width: 5, classes: classes))
        var whole = pool
        let rows = Stream.random(420, seed: 3, classes: classes)
        let (first, last) = (rows.part(0..<390), rows.part(390..<420))
        pool.run(first, block: 7)
        whole.run(first, block: 130)
        var reader = ByteReader(pool.bytes)
        var other = try Pool(from: &reader)
        let said = pool.run(last)
        #expect(other.run(last) == said)
        #expect(whole.run(last) == said)
        let areSame = other.bytes == pool.bytes && whole.bytes == pool.bytes
        #expect(areSame)
    }

    @Test("Prediction changes nothing", arguments: [3, 0])
    func predictionIsPure(classes: Int) {
        var pool = Self.pool(classes: classes)
        pool.run(Stream.random(200, seed: 1, classes: classes))
        let before = pool.bytes
        let rows = Stream.random(10, seed: 2, classes: classes)
        var output = PoolOutput()
        pool.predict(rows.input(0..<10), &output)
        #expect(pool.bytes == before)
        #expect(Array(output.predictions.prefix(1)) == Array(pool.run(rows).prefix(1)))
    }

    @Test("It learns, and grows", arguments: [2, 0])
    func itLearnsAndGrows(classes: Int) {
        var pool = Self.pool(classes: classes)
        pool.run(Stream.random(300, seed: 1, classes: classes))
        pool.grow(width: 7, outputs: classes == 0 ? 1 : 3)
        let more = Stream.random(300, seed: 2, width: 7, classes: classes == 0 ? 0 : 3)
        let said = pool.run(more)
        #expect(said.allSatisfy { $0.isFinite })
        #expect(pool.isFinite)
    }

    @Test("What rows that wait were told is what the mix learns from")
    func lateLabelsTeachWhatWasSaid() {
        // Labels come in runs of 20, and 30 rows late: the last label is worth nothing.
        var settings = PoolSettings()
        settings.experts = ["label_table", "linear_slow"]
        guard PoolSettings().complaint == nil, settings.complaint == nil else { return }
        var late = Pool(settings, shape: ExpertShape(width: 5, classes: 2))
        var prompt = late
        var stream = Stream.random(3000, seed: 1, classes: 2)
        for row in 0..<stream.count { stream.labels[row] = Int32(row / 20 % 2) }
        for row in stream.columns.indices { stream.columns[row] = 0.1 }
        prompt.run(stream, block: 1)
        late.runLate(stream, delay: 30)
        #expect(prompt.mix.weight(of: 0) > 0.9)
        #expect(late.mix.miss(of: 0) > 0.3)
        #expect(prompt.mix.miss(of: 0) < 0.1)
    }
}

extension Stream {
    func input(
        _ range: Range<Int>,
        fate: RowFate = .learned,
        setsAside: Bool = true
    ) -> PoolInput {
        var input = PoolInput()
        input.columns = Array(columns[range.lowerBound * width..<range.upperBound * width])
        input.labels = Array(labels[range])
        input.targets = targets[range].map { Float($0) }
        input.weights = Array(weights[range])
        input.fates = range.map { setsAside && fate == .learned && $0 % 17 == 16 ? .heldOut : fate }
        return input
    }
}

extension Pool {
    @discardableResult
    mutating func run(_ stream: Stream, block: Int = 16, setsAside: Bool = true) -> [Float] {
        var said: [Float] = []
        var output = PoolOutput()
        for start in Swift.stride(from: 0, to: stream.count, by: block) {
            let rows = start..<min(start + block, stream.count)
            testThenTrain(stream.input(rows, setsAside: setsAside), &output)
            said += output.predictions
        }
        return said
    }

    /// Predicts each row when it comes, and learns it `delay` rows later.
    mutating func runLate(_ stream: Stream, delay: Int) {
        var memos: [[Float]] = []
        var output = PoolOutput()
        for row in 0..<stream.count {
            var input = stream.input(row..<row + 1, fate: .predicted)
            input.labels = [-1]
            output.memos = [Float](repeating: .nan, count: memoWidth)
            testThenTrain(input, &output)
            memos.append(output.memos)
            guard row >= delay else { continue }
            output.memos = memos[row - delay]
            testThenTrain(stream.input(row - delay..<row - delay + 1), &output)
        }
    }

    mutating func refitNow(seed: UInt64) {
        guard var refit = makeRefit(seed: seed) else { return }
        while !refit.isDone { refit.advance() }
        _ = adopt(refit)
    }

    var bytes: [UInt8] {
        var writer = ByteWriter()
        encode(into: &writer)
        return writer.bytes
    }
}
