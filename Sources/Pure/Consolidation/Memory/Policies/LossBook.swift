// SPDX-License-Identifier: Apache-2.0
//
// A sample that prefers rows of high loss: weighted sampling without replacement in one pass
// (Efraimidis and Spirakis, "Weighted random sampling with a reservoir", 2006).
//
// 1. Row i has the weight w (LossWeight) and the rank E / w, with E from the unit exponential
//    distribution; the m rows of lowest rank are kept, the highest of them on top of a heap.
//    (Their key u^(1/w) is exp(-rank).)
// 2. Once m rows are there, T is the highest rank kept. A row comes in with probability
//    1 - exp(-w T). Instead of a draw for each row, an exponential jump of mean 1 / T says how much
//    weight passes until the next one comes in (algorithm A-ExpJ).
// 3. That one has a rank below T: -ln(1 - u (1 - exp(-w T))) / w. It takes the place of the top.
//
// Law: the first row kept is row i with probability w_i / sum of w, the second one of the rest in
// the same way, and so on. Given the rank of the best row that was turned away, row i is among the
// kept with probability 1 - exp(-w_i rank), independent of the others (Cohen and Kaplan,
// "Summarizing data using bottom-k sketches", 2007), which is what a row's weight is to be divided
// by when all rows are to count alike. T, which is one rank lower, stands in for it here; with m
// rows that is wrong by 1 / m.
//
// When fewer rows may be kept, those of highest rank go: what is left is the sample that there
// would be if there had never been room for more. After rows were forgotten (`keep`) new ones come
// in freely; until the ranks that were turned away before do not count any more, this is
// approximate.

import Kernels
import Learning
import Primitives

/// The book of a sample that prefers rows of high loss.
struct LossBook: SlotBook {
    private struct Entry: Sendable, BitwiseCopyable {
        var rank: Double
        var weight: Float
        var slot: Int32
    }

    /// A heap, the highest rank on top.
    private var heap: [Entry] = []
    private var scale = LossWeight()
    /// The weight that passes until a row comes in; negative while it is not drawn.
    private var jump = LossBook.undrawn
    /// Whether rows were turned away.
    private var isSample = false

    private static let undrawn = -1.0

    init() {}

    mutating func place(
        _ header: MemoryHeader,
        taken: Int,
        of capacity: Int,
        random: inout RandomSource
    ) -> Int? {
        let weight = scale.weigh(header.loss)
        guard taken < capacity else { return offer(weight, &random) }
        jump = LossBook.undrawn
        let rank = LossBook.exponential(&random) / weight
        heap.append(Entry(rank: rank, weight: Float(weight), slot: Int32(taken)))
        rise()
        return taken
    }

    mutating func pass(
        _ rows: Range<Int>,
        of block: Block,
        random: inout RandomSource
    ) -> (row: Int, slot: Int?) {
        let losses = block.losses.span
        for row in rows {
            if let slot = offer(scale.weigh(losses[row]), &random) { return (row, slot) }
        }
        return (rows.upperBound, nil)
    }

    /// The slot for a row of a full sample, or nil when it is passed over.
    private mutating func offer(_ weight: Double, _ random: inout RandomSource) -> Int? {
        guard let top = heap.first else { return nil }
        isSample = true
        if jump < 0 { jump = LossBook.exponential(&random) / max(top.rank, 1e-300) }
        jump -= weight
        guard jump < 0 else { return nil }
        jump = LossBook.undrawn
        heap[0].rank = LossBook.rank(below: top.rank, weight: weight, &random)
        heap[0].weight = Float(weight)
        sink(0)
        return Int(top.slot)
    }

    private static func exponential(_ random: inout RandomSource) -> Double {
        -Scalar.log(1 - random.unit())
    }

    /// The rank of a row that is known to have one below the highest.
    private static func rank(
        below highest: Double,
        weight: Double,
        _ random: inout RandomSource
    ) -> Double {
        let share = random.unit() * -Scalar.expMinusOne(-weight * highest)
        // The rank of the row that it replaces bounds it, whatever the last bits are.
        return min(highest, -Scalar.logOnePlus(-share) / weight)
    }

    mutating func shrink(from taken: Int, to capacity: Int, random: inout RandomSource) {
        guard heap.count > capacity else { return }
        for _ in capacity..<heap.count {
            heap.swapAt(0, heap.count - 1)
            heap.removeLast()
            sink(0)
        }
        jump = LossBook.undrawn
        isSample = true
    }

    mutating func keep(where isKept: (Int) -> Bool) -> Int {
        heap.removeAll { !isKept(Int($0.slot)) }
        for place in stride(from: heap.count / 2, through: 0, by: -1) { sink(place) }
        jump = LossBook.undrawn
        if heap.isEmpty { isSample = false }
        return heap.count
    }

    var order: [Int] { heap.map { Int($0.slot) } }

    mutating func renumber() {
        for place in heap.indices { heap[place].slot = Int32(place) }
    }

    var inclusions: [Float] {
        var inclusions = [Float](repeating: 1, count: heap.count)
        guard isSample, let top = heap.first else { return inclusions }
        for entry in heap {
            let chance = -Scalar.expMinusOne(-Double(entry.weight) * top.rank)
            inclusions[Int(entry.slot)] = Float(max(chance, 1e-30))
        }
        return inclusions
    }

    /// Moves the last entry of the heap to its place.
    private mutating func rise() {
        var place = heap.count - 1
        while place > 0 {
            let parent = (place - 1) / 2
            guard heap[place].rank > heap[parent].rank else { return }
            heap.swapAt(place, parent)
            place = parent
        }
    }

    private mutating func sink(_ start: Int) {
        var place = start
        while true {
            var first = place
            for child in 2 * place + 1..<2 * place + 3
            where child < heap.count && heap[child].rank > heap[first].rank {
                first = child
            }
            guard first != place else { return }
            heap.swapAt(place, first)
            place = first
        }
    }
}

extension LossBook {
    func encode(into writer: inout ByteWriter) {
        scale.encode(into: &writer)
        writer.write(jump)
        writer.write(isSample)
        writer.write(UInt32(heap.count))
        for entry in heap {
            writer.write(entry.rank)
            writer.write(entry.weight)
        }
    }

    init(from reader: inout ByteReader) throws(DecodeError) {
        scale = try LossWeight(from: &reader)
        jump = try reader.readDouble()
        isSample = try reader.readFlag()
        guard jump == LossBook.undrawn || jump >= 0 else {
            throw .invalid("a memory's jump is \(jump)")
        }
        let count = Int(try reader.read(UInt32.self))
        guard count <= reader.remaining / 12 else { throw .truncated }
        for place in 0..<count {
            let rank = try reader.readDouble()
            let weight = try reader.readFloat()
            guard rank >= 0, rank.isFinite, weight >= 1, weight <= 4,
                place == 0 || rank <= heap[(place - 1) / 2].rank
            else { throw .invalid("a row in memory has the rank \(rank) at weight \(weight)") }
            heap.append(Entry(rank: rank, weight: weight, slot: Int32(place)))
        }
    }

    mutating func take(_ headers: [MemoryHeader]) throws(DecodeError) {
        guard headers.count == heap.count else {
            throw .invalid("\(headers.count) rows in memory have \(heap.count) ranks")
        }
    }
}
