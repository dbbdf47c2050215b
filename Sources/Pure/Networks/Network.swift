// SPDX-License-Identifier: Apache-2.0
//
// A network: layers, and one flat vector of parameters. It knows nothing of samples, labels or
// losses: rows of numbers go in, scores come out, and the gradient by the scores goes back in.
//
//     var work = Workspace()
//     network.forward(rows.span, at: 0, rows: 64, &work, training: true)
//     // scores: work.values, from network.scoresAt(rows: 64) on
//     work.clearGradient(network.parameters.count)
//     network.backward(errors.span, at: 0, rows: 64, &work)
//     // gradient: work.gradient, in the layout of network.tensors
//
// A pass of one row gives the gradient of that row alone. The bits of a row depend on how many rows
// pass with it, because OpenBLAS adds in another order for other sizes; for the same rows in the
// same passes they are the same. All numbers are single precision.

package import Kernels
package import Primitives

/// A network of layers with its parameters.
package struct Network: Sendable {
    /// What it is made of.
    package let settings: NetworkSettings
    /// How many numbers a row has.
    package private(set) var inputs: Int
    /// How many scores a row gets.
    package private(set) var outputs: Int
    /// All parameters, in the layout of the tensors.
    package var parameters: [Float]
    /// For each tensor whether it stays as it is.
    package var frozen: [Bool]
    /// What decides masks, and the weights of replaced units.
    package internal(set) var random: RandomSource
    /// What the replacement of useless units knows of them.
    package internal(set) var replacement: ContinualBackprop
    /// Which units answer to nothing.
    var dead: DeadUnits

    let seed: UInt64
    private(set) var plan: Plan

    /// The largest size of a number that comes in.
    static let inputLimit: Float = 1e6
    /// The largest size of a score; see the bound of scores in the linear family.
    static let scoreLimit: Float = 1e30

    /// Makes a network whose weights are as the seed decides, and whose output layer is 0.
    ///
    /// - Precondition: The settings have no problem with these sizes.
    package init(_ settings: NetworkSettings, inputs: Int, outputs: Int, seed: UInt64) {
        self.settings = settings
        self.inputs = inputs
        self.outputs = outputs
        self.seed = seed
        plan = Network.plan(settings, inputs: inputs, outputs: outputs)
        random = RandomSource(seed: seed)
        parameters = [Float](repeating: 0, count: plan.parameterCount)
        frozen = [Bool](repeating: false, count: plan.tensors.count)
        replacement = ContinualBackprop(settings.replacement, banks: plan.banks)
        dead = DeadUnits(after: settings.replacement.deadAfter, banks: plan.banks)
        for (number, tensor) in plan.tensors.enumerated() {
            tensor.fill(&parameters, seed: seed, number: number)
        }
    }

    private static func plan(_ settings: NetworkSettings, inputs: Int, outputs: Int) -> Plan {
        do {
            return try Planner.plan(settings, inputs: inputs, outputs: outputs)
        } catch {
            preconditionFailure("settings are checked before a network is made: \(error.sentence)")
        }
    }

    /// The tensors, in the order in which they lie.
    package var tensors: [Tensor] { plan.tensors }

    /// Where the parameters of the output layer begin: all before them are those of the others.
    package var outputLayerAt: Int {
        plan.tensors.count < 2 ? 0 : plan.tensors[plan.tensors.count - 2].at
    }

    /// Takes the parameters of all layers but the last from a network of the same shape.
    package mutating func takeLayers(of other: Network) {
        precondition(
            other.parameters.count == parameters.count && other.outputs == outputs,
            "layers are taken from a network of the same shape"
        )
        var cells = parameters.mutableSpan
        Copying.copy(
            other.parameters.span.extracting(0..<other.outputLayerAt),
            to: &cells,
            at: 0
        )
    }

    /// The numbers of one tensor.
    package func numbers(of tensor: Tensor) -> ArraySlice<Float> { parameters[tensor.range] }

    /// Whether learning draws masks, so that its passes differ from those that predict.
    package var hasMasks: Bool { NetworkSettings.drop(settings.layers) }

    // MARK: Passes

    /// The most rows that one pass should have, so that its values stay in a few megabytes.
    package var rowsMost: Int {
        max(1, min(Network.passRowsMost, Network.passNumbersMost / max(1, plan.numbersPerRow)))
    }

    /// About how many multiplications a row takes: one for each parameter, or some dozens for each
    /// value where parameters are used for many values.
    package var rowWork: Int { max(parameters.count, 32 * plan.numbersPerRow) }

    private static let passRowsMost = 256
    private static let passNumbersMost = 1 << 22

    /// Where the scores lie in the values of a workspace after a pass.
    package func scoresAt(rows: Int) -> Int { plan.shared + plan.output.at * rows }

    /// Computes the scores of rows, without learning: nothing is dropped out.
    package func forward(_ input: Span<Float>, at: Int, rows: Int, _ work: inout Workspace) {
        let pass = pass(rows: rows, isTraining: false, seed: 0)
        run(input, at: at, pass, &work)
    }

    /// Computes the scores of rows that are about to be learned: masks are drawn anew.
    package mutating func forwardTraining(
        _ input: Span<Float>,
        at: Int,
        rows: Int,
        _ work: inout Workspace
    ) {
        run(input, at: at, trainingPass(rows, random.nextBits()), &work)
    }

    /// Adds the gradient of the parameters to that of the workspace, from the gradient by the
    /// scores of the last pass, which must have been of as many rows and for training.
    ///
    /// The values of the layers are used up.
    package func backward(_ gradient: Span<Float>, at: Int, rows: Int, _ work: inout Workspace) {
        precondition(work.gradient.count == parameters.count, "clear the gradient first")
        // Masks are kept in the values, so the seed is of no account.
        let pass = trainingPass(rows, 0)
        work.zero(.values(pass.gradientsAt), plan.gradients * rows)
        guard let output = pass.gradient(plan.output) else { return }
        work.fill(output, from: gradient, at: at, count: rows * outputs, limit: Network.scoreLimit)
        work.parameters = parameters
        for layer in plan.layers.reversed() { layer.backward(&work, pass) }
        work.parameters = []
    }

    private func run(_ input: Span<Float>, at: Int, _ pass: Pass, _ work: inout Workspace) {
        let rows = pass.rows
        let gradients = pass.isTraining ? plan.gradients : 0
        work.reserve(values: plan.shared + (plan.values + gradients) * rows)
        let limit = settings.readsIds ? Network.scoreLimit : Network.inputLimit
        work.fill(pass.values(plan.input), from: input, at: at, count: rows * inputs, limit: limit)
        work.parameters = parameters
        for layer in plan.layers { layer.forward(&work, pass) }
        work.parameters = []
        work.bound(pass.values(plan.output), rows * outputs, limit: Network.scoreLimit)
    }

    private func trainingPass(_ rows: Int, _ seed: UInt64) -> Pass {
        pass(rows: rows, isTraining: true, seed: seed)
    }

    func pass(rows: Int, isTraining: Bool, seed: UInt64) -> Pass {
        Pass(
            rows: rows,
            isTraining: isTraining,
            seed: seed,
            valuesAt: plan.shared,
            gradientsAt: plan.shared + plan.values * rows
        )
    }

    // MARK: Growth

    /// Widens to the given shape, never shrinks, and returns the tensors as they lay before, so
    /// that other vectors can be carried over by ``Tensor/carry(_:from:to:)``.
    ///
    /// New outputs start at 0. New inputs get weights as the seed decides, as if they had been
    /// there from the start; that is possible for a network that begins with a dense layer.
    package mutating func grow(inputs newInputs: Int, outputs newOutputs: Int) -> [Tensor] {
        let old = plan.tensors
        let before = inputs
        inputs = settings.inputs ?? max(inputs, newInputs)
        outputs = max(outputs, newOutputs)
        plan = Network.plan(settings, inputs: inputs, outputs: outputs)
        parameters = Tensor.carry(parameters, from: old, to: plan.tensors)
        if inputs > before, let first = plan.tensors.first {
            first.fill(&parameters, seed: seed, number: 0, from: before)
        }
        replacement.widen(banks: plan.banks)
        return old
    }
}

extension Network: ByteCodable {
    /// Appends the whole network.
    package func encode(into writer: inout ByteWriter) {
        settings.encode(into: &writer)
        writer.write(UInt32(inputs))
        writer.write(UInt32(outputs))
        writer.write(seed)
        random.encode(into: &writer)
        writer.write(frozen.map { $0 ? 1 : 0 } as [UInt8])
        replacement.encode(into: &writer)
        dead.encode(into: &writer)
        writer.write(parameters)
    }

    /// Reads a network, and refuses one whose numbers do not fit its layers.
    package init(from reader: inout ByteReader) throws(DecodeError) {
        settings = try NetworkSettings(from: &reader)
        inputs = Int(try reader.read(UInt32.self))
        outputs = Int(try reader.read(UInt32.self))
        if let problem = settings.problem(inputs: inputs, outputs: outputs) {
            throw .invalid(problem)
        }
        seed = try reader.read()
        random = try RandomSource(from: &reader)
        frozen = try reader.readBytes().map { $0 != 0 }
        plan = Network.plan(settings, inputs: inputs, outputs: outputs)
        replacement = try ContinualBackprop(from: &reader, settings.replacement, banks: plan.banks)
        dead = try DeadUnits(
            from: &reader,
            after: settings.replacement.deadAfter,
            banks: plan.banks
        )
        parameters = try reader.readFloats()
        guard parameters.count == plan.parameterCount, frozen.count == plan.tensors.count,
            parameters.allSatisfy(\.isFinite)
        else { throw .invalid("a network's numbers do not fit its layers") }
    }
}
