// SPDX-License-Identifier: Apache-2.0
//
// Predicts from the tensors alone, as docs/experts-trees.md tells a consumer to.

import Experts
import Foundation

struct TreeConsumer {
    private var tensors: [String: [Float]] = [:]
    private let classes: Int

    init(_ expert: any Expert) {
        classes = expert.shape.classes
        for tensor in expert.tensors {
            switch tensor.content {
            case .numbers(let numbers), .places(let numbers): tensors[tensor.name] = numbers
            case .doubles: break
            }
        }
    }

    private func all(_ name: String) -> [Float] { tensors[name] ?? [] }

    private func leaf(of tree: Int, _ slow: [Float], _ raw: [Float]) -> Int {
        var node = Int(all("roots")[tree])
        while all("columns")[node] >= 0 {
            let (column, limit) = (Int(all("columns")[node]), all("limits")[node])
            let isFirst = all("equals")[node] == 1 ? raw[column] == limit : slow[column] <= limit
            node = Int(all("children")[node]) + (isFirst ? 0 : 1)
        }
        return Int(all("children")[node])
    }

    /// The probabilities of a row.
    func probabilities(_ slow: [Float], _ raw: [Float]) -> [Double] {
        var sums = [Double](repeating: 0, count: classes)
        for (tree, quality) in all("qualities").enumerated() {
            let say = pow(Double(max(quality, 0.01)), 2)
            for (place, vote) in votes(leaf(of: tree, slow, raw), slow).enumerated() {
                sums[place] += say * vote
            }
        }
        let total = sums.reduce(0, +)
        return sums.map { $0 / total }
    }

    private func votes(_ leaf: Int, _ slow: [Float]) -> [Double] {
        let counts = all("counts")[leaf * classes..<(leaf + 1) * classes].map(Double.init)
        guard all("is_bayes")[leaf] == 1 else {
            let weight = counts.reduce(0, +)
            return counts.map { ($0 + 1 / Double(classes)) / (weight + 1) }
        }
        let scores = counts.enumerated().map { label, count in
            var score =
                (count > 0 ? log2(count) : -127) + Double(all("norms")[leaf * classes + label])
            for (column, value) in slow.enumerated() {
                let place = (leaf * classes + label) * slow.count + column
                let off = Double(value - all("means")[place])
                score -= off * off * Double(all("inverses")[place]) / (2 * log(2.0))
            }
            return score
        }
        let top = scores.max() ?? 0
        let shares = scores.map { exp2(max($0 - top, -126)) }
        let total = shares.reduce(0, +)
        return shares.map { $0 / total }
    }

    /// The number of a row, measured by a centre and a spread.
    func number(_ slow: [Float], _ raw: [Float], centre: Double, spread: Double) -> Double {
        var (sum, says) = (0.0, 0.0)
        for (tree, quality) in all("qualities").enumerated() {
            let leaf = leaf(of: tree, slow, raw)
            var number = Double(all("means")[leaf])
            if all("is_line")[leaf] == 1 {
                let line = all("lines")[leaf * (slow.count + 1)..<(leaf + 1) * (slow.count + 1)]
                number = zip(line, slow + [1]).reduce(0) { $0 + Double($1.0) * Double($1.1) }
            }
            let own = number * Double(all("spreads")[tree]) + Double(all("centres")[tree])
            let say = 1 / (Double(quality) + 0.01)
            sum += say * min(max((own - centre) / spread, -5), 5)
            says += say
        }
        return sum / says
    }
}
