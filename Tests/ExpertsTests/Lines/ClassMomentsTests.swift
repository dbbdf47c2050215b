// SPDX-License-Identifier: Apache-2.0
//
// Naive Bayes and linear discriminants against their formulas in double precision: moments from all
// rows at once, and a covariance that is inverted, not followed.

import Experts
import Kernels
import Testing

@Suite("Moments of classes")
struct ClassMomentsTests {
    @Test("Naive Bayes has the moments of all rows before", arguments: [2, 4])
    func naiveBayes(classes: Int) throws {
        let (count, width) = (60, 3)
        let rows = LineRows.random(count, width: width, classes: classes, seed: 21)
        let kind = try #require(ExpertKind.named("naive_bayes"))
        let (_, said) = LineRows.opinions(kind, rows)
        var expected: [Double] = []
        for row in 0..<count {
            let x = LineRows.row(rows.slow, row, width: width)
            let scores = (0..<classes).map { one in
                let own = (0..<row).filter { rows.learns[$0] == 1 && rows.labels[$0] == one }
                let total = own.reduce(0.0) { $0 + Double(rows.weights[$1]) }
                return (0..<width).reduce(Scalar.log(total + 0.1)) { sum, column in
                    var (mean, variance) = (0.0, 0.99)
                    if !own.isEmpty {
                        let values = own.map { Double(rows.slow[$0 * width + column]) }
                        let weights = own.map { Double(rows.weights[$0]) }
                        mean = Plain.dot(values, weights) / total
                        let squares = values.map { ($0 - mean) * ($0 - mean) }
                        variance = Plain.dot(squares, weights) / total
                    }
                    let (apart, spread) = (x[column] - mean, variance + 0.01)
                    return sum - 0.5 * Scalar.log(spread) - 0.5 * apart * apart / spread
                }
            }
            expected += LineRows.softmax(scores)
        }
        #expect(LineRows.worst(said, expected) < 1e-3)
    }

    @Test("The fading kind is the same at first, and then follows")
    func fading() throws {
        let all = try #require(ExpertKind.named("naive_bayes"))
        let late = try #require(ExpertKind.named("naive_bayes_fading"))
        // Two concepts of 3,000 rows each: the labels of the second are the opposite.
        var rows = LineRows.random(3000, width: 2, classes: 2, seed: 22)
        rows.slow = rows.scaled
        rows.learns = [UInt8](repeating: 1, count: 3000)
        var (slow, first) = LineRows.opinions(all, rows)
        var (fast, second) = LineRows.opinions(late, rows)
        let few = Array(zip(first, second).prefix(40))
        #expect(few.allSatisfy { abs($0 - $1) < 2e-2 })
        (first, second) = ([], [])
        slow = all.make(ExpertShape(width: 2, classes: 2), 1)
        fast = late.make(ExpertShape(width: 2, classes: 2), 1)
        _ = LineRows.opinions(&slow, rows)
        _ = LineRows.opinions(&fast, rows)
        rows.labels = rows.labels.map { 1 - $0 }
        _ = LineRows.opinions(&slow, rows)
        _ = LineRows.opinions(&fast, rows)
        func right(_ expert: any Expert) -> Int {
            let said = LineRows.predictions(expert, rows)
            return (0..<3000).filter { (said[$0 * 2 + 1] > 0.5) == (rows.labels[$0] == 1) }.count
        }
        #expect(right(fast) > 2100)
        #expect(right(slow) < 2000)
    }

    @Test(
        "Linear discriminants follow a covariance that is inverted anew",
        arguments: [2, 3],
        [3, 18, 35]
    )
    func discriminant(classes: Int, width: Int) throws {
        let count = 100
        let rows = LineRows.random(count, width: width, classes: classes, seed: 23)
        let kind = try #require(ExpertKind.named("lda"))
        let (_, said) = LineRows.opinions(kind, rows)
        var means = [[Double]](repeating: [Double](repeating: 0, count: width), count: classes)
        var (weights, offsets) = (means, [Double](repeating: 0, count: classes))
        var (counts, late) = (offsets, offsets)
        var covariance = Plain.unit(width)
        var learned = 0
        var expected: [Double] = []
        for row in 0..<count {
            let x = LineRows.row(rows.scaled, row, width: width)
            expected += LineRows.softmax(
                (0..<classes).map {
                    Plain.dot(weights[$0], x) + offsets[$0] + Scalar.log(late[$0] + 0.1)
                }
            )
            guard rows.learns[row] == 1 else { continue }
            let (one, weight) = (Int(rows.labels[row]), Double(rows.weights[row]))
            late = late.map { $0 * 0.995 }
            late[one] += weight
            counts[one] += weight
            let share = weight / counts[one]
            let apart = zip(x, means[one]).map { $0 - $1 }
            means[one] = zip(means[one], apart).map { $0 + share * $1 }
            let taken = min(max(1 / Double(learned + 2), 2e-4), 0.02) * weight
            covariance = covariance.map { $0.map { $0 * (1 - taken) } }
            Plain.add(taken * (1 - share), apart, apart, to: &covariance)
            learned += 1
            let isTime = learned % 16 == 0
            for k in 0..<classes where isTime || k == one && counts[one] <= 16 {
                weights[k] = Plain.product(Plain.inverse(covariance), means[k])
                offsets[k] = -0.5 * Plain.dot(weights[k], means[k])
            }
        }
        #expect(LineRows.worst(said, expected) < 1e-3)
    }

    @Test("A column that never varies takes nothing from the others")
    func constantColumn() throws {
        let kind = try #require(ExpertKind.named("lda"))
        var rows = LineRows.random(2000, width: 3, classes: 2, seed: 24)
        rows.learns = [UInt8](repeating: 1, count: 2000)
        for row in 0..<2000 { rows.scaled[row * 3 + 2] = 0 }
        var narrow = LineRows.random(2000, width: 2, classes: 2, seed: 24)
        (narrow.labels, narrow.weights, narrow.learns) = (rows.labels, rows.weights, rows.learns)
        narrow.scaled = (0..<2000).flatMap { Array(rows.scaled[$0 * 3..<$0 * 3 + 2]) }
        var (expert, _) = LineRows.opinions(kind, rows)
        var (other, _) = LineRows.opinions(kind, narrow)
        for _ in 0..<20 {
            _ = LineRows.opinions(&expert, rows)
            _ = LineRows.opinions(&other, narrow)
        }
        let said = LineRows.predictions(expert, rows)
        let expected = LineRows.predictions(other, narrow)
        #expect(LineRows.worst(said, expected.map { Double($0) }) < 1e-3)
        #expect(expert.isFinite)
    }

    @Test("New columns and classes leave what is known", arguments: ["naive_bayes", "lda"])
    func growth(name: String) throws {
        let kind = try #require(ExpertKind.named(name))
        let rows = LineRows.random(300, width: 3, classes: 2, seed: 25)
        var expert = kind.make(ExpertShape(width: 3, classes: 2), 1)
        _ = LineRows.opinions(&expert, rows)
        let before = LineRows.predictions(expert, rows)
        expert.grow(to: ExpertShape(width: 4, classes: 3))
        var wide = LineRows.random(300, width: 4, classes: 3, seed: 26)
        for row in 0..<300 {
            for column in 0..<4 {
                let place = row * 3 + column
                wide.scaled[row * 4 + column] = column < 3 ? rows.scaled[place] : 0
                wide.slow[row * 4 + column] = column < 3 ? rows.slow[place] : 0
            }
        }
        let after = LineRows.predictions(expert, wide)
        for row in 0..<300 {
            let pair = after[row * 3] + after[row * 3 + 1]
            guard pair > 0.01 else { continue }
            #expect(abs(after[row * 3] / pair - before[row * 2]) < 1e-3)
        }
        #expect(LineRows.opinions(&expert, wide).allSatisfy { $0.isFinite })
    }
}
