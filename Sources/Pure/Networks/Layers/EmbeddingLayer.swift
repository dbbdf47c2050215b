// SPDX-License-Identifier: Apache-2.0
//
// A learned row of numbers for each id (Bengio, Ducharme, Vincent and Jauvin, "A neural
// probabilistic language model", 2003):
//
//     y_t = E[x_t],   and the row `words` for whatever is no whole number from 0 to words - 1
//
// So an id that has never been configured is an unknown word, not an error, and the row for unknown
// words is learned as any other. Must be the first layer, and its ids must not be scaled. Costs no
// products at all. Not for numbers whose size means something.

import Kernels

/// A layer that looks ids up.
struct EmbeddingLayer: Layer {
    let input: Slot
    let output: Slot
    let words: Int
    let table: Int

    static func plan(
        _ planner: inout Planner,
        _ input: Slot,
        words: Int,
        width: Int,
        path: [Int]
    ) throws(LayerProblem) -> Slot {
        guard path == [0] else {
            throw LayerProblem(
                "is embedding, which reads the ids of a row; make it the first layer"
            )
        }
        try Rules.rank(1, input.shape, "embedding")
        try Rules.size("words", words, 1...(1 << 20))
        try Rules.size("width", width)
        let table = planner.tensor("weight", [words + 1, width], .uniform(limit: 1))
        let output = planner.slot([input.count, width])
        planner.append(
            EmbeddingLayer(input: input, output: output, words: words, table: planner.at(table))
        )
        return output
    }

    func forward(_ work: inout Workspace, _ pass: Pass) {
        work.embed(
            pass.values(input),
            table: .parameters(table),
            to: pass.values(output),
            count: pass.rows * input.count,
            words: words,
            width: output.width
        )
    }

    func backward(_ work: inout Workspace, _ pass: Pass) {
        guard let gradient = pass.gradient(output) else { return }
        work.embedBack(
            pass.values(input),
            gradient: gradient,
            table: .gradient(table),
            count: pass.rows * input.count,
            words: words,
            width: output.width
        )
    }
}
