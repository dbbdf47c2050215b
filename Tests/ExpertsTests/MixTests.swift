// SPDX-License-Identifier: Apache-2.0
//
// The mix against its formulas, written out in double precision, row by row and expert by expert.

import Experts
import Foundation
import Kernels
import Primitives
import Testing

/// The mix of classes, as the formulas say it.
private struct PlainMix {
    var a: [Double]
    var power: [Double]
    var w: [Double]
    var h: [Double]
    var s: [Double]
    var spread: [[Double]]
    var m = [1.0 / 3, 1.0 / 3, 1.0 / 3]
    var rows = 0.0

    init(_ experts: Int) {
        let even = [Double](repeating: 1 / Double(experts), count: experts)
        a = [Double](repeating: 1, count: experts)
        power = [Double](repeating: 0, count: experts)
        (w, h, s) = (even, even, even)
        spread = (0..<experts).map { row in (0..<experts).map { $0 == row ? 0.01 : 0 } }
    }

    mutating func step(_ opinions: [[Double]], label: Int) -> [Double] {
        let classes = opinions[0].count
        let f = opinions.map { PlainMix.centred($0.map { log(max($0, 1e-3)) }) }
        let q = zip(f, a).map { f, a in PlainMix.softmax(f.map { $0 * a }) }
        let logs = q.map { PlainMix.centred($0.map { log(max($0, 1e-3)) }) }
        let experts = opinions.indices
        func sum(_ weights: [Double], _ values: [[Double]]) -> [Double] {
            (0..<classes).map { c in experts.reduce(0) { $0 + weights[$1] * values[$1][c] } }
        }
        let rules = [sum(w, q), sum(h, q), PlainMix.softmax(sum(s, logs))]
        let mixed = (0..<classes).map { c in (0..<3).reduce(0) { $0 + m[$1] * rules[$1][c] } }
        rows += 1
        for e in experts {
            let slope = (0..<classes).reduce(0) { $0 + q[e][$1] * f[e][$1] } - f[e][label]
            let square = f[e].reduce(0) { $0 + $1 * $1 }
            power[e] += (square - power[e]) / min(rows, 500)
            a[e] -= 0.05 * slope / (power[e] + 0.1 * square + 1e-3)
            a[e] = min(max(a[e], 0.02), 3)
        }
        let third = rules[2]
        let g = experts.map { e in
            (0..<classes).reduce(0) { $0 + third[$1] * logs[e][$1] } - logs[e][label]
        }
        let v = experts.map { e in experts.reduce(0) { $0 + spread[e][$1] * g[$1] } }
        let c = max(0.05, third[label]) / max(0.05, 1 - third[label])
        let d = 1 + c * zip(g, v).reduce(0) { $0 + $1.0 * $1.1 }
        for e in experts {
            s[e] -= v[e] / d
            for o in experts { spread[e][o] -= c / d * v[e] * v[o] }
        }
        for e in experts where spread[e][e] < 0.01 { spread[e][e] += 1e-6 }
        let likely = q.map { max($0[label], 0.005) }
        w = PlainMix.shared(zip(w, likely).map { $0 * $1.squareRoot() })
        w = w.map { 0.997 * $0 + 0.003 / Double(w.count) }
        h = PlainMix.shared(zip(h, likely).map { pow($0, 0.995) * $1.squareRoot() })
        h = h.map { max($0, 1e-12) }
        m = PlainMix.shared(
            zip(m, rules).map { pow($0, 0.995) * max($1[label], 0.005).squareRoot() }
        )
        return mixed
    }

    static func centred(_ x: [Double]) -> [Double] {
        let mean = x.reduce(0, +) / Double(x.count)
        return x.map { $0 - mean }
    }

    static func softmax(_ x: [Double]) -> [Double] {
        let top = x.max() ?? 0
        return shared(x.map { exp($0 - top) })
    }

    static func shared(_ x: [Double]) -> [Double] {
        let sum = x.reduce(0, +)
        return x.map { $0 / sum }
    }
}

@Suite("The mix of a pool")
struct MixTests {
    @Test("Classes are mixed as the formulas say", arguments: [(3, 2), (16, 3), (19, 4)])
    func classesFollowTheFormulas(experts: Int, classes: Int) {
        var random = RandomSource(seed: 4)
        var plain = PlainMix(experts)
        var mix = Mix(experts: experts, isNumber: false)
        var worst = 0.0
        for row in 0..<400 {
            let label = random.below(classes)
            let opinions = (0..<experts).map { e in
                let skill = Double(e) / Double(experts) * (row < 200 ? 2 : 0.5)
                return PlainMix.softmax(
                    (0..<classes).map { ($0 == label ? skill : 0) + random.normal() }
                )
            }
            let expected = plain.step(opinions, label: label)
            let got = mix.mixOne(opinions, label: label, classes: classes)
            for (left, right) in zip(got, expected) {
                worst = max(worst, abs(Double(left) - right))
            }
        }
        #expect(worst < 2e-4)
        for e in 0..<experts { #expect(abs(Double(mix.weight(of: e)) - plain.w[e]) < 1e-4) }
        #expect(mix.isFinite)
    }

    @Test("Who is right gets the weight, who was right before loses it")
    func weightsFollow() {
        var mix = Mix(experts: 4, isNumber: false)
        var random = RandomSource(seed: 1)
        for row in 0..<600 {
            let label = random.below(2)
            let good: [Double] = label == 0 ? [0.9, 0.1] : [0.1, 0.9]
            let even = [0.5, 0.5]
            let isFirst = row < 300
            _ = mix.mixOne(
                [isFirst ? good : even, isFirst ? even : good, even, even],
                label: label,
                classes: 2
            )
            if row == 299 { #expect(mix.weight(of: 0) > 0.9) }
        }
        #expect(mix.weight(of: 1) > 0.9)
    }

    @Test("A sleeper has no say, and comes back with its share")
    func sleepersAreOut() {
        var mix = Mix(experts: 3, isNumber: false)
        for _ in 0..<50 {
            _ = mix.mixOne([[0.9, 0.1], [0.5, 0.5], [0.2, 0.8]], label: 0, classes: 2)
        }
        mix.dismiss(0)
        #expect(mix.weight(of: 0) == 0)
        #expect(abs((0..<3).reduce(0) { $0 + mix.weight(of: $1) } - 1) < 1e-5)
        let one = mix.mixOne([[0.9, 0.1], [0.5, 0.5], [0.2, 0.8]], label: nil, classes: 2)
        let other = mix.mixOne([[0.1, 0.9], [0.5, 0.5], [0.2, 0.8]], label: nil, classes: 2)
        #expect(one == other)
        mix.readmit(0)
        #expect(mix.weight(of: 0) > 0.2)
        for _ in 0..<50 {
            _ = mix.mixOne([[0.9, 0.1], [0.5, 0.5], [0.2, 0.8]], label: 0, classes: 2)
        }
        #expect(mix.isFinite)
        #expect(mix.weight(of: 0) > 0.5)
    }

    @Test("Numbers: the mix is as good as the best, and nine of ten lie in the interval")
    func numbersAreMixed() {
        var mix = Mix(experts: 3, isNumber: true)
        var random = RandomSource(seed: 2)
        var rows = ExpertRows()
        var covered = 0
        var error = (mix: 0.0, best: 0.0)
        for row in 0..<3000 {
            let truth = random.normal()
            let said = [truth + 0.3 * random.normal(), truth + random.normal(), 0].map(Float.init)
            rows.reset(width: 0, outputs: 1)
            rows.count = 1
            rows.labels = [-1]
            rows.targets = [Float(truth)]
            rows.spreads = [1]
            var (predictions, reaches): ([Float], [Float]) = ([0], [0])
            var prediction = predictions.mutableSpan
            var reach = reaches.mutableSpan
            mix.mixNumbers(
                said.span,
                rows: rows,
                learns: [1],
                predictions: &prediction,
                reaches: &reach
            )
            guard row >= 1000 else { continue }
            let missed = abs(Double(predictions[0]) - truth)
            if missed <= Double(reaches[0]) { covered += 1 }
            error.mix += missed
            error.best += abs(Double(said[0]) - truth)
        }
        #expect(error.mix < error.best * 1.02)
        #expect(abs(Double(covered) / 2000 - 0.9) < 0.03)
    }

    @Test("Bytes give the mix back")
    func codingKeepsEverything() throws {
        var mix = Mix(experts: 5, isNumber: false)
        var random = RandomSource(seed: 3)
        func opinions() -> [[Double]] {
            (0..<5).map { _ in PlainMix.softmax([random.normal(), random.normal()]) }
        }
        for _ in 0..<30 { _ = mix.mixOne(opinions(), label: random.below(2), classes: 2) }
        var writer = ByteWriter()
        mix.encode(into: &writer)
        var reader = ByteReader(writer.bytes)
        var other = try Mix(from: &reader)
        try reader.expectEnd()
        let next = opinions()
        #expect(
            other.mixOne(next, label: 1, classes: 2) == mix.mixOne(next, label: 1, classes: 2)
        )
    }
}

extension Mix {
    /// Mixes opinions of one row, and follows its label if there is one.
    fileprivate mutating func mixOne(
        _ opinions: [[Double]],
        label: Int?,
        classes: Int
    ) -> [Float] {
        var rows = ExpertRows()
        rows.reset(width: 0, outputs: classes)
        rows.count = 1
        rows.labels = [Int32(label ?? -1)]
        rows.targets = [.nan]
        rows.spreads = [1]
        let flat = opinions.flatMap { $0.map(Float.init) }
        var predictions = [Float](repeating: 0, count: classes)
        var span = predictions.mutableSpan
        mixClasses(flat.span, rows: rows, learns: [label == nil ? 0 : 1], predictions: &span)
        return predictions
    }
}
