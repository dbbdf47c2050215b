// SPDX-License-Identifier: Apache-2.0
//
// Every unit sees every number of the row:
//
//     y = x W' + b
//
// Over a sequence it is applied to each step alone. Costs rows * inputs * units products each way,
// and twice that on the way back. Not for images with more than a few thousand pixels: it has a
// weight for each pair of pixel and unit, and must learn the same thing at every place.

import Kernels

/// A layer of units that see everything.
struct DenseLayer: Layer {
    let input: Slot
    let output: Slot
    let weight: Int
    let bias: Int

    static func plan(
        _ planner: inout Planner,
        _ input: Slot,
        units: Int,
        _ draw: Draw
    ) throws(LayerProblem) -> (output: Slot, weight: Int, bias: Int) {
        try Rules.size("units", units)
        guard input.shape.count < 3 else {
            throw LayerProblem(
                "is dense, which reads a plain row or a sequence, but gets the image "
                    + "\(input.shape); put a flatten layer before it"
            )
        }
        let inputs = input.width
        let start = draw.start(inputs: inputs, outputs: units)
        let weight = planner.tensor("weight", [units, inputs], start)
        let bias = planner.tensor("bias", [units], .constant(0), isBias: true)
        let output = planner.slot(input.shape.dropLast() + [units])
        planner.append(
            DenseLayer(
                input: input,
                output: output,
                weight: planner.at(weight),
                bias: planner.at(bias)
            )
        )
        return (output, weight, bias)
    }

    func forward(_ work: inout Workspace, _ pass: Pass) {
        let rows = pass.rows * output.repeats
        work.multiply(
            Matrix(pass.values(input), stride: input.width),
            Matrix(.parameters(weight), stride: input.width, transposed: true),
            rows: rows,
            columns: output.width,
            inner: input.width,
            into: pass.values(output),
            adds: false
        )
        work.addToRows(.parameters(bias), pass.values(output), rows: rows, count: output.width)
    }

    func backward(_ work: inout Workspace, _ pass: Pass) {
        guard let gradient = pass.gradient(output) else { return }
        let rows = pass.rows * output.repeats
        work.addRowSums(gradient, to: .gradient(bias), rows: rows, count: output.width)
        work.multiply(
            Matrix(gradient, stride: output.width, transposed: true),
            Matrix(pass.values(input), stride: input.width),
            rows: output.width,
            columns: input.width,
            inner: rows,
            into: .gradient(weight),
            adds: true
        )
        guard let inputGradient = pass.gradient(input) else { return }
        work.multiply(
            Matrix(gradient, stride: output.width),
            Matrix(.parameters(weight), stride: input.width),
            rows: rows,
            columns: input.width,
            inner: output.width,
            into: inputGradient,
            adds: true
        )
    }
}
