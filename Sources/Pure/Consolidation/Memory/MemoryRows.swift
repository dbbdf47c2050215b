// SPDX-License-Identifier: Apache-2.0
//
// Rows of the memory as a job reads them: dense, in columns, oldest first.

import Learning

/// A part of the memory.
package enum MemoryPart: UInt8, Sendable, CaseIterable {
    /// A sample of the whole stream, as the policy says.
    case reservoir = 0
    /// The newest rows.
    case recent = 1
    /// Rows that no model is trained on.
    case holdout = 2
    /// The reservoir and the recent rows together, each row once.
    case training = 3
}

/// The header of a row in memory.
package struct MemoryHeader: Sendable, BitwiseCopyable, Equatable {
    /// The number of the sample.
    package var index: UInt64
    /// The class, or -1 in regression.
    package var label: Int32
    /// The target in regression.
    package var target: Float
    /// The weight of the sample.
    package var weight: Float
    /// The number of its context in the learner's table, or -1.
    package var context: Int32
    /// The loss that the champion had when the row came, before it learned it; -1 when unknown.
    package var loss: Float

    /// Makes a header.
    package init(
        index: UInt64,
        label: Int32,
        target: Float,
        weight: Float,
        context: Int32 = ContextTable.unknown,
        loss: Float = -1
    ) {
        self.index = index
        self.label = label
        self.target = target
        self.weight = weight
        self.context = context
        self.loss = loss
    }
}

/// A copy of rows: raw features (NaN where missing), with their labels, in the order of arrival.
package struct MemoryRows: Sendable, Equatable {
    /// The number of features of each row.
    package var width: Int
    /// The features, row after row.
    package var features: [Float] = []
    /// The class of each row, or -1 in regression.
    package var labels: [Int32] = []
    /// The target of each row in regression.
    package var targets: [Float] = []
    /// The weight of each row.
    package var weights: [Float] = []
    /// The number of each row's context in the learner's table, or -1.
    package var contexts: [Int32] = []
    /// The loss that the champion had when each row came; -1 where nobody knows it.
    package var losses: [Float] = []
    /// The sample number of each row.
    package var indices: [UInt64] = []
    /// How likely each row was to be kept, where the memory prefers some; 1 elsewhere.
    package var inclusions: [Float] = []

    /// Makes an empty copy.
    package init(width: Int) {
        self.width = width
    }

    /// The number of rows.
    package var count: Int { labels.count }

    /// Takes away what was lost on the rows of before a sample.
    package mutating func forgetLosses(before index: UInt64) {
        for row in indices.indices where indices[row] < index { losses[row] = -1 }
    }

    /// The features of one row.
    package func features(of row: Int) -> ArraySlice<Float> {
        features[row * width..<(row + 1) * width]
    }

    /// The newest rows, at most so many.
    package func newest(_ count: Int) -> MemoryRows {
        guard count < self.count else { return self }
        let first = self.count - max(0, count)
        var rows = MemoryRows(width: width)
        rows.features = Array(features[(first * width)...])
        rows.labels = Array(labels[first...])
        rows.targets = Array(targets[first...])
        rows.weights = Array(weights[first...])
        rows.contexts = Array(contexts[first...])
        rows.losses = Array(losses[first...])
        rows.indices = Array(indices[first...])
        rows.inclusions = Array(inclusions[first...])
        return rows
    }

    mutating func append(_ header: MemoryHeader, inclusion: Float) {
        labels.append(header.label)
        targets.append(header.target)
        weights.append(header.weight)
        contexts.append(header.context)
        losses.append(header.loss)
        indices.append(header.index)
        inclusions.append(inclusion)
    }

    /// Adds a row of another copy, which has the same width.
    mutating func append(_ row: Int, of rows: MemoryRows) {
        features.append(contentsOf: rows.features(of: row))
        labels.append(rows.labels[row])
        targets.append(rows.targets[row])
        weights.append(rows.weights[row])
        contexts.append(rows.contexts[row])
        losses.append(rows.losses[row])
        indices.append(rows.indices[row])
        inclusions.append(rows.inclusions[row])
    }

    mutating func reserve(_ rows: Int) {
        features.reserveCapacity(rows * width)
        labels.reserveCapacity(rows)
        targets.reserveCapacity(rows)
        weights.reserveCapacity(rows)
        contexts.reserveCapacity(rows)
        losses.reserveCapacity(rows)
        indices.reserveCapacity(rows)
        inclusions.reserveCapacity(rows)
    }
}
