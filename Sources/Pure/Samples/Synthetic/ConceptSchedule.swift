// SPDX-License-Identifier: Apache-2.0
//
// Which concept rules when, and how one gives way to the next. At sample t, with a change at p:
//
//   abrupt       the new concept from t = p on
//   gradual      the new concept with probability 1 / (1 + exp(-4 (t - p) / width)), tossed for
//                each sample (Bifet, Holmes, Pfahringer, Kirkby and Gavaldà, "New ensemble methods
//                for evolving data streams", KDD 2009); beyond five widths from p it is 0 or 1
//   even         the new concept with probability 1/2 for p <= t < p + width, then always
//                (Ikonomovska, Gama and Džeroski, "Learning model trees from evolving data
//                streams", DMKD 2011)
//   incremental  a world between the two, (t - p) / width of the way, for p <= t < p + width
//
// Where the windows of several changes cover t, the latest change whose coin says yes decides. A
// coin is tossed within a window only, so that what lies between two windows is one concept.

package import Primitives

/// How one concept gives way to the next.
package enum ConceptTransition: Sendable, Equatable {
    /// At once.
    case abrupt
    /// By a sigmoid of about this many samples around the position.
    case gradual(width: Int)
    /// Both alike for this many samples from the position on.
    case even(width: Int)
    /// By worlds that lie between the two, for this many samples from the position on.
    case incremental(width: Int)

    /// The samples of the window.
    var width: Int {
        switch self {
        case .abrupt: 0
        case .gradual(let width), .even(let width), .incremental(let width): width
        }
    }
}

/// The rule of one sample: a concept, or a world on the way from one to another.
package struct ConceptMoment: Sendable, Equatable {
    /// The concept that rules.
    package var concept: Int
    /// The concept that it is on the way to.
    package var next: Int
    /// How much of the way is done, from 0 to 1.
    package var share: Double

    /// Makes the moment of one concept alone.
    package init(_ concept: Int) {
        self.concept = concept
        next = concept
        share = 0
    }

    /// Makes a moment on the way from one concept to another.
    package init(from concept: Int, to next: Int, share: Double) {
        self.concept = concept
        self.next = next
        self.share = share
    }
}

/// The order of concepts, and the positions at which they change.
package struct ConceptSchedule: Sendable {
    /// The concepts in order: the first one rules from the start, the last one stays.
    package let concepts: [Int]
    /// The positions of the changes, ascending.
    package let positions: [Int]
    /// How each of them happens.
    package let transition: ConceptTransition

    /// The changes before this one are over.
    private var past = 0
    private var index = 0

    /// Makes a schedule.
    ///
    /// - Precondition: there is a concept more than there are positions, which ascend from 1, and
    ///   a transition has a width above 0.
    package init(
        _ concepts: [Int],
        at positions: [Int] = [],
        _ transition: ConceptTransition = .abrupt
    ) {
        precondition(concepts.count == positions.count + 1, "a concept more than changes")
        precondition(concepts.allSatisfy { $0 >= 0 }, "concepts have numbers from 0")
        let rises = zip(positions, positions.dropFirst()).allSatisfy { $0 < $1 }
        precondition(rises && (positions.first ?? 1) > 0, "changes come after the start, in order")
        precondition(transition == .abrupt || transition.width > 0, "a transition takes samples")
        self.concepts = concepts
        self.positions = positions
        self.transition = transition
    }

    /// Goes to the next sample, and gives its rule.
    package mutating func advance(_ coins: inout RandomSource) -> ConceptMoment {
        defer { index += 1 }
        while past < positions.count, index >= end(of: past) { past += 1 }
        var last = past
        while last < positions.count, index >= begin(of: last) { last += 1 }
        for change in stride(from: last - 1, through: past, by: -1) {
            if case .incremental(let width) = transition {
                let share = Double(index - positions[change]) / Double(width)
                return ConceptMoment(
                    from: concepts[change],
                    to: concepts[change + 1],
                    share: share
                )
            }
            if coins.chance(share(of: change)) { return ConceptMoment(concepts[change + 1]) }
        }
        return ConceptMoment(concepts[past])
    }

    /// The first sample that the change may touch.
    private func begin(of change: Int) -> Int {
        guard case .gradual(let width) = transition else { return positions[change] }
        return positions[change] - 5 * width
    }

    /// The first sample after which the change is over.
    private func end(of change: Int) -> Int {
        guard case .gradual(let width) = transition else {
            return positions[change] + transition.width
        }
        return positions[change] + 5 * width + 1
    }

    /// The probability of the new concept within the window.
    private func share(of change: Int) -> Double {
        guard case .gradual(let width) = transition else { return 0.5 }
        let steps = Double(index - positions[change]) / Double(width)
        return 1 / (1 + Series.exponential(-4 * steps))
    }
}

extension ConceptSchedule {
    /// The schedule that goes through `cycle` again and again, so that concepts come back.
    package static func cycling(
        _ cycle: [Int],
        at positions: [Int],
        _ transition: ConceptTransition = .abrupt
    ) -> ConceptSchedule {
        let concepts = (0...positions.count).map { cycle[$0 % cycle.count] }
        return ConceptSchedule(concepts, at: positions, transition)
    }

    /// The schedule that goes to any other of `count` concepts at each change: no learner can know
    /// which one comes.
    ///
    /// - Precondition: there are at least two concepts.
    package static func wandering(
        among count: Int,
        at positions: [Int],
        seed: UInt64
    ) -> ConceptSchedule {
        precondition(count > 1, "nobody wanders within one concept")
        var random = RandomSource(seed: seed)
        var concepts = [0]
        for _ in positions {
            let other = random.below(count - 1)
            concepts.append(other < concepts[concepts.count - 1] ? other : other + 1)
        }
        return ConceptSchedule(concepts, at: positions)
    }
}
