// SPDX-License-Identifier: Apache-2.0
//
// Recall: a champion of an earlier world, which has learned nothing since, goes once over the rows
// since the drift and predicts each before it learns it. Of several the one that lost least on the
// way is the challenger. When its world has come back, it is right at once.

import Learning

/// Champions of earlier worlds on the rows of the present one.
struct Recall: Sendable {
    private var waiting: [SinglePass]
    private var best: (pass: SinglePass, place: Int)?
    /// The most that a row counts.
    private static let bound: Float = 4

    init?(_ ingredients: Ingredients) {
        guard let rows = ingredients.arrived, rows.count > 0 else { return nil }
        waiting = ingredients.earlier.map { SinglePass($0, over: rows) }
        guard !waiting.isEmpty else { return nil }
    }

    var isDone: Bool { waiting.isEmpty }

    /// The best of those that are through.
    var winner: (pass: SinglePass, place: Int)? { best }

    mutating func advance() {
        guard var pass = waiting.popLast() else { return }
        guard pass.isDone else {
            pass.advance()
            waiting.append(pass)
            return
        }
        let shown = pass.record.advantage(bound: Recall.bound)
        // The last is looked at first, so what waits says which one this is.
        guard let best, best.pass.record.advantage(bound: Recall.bound) >= shown else {
            best = (pass, waiting.count)
            return
        }
    }

    mutating func hurry() -> Bool {
        waiting.removeAll()
        return best != nil
    }
}
