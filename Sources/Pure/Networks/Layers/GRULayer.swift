// SPDX-License-Identifier: Apache-2.0
//
// A state with gates that say what of it is kept (Cho et al., "Learning phrase representations
// using RNN encoder-decoder", 2014; with the reset inside of the product, as PyTorch and cuDNN have
// it):
//
//     r = sigmoid(W_ir x + b_ir + W_hr h + b_hr)
//     z = sigmoid(W_iz x + b_iz + W_hz h + b_hz)
//     n = tanh(W_in x + b_in + r (W_hn h + b_hn))
//     h' = (1 - z) n + z h,   h_0 = 0
//
// Three times the work of rnn, and it keeps what it has seen for longer. The state starts anew with
// each row. Not where the order of the steps does not matter.

import Kernels

/// A layer of gated recurrent units.
struct GRULayer: Layer {
    let plan: RecurrentPlan
    /// The gates from the input; on the way back their gradients.
    let fromInput: Slot
    /// The gates from the state; on the way back their gradients.
    let fromState: Slot

    static func plan(
        _ planner: inout Planner,
        _ input: Slot,
        units: Int,
        returns: LayerKind.Returned,
        _ draw: Draw
    ) throws(LayerProblem) -> Slot {
        let plan = try RecurrentPlan(
            &planner,
            input,
            name: "gru",
            gates: 3,
            units: units,
            returns: returns,
            draw
        )
        let shape = [plan.steps, 3 * units]
        let layer = GRULayer(
            plan: plan,
            fromInput: planner.slot(shape, hasGradient: false),
            fromState: planner.slot(shape, hasGradient: false)
        )
        planner.append(layer)
        return plan.output
    }

    func forward(_ work: inout Workspace, _ pass: Pass) {
        let units = plan.units
        let gates = 3 * units
        plan.project(&work, pass, gates: gates, to: pass.values(fromInput))
        work.zero(pass.values(fromState), pass.rows * fromState.count)
        work.addToRows(
            .parameters(plan.stateBias),
            pass.values(fromState),
            rows: pass.rows * plan.steps,
            count: gates
        )
        for step in 0..<plan.steps {
            let place = place(step, pass)
            if let before = place.before {
                work.multiply(
                    Matrix(before, stride: place.stateStride),
                    Matrix(.parameters(plan.stateWeight), stride: units, transposed: true),
                    rows: pass.rows,
                    columns: gates,
                    inner: units,
                    into: place.fromState,
                    stride: place.gatesStride,
                    adds: true
                )
            }
            work.gruStep(place)
        }
        plan.giveOn(&work, pass)
    }

    func backward(_ work: inout Workspace, _ pass: Pass) {
        guard let gradient = plan.takeBack(&work, pass) else { return }
        let units = plan.units
        let gates = 3 * units
        for step in (0..<plan.steps).reversed() {
            let place = place(step, pass)
            let own = gradient + step * units
            let before = step > 0 ? own + -units : nil
            work.gruStepBack(place, gradient: own, before: before)
            guard let before, let state = place.before else { continue }
            work.multiply(
                Matrix(place.fromState, stride: place.gatesStride),
                Matrix(.parameters(plan.stateWeight), stride: units),
                rows: pass.rows,
                columns: units,
                inner: gates,
                into: before,
                stride: place.stateStride,
                adds: true
            )
            work.multiply(
                Matrix(place.fromState, stride: place.gatesStride, transposed: true),
                Matrix(state, stride: place.stateStride),
                rows: gates,
                columns: units,
                inner: pass.rows,
                into: .gradient(plan.stateWeight),
                adds: true
            )
        }
        let rows = pass.rows * plan.steps
        let states = pass.values(fromState)
        work.addRowSums(states, to: .gradient(plan.stateBias), rows: rows, count: gates)
        plan.projectBack(&work, pass, gates: gates, gradient: pass.values(fromInput))
    }

    private func place(_ step: Int, _ pass: Pass) -> GRUStep {
        let units = plan.units
        let state = pass.values(plan.states) + step * units
        return GRUStep(
            rows: pass.rows,
            units: units,
            fromInput: pass.values(fromInput) + step * 3 * units,
            fromState: pass.values(fromState) + step * 3 * units,
            gatesStride: plan.steps * 3 * units,
            before: step > 0 ? state + -units : nil,
            state: state,
            stateStride: plan.steps * units
        )
    }
}
