// SPDX-License-Identifier: Apache-2.0
//
// The rows that a consolidation trains on: each sample of reservoir and recent window once, in the
// order of the stream, weighted so that the classes have the stream's frequencies again.

package import Learning

/// Weighted rows of one learner.
package struct TrainingRows: Sendable {
    private let width: Int
    private let features: [Float]
    private let labels: [Int32]
    private let targets: [Float]
    private var weights: [Float]
    private let contexts: [Int32]
    /// What the champion lost on each row when it came; -1 where nobody knows it.
    let losses: [Float]

    /// The number of rows.
    package var count: Int { weights.count }

    /// Takes the rows of the memory from sample `onset` on (0: all).
    package init(memory: ReplayMemory, task: Task, since onset: UInt64) {
        let rows = memory.rows(of: .training, since: onset)
        width = rows.width
        features = rows.features
        labels = rows.labels
        targets = rows.targets
        weights = rows.weights
        contexts = rows.contexts
        losses = rows.losses
        if task == .classes {
            let recent = memory.rows(of: .recent, since: onset).labels
            restoreFrequencies(
                recent.count >= 50
                    ? TrainingRows.counts(recent) : memory.classCounts.faded
            )
        }
    }

    /// Takes rows as they are, in their order, with the weights that they had.
    package init(_ rows: MemoryRows) {
        width = rows.width
        features = rows.features
        labels = rows.labels
        targets = rows.targets
        weights = rows.weights
        contexts = rows.contexts
        losses = rows.losses
    }

    /// Takes some of the rows, in their order.
    func rows(_ range: Range<Int>) -> TrainingRows { TrainingRows(self, range) }

    private init(_ rows: TrainingRows, _ range: Range<Int>) {
        width = rows.width
        features = Array(rows.features[range.lowerBound * width..<range.upperBound * width])
        labels = Array(rows.labels[range])
        targets = Array(rows.targets[range])
        weights = Array(rows.weights[range])
        contexts = Array(rows.contexts[range])
        losses = Array(rows.losses[range])
    }

    /// How many rows there are of each context, by its number.
    package var countsByContext: [Int] {
        var counts = [Int](repeating: 0, count: Int((contexts.max() ?? -1) + 1))
        for context in contexts where context >= 0 { counts[Int(context)] += 1 }
        return counts
    }

    /// Counts how often each class occurs.
    private static func counts(_ labels: [Int32]) -> [Double] {
        var counts = [Double](repeating: 0, count: Int((labels.max() ?? -1) + 1))
        for label in labels where label >= 0 { counts[Int(label)] += 1 }
        return counts
    }

    /// Scales the weights of each class to its share of `frequencies`.
    ///
    /// A class without rows in the recent window keeps a small share, so that it is not forgotten
    /// for a moment of absence.
    private mutating func restoreFrequencies(_ frequencies: [Double]) {
        let held = TrainingRows.counts(labels)
        var wanted = [Double](repeating: 0, count: held.count)
        var sum = 0.0
        for index in held.indices where held[index] > 0 {
            wanted[index] = max(index < frequencies.count ? frequencies[index] : 0, 0.5)
            sum += wanted[index]
        }
        for row in weights.indices where labels[row] >= 0 {
            let label = Int(labels[row])
            weights[row] *= Float(wanted[label] / sum * Double(count) / held[label])
        }
    }

    /// Writes the chosen rows to the block, for training, their weights multiplied by `share`.
    package func fill(
        _ block: inout Block,
        from places: ArraySlice<Int>,
        outputs: Int,
        share: Float = 1
    ) {
        block.reset(width: width, outputs: outputs)
        for place in places {
            block.raw.append(contentsOf: features[place * width..<(place + 1) * width])
            block.classes.append(labels[place])
            block.targets.append(targets[place])
            block.weights.append(weights[place] * share)
            block.contexts.append(contexts[place])
            block.uses.append(.train)
            block.rows += 1
        }
    }

    /// Shows every row to a preparation, in the order of the stream.
    package func fit(_ preparation: inout Preparation) {
        var block = Block()
        for start in stride(from: 0, to: count, by: 256) {
            let places = Array(start..<min(start + 256, count))
            fill(&block, from: places[...], outputs: 1)
            preparation.follow(&block)
        }
    }
}
