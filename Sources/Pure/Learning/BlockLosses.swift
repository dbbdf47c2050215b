// SPDX-License-Identifier: Apache-2.0
//
// What the gate and a race need of a block besides its predictions.

import Kernels

extension Block {
    /// Takes the rows of another block, but none of its predictions, so that a second model can be
    /// tested on the same rows.
    package mutating func copyRows(of other: Block) {
        reset(width: other.width, outputs: other.outputs)
        rows = other.rows
        raw.append(contentsOf: other.raw)
        targets.append(contentsOf: other.targets)
        classes.append(contentsOf: other.classes)
        weights.append(contentsOf: other.weights)
        uses.append(contentsOf: other.uses)
    }

    /// Whether the most probable class of the row is another than its label; the first of equals
    /// is predicted.
    package func isError(row: Int, outputs: Int) -> Bool {
        let start = row * outputs
        var best = start
        for place in start + 1..<max(start + outputs, start + 1)
        where predictions[place] > predictions[best] {
            best = place
        }
        return best - start != Int(classes[row])
    }

    /// Fills the losses of all labelled rows, as ``Evaluation`` does, but counts nothing.
    package mutating func computeLosses(task: Task) {
        prepareLosses()
        for row in 0..<rows {
            switch task {
            case .classes:
                let label = Int(classes[row])
                guard label >= 0, uses[row] != .scored else {
                    losses[row] = .nan
                    continue
                }
                let probability = max(
                    predictions[row * outputs + label],
                    ClassMeasures.smallestProbability
                )
                losses[row] = -Float(Scalar.log(Double(probability)))
            case .regression:
                guard targets[row].isFinite, uses[row] != .scored else {
                    losses[row] = .nan
                    continue
                }
                let error = predictions[row] - targets[row]
                losses[row] = error * error
            }
        }
    }
}
