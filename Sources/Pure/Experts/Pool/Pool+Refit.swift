// SPDX-License-Identifier: Apache-2.0
//
// What is made anew from remembered rows, off the path of the samples. The first time after 50
// learned rows, then after a quarter as many more as there were, at least 25 and at most 4,000:
// results come back late, and while rows are few each of them counts. Only
// kinds that learn in no other way are made anew; all others pass through a refit unchanged, since
// they follow the stream row by row.
//
// A refit joins the mix in the place of the model that it replaces, with that model's weight, if it
// is not worse: on the last rows that were set aside, of which neither has seen the labels, its
// mean log loss (or squared error) may not lie above the other's by more than two standard errors
// of the difference. After a drift only rows of the new world are compared, and with fewer than ten
// of them the mix alone decides. So rows whose labels were wrong for a while do not make a model
// that is believed; what gets through, the mix finds out.

import Kernels
import Primitives

/// The models of one pool that are being made anew, as a value that advances in slices.
package struct PoolRefit: Sendable {
    /// The experts that get a new model, by their place in the pool.
    struct Item: Sendable {
        var member: Int
        var kind: UInt8
        var work: any ExpertRefit
    }

    private(set) var items: [Item]
    /// Where the world is new, how many of its rows there were when the work began.
    package var newRows: Int?
    private var next = 0

    init(items: [Item]) { self.items = items }

    /// No work.
    package static let nothing = PoolRefit(items: [])

    /// The rows that the models are made of.
    package var rows: Int { items.map(\.work.rows).max() ?? 0 }
    /// Whether every model is done.
    package var isDone: Bool { items.allSatisfy(\.work.isDone) }

    /// Works on one slice.
    package mutating func advance() {
        while next < items.count, items[next].work.isDone { next += 1 }
        if next < items.count { items[next].work.advance() }
    }
}

/// What became of one refit.
package struct RefitFinding: Sendable, Equatable {
    /// The kind of expert.
    package var expert: String
    /// Whether it took the place of the old model.
    package var isAdopted: Bool
    /// Its mean loss on rows that were set aside; NaN when there were too few.
    package var loss: Double
    /// That of the old model.
    package var oldLoss: Double
    /// How many such rows there were.
    package var rows: Int
}

extension Pool {
    /// The fewest rows on which two models are compared.
    static let comparedLeast = 10
    /// The most: the newest ones, since older ones speak for an older world.
    static let comparedMost = 60

    /// Whether it has experts that are made anew.
    package var isRefitted: Bool {
        members.contains { !$0.isRetired && $0.expert.isMadeAnew }
    }

    /// The fewest learned rows of which models are made.
    package static let refitRowsLeast = Pool.firstRefit

    /// Whether it is time to make models anew.
    package var isRefitDue: Bool { learned >= refitAt }

    /// Models to be made anew, and when the next ones will be due; nil when there are none, or too
    /// few rows.
    ///
    /// - Parameters:
    ///   - rows: Only so many of the newest rows are of use.
    ///   - seed: What decides all that is drawn.
    /// - Returns: The work.
    package mutating func makeRefit(rows: Int = .max, seed: UInt64) -> PoolRefit? {
        refitAt = learned + min(max(learned / 4, 25), 4000)
        let first = history.count - min(rows, history.count - history.start)
        var random = RandomSource(seed: seed)
        var items: [PoolRefit.Item] = []
        for place in members.indices where isAwake(place) {
            let seed = random.nextBits()
            let work = members[place].expert.refit(on: history, from: first, seed: seed)
            guard let work else { continue }
            let kind = members[place].kind.number
            items.append(PoolRefit.Item(member: place, kind: kind, work: work))
        }
        return items.isEmpty ? nil : PoolRefit(items: items)
    }

    /// Lets finished models take the places of the old ones, unless they are worse.
    ///
    /// - Returns: What became of each.
    package mutating func adopt(_ refit: PoolRefit) -> [RefitFinding] {
        precondition(refit.isDone, "models are finished before they are adopted")
        var findings: [RefitFinding] = []
        for item in refit.items {
            guard members.indices.contains(item.member), !members[item.member].isRetired,
                members[item.member].kind.number == item.kind
            else { continue }
            var renewed = members[item.member].expert
            renewed.adopt(item.work)
            let old = losses(of: members[item.member].expert, newRows: refit.newRows)
            let new = losses(of: renewed, newRows: refit.newRows)
            var difference = PairedDifference()
            for (new, old) in zip(new, old) { difference.add(new - old) }
            let isAdopted = old.count < Pool.comparedLeast || !difference.isClearlyPositive
            if isAdopted { members[item.member].expert = renewed }
            findings.append(
                RefitFinding(
                    expert: members[item.member].kind.name,
                    isAdopted: isAdopted,
                    loss: Pool.mean(new),
                    oldLoss: Pool.mean(old),
                    rows: old.count
                )
            )
        }
        return findings
    }

    private static func mean(_ losses: [Double]) -> Double {
        losses.count < comparedLeast ? .nan : losses.reduce(0, +) / Double(losses.count)
    }

    /// How many rows two models are compared on: where the world is new, so many as were set aside
    /// of it, as far as their share of all rows tells.
    private func compared(newRows: Int?) -> Int {
        guard let newRows else { return Pool.comparedMost }
        return min(Pool.comparedMost, newRows * heldOut.count / max(1, history.count))
    }

    /// The losses of an expert's first opinion on the newest rows that were set aside.
    private func losses(of expert: any Expert, newRows: Int?) -> [Double] {
        let most = compared(newRows: newRows)
        let first = heldOut.count - min(heldOut.count - heldOut.start, most)
        var rows = ExpertRows()
        rows.reset(width: shape.width, outputs: shape.outputs)
        rows.count = heldOut.count - first
        let columns = first * shape.width..<heldOut.count * shape.width
        rows.raw = Array(heldOut.raw[columns])
        rows.scaled = Array(heldOut.scaled[columns])
        rows.slow = rows.scaled
        rows.change = Array(heldOut.change[columns])
        rows.scaledChange = [Float](repeating: 0, count: columns.count)
        rows.last = Array(heldOut.last[first...].prefix(rows.count))
        for _ in 0..<rows.count {
            rows.labels.append(-1)
            rows.targets.append(.nan)
            rows.centres.append(Float(forms.centre))
            rows.spreads.append(Float(forms.spread))
            rows.weights.append(1)
            rows.learns.append(0)
            rows.before.append(Int32(history.count))
        }
        let area = rows.count * shape.outputs
        var opinions = [Float](repeating: 0, count: area * expert.columns)
        var span = opinions.mutableSpan
        expert.predict(rows, history, &span)
        return (0..<rows.count).map { row in
            guard shape.isNumber else {
                let label = Int(heldOut.labels[first + row])
                return -Scalar.log(max(Double(opinions[row * shape.outputs + label]), 0.01))
            }
            let error = opinions[row] - forms.measured(Double(heldOut.targets[first + row]))
            return Double(error) * Double(error)
        }
    }
}

/// The mean of differences and how far it may lie from the truth.
private struct PairedDifference {
    private var count = 0.0
    private var mean = 0.0
    private var squares = 0.0

    mutating func add(_ difference: Double) {
        count += 1
        let distance = difference - mean
        mean += distance / count
        squares += distance * (difference - mean)
    }

    /// Whether the mean lies more than two standard errors above 0.
    var isClearlyPositive: Bool {
        count > 1 && mean > 0.01 && mean > 2 * (squares / (count - 1) / count).squareRoot()
    }
}
