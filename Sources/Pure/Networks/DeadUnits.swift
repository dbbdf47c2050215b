// SPDX-License-Identifier: Apache-2.0
//
// Begins relu units anew that answer to nothing any more. A relu unit that is 0 has no gradient:
// once no row reaches it, nothing ever will, and steps that are too long for a while (a stream that
// moves, a burst of wrong labels) leave more and more such units behind. So, after each step:
//
//     s = s + 1    for each row for which the unit gave 0, else s = 0
//
// A unit with s at the limit gets incoming weights as at its start, a bias of 0 and outgoing
// weights of 0. It gave nothing, and gives nothing at first: predictions stay what they were, and
// it learns again. That is the dormant unit of Sokar, Agarwal, Castro and Evci ("The dormant neuron
// phenomenon in deep reinforcement learning", 2023) at a threshold of 0, counted row by row.
//
// Where a layer is frozen its units, and those that it reads, are left as they are.

import Kernels
import Primitives

/// For how long each unit has answered to nothing.
package struct DeadUnits: Sendable, Equatable {
    /// After so many learned rows in a row a unit is begun anew; 0: never.
    let limit: UInt32
    /// The rows since each unit gave anything, bank after bank.
    private var silent: [UInt32]

    init(after limit: Int, banks: [UnitBank]) {
        self.limit = UInt32(limit)
        let units = limit > 0 ? banks.reduce(0) { $0 + $1.slot.count } : 0
        silent = [UInt32](repeating: 0, count: units)
    }

    /// Notes what some units gave for some rows; `first` is the first unit's place.
    ///
    /// - Returns: Whether any of them is dead.
    mutating func note(
        _ values: Span<Float>,
        at: Int,
        rows: Int,
        units: Int,
        first: Int
    ) -> Bool {
        let limit = limit
        var cells = silent.mutableSpan
        let longest = Silence.count(
            &cells,
            from: first,
            units: units,
            values: values,
            at: at,
            rows: rows,
            limit: limit
        )
        return longest >= limit
    }

    /// Whether the unit at a place is dead.
    func isDead(_ place: Int) -> Bool { silent[place] >= limit }

    /// Counts anew for the unit at a place.
    mutating func restart(_ place: Int) { silent[place] = 0 }

    /// What is known of the units of each bank that stay.
    func keeping(_ units: [[Int]], of banks: [UnitBank]) -> DeadUnits {
        guard limit > 0 else { return self }
        var kept = self
        kept.silent = []
        var first = 0
        for (bank, units) in zip(banks, units) {
            for unit in units { kept.silent.append(silent[first + unit]) }
            first += bank.slot.count
        }
        return kept
    }

    func encode(into writer: inout ByteWriter) {
        writer.write(numbers: silent)
    }

    init(
        from reader: inout ByteReader,
        after limit: Int,
        banks: [UnitBank]
    ) throws(DecodeError) {
        self.init(after: limit, banks: banks)
        let numbers = try reader.readNumbers(of: UInt32.self)
        guard numbers.count == silent.count, numbers.allSatisfy({ $0 <= self.limit }) else {
            throw .invalid("what is known of the dead units of a network does not fit it")
        }
        silent = numbers
    }
}

extension Network {
    /// Notes what the units of the last pass gave, and begins those anew that are dead.
    ///
    /// - Returns: The parameters that were set.
    mutating func reviveUnits(rows: Int, _ work: borrowing Workspace) -> [Int] {
        guard dead.limit > 0 else { return [] }
        var touched: [Int] = []
        let pass = pass(rows: rows, isTraining: true, seed: 0)
        var first = 0
        for bank in plan.banks {
            let units = bank.slot.count
            let at = pass.valuesAt + bank.slot.at * rows
            let isAny = dead.note(work.values.span, at: at, rows: rows, units: units, first: first)
            if isAny, !isFrozen(bank) {
                for unit in 0..<units where dead.isDead(first + unit) {
                    touched += beginAnew(unit, of: bank)
                    dead.restart(first + unit)
                    replacement.replaced += 1
                }
            }
            first += units
        }
        return touched
    }

    private func isFrozen(_ bank: UnitBank) -> Bool {
        frozen[bank.incoming.weight] || frozen[bank.incoming.bias] || frozen[bank.outgoing.weight]
    }

    /// Gives a unit incoming weights as at its start, and outgoing ones of 0; returns their places.
    mutating func beginAnew(_ unit: Int, of bank: UnitBank) -> [Int] {
        let incoming = plan.tensors[bank.incoming.weight]
        let outgoing = plan.tensors[bank.outgoing.weight]
        var touched: [Int] = []
        for reader in 0..<outgoing.shape[0] {
            let place = outgoing.at + reader * bank.slot.count + unit
            parameters[place] = 0
            touched.append(place)
        }
        if case .uniform(let limit) = incoming.start {
            for column in 0..<incoming.shape[1] {
                let place = incoming.at + unit * incoming.shape[1] + column
                parameters[place] = Tensor.draw(&random, limit)
                touched.append(place)
            }
        }
        let own = plan.tensors[bank.incoming.bias].at + unit
        parameters[own] = 0
        touched.append(own)
        return touched
    }
}
