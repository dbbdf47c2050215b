// SPDX-License-Identifier: Apache-2.0
//
// An adopted challenger beside the parent whose place it took: both go on learning the next 2,000
// samples, and predict each before they learn it. Whether the challenger is the worse one, beyond
// chance, is asked of the paired error bits and of the paired losses (Student's t, one side), and
// the smaller chance counts twice, since there are two of them.

import Kernels
import Learning
import Samples

/// What became of a parent and the challenger that was adopted in its place.
package struct Duel: Sendable, Equatable {
    /// The samples compared.
    package private(set) var count = 0
    /// The adopted challenger's errors less the parent's, for each sample.
    package private(set) var errorDifference = 0.0
    /// How probable so bad a showing is when the challenger is no worse.
    package private(set) var chance = 1.0

    /// The most samples that are compared.
    package static let samples = 2000

    /// Lets both go on.
    ///
    /// - Parameters:
    ///   - parent: The champion before the micro-batch with which the challenger was adopted.
    ///   - missed: That micro-batch.
    ///   - adopted: The champion after it.
    ///   - next: The samples that followed.
    ///   - schema: The learner's schema.
    init(
        parent: Contender,
        missed: ArraySlice<SyntheticSample>,
        adopted: Contender,
        over next: ArraySlice<SyntheticSample>,
        schema: Schema?
    ) {
        guard let schema, !next.isEmpty else { return }
        var (parent, adopted) = (parent, adopted)
        _ = Duel.learn(missed, &parent, schema)
        let old = Duel.learn(next, &parent, schema)
        let new = Duel.learn(next, &adopted, schema)
        count = next.count
        let errors = zip(new.errors, old.errors).map { $0 - $1 }
        let losses = zip(new.losses, old.losses).map { $0 - $1 }
        errorDifference = errors.reduce(0, +) / Double(count)
        chance = min(1, 2 * min(Duel.chance(of: errors), Duel.chance(of: losses)))
    }

    private static func learn(
        _ samples: ArraySlice<SyntheticSample>,
        _ contender: inout Contender,
        _ schema: Schema
    ) -> (errors: [Double], losses: [Double]) {
        var block = Block()
        block.reset(width: schema.width, outputs: contender.learner.outputs)
        for sample in samples {
            block.append(
                raw: sample.features.span,
                class: schema.classes.index(ofNumber: sample.label)
            )
        }
        contender.testThenTrain(&block)
        block.computeLosses(task: schema.task)
        var errors: [Double] = []
        for row in 0..<block.rows {
            errors.append(block.isError(row: row, outputs: block.outputs) ? 1 : 0)
        }
        return (errors, block.losses.map { min(4, Double($0)) })
    }

    /// The chance of a mean at least as high when the true one is 0.
    ///
    /// Differences of neighbours are alike, since both models go on from what they did just now: so
    /// means of blocks are compared, not single samples.
    package static func chance(of differences: [Double]) -> Double {
        let blocks = stride(from: 0, to: differences.count, by: Duel.blockSamples).map { start in
            let block = differences[start..<min(start + Duel.blockSamples, differences.count)]
            return block.reduce(0, +) / Double(block.count)
        }
        // One block at the end of a stream says nothing of how much they vary.
        guard blocks.count > 1 else { return 1 }
        let count = Double(blocks.count)
        let mean = blocks.reduce(0, +) / count
        let square = blocks.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / max(1, count - 1)
        guard square > 0 else { return mean > 0 ? 0 : 1 }
        return Duel.upperTail(mean / (square / count).squareRoot(), freedom: count - 1)
    }

    private static let blockSamples = 50

    /// The share of Student's t above `t`, by the normal number that is as far out (Wallace,
    /// "Bounds on normal approximations to Student's and the chi-square distributions", 1959).
    package static func upperTail(_ t: Double, freedom: Double) -> Double {
        let size = freedom * Scalar.log(1 + t * t / freedom)
        let z = (8 * freedom + 1) / (8 * freedom + 3) * size.squareRoot()
        return upperTail(t < 0 ? -z : z)
    }

    /// The share of a standard normal number above `z` (Abramowitz and Stegun, 26.2.17).
    static func upperTail(_ z: Double) -> Double {
        guard z >= 0 else { return 1 - upperTail(-z) }
        let t = 1 / (1 + 0.2316419 * z)
        let series =
            t
            * (0.319381530
                + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))))
        return series * Scalar.exp(-z * z / 2) / (2 * Double.pi).squareRoot()
    }

    /// How many duels were lost beyond chance, by Holm's procedure at the level ("A simple
    /// sequentially rejective multiple test procedure", 1979).
    package static func lost(_ duels: [Duel], level: Double = 0.01) -> Int {
        lost(chances: duels.map(\.chance), level: level)
    }

    /// How many of these chances are too small to be chance.
    package static func lost(chances: [Double], level: Double) -> Int {
        let chances = chances.sorted()
        var lost = 0
        for (place, chance) in chances.enumerated() {
            guard chance <= level / Double(chances.count - place) else { break }
            lost += 1
        }
        return lost
    }
}
