// SPDX-License-Identifier: Apache-2.0
//
// A small network in double precision, loop after loop as the formulas stand: what the kernel is
// compared with.

import Kernels

/// A network and its optimiser, written out.
struct PlainNetwork {
    struct Row {
        var x: [Double]
        var label = -1
        var target = 0.0
        var weight = 1.0
    }

    let shape: SmallNetworkShape
    var values: [Double]
    var first: [Double]
    var second: [Double]
    var steps = 0.0

    init(_ shape: SmallNetworkShape, values: [Float]) {
        self.shape = shape
        self.values = values.map(Double.init)
        first = values.map { _ in 0 }
        second = first
    }

    private var hidden: Int { shape.form.hidden }

    /// The inputs of each layer, the last being the hidden units below the outputs; each has a 1
    /// behind it.
    private func forward(_ x: [Double]) -> [[Double]] {
        var inputs = [x + [1]]
        for layer in 0..<shape.form.layers {
            let start = shape.rows(of: layer).lowerBound
            let below = inputs[layer]
            var units = (0..<hidden).map { unit in
                below.indices.reduce(0) { $0 + below[$1] * values[start + $1 * hidden + unit] }
            }
            for unit in units.indices { units[unit] = max(0, units[unit]) }
            inputs.append(units + [1])
        }
        return inputs
    }

    private func outputs(_ units: [Double]) -> [Double] {
        (0..<shape.outputs).map { k in
            let start = shape.rowsOfOutputs.lowerBound + k * hidden
            let bias = values[shape.biasesOfOutputs.lowerBound + k]
            return (0..<hidden).reduce(bias) { $0 + units[$1] * values[start + $1] }
        }
    }

    func predict(_ x: [Double]) -> [Double] {
        let scores = outputs(forward(x)[shape.form.layers])
        guard !shape.isNumber else { return scores }
        let top = scores.max() ?? 0
        let powers = scores.map { Scalar.exp($0 - top) }
        return powers.map { $0 / powers.reduce(0, +) }
    }

    func loss(_ rows: [Row]) -> Double {
        rows.reduce(0) { sum, row in
            let said = predict(row.x)
            let own =
                shape.isNumber
                ? (said[0] - row.target) * (said[0] - row.target) / 2 : -Scalar.log(said[row.label])
            return sum + row.weight * own / Double(rows.count)
        }
    }

    func gradient(_ rows: [Row]) -> [Double] {
        var gradient = values.map { _ in 0.0 }
        for row in rows {
            let inputs = forward(row.x)
            var deltas = predict(row.x)
            if shape.isNumber { deltas[0] -= row.target } else { deltas[row.label] -= 1 }
            deltas = deltas.map { $0 * row.weight / Double(rows.count) }
            let units = inputs[shape.form.layers]
            var below = [Double](repeating: 0, count: hidden)
            for k in 0..<shape.outputs {
                gradient[shape.biasesOfOutputs.lowerBound + k] += deltas[k]
                for unit in 0..<hidden {
                    let place = shape.rowsOfOutputs.lowerBound + k * hidden + unit
                    gradient[place] += deltas[k] * units[unit]
                    if units[unit] > 0 { below[unit] += deltas[k] * values[place] }
                }
            }
            for layer in (0..<shape.form.layers).reversed() {
                deltas = below
                below = [Double](repeating: 0, count: inputs[layer].count)
                for j in inputs[layer].indices {
                    for unit in 0..<hidden {
                        let place = shape.rows(of: layer).lowerBound + j * hidden + unit
                        gradient[place] += deltas[unit] * inputs[layer][j]
                        if inputs[layer][j] > 0 { below[j] += deltas[unit] * values[place] }
                    }
                }
            }
        }
        return gradient
    }

    mutating func step(_ rows: [Row]) {
        steps += 1
        let gradient = gradient(rows)
        let unbias1 = 1 - Scalar.exp(steps * Scalar.log(0.9))
        let unbias2 = 1 - Scalar.exp(steps * Scalar.log(0.999))
        for place in values.indices {
            first[place] = 0.9 * first[place] + 0.1 * gradient[place]
            second[place] = 0.999 * second[place] + 0.001 * gradient[place] * gradient[place]
            let root = (second[place] / unbias2 + 1e-16).squareRoot()
            values[place] -= 0.003 * first[place] / unbias1 / root
        }
    }
}
