// SPDX-License-Identifier: Apache-2.0
//
// Gradients of every layer against differences. Passes are in single precision, so the differences
// are of four points, with steps wide enough that rounding is far below the tolerance:
//
//     f'(x) = (8 (f(x + h) - f(x - h)) - (f(x + 2h) - f(x - 2h))) / 12h,   off by h⁴ f⁽⁵⁾ / 30

import Kernels
import Networks
import Primitives
import Testing

@Suite("Gradients")
struct GradientTests {
    private let rows = 3

    private func objective(_ network: Network, _ input: [Float], _ errors: [Float]) -> Double {
        zip(network.scores(input, rows), errors).reduce(0) { $0 + Double($1.0) * Double($1.1) }
    }

    @Test("The gradient by every parameter is the slope", arguments: Subject.all)
    func gradientsAreSlopes(subject: Subject) {
        var network = subject.network()
        let input = subject.rows(rows)
        var random = RandomSource(seed: 5)
        let errors = (0..<rows * subject.outputs).map { _ in Float(random.normal()) }
        let gradient = network.gradient(input, rows, errors: errors)
        let scale = gradient.map(abs).max() ?? 0
        #expect(scale > 0.05)
        for tensor in network.tensors {
            // All of a small tensor, some of a large one.
            for place in stride(
                from: tensor.at,
                to: tensor.range.upperBound,
                by: max(1, tensor.count / 12)
            ) {
                let own = network.parameters[place]
                // A wide step would make another pixel win.
                let step: Float = subject.hasPool ? 0x1p-9 : 0x1p-5
                let values = [Float(2), 1, -1, -2].map { steps in
                    network.parameters[place] = own + steps * step
                    return objective(network, input, errors)
                }
                network.parameters[place] = own
                let slope =
                    (8 * (values[1] - values[2]) - (values[0] - values[3])) / Double(12 * step)
                let found = Double(gradient[place])
                #expect(
                    abs(slope - found) <= 2e-3 * max(abs(slope), Double(scale), 1),
                    "\(tensor.name)[\(place - tensor.at)]: slope \(slope), gradient \(found)"
                )
            }
        }
    }

    @Test("The gradients of rows sum up, and the workspace does not matter", arguments: Subject.all)
    func rowsSumUp(subject: Subject) {
        var network = subject.network()
        let input = subject.rows(rows)
        let errors = (0..<rows * subject.outputs).map { Float($0 % 4) - 1.5 }
        let together = network.gradient(input, rows, errors: errors)
        var work = Workspace()
        // A larger pass before: what it leaves behind is of no account.
        network.forwardTraining(subject.rows(9).span, at: 0, rows: 9, &work)
        work.clearGradient(network.parameters.count)
        for row in 0..<rows {
            network.forwardTraining(input.span, at: row * subject.inputs, rows: 1, &work)
            network.backward(errors.span, at: row * subject.outputs, rows: 1, &work)
        }
        let scale = together.map(abs).max() ?? 0
        for (left, right) in zip(work.gradient, together) {
            #expect(abs(left - right) <= 1e-5 * max(1, scale))
        }
        let capacity = work.values.capacity
        network.forwardTraining(subject.rows(9).span, at: 0, rows: 9, &work)
        #expect(work.values.capacity == capacity)
    }
}
