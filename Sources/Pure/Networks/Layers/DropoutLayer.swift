// SPDX-License-Identifier: Apache-2.0
//
// Sets a share of the numbers to 0 while learning, others each time, and makes the rest larger by
// 1 / (1 - share) so that their sum stays what it is (inverted dropout; Srivastava, Hinton,
// Krizhevsky, Sutskever and Salakhutdinov, "Dropout: a simple way to prevent neural networks from
// overfitting", 2014):
//
//     y = x m,  m = 0 with probability `share`, else 1 / (1 - share)
//
// Predicts without. Not for a stream that is seen once and never fits by heart: there it only adds
// noise; its place is a network that goes over a small memory many times.

import Kernels

/// A layer that forgets a share of its input.
struct DropoutLayer: Layer {
    let input: Slot
    let output: Slot
    let mask: Slot
    let share: Float
    /// Which of the network's dropout layers it is.
    let number: Int

    static func plan(
        _ planner: inout Planner,
        _ input: Slot,
        share: Float
    ) throws(LayerProblem) -> Slot {
        guard share >= 0, share <= 0.95 else {
            throw LayerProblem("has share = \(share), but it must lie in 0 to 0.95")
        }
        var output = input.isFree ? input : planner.slot(input.shape)
        output.isFree = true
        let mask = planner.slot(input.shape, hasGradient: false)
        let number = planner.plan.layers.count
        planner.append(
            DropoutLayer(input: input, output: output, mask: mask, share: share, number: number)
        )
        return output
    }

    private var isInPlace: Bool { input.at == output.at }

    func forward(_ work: inout Workspace, _ pass: Pass) {
        let count = pass.rows * input.count
        let (from, to) = (pass.values(input), pass.values(output))
        guard pass.isTraining, share > 0 else {
            if !isInPlace { work.copy(from, to: to, count) }
            return
        }
        let seed = pass.seed ^ (UInt64(number) &* 0xD6E8_FEB8_6659_FD93)
        work.dropoutMask(seed: seed, share: share, to: pass.values(mask), count)
        work.product(from, pass.values(mask), to: to, count, adds: false)
    }

    func backward(_ work: inout Workspace, _ pass: Pass) {
        guard let gradient = pass.gradient(output), let to = pass.gradient(input) else { return }
        let count = pass.rows * input.count
        guard pass.isTraining, share > 0 else {
            if !isInPlace { work.add(gradient, to: to, count) }
            return
        }
        work.product(gradient, pass.values(mask), to: to, count, adds: !isInPlace)
    }
}
