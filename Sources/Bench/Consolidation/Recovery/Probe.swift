// SPDX-License-Identifier: Apache-2.0
//
// The error of a model on samples that it never learns.

import Learning
import Samples

/// Samples of one concept that a model is examined on.
struct Probe {
    private var block = Block()
    private let labels: [Double]
    private let raw: [Float]
    private let width: Int

    init(_ samples: [SyntheticSample]) {
        labels = samples.map(\.label)
        raw = samples.flatMap(\.features)
        width = samples.first?.features.count ?? 0
    }

    /// The share of wrong answers; everything is wrong where there is no model yet.
    mutating func error(of champion: Contender?, schema: Schema?) -> Double {
        guard let champion, let schema, !labels.isEmpty else { return 1 }
        block.reset(width: width, outputs: champion.learner.outputs)
        block.rows = labels.count
        block.raw.append(contentsOf: raw)
        for label in labels {
            block.classes.append(schema.classes.index(ofNumber: label))
            block.targets.append(.nan)
            block.weights.append(1)
            block.contexts.append(ContextTable.unknown)
            block.uses.append(.holdout)
        }
        champion.predict(&block)
        var wrong = 0
        for row in labels.indices where block.isError(row: row, outputs: block.outputs) {
            wrong += 1
        }
        return Double(wrong) / Double(labels.count)
    }
}
