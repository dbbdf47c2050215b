// SPDX-License-Identifier: Apache-2.0
//
// Replaces units that have become useless, so that a network which has learned for long still
// learns (Dohare, Hernandez-Garcia, Lan, Rahman, Mahmood and Sutton, "Loss of plasticity in deep
// continual learning", Nature 632, 2024). After each step, for each unit between two dense layers:
//
//     f = 0.99 f + 0.01 h                                its mean value, h that of the last rows
//     u = 0.99 u + 0.01 |h| * sum of |outgoing weights|  its use
//     a = a + 1                                          its age
//
// Then, of the units older than the maturity, the share `rate` with the least use is replaced (a
// running sum keeps the fractions): the mean part of what it gave, f / (1 - 0.99^a) times its
// outgoing weights, goes to the biases of the next layer; its outgoing weights become 0, its
// incoming ones are drawn anew, and use, mean and age start again. Since the new unit weighs
// nothing, what the others do is left as it is.
//
// Not for convolutions and recurrent layers, whose units have no one set of outgoing weights; there
// only the dense layers after them are cared for. Not for a network that is trained once.

package import Kernels
import Primitives

/// What is known of the use of each unit, and the rule by which units are replaced.
package struct ContinualBackprop: Sendable {
    /// One hidden layer.
    struct Layer: Sendable, Equatable {
        var use: [Float] = []
        var mean: [Float] = []
        var age: [Float] = []
        /// What is left of the units that were due.
        var due: Double = 0
    }

    let settings: ReplacementSettings
    var layers: [Layer]
    /// How many units have been replaced, dead ones included.
    package var replaced: UInt64 = 0

    static let keep: Float = 0.99

    init(_ settings: ReplacementSettings, banks: [UnitBank]) {
        self.settings = settings
        guard settings.rate > 0 else {
            layers = []
            return
        }
        layers = banks.map { bank in
            let zeros = [Float](repeating: 0, count: bank.slot.count)
            return Layer(use: zeros, mean: zeros, age: zeros)
        }
    }

    /// Hidden layers keep their units when inputs and outputs grow.
    mutating func widen(banks: [UnitBank]) {
        precondition(
            settings.rate == 0 || zip(layers, banks).allSatisfy { $0.use.count == $1.slot.count },
            "a hidden layer keeps its units"
        )
    }

    /// What is known of the units of each layer that stay.
    func keeping(_ units: [[Int]]) -> ContinualBackprop {
        var kept = self
        for number in layers.indices {
            kept.layers[number].use = units[number].map { layers[number].use[$0] }
            kept.layers[number].mean = units[number].map { layers[number].mean[$0] }
            kept.layers[number].age = units[number].map { layers[number].age[$0] }
        }
        return kept
    }

    func encode(into writer: inout ByteWriter) {
        writer.write(replaced)
        for layer in layers {
            writer.write(layer.use)
            writer.write(layer.mean)
            writer.write(layer.age)
            writer.write(layer.due)
        }
    }

    init(
        from reader: inout ByteReader,
        _ settings: ReplacementSettings,
        banks: [UnitBank]
    ) throws(DecodeError) {
        self.init(settings, banks: banks)
        replaced = try reader.read()
        for number in layers.indices {
            let layer = Layer(
                use: try reader.readFloats(),
                mean: try reader.readFloats(),
                age: try reader.readFloats(),
                due: try reader.readDouble()
            )
            let count = banks[number].slot.count
            guard layer.use.count == count, layer.mean.count == count, layer.age.count == count,
                layer.use.allSatisfy({ $0.isFinite && $0 >= 0 }), layer.mean.allSatisfy(\.isFinite),
                layer.age.allSatisfy({ $0.isFinite && $0 >= 0 }), (0...65_536).contains(layer.due)
            else { throw .invalid("what is known of the units of a network does not fit it") }
            layers[number] = layer
        }
    }
}

extension Network {
    /// Notes what the units of the last pass did, begins dead ones anew, and replaces those that
    /// are due; returns the parameters that were set, whose moments must start again.
    ///
    /// Call it after the step that the pass led to. The values must still be in the workspace.
    package mutating func replaceUnits(rows: Int, _ work: borrowing Workspace) -> [Int] {
        guard rows > 0 else { return [] }
        var touched = reviveUnits(rows: rows, work)
        guard settings.replacement.rate > 0 else { return touched }
        let pass = pass(rows: rows, isTraining: true, seed: 0)
        for (number, bank) in plan.banks.enumerated() {
            let address = pass.valuesAt + bank.slot.at * rows
            var layer = replacement.layers[number]
            note(&layer, bank, work.values.span, at: address, rows: rows)
            let mature = layer.age.indices.filter {
                Int(layer.age[$0]) > settings.replacement.maturity
            }
            layer.due = min(
                layer.due + Double(mature.count) * Double(settings.replacement.rate),
                65_536
            )
            var left = mature
            while layer.due >= 1, !left.isEmpty {
                layer.due -= 1
                let place = left.indices.min { layer.use[left[$0]] < layer.use[left[$1]] } ?? 0
                touched += replace(&layer, bank, unit: left.remove(at: place))
                replacement.replaced += 1
            }
            replacement.layers[number] = layer
        }
        return touched
    }

    private func note(
        _ layer: inout ContinualBackprop.Layer,
        _ bank: UnitBank,
        _ values: Span<Float>,
        at: Int,
        rows: Int
    ) {
        let units = bank.slot.count
        let weight = plan.tensors[bank.outgoing.weight]
        let readers = weight.shape[0]
        let keep = ContinualBackprop.keep
        let numbers = parameters.span
        for unit in 0..<units {
            var mean: Float = 0
            var size: Float = 0
            for row in 0..<rows {
                let value = values[at + row * units + unit]
                mean += value
                size += abs(value)
            }
            var out: Float = 0
            for reader in 0..<readers { out += abs(numbers[weight.at + reader * units + unit]) }
            let use = size / Float(rows) * out
            layer.mean[unit] = keep * layer.mean[unit] + (1 - keep) * (mean / Float(rows))
            layer.use[unit] = keep * layer.use[unit] + (1 - keep) * use
            layer.age[unit] = min(layer.age[unit] + 1, 1e6)
            if !layer.use[unit].isFinite { layer.use[unit] = 0 }
            if !layer.mean[unit].isFinite { layer.mean[unit] = 0 }
        }
    }

    private mutating func replace(
        _ layer: inout ContinualBackprop.Layer,
        _ bank: UnitBank,
        unit: Int
    ) -> [Int] {
        let outgoing = plan.tensors[bank.outgoing.weight]
        let bias = plan.tensors[bank.outgoing.bias]
        let corrected = layer.mean[unit] / (1 - kept(for: layer.age[unit]))
        for reader in 0..<outgoing.shape[0] {
            let shift = parameters[outgoing.at + reader * bank.slot.count + unit] * corrected
            if shift.isFinite { parameters[bias.at + reader] += shift }
        }
        layer.use[unit] = 0
        layer.mean[unit] = 0
        layer.age[unit] = 0
        return beginAnew(unit, of: bank)
    }
}

/// 0.99 to the power of an age; near 0 for old units.
private func kept(for age: Float) -> Float {
    Float(Scalar.exp(Double(age) * Scalar.log(Double(ContinualBackprop.keep))))
}
