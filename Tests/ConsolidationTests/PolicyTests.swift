// SPDX-License-Identifier: Apache-2.0
//
// What each policy of the memory keeps: the laws of sampling by chi-squared over fixed seeds, and
// bounds that hold whatever comes.

import Consolidation
import Learning
import Primitives
import Testing

@Suite struct PolicyTests {
    @Test func aReservoirIsBlindToClasses() {
        // 20 of 200 rows, one in ten of a second class: every row is held as often.
        var held = [Int](repeating: 0, count: 200)
        for seed in 0..<1500 as Range<UInt64> {
            var memory = memory(.reservoir, seed: seed, width: 1)
            for index in 0..<200 { memory.insert(index, label: index % 10 == 0 ? 1 : 0) }
            for index in memory.rows(of: .reservoir).indices { held[Int(index)] += 1 }
        }
        #expect(held.reduce(0, +) == 30_000)
        #expect(excess(held, expected: 150, inclusion: 0.1).magnitude < 4)
    }

    @Test func contextsShareTheRows() {
        // Contexts of 60, 30 and 10 % (the last is none): each holds a third, evenly of its rows,
        // whatever their class is.
        let contexts = (0..<300).map { Int32($0 % 10 < 6 ? 0 : $0 % 10 < 9 ? 1 : -1) }
        var held = [Int](repeating: 0, count: 300)
        for seed in 0..<1200 as Range<UInt64> {
            var memory = memory(.contexts, reservoir: 30, seed: seed, width: 1)
            for index in 0..<300 {
                memory.insert(index, label: Int32(index % 2), context: contexts[index])
            }
            for index in memory.rows(of: .reservoir).indices { held[Int(index)] += 1 }
        }
        for (context, rows) in [(Int32(0), 180.0), (1, 90), (-1, 30)] {
            let counts = held.indices.filter { contexts[$0] == context }.map { held[$0] }
            let mean = Double(counts.reduce(0, +)) / rows
            #expect((mean / 1200 * rows - 10).magnitude < 1.01)
            #expect(excess(counts, expected: mean, inclusion: mean / 1200).magnitude < 4)
        }
    }

    @Test func moreContextsThanRowsLeaveOneEach() {
        var memory = memory(.contexts, reservoir: 50, width: 1)
        for index in 0..<4000 { memory.insert(index, context: Int32(index % 400)) }
        let contexts = memory.rows(of: .reservoir).contexts
        #expect(contexts.count == 50)
        #expect(Set(contexts).count == 50)
        // A context that had lost its only row comes back with its next one.
        memory.insert(4000, context: 3)
        #expect(memory.rows(of: .reservoir).contexts.contains(3))
    }

    @Test func onlyTheNewestAreKept() {
        var memory = memory(.recent)
        for index in 0..<500 { memory.insert(index, label: Int32(index % 3)) }
        #expect(memory.count(of: .reservoir) == 0 && memory.capacity(of: .reservoir) == 0)
        #expect(memory.rows(of: .training).indices == Array(470..<500))
        #expect(memory.rows(of: .training).inclusions == [Float](repeating: 1, count: 30))
    }
}

@Suite struct LossPolicyTests {
    /// What rows weigh, as docs/memory.md says it.
    private func weights(of losses: [Float]) -> [Double] {
        var mean = 0.0
        var count = 0.0
        return losses.map { loss in
            count += 1
            mean += (Double(loss) - mean) / count
            return loss > 0 ? 1 + 3 * Double(loss) / (Double(loss) + mean) : 1
        }
    }

    /// The probability of each row to be one of `most` that are drawn one after the other, each by
    /// its share of the weight that is left.
    private func inclusion(of weights: [Double], most: Int) -> [Double] {
        var chances = [Double](repeating: 0, count: weights.count)
        func draw(_ taken: [Int], _ chance: Double) {
            guard taken.count < most else {
                for row in taken { chances[row] += chance }
                return
            }
            let left = weights.indices.filter { !taken.contains($0) }
            let sum = left.reduce(0) { $0 + weights[$1] }
            for row in left { draw(taken + [row], chance * weights[row] / sum) }
        }
        draw([], 1)
        return chances
    }

    /// The chi-squared statistic in standard deviations, of counts with a probability each.
    private func excess(_ counts: [Int], of trials: Double, _ chances: [Double]) -> Double {
        var statistic = 0.0
        for (count, chance) in zip(counts, chances) {
            let off = Double(count) - trials * chance
            statistic += off * off / (trials * chance * (1 - chance))
        }
        let freedom = Double(counts.count)
        return (statistic - freedom) / (2 * freedom).squareRoot()
    }

    private let losses: [Float] = [0.5, 0, 1, 3, 0.1, 0, 2, 0.7, 0.3]

    @Test(arguments: [1, 3])
    func rowsAreKeptByTheirWeight(most: Int) {
        var held = [Int](repeating: 0, count: losses.count)
        for seed in 0..<6000 as Range<UInt64> {
            var memory = memory(.loss, reservoir: most, recent: 1, seed: seed, width: 0)
            for (index, loss) in losses.enumerated() { memory.insert(index, loss: loss) }
            for index in memory.rows(of: .reservoir).indices { held[Int(index)] += 1 }
        }
        #expect(held.reduce(0, +) == 6000 * most)
        let chances = inclusion(of: weights(of: losses), most: most)
        #expect(excess(held, of: 6000, chances).magnitude < 4)
        // The statistic tells this law from that of a uniform sample.
        let even = [Double](repeating: Double(most) / 9, count: 9)
        #expect(excess(held, of: 6000, even) > 50)
    }

    @Test func aSmallerMemoryIsWhatItWouldHaveBeen() {
        // Seven rows are kept, of which three are left when rows become wider.
        var held = [Int](repeating: 0, count: losses.count)
        for seed in 0..<6000 as Range<UInt64> {
            var memory = memory(
                .loss,
                reservoir: 7,
                recent: 1,
                holdout: 1,
                bytesMax: 4096,
                seed: seed,
                width: 1
            )
            for (index, loss) in losses.enumerated() { memory.insert(index, loss: loss) }
            #expect(memory.count(of: .reservoir) == 7)
            memory.grow(width: 230)
            for index in memory.rows(of: .reservoir).indices { held[Int(index)] += 1 }
        }
        #expect(held.reduce(0, +) == 18_000)
        let chances = inclusion(of: weights(of: losses), most: 3)
        #expect(excess(held, of: 6000, chances).magnitude < 4)
    }

    @Test func jumpsKeepWhatADrawForEachRowKeeps() {
        // 20 of 200 rows, beside the plain algorithm with a key u^(1/w) for every row.
        var source = RandomSource(seed: 3)
        let losses = (0..<200).map { _ in Float(2 * source.unit() * source.unit()) }
        let weights = weights(of: losses)
        var held = [Int](repeating: 0, count: 200)
        var plain = held
        for seed in 0..<1500 as Range<UInt64> {
            var memory = memory(.loss, seed: seed, width: 0)
            for (index, loss) in losses.enumerated() { memory.insert(index, loss: loss) }
            for index in memory.rows(of: .reservoir).indices { held[Int(index)] += 1 }
            // ln u / w orders as u^(1/w); a geometric draw of half-lives would not be exact.
            let keys = weights.map { weight in logarithm(1 - source.unit()) / weight }
            let order = keys.indices.sorted { keys[$0] > keys[$1] }
            for index in order.prefix(20) { plain[index] += 1 }
        }
        var statistic = 0.0
        for index in held.indices {
            let chance = Double(held[index] + plain[index]) / 3000
            let off = Double(held[index] - plain[index])
            statistic += off * off / (3000 * chance * (1 - chance))
        }
        #expect(((statistic - 200) / 20).magnitude < 4)
    }

    @Test func inverseInclusionsCountEveryRowOnce() {
        // What 40 rows of 1000 say of all of them, with and without the correction.
        var source = RandomSource(seed: 4)
        let losses = (0..<1000).map { _ in Float(source.chance(0.2) ? 4 : 0.05) }
        let truth = losses.reduce(0, +) / 1000
        var sum = 0.0
        var corrected = 0.0
        var naive = 0.0
        for seed in 0..<100 as Range<UInt64> {
            var memory = memory(.loss, reservoir: 40, seed: seed, width: 0)
            for (index, loss) in losses.enumerated() { memory.insert(index, loss: loss) }
            let rows = memory.rows(of: .reservoir)
            for row in 0..<rows.count {
                #expect(rows.inclusions[row] > 0 && rows.inclusions[row] < 1)
                sum += 1 / Double(rows.inclusions[row])
                corrected += Double(rows.losses[row]) / Double(rows.inclusions[row])
                naive += Double(rows.losses[row])
            }
        }
        // T stands for the rank above it, which makes the sum 40 / 39 of what it should be; one sum
        // deviates by about 160, the mean of a hundred by 16.
        #expect((sum / 100 - 1026).magnitude < 50)
        #expect((corrected / 100_000 - Double(truth)).magnitude < 0.06)
        #expect(naive / 4000 > 1.7 * Double(truth))
    }

    @Test func wrongLabelsDoNotOwnTheMemory() {
        var source = RandomSource(seed: 5)
        var memory = memory(.loss, reservoir: 500, width: 0)
        for index in 0..<20_000 {
            let isWrong = source.chance(0.05)
            memory.insert(index, label: isWrong ? 1 : 0, loss: isWrong ? 16 : 0.05)
        }
        let wrong = memory.rows(of: .reservoir).labels.count { $0 == 1 }
        // The usual loss m, in which sixteen of it is counted at most, is
        // 0.95 * 0.05 + 0.05 * 16 m, so 0.2375; the weights are 3.96 and 1.52, and wrong labels
        // 12 % instead of 5 %.
        #expect((60 - 22...60 + 22).contains(wrong))
    }

    @Test(arguments: [Float.infinity, .nan, 3e38, 0, -1])
    func anyLossIsTaken(odd: Float) {
        var memory = memory(.loss, reservoir: 30, width: 0)
        for index in 0..<3000 { memory.insert(index, loss: index % 3 == 0 ? odd : 0.5) }
        let rows = memory.rows(of: .reservoir)
        #expect(rows.count == 30)
        #expect(rows.inclusions.allSatisfy { $0 > 0 && $0 <= 1 })
        // None of them fills the memory, and none of them is shut out.
        #expect((1...25).contains(rows.indices.count { $0 % 3 == 0 }))
    }

    /// The natural logarithm by halving the exponent and a series, independent of the library's.
    private func logarithm(_ x: Double) -> Double {
        let y = x.significand
        let t = (y - 1) / (y + 1)
        var sum = 0.0
        var power = t
        for term in stride(from: 1.0, to: 40, by: 2) {
            sum += power / term
            power *= t * t
        }
        return 2 * sum + Double(x.exponent) * 0.693_147_180_559_945_3
    }
}

@Suite struct TrainingRowsTests {
    /// The sum of the weights by class, of the rows of which `isCounted` says so.
    private func shares(
        of rows: TrainingRows,
        where isCounted: (Int32) -> Bool = { _ in true }
    ) -> [Double] {
        var block = Block()
        rows.fill(&block, from: Array(0..<rows.count)[...], outputs: 2)
        var sums = [0.0, 0.0]
        for row in 0..<block.rows where isCounted(block.contexts[row]) {
            sums[Int(block.classes[row])] += Double(block.weights[row])
        }
        let all = sums.reduce(0, +)
        return sums.map { $0 / all }
    }

    @Test(arguments: MemoryPolicy.allCases)
    func classesHaveTheirFrequencies(policy: MemoryPolicy) {
        // One in ten is of the second class, and hard.
        var memory = memory(policy, reservoir: 200, recent: 200, width: 0)
        for index in 0..<4000 {
            let isRare = index % 10 == 0
            memory.insert(
                index,
                label: isRare ? 1 : 0,
                context: Int32(index / 10 % 2),
                loss: isRare ? 2 : 0.1
            )
        }
        let rows = TrainingRows(memory: memory, task: .classes, since: 0)
        #expect((shares(of: rows)[1] - 0.1).magnitude < (policy == .contexts ? 0.03 : 1e-4))
    }

    @Test func contextsKeepTheirOwnFrequencies() {
        // The second class is rare in one context and frequent in the other, which has gone.
        var memory = memory(.contexts, reservoir: 600, recent: 200, width: 0)
        for index in 0..<6000 {
            let context: Int32 = index < 3000 ? 1 : 0
            let isSecond = (index % 10 == 0) != (context == 1)
            memory.insert(index, label: isSecond ? 1 : 0, context: context)
        }
        let rows = TrainingRows(memory: memory, task: .classes, since: 0)
        #expect((shares(of: rows) { $0 == 0 }[1] - 0.1).magnitude < 1e-4)
        #expect((shares(of: rows) { $0 == 1 }[1] - 0.9).magnitude < 0.05)
        #expect(rows.countsByContext[1] > 250)
    }

    @Test func preferredRowsCountTheLessTheLikelierTheyWere() {
        // Numbers have no classes, so only the correction is left.
        var memory = memory(.loss, reservoir: 300, recent: 10, width: 1)
        for index in 0..<6000 { memory.insert(index, label: -1, loss: index % 4 == 0 ? 4 : 0.1) }
        let rows = memory.rows(of: .training)
        let training = TrainingRows(memory: memory, task: .regression, since: 0)
        var block = Block()
        training.fill(&block, from: Array(0..<training.count)[...], outputs: 1)
        #expect(block.weights.suffix(10) == [Float](repeating: 1, count: 10)[...])
        let hard = (0..<rows.count - 10).filter { rows.indices[$0] % 4 == 0 }
        let weight = hard.reduce(0.0) { $0 + Double(block.weights[$1]) }
        let all = block.weights.dropLast(10).reduce(0.0) { $0 + Double($1) }
        #expect((all - Double(rows.count - 10)).magnitude < 0.01)
        // A quarter of the stream, more of the memory, and a quarter of the weight.
        #expect(Double(hard.count) / Double(rows.count) > 0.4)
        #expect((weight / all - 0.25).magnitude < 0.05)
    }
}
