// SPDX-License-Identifier: Apache-2.0
//
// Steps of sequences in a workspace.

import CKernels

/// Where one step of a gated recurrent unit lies, for all rows.
package struct GRUStep: Sendable {
    /// How many rows there are.
    package var rows: Int
    /// How many units.
    package var units: Int
    /// The gates from the input.
    package var fromInput: Address
    /// The gates from the state before.
    package var fromState: Address
    /// The distance between the gates of two rows.
    package var gatesStride: Int
    /// The state before; nil at the first step.
    package var before: Address?
    /// The state.
    package var state: Address
    /// The distance between the states of two rows.
    package var stateStride: Int

    /// Makes a step.
    package init(
        rows: Int,
        units: Int,
        fromInput: Address,
        fromState: Address,
        gatesStride: Int,
        before: Address?,
        state: Address,
        stateStride: Int
    ) {
        self.rows = rows
        self.units = units
        self.fromInput = fromInput
        self.fromState = fromState
        self.gatesStride = gatesStride
        self.before = before
        self.state = state
        self.stateStride = stateStride
    }

    var gatesReach: Int { rows == 0 ? 0 : (rows - 1) * gatesStride + 3 * units }
    var stateReach: Int { rows == 0 ? 0 : (rows - 1) * stateStride + units }

    func inC(_ rooms: Rooms) -> learnd_gru {
        learnd_gru(
            from_input: rooms.write(fromInput, gatesReach),
            from_state: rooms.write(fromState, gatesReach),
            gates_stride: gatesStride,
            before: before.map { rooms.read($0, stateReach) },
            state: rooms.write(state, stateReach),
            state_stride: stateStride,
            rows: rows,
            n: units
        )
    }
}

extension Workspace {
    /// Writes the row of the table for each id; the last row for what is no id.
    package mutating func embed(
        _ ids: Address,
        table: Address,
        to: Address,
        count: Int,
        words: Int,
        width: Int
    ) {
        withRooms {
            learnd_embed(
                $0.read(ids, count),
                $0.read(table, (words + 1) * width),
                $0.write(to, count * width),
                count,
                words,
                width
            )
        }
    }

    /// Adds the gradient of each id to its row.
    package mutating func embedBack(
        _ ids: Address,
        gradient: Address,
        table: Address,
        count: Int,
        words: Int,
        width: Int
    ) {
        withRooms {
            learnd_embed_back(
                $0.read(ids, count),
                $0.read(gradient, count * width),
                $0.write(table, (words + 1) * width),
                count,
                words,
                width
            )
        }
    }

    /// Replaces rows that lie apart by their hyperbolic tangents.
    package mutating func tanhStep(_ state: Address, rows: Int, stride: Int, count: Int) {
        let reach = rows == 0 ? 0 : (rows - 1) * stride + count
        withRooms { learnd_tanh_step($0.write(state, reach), rows, stride, count) }
    }

    /// Replaces gradients of rows that lie apart by those before the hyperbolic tangent.
    package mutating func tanhStepBack(
        _ state: Address,
        gradient: Address,
        rows: Int,
        stride: Int,
        count: Int
    ) {
        let reach = rows == 0 ? 0 : (rows - 1) * stride + count
        withRooms {
            let values = $0.read(state, reach)
            learnd_tanh_step_back(values, $0.write(gradient, reach), rows, stride, count)
        }
    }

    /// Makes one step of a gated recurrent unit.
    package mutating func gruStep(_ step: GRUStep) {
        withRooms {
            var inC = step.inC($0)
            learnd_gru_step(&inC)
        }
    }

    /// Replaces the gates by their gradients, and adds to that of the state before.
    package mutating func gruStepBack(_ step: GRUStep, gradient: Address, before: Address?) {
        withRooms { rooms in
            var inC = step.inC(rooms)
            let dstate = rooms.read(gradient, step.stateReach)
            learnd_gru_step_back(
                &inC,
                dstate,
                before.map { rooms.write($0, step.stateReach) }
            )
        }
    }
}
