// SPDX-License-Identifier: Apache-2.0
//
// The baselines of numbers, and the nearest numbers, against sums written out.

import Experts
import Kernels
import Primitives
import Testing

@Suite("Recent and nearest numbers")
struct RecentNumberTests {
    @Test("The mean fades, the last number is the last, in the units of the row at hand")
    func baselinesFollow() throws {
        var rows = NumberRows.random(600, width: 2, seed: 1)
        for row in 0..<600 {
            rows.centres[row] = Float(row) / 10
            rows.spreads[row] = 1 + Float(row % 3)
        }
        let mean = LineRows.opinions(try #require(ExpertKind.named("mean_number")), rows).1
        let last = LineRows.opinions(try #require(ExpertKind.named("last_number")), rows).1
        var (number, count, known) = (0.0, 0.0, 0.0)
        for row in 0..<600 {
            func measured(_ number: Double) -> Double {
                let distance = (number - Double(rows.centres[row])) / Double(rows.spreads[row])
                return count == 0 ? 0 : min(max(distance, -5), 5)
            }
            #expect(abs(Double(mean[row]) - measured(number)) < 1e-6)
            #expect(abs(Double(last[row]) - measured(known)) < 1e-6)
            guard rows.learns[row] == 1 else { continue }
            known = Double(rows.centres[row]) + Double(rows.targets[row] * rows.spreads[row])
            count = min(count + 1, 200)
            number += min(1, Double(rows.weights[row]) / count) * (known - number)
        }
    }

    @Test("The nearest numbers are weighed by their distance")
    func nearestAreWeighed() throws {
        let past = NumberRows.random(400, width: 3, seed: 2)
        var history = ExpertHistory(capacity: 400)
        history.grow(width: 3)
        for row in 0..<400 { history.append(row, of: past, target: 10 + 2 * past.targets[row]) }
        var rows = NumberRows.random(40, width: 3, seed: 3)
        rows.centres = [Float](repeating: 10, count: 40)
        rows.spreads = [Float](repeating: 2, count: 40)
        rows.before = (0..<40).map { [0, 3, 400][$0 % 3] }
        let expert = try #require(ExpertKind.named("knn_numbers"))
            .make(ExpertShape(width: 3, classes: 0), 1)
        var said = [Float](repeating: .nan, count: 40)
        var span = said.mutableSpan
        expert.predict(rows, history, &span)
        for row in 0..<40 {
            let own = LineRows.row(rows.scaled, row, width: 3)
            let near = (0..<Int(rows.before[row])).map { place in
                let other = LineRows.row(past.scaled, place, width: 3)
                let apart = zip(own, other).map { $0 - $1 }
                return (place, Plain.dot(apart, apart).squareRoot())
            }
            .sorted { $0.1 < $1.1 }.prefix(10)
            var (sum, whole) = (0.0, 0.0)
            for (place, distance) in near {
                let weight = Double(past.weights[place]) / (distance + 0.001)
                sum += weight * Double(past.targets[place])
                whole += weight
            }
            #expect(abs(Double(said[row]) - (whole > 0 ? sum / whole : 0)) < 1e-4)
        }
    }
}
