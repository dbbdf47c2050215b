// SPDX-License-Identifier: Apache-2.0
//
// From settings to a plan: which layers, where their values lie, which tensors they have. The only
// place that knows all kinds of layers.
//
// Values and gradients of a pass of n rows lie in one room: first what does not depend on n (the
// columns of a convolution), then the slots of values, then the slots of gradients; each slot takes
// n times its numbers. An activation writes over its input where the layer before it allows.

import Kernels

/// A network ready to run.
struct Plan: Sendable {
    /// The layers in order, the output layer last.
    var layers: [any Layer] = []
    /// The tensors in order, those of the output layer last.
    var tensors: [Tensor] = []
    /// Where rows come in.
    var input = Slot(at: 0, shape: [])
    /// Where scores come out.
    var output = Slot(at: 0, shape: [])
    /// Numbers that do not depend on the rows.
    var shared = 0
    /// Values per row.
    var values = 0
    /// Gradients per row.
    var gradients = 0
    /// The hidden layers of units whose use can be measured, in order.
    var banks: [UnitBank] = []
    /// The activations whose units may die, in order.
    var hidden: [(layer: Int, slot: Slot, isRelu: Bool)] = []

    /// How many parameters there are.
    var parameterCount: Int { tensors.last.map { $0.range.upperBound } ?? 0 }
    /// How many numbers a row needs.
    var numbersPerRow: Int { values + gradients }
}

/// Units between two dense layers; what ``ContinualBackprop`` may replace.
struct UnitBank: Sendable {
    /// The tensors of the layer that makes the units: weight and bias.
    var incoming: (weight: Int, bias: Int)
    /// The tensors of the layer that reads them.
    var outgoing: (weight: Int, bias: Int)
    /// The units' values.
    var slot: Slot
}

/// Builds a plan layer by layer.
struct Planner {
    private(set) var plan = Plan()
    private var prefix = "layers."
    private var depth = 0
    /// The last dense layer's tensors and what came of them, while nothing but functions of single
    /// units has followed.
    private var open: (weight: Int, bias: Int, slot: Slot)?

    /// Plans a whole network.
    static func plan(
        _ settings: NetworkSettings,
        inputs: Int,
        outputs: Int
    ) throws(LayerProblem) -> Plan {
        var planner = Planner()
        let shape = settings.inputShape.isEmpty ? [inputs] : settings.inputShape
        let input = planner.slot(shape, hasGradient: false, isFree: false)
        planner.plan.input = input
        let last = try planner.add(settings.layers, to: input, path: [])
        let flat = Planner.flattened(last)
        planner.prefix = "output"
        let weight = planner.tensor("weight", [outputs, flat.count], .constant(0))
        let bias = planner.tensor("bias", [outputs], .constant(0), isBias: true)
        planner.closeBank(reader: (weight, bias), reads: flat)
        let output = planner.slot([outputs])
        let tensors = (planner.plan.tensors[weight], planner.plan.tensors[bias])
        planner.plan.layers.append(
            DenseLayer(input: flat, output: output, weight: tensors.0.at, bias: tensors.1.at)
        )
        planner.plan.output = output
        return planner.plan
    }

    // MARK: What layers ask for

    /// A new slot.
    mutating func slot(_ shape: [Int], hasGradient: Bool = true, isFree: Bool = true) -> Slot {
        var slot = Slot(at: plan.values, shape: shape, isFree: isFree)
        let count = slot.count
        plan.values += count
        if hasGradient {
            slot.gradientAt = plan.gradients
            plan.gradients += count
        }
        return slot
    }

    /// Makes sure of room that does not depend on the rows.
    mutating func share(_ count: Int) { plan.shared = max(plan.shared, count) }

    /// A new tensor; returns its number.
    mutating func tensor(
        _ name: String,
        _ shape: [Int],
        _ start: TensorStart,
        isBias: Bool = false
    ) -> Int {
        plan.tensors.append(
            Tensor(
                name: "\(prefix).\(name)",
                shape: shape,
                at: plan.parameterCount,
                start: start,
                isBias: isBias
            )
        )
        return plan.tensors.count - 1
    }

    /// Names the tensors that follow after the way around a block.
    mutating func beginShortcut() { prefix += ".shortcut" }

    /// Where tensor `number` begins.
    func at(_ number: Int) -> Int { plan.tensors[number].at }

    /// Adds a layer that runs.
    mutating func append(_ layer: some Layer) { plan.layers.append(layer) }

    // MARK: The list of layers

    /// Adds layers, each to what came of the one before.
    mutating func add(
        _ layers: [LayerSettings],
        to input: Slot,
        path: [Int]
    ) throws(LayerProblem) -> Slot {
        var slot = input
        let outer = prefix
        for (number, layer) in layers.enumerated() {
            prefix = path.isEmpty ? "layers.\(number)" : "\(outer).layers.\(number)"
            do throws(LayerProblem) {
                slot = try add(
                    layer,
                    to: slot,
                    next: Planner.follower(layers, number),
                    path + [number]
                )
            } catch {
                throw error.path.isEmpty
                    ? LayerProblem(error.text, path: path + [number]) : error
            }
        }
        prefix = outer
        return slot
    }

    /// The function that follows a layer, a dropout between them or not.
    private static func follower(_ layers: [LayerSettings], _ number: Int) -> ActivationFunction? {
        if let own = layers[number].activation { return own }
        for next in layers[(number + 1)...] {
            switch next.kind {
            case .activation(let function): return function
            case .dropout, .layerNorm, .maxPool: continue
            default: return nil
            }
        }
        return nil
    }

    private mutating func add(
        _ layer: LayerSettings,
        to input: Slot,
        next: ActivationFunction?,
        _ path: [Int]
    ) throws(LayerProblem) -> Slot {
        let draw = Draw(chosen: layer.initialisation, next: next)
        if let problem = layer.choiceProblem { throw LayerProblem(problem) }
        var slot =
            switch layer.kind {
            case .dense(let units): try dense(units, input, draw)
            case .conv2d(let filters, let kernel, let stride, let padding):
                try ConvolutionLayer.plan(
                    &self,
                    input,
                    filters: filters,
                    window: (kernel, stride, padding),
                    draw
                )
            case .maxPool(let kernel, let stride):
                try PoolLayer.plan(&self, input, kernel: kernel, stride: stride)
            case .flatten: Planner.flattened(input)
            case .dropout(let share): try DropoutLayer.plan(&self, input, share: share)
            case .activation(let function): activation(function, input, layer: path[0])
            case .softmax: SoftmaxLayer.plan(&self, input)
            case .rnn(let units, let returns):
                try ElmanLayer.plan(&self, input, units: units, returns: returns, draw)
            case .gru(let units, let returns):
                try GRULayer.plan(&self, input, units: units, returns: returns, draw)
            case .embedding(let words, let width):
                try EmbeddingLayer.plan(&self, input, words: words, width: width, path: path)
            case .position: try PositionLayer.plan(&self, input)
            case .residual(let inner): try residual(inner, input, path)
            case .layerNorm: NormalisationLayer.plan(&self, input)
            case .attention: try AttentionLayer.plan(&self, input, draw)
            }
        followBank(layer.kind, from: input, to: slot)
        if let function = layer.activation {
            let before = slot
            slot = activation(function, slot, layer: path[0])
            followBank(.activation(function), from: before, to: slot)
        }
        return slot
    }

    private mutating func dense(
        _ units: Int,
        _ input: Slot,
        _ draw: Draw
    ) throws(LayerProblem) -> Slot {
        let made = try DenseLayer.plan(&self, input, units: units, draw)
        closeBank(reader: (made.weight, made.bias), reads: input)
        open = input.shape.count == 1 ? (made.weight, made.bias, made.output) : nil
        return made.output
    }

    private mutating func activation(
        _ function: ActivationFunction,
        _ input: Slot,
        layer: Int
    ) -> Slot {
        let output = ActivationLayer.plan(&self, input, function)
        plan.hidden.append((layer, output, function == .relu))
        return output
    }

    private mutating func residual(
        _ inner: [LayerSettings],
        _ input: Slot,
        _ path: [Int]
    ) throws(LayerProblem) -> Slot {
        guard depth < NetworkLimits.depth, (1...NetworkLimits.layers).contains(inner.count) else {
            throw LayerProblem(
                "is a residual block of \(inner.count) layers in \(depth) others, but it must "
                    + "have 1 to \(NetworkLimits.layers) layers, in at most "
                    + "\(NetworkLimits.depth - 1) others"
            )
        }
        depth += 1
        open = nil
        var shared = input
        shared.isFree = false
        let end = try add(inner, to: shared, path: path)
        open = nil
        depth -= 1
        return try ResidualLayer.plan(&self, shared, end)
    }

    // MARK: Units that can be replaced

    /// Keeps or ends the open bank when a layer follows that is not dense.
    private mutating func followBank(_ kind: LayerKind, from input: Slot, to output: Slot) {
        switch kind {
        case .dense: break
        case .activation, .dropout:
            if open?.slot.at == input.at { open?.slot = output } else { open = nil }
        default: open = nil
        }
    }

    private mutating func closeBank(reader: (weight: Int, bias: Int), reads slot: Slot) {
        if let bank = open, bank.slot.at == slot.at, slot.shape.count == 1 {
            plan.banks.append(
                UnitBank(incoming: (bank.weight, bank.bias), outgoing: reader, slot: slot)
            )
        }
        open = nil
    }

    /// The same numbers as one row.
    static func flattened(_ slot: Slot) -> Slot {
        var flat = slot
        flat.shape = [slot.count]
        return flat
    }
}

/// What decides how weights start.
struct Draw {
    var chosen: Initialisation?
    var next: ActivationFunction?

    /// How a weight with so many inputs and outputs starts.
    func start(inputs: Int, outputs: Int) -> TensorStart {
        switch chosen ?? (next == .relu ? .he : .glorot) {
        case .he: .uniform(limit: (6 / Float(max(1, inputs))).squareRoot())
        case .glorot: .uniform(limit: (6 / Float(max(1, inputs + outputs))).squareRoot())
        case .zero: .constant(0)
        }
    }
}

extension LayerSettings {
    /// Why the choices beside the kind do not go with it; nil when they do.
    var choiceProblem: String? {
        switch kind {
        case .dense, .conv2d: return nil
        case .residual:
            return initialisation == nil
                ? nil
                : "is a residual block, whose inner layers have "
                    + "their own init; set it there"
        case .rnn, .gru, .attention:
            return activation == nil
                ? nil
                : "is \(kind.name), which has its own functions; leave activation out, or "
                    + "add a layer of that kind"
        default:
            return activation == nil && initialisation == nil
                ? nil : "is \(kind.name), which takes neither activation nor init; leave them out"
        }
    }
}
