// SPDX-License-Identifier: Apache-2.0
//
// A state that is carried along a sequence (Elman, "Finding structure in time", 1990):
//
//     h_t = tanh(W_ih x_t + b_ih + W_hh h_(t-1) + b_hh),   h_0 = 0
//
// and back through all steps (Werbos, "Backpropagation through time", 1990). The state starts anew
// with each row: nothing goes from one sample to the next. Costs steps * units * (inputs + units)
// products a row, step after step. Not for sequences of more than a few dozen steps: the gradient
// shrinks or grows with each; take gru.

import Kernels

/// What the two kinds of recurrent layers share.
struct RecurrentPlan: Sendable {
    let input: Slot
    let output: Slot
    /// The states after all steps: the output itself when all are returned.
    let states: Slot
    let inputWeight: Int
    let stateWeight: Int
    let inputBias: Int
    let stateBias: Int

    var steps: Int { input.shape[0] }
    var units: Int { states.shape[1] }
    var returnsAll: Bool { states.at == output.at }

    init(
        _ planner: inout Planner,
        _ input: Slot,
        name: String,
        gates: Int,
        units: Int,
        returns: LayerKind.Returned,
        _ draw: Draw
    ) throws(LayerProblem) {
        try Rules.rank(2, input.shape, name)
        try Rules.size("units", units)
        let inputs = input.shape[1]
        let rows = gates * units
        let fromInput = draw.start(inputs: inputs, outputs: units)
        let fromState = draw.start(inputs: units, outputs: units)
        inputWeight = RecurrentPlan.place(&planner, "weight_ih", [rows, inputs], fromInput)
        stateWeight = RecurrentPlan.place(&planner, "weight_hh", [rows, units], fromState)
        inputBias = RecurrentPlan.place(&planner, "bias_ih", [rows], .constant(0), isBias: true)
        stateBias = RecurrentPlan.place(&planner, "bias_hh", [rows], .constant(0), isBias: true)
        self.input = input
        states = planner.slot([input.shape[0], units], isFree: false)
        output = returns == .all ? states : planner.slot([units])
    }

    private static func place(
        _ planner: inout Planner,
        _ name: String,
        _ shape: [Int],
        _ start: TensorStart,
        isBias: Bool = false
    ) -> Int {
        let number = planner.tensor(name, shape, start, isBias: isBias)
        return planner.at(number)
    }

    /// The product of the inputs of all steps and the input weights, plus their bias.
    func project(_ work: inout Workspace, _ pass: Pass, gates: Int, to: Address) {
        let rows = pass.rows * steps
        work.multiply(
            Matrix(pass.values(input), stride: input.width),
            Matrix(.parameters(inputWeight), stride: input.width, transposed: true),
            rows: rows,
            columns: gates,
            inner: input.width,
            into: to,
            adds: false
        )
        work.addToRows(.parameters(inputBias), to, rows: rows, count: gates)
    }

    /// Adds the gradients of inputs and input weights from that of the projection.
    func projectBack(_ work: inout Workspace, _ pass: Pass, gates: Int, gradient: Address) {
        let rows = pass.rows * steps
        work.addRowSums(gradient, to: .gradient(inputBias), rows: rows, count: gates)
        work.multiply(
            Matrix(gradient, stride: gates, transposed: true),
            Matrix(pass.values(input), stride: input.width),
            rows: gates,
            columns: input.width,
            inner: rows,
            into: .gradient(inputWeight),
            adds: true
        )
        guard let to = pass.gradient(input) else { return }
        work.multiply(
            Matrix(gradient, stride: gates),
            Matrix(.parameters(inputWeight), stride: input.width),
            rows: rows,
            columns: input.width,
            inner: gates,
            into: to,
            adds: true
        )
    }

    /// Gives on the last state where only that is wanted.
    func giveOn(_ work: inout Workspace, _ pass: Pass) {
        guard !returnsAll else { return }
        work.copyRows(
            pass.values(states) + (steps - 1) * units,
            stride: steps * units,
            to: pass.values(output),
            stride: units,
            rows: pass.rows,
            count: units
        )
    }

    /// Brings the gradient of the last state back where only that was given on.
    func takeBack(_ work: inout Workspace, _ pass: Pass) -> Address? {
        guard let gradient = pass.gradient(states), let given = pass.gradient(output) else {
            return nil
        }
        if !returnsAll {
            work.copyRows(
                given,
                stride: units,
                to: gradient + (steps - 1) * units,
                stride: steps * units,
                rows: pass.rows,
                count: units,
                adds: true
            )
        }
        return gradient
    }
}

/// A layer with a state from step to step.
struct ElmanLayer: Layer {
    let plan: RecurrentPlan

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
            name: "rnn",
            gates: 1,
            units: units,
            returns: returns,
            draw
        )
        planner.append(ElmanLayer(plan: plan))
        return plan.output
    }

    func forward(_ work: inout Workspace, _ pass: Pass) {
        let states = pass.values(plan.states)
        let units = plan.units
        let stride = plan.steps * units
        plan.project(&work, pass, gates: units, to: states)
        work.addToRows(
            .parameters(plan.stateBias),
            states,
            rows: pass.rows * plan.steps,
            count: units
        )
        for step in 0..<plan.steps {
            let state = states + step * units
            if step > 0 {
                work.multiply(
                    Matrix(state + -units, stride: stride),
                    Matrix(.parameters(plan.stateWeight), stride: units, transposed: true),
                    rows: pass.rows,
                    columns: units,
                    inner: units,
                    into: state,
                    stride: stride,
                    adds: true
                )
            }
            work.tanhStep(state, rows: pass.rows, stride: stride, count: units)
        }
        plan.giveOn(&work, pass)
    }

    func backward(_ work: inout Workspace, _ pass: Pass) {
        guard let gradient = plan.takeBack(&work, pass) else { return }
        let states = pass.values(plan.states)
        let units = plan.units
        let stride = plan.steps * units
        for step in (0..<plan.steps).reversed() {
            let own = gradient + step * units
            let state = states + step * units
            work.tanhStepBack(state, gradient: own, rows: pass.rows, stride: stride, count: units)
            guard step > 0 else { continue }
            work.multiply(
                Matrix(own, stride: stride),
                Matrix(.parameters(plan.stateWeight), stride: units),
                rows: pass.rows,
                columns: units,
                inner: units,
                into: own + -units,
                stride: stride,
                adds: true
            )
            work.multiply(
                Matrix(own, stride: stride, transposed: true),
                Matrix(state + -units, stride: stride),
                rows: units,
                columns: units,
                inner: pass.rows,
                into: .gradient(plan.stateWeight),
                adds: true
            )
        }
        let rows = pass.rows * plan.steps
        work.addRowSums(gradient, to: .gradient(plan.stateBias), rows: rows, count: units)
        plan.projectBack(&work, pass, gates: units, gradient: gradient)
    }
}
