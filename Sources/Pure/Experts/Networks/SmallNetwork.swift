// SPDX-License-Identifier: Apache-2.0
//
// A small network that takes one step of Adam for each row: the expert for what no line can part,
// once some thousand rows have come. Of the scaled columns z, with h the hidden units:
//
//     mlp        h1 = relu(z W1 + b1), h2 = relu(h1 W2 + b2), 32 units each, outputs h2 W3 + b3
//     wide_mlp   h1 = relu(z W1 + b1), 64 units, outputs h1 W2 + b2
//
// A class has the softmax of the outputs and the cross entropy as its loss; a number the output,
// held within 5 as targets are, and half the squared error, cut off at an error of 10. Parameters
// start as normal numbers of variance 2 / inputs, those of the outputs of 0.01 / inputs, biases at
// 0.
//
// The kinds with replay take, with each row, seven rows drawn uniformly from the last 2,000 rows
// before it, and the mean of the eight gradients: eight times the work buys a network that learns
// from a row again and again while it is recent. Before there are any, the row stands alone.
//
// A row's gradient is multiplied by its weight, of at most 32.

import Kernels
import Primitives

/// A small network.
struct SmallNetwork: Expert {
    private(set) var shape: ExpertShape
    let form: SmallNetworkShape.Form
    let replays: Bool
    private(set) var state: SmallNetworkState
    private var random: RandomSource
    private var draws: [Int32] = []
    private var scratch: [Float]

    /// How far back rows are replayed.
    static let memory = 2000

    init(_ form: SmallNetworkShape.Form, replays: Bool, _ shape: ExpertShape, seed: UInt64) {
        self.form = form
        self.replays = replays
        self.shape = shape
        random = RandomSource(seed: seed)
        let own = SmallNetwork.size(form, shape)
        state = SmallNetworkState(values: [Float](repeating: 0, count: own.count))
        scratch = [Float](repeating: 0, count: own.scratchCount)
        for layer in 0..<form.layers {
            let inputs = layer == 0 ? shape.width : form.hidden
            // The last row is the bias.
            draw(own.rows(of: layer).dropLast(form.hidden), variance: 2 / Double(max(1, inputs)))
        }
        draw(own.rowsOfOutputs, variance: SmallNetwork.outputVariance(form))
    }

    private static func size(
        _ form: SmallNetworkShape.Form,
        _ shape: ExpertShape
    ) -> SmallNetworkShape {
        SmallNetworkShape(
            form,
            width: shape.width,
            outputs: shape.outputs,
            isNumber: shape.isNumber
        )
    }

    private static func outputVariance(_ form: SmallNetworkShape.Form) -> Double {
        0.01 / Double(form.hidden)
    }

    private mutating func draw(_ places: Range<Int>, variance: Double) {
        let deviation = variance.squareRoot()
        for place in places { state.values[place] = Float(random.normal() * deviation) }
    }

    /// The shape as kernels want it.
    var size: SmallNetworkShape { SmallNetwork.size(form, shape) }

    /// A parameter costs about a third of a nanosecond a row, and 0.8 with eight rows a step.
    var cost: Double {
        let (parameters, outputs) = (Double(state.values.count), Double(shape.outputs))
        return replays
            ? 400 + 0.8 * parameters + 45 * outputs : 90 + 0.33 * parameters + 6 * outputs
    }

    var isFinite: Bool {
        state.values.allSatisfy(\.isFinite) && state.first.allSatisfy(\.isFinite)
            && state.second.allSatisfy(\.isFinite)
    }

    var tensors: [ExpertTensor] {
        let (size, hidden) = (size, form.hidden)
        var tensors: [ExpertTensor] = []
        for layer in 0..<form.layers {
            let rows = size.rows(of: layer)
            let bias = rows.upperBound - hidden
            tensors.append(
                ExpertTensor(
                    "weights\(layer + 1)",
                    [rows.count / hidden - 1, hidden],
                    Array(state.values[rows.lowerBound..<bias])
                )
            )
            tensors.append(
                ExpertTensor(
                    "biases\(layer + 1)",
                    [hidden],
                    Array(state.values[bias..<bias + hidden])
                )
            )
        }
        let last = form.layers + 1
        return tensors + [
            ExpertTensor(
                "weights\(last)",
                [shape.outputs, hidden],
                Array(state.values[size.rowsOfOutputs])
            ),
            ExpertTensor(
                "biases\(last)",
                [shape.outputs],
                Array(state.values[size.biasesOfOutputs])
            ),
        ]
    }

    var roundable: [String] { (1...form.layers + 1).map { "weights\($0)" } }

    mutating func take(rounded numbers: [Float], as name: String) {
        guard let layer = roundable.firstIndex(of: name) else { return }
        let isLast = layer == form.layers
        let rows = isLast ? size.rowsOfOutputs : size.rows(of: layer).dropLast(form.hidden)
        state.values.replaceSubrange(rows, with: numbers)
    }

    mutating func testThenTrain(
        _ rows: ExpertRows,
        _ history: ExpertHistory,
        _ opinions: inout MutableSpan<Float>
    ) {
        if replays { drawRows(rows, of: history.capacity) }
        SmallNetworks.testThenTrain(
            size,
            &state,
            rows,
            history,
            draws: draws,
            scratch: &scratch,
            &opinions
        )
    }

    private mutating func drawRows(_ rows: ExpertRows, of remembered: Int) {
        draws.removeAll(keepingCapacity: true)
        for row in 0..<rows.count {
            let before = Int(rows.before[row])
            let most = min(before, SmallNetwork.memory, remembered)
            for _ in 0..<SmallNetworks.replay {
                guard rows.learns[row] == 1, most > 0 else {
                    draws.append(-1)
                    continue
                }
                draws.append(Int32(before - 1 - random.below(most)))
            }
        }
    }

    func predict(
        _ rows: ExpertRows,
        _ history: ExpertHistory,
        _ opinions: inout MutableSpan<Float>
    ) {
        SmallNetworks.predict(size, state, rows, history, &opinions)
    }

    mutating func grow(to shape: ExpertShape) {
        let (old, before) = (state, size)
        self.shape = shape
        state = SmallNetworkState(values: [Float](repeating: 0, count: size.count))
        state.powers = old.powers
        scratch = [Float](repeating: 0, count: size.scratchCount)
        let hidden = form.hidden
        // New columns come before the bias of the first layer, new outputs behind the others.
        let columns = before.width * hidden
        copy(0..<columns, of: old, to: 0)
        add(columns..<size.width * hidden, as: old.second[0..<columns], 2 / Double(size.width))
        copy(columns..<before.rowsOfOutputs.upperBound, of: old, to: size.width * hidden)
        let outputs = size.rowsOfOutputs
        add(
            outputs.lowerBound + before.outputs * hidden..<outputs.upperBound,
            as: old.second[before.rowsOfOutputs],
            SmallNetwork.outputVariance(form)
        )
        copy(before.biasesOfOutputs, of: old, to: size.biasesOfOutputs.lowerBound)
        let biases = size.biasesOfOutputs
        add(biases.dropFirst(before.outputs), as: old.second[before.biasesOfOutputs], 0)
    }

    private mutating func copy(_ places: Range<Int>, of old: SmallNetworkState, to start: Int) {
        for (offset, place) in places.enumerated() {
            state.values[start + offset] = old.values[place]
            state.first[start + offset] = old.first[place]
            state.second[start + offset] = old.second[place]
        }
    }

    /// Adds parameters whose gradients are as large as those of others: a second moment of 0 would
    /// make their first steps six times too long, long after the start.
    private mutating func add(
        _ places: Range<Int>,
        as others: ArraySlice<Float>,
        _ variance: Double
    ) {
        guard !places.isEmpty else { return }
        draw(places, variance: variance)
        let sum = others.reduce(0.0) { $0 + Double($1) }
        let second = Float(sum / Double(max(1, others.count)))
        for place in places { state.second[place] = second }
    }

    func encode(into writer: inout ByteWriter) {
        writer.write(state.values)
        writer.write(state.first)
        writer.write(state.second)
        writer.write(state.powers)
        random.encode(into: &writer)
    }

    init(
        _ form: SmallNetworkShape.Form,
        replays: Bool,
        from reader: inout ByteReader,
        _ shape: ExpertShape
    ) throws(DecodeError) {
        self.form = form
        self.replays = replays
        self.shape = shape
        let own = SmallNetwork.size(form, shape)
        state = SmallNetworkState(values: try reader.readFloats())
        state.first = try reader.readFloats()
        state.second = try reader.readFloats()
        state.powers = try reader.readDoubles()
        random = try RandomSource(from: &reader)
        scratch = [Float](repeating: 0, count: own.scratchCount)
        guard state.values.count == own.count, state.first.count == own.count,
            state.second.count == own.count,
            state.values.allSatisfy({ abs($0) <= SmallNetworkShape.parameterMost }),
            state.second.allSatisfy({ $0 >= 0 && $0.isFinite }),
            // No mean of numbers is farther from 0 than that of their squares allows.
            zip(state.first, state.second)
                .allSatisfy({ abs($0) <= 8 * $1.squareRoot() + 1e-20 }),
            state.powers.count == 2, state.powers.allSatisfy({ $0 >= 0 && $0 <= 1 })
        else { throw .invalid("the parameters of a small network are not those of its shape") }
    }
}

extension ExpertKind {
    /// Two layers of 32 units, one row a step.
    static let mlp = network("mlp", number: 40, use: .both, .two32, replays: false)
    /// Two layers of 32 units, eight rows a step.
    static let mlpReplay = network("mlp_replay", number: 41, use: .both, .two32, replays: true)
    /// One layer of 64 units, one row a step.
    static let wideMLP = network("wide_mlp", number: 42, use: .numbers, .one64, replays: false)
    /// One layer of 64 units, eight rows a step.
    static let wideMLPReplay = network(
        "wide_mlp_replay",
        number: 43,
        use: .numbers,
        .one64,
        replays: true
    )

    private static func network(
        _ name: String,
        number: UInt8,
        use: Use,
        _ form: SmallNetworkShape.Form,
        replays: Bool
    ) -> ExpertKind {
        ExpertKind(
            name,
            number: number,
            use: use,
            fits: { $0.width <= SmallNetworkShape.most && $0.outputs <= SmallNetworkShape.most },
            make: { shape, seed in SmallNetwork(form, replays: replays, shape, seed: seed) },
            read: { reader, shape throws(DecodeError) in
                try SmallNetwork(form, replays: replays, from: &reader, shape)
            }
        )
    }
}
