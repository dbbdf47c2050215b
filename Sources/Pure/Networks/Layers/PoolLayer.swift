// SPDX-License-Identifier: Apache-2.0
//
// The largest number of each window of each channel:
//
//     y[c, p] = max over the window of x[c, p * stride + (i, j)]
//
// Its gradient goes to the number that won, the first of equals. Makes an image smaller, and what
// follows indifferent to small shifts. Windows that would reach over the edge are left out. Not
// where the exact place matters.

import Kernels

/// A layer that keeps the largest of each window.
struct PoolLayer: Layer {
    let input: Slot
    let output: Slot
    let winners: Slot
    let window: ImageWindow

    static func plan(
        _ planner: inout Planner,
        _ input: Slot,
        kernel: Int,
        stride: Int
    ) throws(LayerProblem) -> Slot {
        try Rules.rank(3, input.shape, "max_pool")
        try Rules.size("kernel", kernel, 1...min(input.shape[1], input.shape[2]))
        try Rules.size("stride", stride)
        let window = ImageWindow(
            channels: input.shape[0],
            height: input.shape[1],
            width: input.shape[2],
            kernel: kernel,
            stride: stride,
            padding: 0
        )
        let shape = [window.channels, window.outHeight, window.outWidth]
        let output = planner.slot(shape)
        let winners = planner.slot(shape, hasGradient: false)
        planner.append(PoolLayer(input: input, output: output, winners: winners, window: window))
        return output
    }

    func forward(_ work: inout Workspace, _ pass: Pass) {
        for row in 0..<pass.rows {
            work.pool(
                window,
                pass.values(input) + row * input.count,
                to: pass.values(output) + row * output.count,
                winners: pass.values(winners) + row * output.count
            )
        }
    }

    func backward(_ work: inout Workspace, _ pass: Pass) {
        guard let gradient = pass.gradient(output), let to = pass.gradient(input) else { return }
        for row in 0..<pass.rows {
            work.poolBack(
                window,
                gradient: gradient + row * output.count,
                winners: pass.values(winners) + row * output.count,
                to: to + row * input.count
            )
        }
    }
}
