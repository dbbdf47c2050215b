// SPDX-License-Identifier: Apache-2.0
//
// A network with fewer hidden units: between two dense layers the units go whose weights in and
// out come to least, and with them a row of one matrix and a column of the next (pruning of
// structures: Li, Kadav, Durdanovic, Samet and Graf, "Pruning filters for efficient convnets",
// 2017). What is left is a smaller network like any other: each pass is as much faster as its
// matrices are smaller, which zeros within a matrix never make it.
//
//     size of a unit = |weights in|² * |weights out|²
//
// The product, because relu lets a unit be larger in and smaller out without a difference.

extension Network {
    /// The network without the smallest units of each bank.
    ///
    /// - Parameters:
    ///   - share: How many of the units of a layer are to be gone.
    ///   - whole: The settings from which that is counted: those that the network was made by.
    /// - Returns: The network, and where each of its parameters was before; nil when there is no
    ///   unit to remove.
    package func narrowed(
        by share: Double,
        of whole: NetworkSettings
    ) -> (network: Network, places: [Int])? {
        var settings = settings
        var rows = plan.tensors.map { Array(0..<($0.shape.first ?? 1)) }
        var columns = plan.tensors.map { Array(0..<($0.count / max(1, $0.shape.first ?? 1))) }
        var kept: [[Int]] = []
        for bank in plan.banks {
            let units = bank.slot.count
            let path = Network.path(of: plan.tensors[bank.incoming.weight].name)
            let gone = Int((share * Double(whole.units(at: path) ?? units)).rounded(.down))
            let left = min(units, max(1, (whole.units(at: path) ?? units) - gone))
            let stays = largest(left, of: bank)
            kept.append(stays)
            rows[bank.incoming.weight] = stays
            rows[bank.incoming.bias] = stays
            columns[bank.outgoing.weight] = stays
            settings.setUnits(left, at: path)
        }
        guard settings != self.settings else { return nil }
        var places: [Int] = []
        for (number, tensor) in plan.tensors.enumerated() {
            let width = tensor.count / max(1, tensor.shape.first ?? 1)
            for row in rows[number] {
                for column in columns[number] { places.append(tensor.at + row * width + column) }
            }
        }
        var network = Network(settings, inputs: inputs, outputs: outputs, seed: seed)
        precondition(places.count == network.parameters.count, "what is left fits its layers")
        network.parameters = places.map { parameters[$0] }
        network.random = random
        network.frozen = frozen
        network.replacement = replacement.keeping(kept)
        network.dead = dead.keeping(kept, of: plan.banks)
        return (network, places)
    }

    /// The largest units of a bank, in their order.
    private func largest(_ count: Int, of bank: UnitBank) -> [Int] {
        let incoming = plan.tensors[bank.incoming.weight]
        let outgoing = plan.tensors[bank.outgoing.weight]
        let units = bank.slot.count
        let inputs = incoming.shape[1]
        let sizes = (0..<units).map { unit -> Double in
            var into = 0.0
            for place in incoming.at + unit * inputs..<incoming.at + (unit + 1) * inputs {
                into += Double(parameters[place]) * Double(parameters[place])
            }
            var out = 0.0
            for reader in 0..<outgoing.shape[0] {
                let weight = Double(parameters[outgoing.at + reader * units + unit])
                out += weight * weight
            }
            return into * out
        }
        let order = (0..<units).sorted { (-sizes[$0], $0) < (-sizes[$1], $1) }
        return order.prefix(count).sorted()
    }

    /// Where the layer of a tensor stands: its number, and those within residual blocks.
    private static func path(of tensor: String) -> [Int] {
        tensor.split(separator: ".").compactMap { Int($0) }
    }
}

extension NetworkSettings {
    /// The units of the dense layer at a place; nil where there is none.
    func units(at path: [Int]) -> Int? { NetworkSettings.units(of: layers, at: path[...]) }

    /// Gives the dense layer at a place other units.
    mutating func setUnits(_ units: Int, at path: [Int]) {
        NetworkSettings.setUnits(units, of: &layers, at: path[...])
    }

    /// Whether these are the same layers, but for dense ones that have lost units.
    package func isNarrowed(from whole: NetworkSettings) -> Bool {
        inputShape == whole.inputShape && replacement == whole.replacement
            && NetworkSettings.isNarrowed(layers, from: whole.layers)
    }

    private static func units(of layers: [LayerSettings], at path: ArraySlice<Int>) -> Int? {
        guard let first = path.first, layers.indices.contains(first) else { return nil }
        switch layers[first].kind {
        case .dense(let units): return units
        case .residual(let inner): return NetworkSettings.units(of: inner, at: path.dropFirst())
        default: return nil
        }
    }

    private static func setUnits(
        _ units: Int,
        of layers: inout [LayerSettings],
        at path: ArraySlice<Int>
    ) {
        guard let first = path.first, layers.indices.contains(first) else { return }
        switch layers[first].kind {
        case .dense: layers[first].kind = .dense(units: units)
        case .residual(var inner):
            setUnits(units, of: &inner, at: path.dropFirst())
            layers[first].kind = .residual(inner)
        default: break
        }
    }

    private static func isNarrowed(
        _ layers: [LayerSettings],
        from whole: [LayerSettings]
    ) -> Bool {
        guard layers.count == whole.count else { return false }
        return zip(layers, whole).allSatisfy { own, other in
            guard own.activation == other.activation, own.initialisation == other.initialisation
            else { return false }
            switch (own.kind, other.kind) {
            case (.dense(let units), .dense(let most)): return units <= most
            case (.residual(let inner), .residual(let most)): return isNarrowed(inner, from: most)
            default: return own.kind == other.kind
            }
        }
    }
}
