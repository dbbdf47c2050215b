// SPDX-License-Identifier: Apache-2.0
//
// The rows that a consolidation trains on: each sample of reservoir and recent window once, in the
// order of the stream, weighted so that the classes have the stream's frequencies again:
//
// 1. Rows that the memory preferred count the less, the more likely they were to be kept: by the
//    inverse of that probability, of which the mean over these rows is made 1. So the reservoir as
//    a whole counts as many rows as it has, and in it every row of the stream counts alike.
// 2. The classes are brought to their shares of the recent window, or, where that has fewer than 50
//    rows, to those that they had lately in the stream.
// 3. Where the memory is balanced over contexts, this is done within each context of which the
//    window has 50 rows or more, and not over all of them: a class that is frequent in one context
//    and rare in another would get a share that is wrong in both. The contexts keep the equal
//    shares for which the policy was chosen.

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
        let shares = TrainingRows.shares(rows.inclusions)
        even(shares)
        guard task == .classes else { return }
        let recent = memory.rows(of: .recent, since: onset)
        if memory.settings.policy == .contexts {
            restoreWithinContexts(recent, shares)
        } else {
            restore(
                recent.count >= TrainingRows.recentLeast
                    ? TrainingRows.counts(recent.labels) : memory.classCounts.faded,
                in: weights.indices,
                shares
            )
        }
    }

    /// Takes rows as they are, in their order, with the weights that they had, but for what the
    /// memory preferred.
    package init(_ rows: MemoryRows) {
        width = rows.width
        features = rows.features
        labels = rows.labels
        targets = rows.targets
        weights = rows.weights
        contexts = rows.contexts
        losses = rows.losses
        even(TrainingRows.shares(rows.inclusions))
    }

    /// Takes some of the rows, in their order.
    func rows(_ range: Range<Int>) -> TrainingRows { TrainingRows(self, [range]) }

    /// Takes all rows but some, in their order.
    func rows(without range: Range<Int>) -> TrainingRows {
        TrainingRows(self, [0..<range.lowerBound, range.upperBound..<count])
    }

    private init(_ rows: TrainingRows, _ ranges: [Range<Int>]) {
        width = rows.width
        var features: [Float] = []
        for range in ranges {
            features += rows.features[range.lowerBound * width..<range.upperBound * width]
        }
        self.features = features
        labels = ranges.flatMap { rows.labels[$0] }
        targets = ranges.flatMap { rows.targets[$0] }
        weights = ranges.flatMap { rows.weights[$0] }
        contexts = ranges.flatMap { rows.contexts[$0] }
        losses = ranges.flatMap { rows.losses[$0] }
    }

    /// How many rows there are of each context, by its number.
    package var countsByContext: [Int] {
        var counts = [Int](repeating: 0, count: Int((contexts.max() ?? -1) + 1))
        for context in contexts where context >= 0 { counts[Int(context)] += 1 }
        return counts
    }

    /// Fewer recent rows say nothing of the frequencies of classes.
    private static let recentLeast = 50

    /// What each row counts, so that those that were likelier to be kept count no more.
    private static func shares(_ inclusions: [Float]) -> [Double] {
        var sum = 0.0
        var count = 0.0
        for inclusion in inclusions where inclusion < 1 {
            sum += 1 / Double(inclusion)
            count += 1
        }
        return inclusions.map { $0 < 1 ? count / (sum * Double($0)) : 1 }
    }

    private mutating func even(_ shares: [Double]) {
        for row in weights.indices where shares[row] != 1 { weights[row] *= Float(shares[row]) }
    }

    /// Counts how often each class occurs.
    private static func counts(_ labels: some Collection<Int32>) -> [Double] {
        var counts = [Double](repeating: 0, count: Int((labels.max() ?? -1) + 1))
        for label in labels where label >= 0 { counts[Int(label)] += 1 }
        return counts
    }

    /// Restores the frequencies in each context by itself.
    private mutating func restoreWithinContexts(_ recent: MemoryRows, _ shares: [Double]) {
        let most = Int(max(contexts.max() ?? -1, recent.contexts.max() ?? -1))
        var held = [[Int]](repeating: [], count: most + 2)
        var labels = [[Int32]](repeating: [], count: most + 2)
        for row in contexts.indices { held[Int(contexts[row]) + 1].append(row) }
        for row in recent.contexts.indices {
            labels[Int(recent.contexts[row]) + 1].append(recent.labels[row])
        }
        for context in held.indices where labels[context].count >= TrainingRows.recentLeast {
            restore(TrainingRows.counts(labels[context]), in: held[context], shares)
        }
    }

    /// Scales the weights of each class among some rows to its share of `frequencies`.
    ///
    /// A class without rows in the recent window keeps a small share, so that it is not forgotten
    /// for a moment of absence.
    private mutating func restore(
        _ frequencies: [Double],
        in rows: some Collection<Int>,
        _ shares: [Double]
    ) {
        var held: [Double] = []
        for row in rows where labels[row] >= 0 {
            let label = Int(labels[row])
            while held.count <= label { held.append(0) }
            held[label] += shares[row]
        }
        var wanted = [Double](repeating: 0, count: held.count)
        var sum = 0.0
        for index in held.indices where held[index] > 0 {
            wanted[index] = max(index < frequencies.count ? frequencies[index] : 0, 0.5)
            sum += wanted[index]
        }
        for row in rows where labels[row] >= 0 {
            let label = Int(labels[row])
            weights[row] *= Float(wanted[label] / sum * Double(rows.count) / held[label])
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
