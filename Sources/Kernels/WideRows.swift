// SPDX-License-Identifier: Apache-2.0
//
// The rows of a block, as the models with parameters in double precision take them, checked once.

import CKernels

/// The columns of a block that a model learns from; shared with the block, not copied.
package struct WideRows<Use: BitwiseCopyable & Sendable>: Sendable {
    /// The features, row after row.
    package let features: [Float]
    /// The number of features in a row.
    package let width: Int
    /// The number of predictions for a row.
    package let outputs: Int
    /// The numbers to be predicted; nil where classes are.
    package let targets: [Float]?
    /// The classes.
    package let labels: [Int32]
    /// The weights.
    package let weights: [Float]
    /// What each row may be used for; one byte each.
    package let uses: [Use]
    /// The use of the rows that are trained on.
    package let learned: Use

    /// Takes the columns.
    ///
    /// - Precondition: They fill the same rows, and a use is one byte.
    package init(
        features: [Float],
        width: Int,
        outputs: Int,
        targets: [Float]?,
        labels: [Int32],
        weights: [Float],
        uses: [Use],
        learned: Use
    ) {
        checkRange(0, labels.count * width, features.count)
        precondition(
            weights.count == labels.count && uses.count == labels.count
                && (targets?.count ?? labels.count) == labels.count,
            "a block's columns fill its rows"
        )
        precondition(MemoryLayout<Use>.size == 1, "a use is one byte")
        precondition(targets == nil || outputs == 1, "a regression predicts one number")
        self.features = features
        self.width = width
        self.outputs = outputs
        self.targets = targets
        self.labels = labels
        self.weights = weights
        self.uses = uses
        self.learned = learned
    }

    /// Calls the kernel with the rows in C's form, unless there are none.
    func withSamples(
        _ predictions: inout MutableSpan<Float>,
        _ kernel: (UnsafePointer<learnd_samples>) -> Void
    ) {
        checkRange(0, labels.count * outputs, predictions.count)
        guard !labels.isEmpty else { return }
        let learnedUse = withUnsafeBytes(of: learned) { $0[0] }
        features.withUnsafeBufferPointer { features in
            (targets ?? []).withUnsafeBufferPointer { targets in
                labels.withUnsafeBufferPointer { labels in
                    weights.withUnsafeBufferPointer { weights in
                        uses.withUnsafeBytes { uses in
                            predictions.withUnsafeMutableBufferPointer { predictions in
                                var samples = learnd_samples(
                                    features: start(features),
                                    rows: labels.count,
                                    n: width,
                                    outputs: outputs,
                                    is_number: self.targets == nil ? 0 : 1,
                                    targets: targets.baseAddress,
                                    labels: labels.baseAddress,
                                    weights: weights.baseAddress,
                                    uses: uses.baseAddress?.assumingMemoryBound(to: UInt8.self),
                                    learned_use: learnedUse,
                                    predictions: start(predictions)
                                )
                                kernel(&samples)
                            }
                        }
                    }
                }
            }
        }
    }
}
