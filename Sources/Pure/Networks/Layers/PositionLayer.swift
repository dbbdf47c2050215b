// SPDX-License-Identifier: Apache-2.0
//
// A learned shift for each step (Gehring, Auli, Grangier, Yarats and Dauphin, "Convolutional
// sequence to sequence learning", 2017):
//
//     y_t = x_t + P_t
//
// Attention alone does not know the order of the steps; this tells it. Not before rnn or gru, which
// know it anyhow.

import Kernels

/// A layer that marks each step.
struct PositionLayer: Layer {
    let input: Slot
    let output: Slot
    let shift: Int

    static func plan(_ planner: inout Planner, _ input: Slot) throws(LayerProblem) -> Slot {
        try Rules.rank(2, input.shape, "position")
        let limit = (3 / Float(input.width)).squareRoot()
        let shift = planner.tensor("weight", input.shape, .uniform(limit: limit))
        let output = planner.slot(input.shape)
        planner.append(PositionLayer(input: input, output: output, shift: planner.at(shift)))
        return output
    }

    func forward(_ work: inout Workspace, _ pass: Pass) {
        work.copy(pass.values(input), to: pass.values(output), pass.rows * input.count)
        work.addToRows(
            .parameters(shift),
            pass.values(output),
            rows: pass.rows,
            count: input.count
        )
    }

    func backward(_ work: inout Workspace, _ pass: Pass) {
        guard let gradient = pass.gradient(output) else { return }
        work.addRowSums(gradient, to: .gradient(shift), rows: pass.rows, count: input.count)
        if let to = pass.gradient(input) { work.add(gradient, to: to, pass.rows * input.count) }
    }
}
