// SPDX-License-Identifier: Apache-2.0
//
// Shares of a whole, over the last dimension:
//
//     y_i = e^x_i / sum of e^x_j,   dx_i = y_i (dy_i - sum of dy_j y_j)
//
// For gates and mixtures inside of a network. Not at its end: there the scores themselves are
// wanted, since softmax and cross-entropy together have the gradient p - y, which is exact where
// that of either alone would be lost to rounding.

import Kernels

/// A layer whose numbers sum to 1.
struct SoftmaxLayer: Layer {
    let input: Slot
    let output: Slot

    static func plan(_ planner: inout Planner, _ input: Slot) -> Slot {
        let output = planner.slot(input.shape, isFree: false)
        planner.append(SoftmaxLayer(input: input, output: output))
        return output
    }

    func forward(_ work: inout Workspace, _ pass: Pass) {
        work.softmax(
            pass.values(input),
            to: pass.values(output),
            rows: pass.rows * input.repeats,
            count: input.width,
            scale: 1
        )
    }

    func backward(_ work: inout Workspace, _ pass: Pass) {
        guard let gradient = pass.gradient(output), let to = pass.gradient(input) else { return }
        work.softmaxBack(
            values: pass.values(output),
            gradient: gradient,
            to: to,
            rows: pass.rows * input.repeats,
            count: input.width,
            scale: 1
        )
    }
}
