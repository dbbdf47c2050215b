// SPDX-License-Identifier: Apache-2.0
//
// Self-attention with one head (Vaswani et al., "Attention is all you need", 2017). For the n steps
// of width d of a row:
//
//     Q, K, V = X W_q' + b_q, X W_k' + b_k, X W_v' + b_v      (one matrix, in this order)
//     A = softmax(Q K' / sqrt(d)),   Y = (A V) W_o' + b_o
//
// Every step looks at all others, itself included. Costs 4 n d² + 2 n² d products a row. With a
// position layer before it, and in a residual block with layer_norm, it is the core of a
// transformer. Not for short sequences with little data: gru learns those from fewer rows.

import Kernels

/// A layer whose steps look at one another.
struct AttentionLayer: Layer {
    let input: Slot
    let output: Slot
    /// Queries, keys and values of each step, side by side.
    let projected: Slot
    /// How well queries and keys go together; on the way back the gradient of that.
    let scores: Slot
    /// How much each step looks at each.
    let shares: Slot
    /// What each step has seen.
    let seen: Slot
    let inWeight: Int
    let inBias: Int
    let outWeight: Int
    let outBias: Int

    private var steps: Int { input.shape[0] }
    private var width: Int { input.shape[1] }
    private var scale: Float { 1 / Float(width).squareRoot() }

    static func plan(
        _ planner: inout Planner,
        _ input: Slot,
        _ draw: Draw
    ) throws(LayerProblem) -> Slot {
        try Rules.rank(2, input.shape, "attention")
        let (steps, width) = (input.shape[0], input.shape[1])
        try Rules.size("steps squared", steps * steps, 1...NetworkLimits.rowValues)
        let start = draw.start(inputs: width, outputs: width)
        let inWeight = planner.tensor("in_weight", [3 * width, width], start)
        let inBias = planner.tensor("in_bias", [3 * width], .constant(0), isBias: true)
        let outWeight = planner.tensor("out_weight", [width, width], start)
        let outBias = planner.tensor("out_bias", [width], .constant(0), isBias: true)
        let output = planner.slot(input.shape)
        let layer = AttentionLayer(
            input: input,
            output: output,
            projected: planner.slot([steps, 3 * width]),
            scores: planner.slot([steps, steps], hasGradient: false),
            shares: planner.slot([steps, steps]),
            seen: planner.slot([steps, width]),
            inWeight: planner.at(inWeight),
            inBias: planner.at(inBias),
            outWeight: planner.at(outWeight),
            outBias: planner.at(outBias)
        )
        planner.append(layer)
        return output
    }

    private var project: DenseLayer {
        DenseLayer(input: input, output: projected, weight: inWeight, bias: inBias)
    }

    private var combine: DenseLayer {
        DenseLayer(input: seen, output: output, weight: outWeight, bias: outBias)
    }

    func forward(_ work: inout Workspace, _ pass: Pass) {
        project.forward(&work, pass)
        for row in 0..<pass.rows {
            let query = pass.values(projected) + row * projected.count
            work.multiply(
                Matrix(query, stride: 3 * width),
                Matrix(query + width, stride: 3 * width, transposed: true),
                rows: steps,
                columns: steps,
                inner: width,
                into: pass.values(scores) + row * scores.count,
                adds: false
            )
        }
        work.softmax(
            pass.values(scores),
            to: pass.values(shares),
            rows: pass.rows * steps,
            count: steps,
            scale: scale
        )
        for row in 0..<pass.rows {
            work.multiply(
                Matrix(pass.values(shares) + row * shares.count, stride: steps),
                Matrix(
                    pass.values(projected) + row * projected.count + 2 * width,
                    stride: 3 * width
                ),
                rows: steps,
                columns: width,
                inner: steps,
                into: pass.values(seen) + row * seen.count,
                adds: false
            )
        }
        combine.forward(&work, pass)
    }

    func backward(_ work: inout Workspace, _ pass: Pass) {
        guard let seenGradient = pass.gradient(seen), let shareGradient = pass.gradient(shares),
            let gradient = pass.gradient(projected)
        else { return }
        combine.backward(&work, pass)
        for row in 0..<pass.rows {
            seenBack(
                &work,
                shares: pass.values(shares) + row * shares.count,
                values: pass.values(projected) + row * projected.count + 2 * width,
                gradient: seenGradient + row * seen.count,
                toShares: shareGradient + row * shares.count,
                toValues: gradient + row * projected.count + 2 * width
            )
        }
        let rows = pass.rows * steps
        work.zero(pass.values(scores), rows * steps)
        work.softmaxBack(
            values: pass.values(shares),
            gradient: shareGradient,
            to: pass.values(scores),
            rows: rows,
            count: steps,
            scale: scale
        )
        for row in 0..<pass.rows {
            scoresBack(
                &work,
                scores: pass.values(scores) + row * scores.count,
                queries: pass.values(projected) + row * projected.count,
                to: gradient + row * projected.count
            )
        }
        project.backward(&work, pass)
    }

    /// A' dY for the values, dY V' for the shares.
    private func seenBack(
        _ work: inout Workspace,
        shares: Address,
        values: Address,
        gradient: Address,
        toShares: Address,
        toValues: Address
    ) {
        work.multiply(
            Matrix(shares, stride: steps, transposed: true),
            Matrix(gradient, stride: width),
            rows: steps,
            columns: width,
            inner: steps,
            into: toValues,
            stride: 3 * width,
            adds: true
        )
        work.multiply(
            Matrix(gradient, stride: width),
            Matrix(values, stride: 3 * width, transposed: true),
            rows: steps,
            columns: steps,
            inner: width,
            into: toShares,
            adds: true
        )
    }

    /// dS K for the queries, dS' Q for the keys.
    private func scoresBack(
        _ work: inout Workspace,
        scores: Address,
        queries: Address,
        to: Address
    ) {
        work.multiply(
            Matrix(scores, stride: steps),
            Matrix(queries + width, stride: 3 * width),
            rows: steps,
            columns: width,
            inner: steps,
            into: to,
            stride: 3 * width,
            adds: true
        )
        work.multiply(
            Matrix(scores, stride: steps, transposed: true),
            Matrix(queries, stride: 3 * width),
            rows: steps,
            columns: width,
            inner: steps,
            into: to + width,
            stride: 3 * width,
            adds: true
        )
    }
}
