// SPDX-License-Identifier: Apache-2.0
//
// One step of each optimiser against its formula in double precision, with every regulariser, and
// at widths with and without a rest that fills no lane.

import Kernels
import Testing

@Suite("Optimiser steps")
struct StepsTests {
    /// The formulas, written once more.
    private struct Oracle {
        var w: Double
        var first: Double
        var second: Double
        let anchor: Double
        let isBias: Bool

        /// The proximal step of the first norm.
        static func shrunk(_ w: Double, _ amount: Double) -> Double {
            (w < 0 ? -1 : 1) * max(0, abs(w) - amount)
        }

        mutating func step(_ kind: Int, gradient: Double, _ c: StepConstants) {
            let g =
                gradient + (isBias ? 0 : Double(c.l2) * w) + Double(c.pull) * (w - anchor)
            var own = Double(c.rate)
            switch kind {
            case 0: w -= own * g
            case 1:
                first = Double(c.a) * first + own * g
                w -= first
            case 2:
                first = Double(c.b) * first + Double(c.c) * g * g
                own /= first.squareRoot() + Double(c.a)
                w -= own * g
            case 4:
                // L1 and L2 are in the rule, not in the gradient.
                let g = gradient + Double(c.pull) * (w - anchor)
                let (l1, l2) = isBias ? (0, 0) : (Double(c.l1), Double(c.l2))
                let root = (second + g * g).squareRoot()
                first += g - (root - second.squareRoot()) / own * w
                second += g * g
                let scale = (Double(c.a) + root) / own + l2
                w = abs(first) <= l1 ? 0 : -(first - (first < 0 ? -l1 : l1)) / scale
                own = 1 / scale
            default:
                first = Double(c.a) * first + (1 - Double(c.a)) * g
                second = Double(c.b) * second + (1 - Double(c.b)) * g * g
                own = Double(c.c) / ((second * Double(c.d)).squareRoot() + Double(c.rate))
                if !isBias { w -= Double(c.decay) * w }
                w -= own * first
            }
            if !isBias, kind != 4 { w = Oracle.shrunk(w, Double(c.l1) * own) }
            let before = w
            w = anchor + Oracle.shrunk(w - anchor, Double(c.pullL1) * own)
            if kind == 4, w != before {
                let l1 = isBias ? 0 : Double(c.l1)
                first = w == 0 ? min(max(first, -l1), l1) : -(w / own + (w < 0 ? -l1 : l1))
            }
        }
    }

    @Test(
        "Each kernel is its formula",
        arguments: [0, 1, 2, 3, 4],
        [(false, false), (true, false), (false, true), (true, true)]
    )
    func formula(kind: Int, with: (regularised: Bool, anchored: Bool)) {
        for width in [0, 1, 3, 8, 16, 21, 50] {
            var c = StepConstants(rate: kind == 3 ? 1e-3 : 0.1)
            (c.a, c.b, c.c, c.d) = (0.5, 0.75, 0.2, 2)
            if with.regularised { (c.l1, c.l2) = (0.03, 0.2) }
            if with.regularised, kind == 3 { c.decay = 0.02 }
            if with.anchored { (c.pull, c.pullL1) = (0.3, with.regularised ? 0.05 : 0) }
            let count = 2 * (width + 1)
            var w = (0..<count).map { Float($0 % 7) / 7 - 0.4 }
            var first = (0..<count).map { Float($0 % 5) / 10 }
            var second = (0..<count).map { Float($0 % 3) / 10 }
            let anchor = with.anchored ? (0..<count).map { Float($0 % 4) / 4 } : []
            let features = (0..<width + 2).map { Float($0 % 9) / 4 - 1 }
            var oracles = (0..<count).map { index in
                Oracle(
                    w: Double(w[index]),
                    first: Double(first[index]),
                    second: Double(second[index]),
                    anchor: with.anchored ? Double(anchor[index]) : 0,
                    isBias: index % (width + 1) == width
                )
            }
            let place = Steps.Place(row: 1, width: width, at: 2, error: 0.7, biasError: -0.3)
            step(kind, &w, &first, &second, anchor, features, place, c)
            for column in 0...width {
                let gradient =
                    column == width ? -0.3 : Double(Float(0.7) * features[2 + column])
                oracles[width + 1 + column].step(kind, gradient: gradient, c)
            }
            for index in 0..<count {
                #expect(abs(Double(w[index]) - oracles[index].w) < 1e-5)
                #expect(abs(Double(first[index]) - oracles[index].first) < 1e-5)
                #expect(abs(Double(second[index]) - oracles[index].second) < 1e-5)
            }
        }
    }

    @Test("No finite gradient makes a parameter that is not", arguments: [0, 1, 2, 3, 4])
    func bounds(kind: Int) {
        var c = StepConstants(rate: kind == 3 ? 1e-12 : 1e6)
        (c.a, c.b, c.c, c.d) = (kind == 2 ? 1e-12 : 0.9, 0.9, 1e13, 1e7)
        (c.l1, c.l2, c.pull, c.pullL1) = (1e30, 1e-6, 1e30, 1e30)
        let most = Float.greatestFiniteMagnitude
        var w: [Float] = [1e18, -1e18, 0, 1]
        var first: [Float] = [0, 0, 0, 0]
        var second = first
        let anchor: [Float] = [-1e18, 1e18, 1e18, -1e18]
        for features in [[most, -most, most], [0, most, 1], [-most, 1e-38, -1]] as [[Float]] {
            for error in [1e15, -1e15, 0] as [Float] {
                let place = Steps.Place(row: 0, width: 3, at: 0, error: error, biasError: error)
                step(kind, &w, &first, &second, anchor, features, place, c)
                #expect((w + first + second).allSatisfy { $0.isFinite })
            }
        }
    }

    private func step(
        _ kind: Int,
        _ w: inout [Float],
        _ first: inout [Float],
        _ second: inout [Float],
        _ anchor: [Float],
        _ x: [Float],
        _ place: Steps.Place,
        _ c: StepConstants
    ) {
        var w = w.mutableSpan
        var m = first.mutableSpan
        var v = second.mutableSpan
        let a = anchor.span
        let x = x.span
        switch kind {
        case 0: Steps.sgd(&w, anchor: a, features: x, place: place, constants: c)
        case 1:
            Steps.momentum(&w, velocity: &m, anchor: a, features: x, place: place, constants: c)
        case 2:
            Steps.adaGrad(&w, squares: &m, anchor: a, features: x, place: place, constants: c)
        case 4:
            Steps.followTheLeader(
                &w,
                sums: &m,
                squares: &v,
                anchor: a,
                features: x,
                place: place,
                constants: c
            )
        default:
            Steps.adam(
                &w,
                first: &m,
                second: &v,
                anchor: a,
                features: x,
                place: place,
                constants: c
            )
        }
    }
}
