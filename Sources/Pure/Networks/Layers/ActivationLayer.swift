// SPDX-License-Identifier: Apache-2.0
//
// A function of each number by itself, without which layers upon layers would be one layer:
//
//     relu      max(0, x)              gradient 1 where the value is above 0, else 0
//     tanh      (e^2x - 1) / (e^2x + 1)         1 - y²
//     sigmoid   1 / (1 + e^-x)                  y (1 - y)
//
// relu is the usual choice; units that are never above 0 learn no more ("dead": see Plasticity).
// tanh for small networks and recurrent ones. sigmoid only where a value between 0 and 1 is meant:
// its gradient is at most 1/4, so deep networks of it learn slowly.

import Kernels

/// A layer that applies a function to each number.
struct ActivationLayer: Layer {
    let input: Slot
    let output: Slot
    let function: ActivationFunction

    static func plan(
        _ planner: inout Planner,
        _ input: Slot,
        _ function: ActivationFunction
    ) -> Slot {
        var output = input.isFree ? input : planner.slot(input.shape)
        // Its gradient needs its values.
        output.isFree = false
        planner.append(ActivationLayer(input: input, output: output, function: function))
        return output
    }

    func forward(_ work: inout Workspace, _ pass: Pass) {
        let count = pass.rows * input.count
        work.activate(function, pass.values(input), to: pass.values(output), count)
    }

    func backward(_ work: inout Workspace, _ pass: Pass) {
        guard let gradient = pass.gradient(output), let to = pass.gradient(input) else { return }
        let count = pass.rows * input.count
        work.activateBack(
            function,
            values: pass.values(output),
            gradient: gradient,
            to: to,
            count
        )
    }
}
