// SPDX-License-Identifier: Apache-2.0
//
// The clock of a world that turns from what it is, rather than from one numbered concept to
// another.

/// Which concept rules, by the number of samples that came.
struct ConceptClock: Sendable {
    let drifts: [Int]
    private(set) var concept = 0
    private var index = 0

    init(drifts: [Int]) {
        let rises = zip(drifts, drifts.dropFirst()).allSatisfy { $0 < $1 }
        precondition(rises && (drifts.first ?? 1) > 0, "drifts come after the start, in order")
        self.drifts = drifts
    }

    /// Goes to the next sample; whether a new concept begins with it.
    mutating func advance() -> Bool {
        let changes = concept < drifts.count && index == drifts[concept]
        if changes { concept += 1 }
        index += 1
        return changes
    }
}
