// SPDX-License-Identifier: Apache-2.0
//
// Layer normalisation (Ba, Kiros and Hinton, 2016): the numbers of a row, or of each step of a
// sequence, get mean 0 and variance 1, then a gain and a shift of their own:
//
//     y_i = g_i (x_i - mean) / sqrt(variance + 1e-5) + s_i
//
// An image is one row. Keeps the scale of what flows through a deep network whatever the weights,
// and needs no statistics from other rows, unlike batch normalisation, which a stream with drift
// would mislead. Not right after the input when the size of a row means something: it takes it
// away.

import Kernels

/// A layer that brings rows to one scale.
struct NormalisationLayer: Layer {
    let input: Slot
    let output: Slot
    let normal: Slot
    let inverse: Slot
    let gain: Int
    let shift: Int

    static func plan(_ planner: inout Planner, _ input: Slot) -> Slot {
        let shape = input.shape.count == 2 ? [input.width] : input.shape
        // The gain is no weight that should shrink to 0.
        let gain = planner.tensor("gain", shape, .constant(1), isBias: true)
        let shift = planner.tensor("shift", shape, .constant(0), isBias: true)
        let output = planner.slot(input.shape)
        let groups = input.shape.count == 2 ? input.shape[0] : 1
        let layer = NormalisationLayer(
            input: input,
            output: output,
            normal: planner.slot(input.shape, hasGradient: false),
            inverse: planner.slot([groups], hasGradient: false),
            gain: planner.at(gain),
            shift: planner.at(shift)
        )
        planner.append(layer)
        return output
    }

    private func place(_ pass: Pass) -> Normalisation {
        Normalisation(
            rows: pass.rows * inverse.count,
            count: input.count / max(1, inverse.count),
            gain: .parameters(gain),
            shift: .parameters(shift),
            normal: pass.values(normal),
            inverse: pass.values(inverse)
        )
    }

    func forward(_ work: inout Workspace, _ pass: Pass) {
        work.normalise(place(pass), pass.values(input), to: pass.values(output))
    }

    func backward(_ work: inout Workspace, _ pass: Pass) {
        guard let gradient = pass.gradient(output) else { return }
        work.normaliseBack(
            place(pass),
            gradient: gradient,
            to: pass.gradient(input),
            gain: .gradient(gain),
            shift: .gradient(shift)
        )
    }
}
