// SPDX-License-Identifier: Apache-2.0
//
// The end of a residual block (He, Zhang, Ren and Sun, "Deep residual learning for image
// recognition", 2016):
//
//     y = f(x) + x          where the layers of the block keep the shape
//     y = f(x) + W x + b    where they do not: a dense layer, or for images filters of one pixel,
//                           with the stride that makes the sizes equal
//
// The gradient reaches what comes before without passing through f, so that deep networks learn.
// Not for two or three layers, where it only costs.

import Kernels

/// The sum of a block and the way around it.
struct ResidualLayer: Layer {
    let through: Slot
    let around: Slot
    let output: Slot

    static func plan(
        _ planner: inout Planner,
        _ input: Slot,
        _ end: Slot
    ) throws(LayerProblem) -> Slot {
        let around = input.shape == end.shape ? input : try project(&planner, input, end)
        let output = planner.slot(end.shape)
        planner.append(ResidualLayer(through: end, around: around, output: output))
        return output
    }

    private static func project(
        _ planner: inout Planner,
        _ input: Slot,
        _ end: Slot
    ) throws(LayerProblem) -> Slot {
        let draw = Draw(chosen: .glorot, next: nil)
        if input.shape.dropLast() == end.shape.dropLast(), input.shape.count < 3 {
            planner.beginShortcut()
            return try DenseLayer.plan(&planner, input, units: end.width, draw).output
        }
        if input.shape.count == 3, end.shape.count == 3 {
            let stride = (input.shape[1] + end.shape[1] - 1) / end.shape[1]
            if end.shape[1] == (input.shape[1] - 1) / stride + 1,
                end.shape[2] == (input.shape[2] - 1) / stride + 1
            {
                planner.beginShortcut()
                return try ConvolutionLayer.plan(
                    &planner,
                    input,
                    filters: end.shape[0],
                    window: (1, stride, 0),
                    draw
                )
            }
        }
        throw LayerProblem(
            "is a residual block that makes \(end.shape) of \(input.shape), which no shortcut can "
                + "bring together; keep the steps or the image size (padding), or change both "
                + "sides of the image by the same stride"
        )
    }

    func forward(_ work: inout Workspace, _ pass: Pass) {
        let count = pass.rows * output.count
        work.copy(pass.values(through), to: pass.values(output), count)
        work.add(pass.values(around), to: pass.values(output), count)
    }

    func backward(_ work: inout Workspace, _ pass: Pass) {
        guard let gradient = pass.gradient(output) else { return }
        let count = pass.rows * output.count
        if let to = pass.gradient(through) { work.add(gradient, to: to, count) }
        if let to = pass.gradient(around) { work.add(gradient, to: to, count) }
    }
}
