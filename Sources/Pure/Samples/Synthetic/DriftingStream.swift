// SPDX-License-Identifier: Apache-2.0
//
// A world with numbered concepts, and the stream that goes through them by a schedule. A world says
// what features look like and what each concept makes of them; it knows nothing of time. So abrupt,
// gradual, incremental and recurring drift are written once, and for every world.

import Primitives

/// What makes samples by one concept out of several.
package protocol ConceptWorld: Sendable {
    /// What the labels are.
    var task: SyntheticTask { get }
    /// The number of classes; 0 when labels are numbers.
    var classes: Int { get }
    /// The number of features.
    var width: Int { get }
    /// How the features are called, where they have names.
    var columns: [SyntheticColumn]? { get }
    /// How many concepts there are.
    var concepts: Int { get }
    /// Whether there are worlds between two concepts; without, a moment has only its concept.
    var isContinuous: Bool { get }
    /// Writes a sample's features over the first `width` of `features`, and gives its label.
    mutating func next(by moment: ConceptMoment, into features: inout [Float]) -> Double
}

extension ConceptWorld {
    /// Classes.
    package var task: SyntheticTask { .classification }
    /// Two classes, or none.
    package var classes: Int { task == .classification ? 2 : 0 }
    /// Features are called by their places.
    package var columns: [SyntheticColumn]? { nil }
    /// Concepts have nothing between them.
    package var isContinuous: Bool { false }
}

/// The samples of a world whose concepts change.
package struct DriftingStream<World: ConceptWorld>: SampleSource {
    /// What the stream is called.
    package let name: String
    /// What makes the samples.
    package private(set) var world: World
    /// The concept of the last sample.
    package private(set) var concept: Int

    private var schedule: ConceptSchedule
    private var coins: RandomSource
    private let namesContexts: Bool

    /// Makes the stream; `seed` decides which concept rules a sample of a gradual change.
    ///
    /// - Precondition: the schedule names concepts that the world has, and is incremental only
    ///   where the world is continuous.
    package init(
        _ name: String,
        _ world: World,
        _ schedule: ConceptSchedule,
        seed: UInt64,
        namesContexts: Bool = false
    ) {
        let isKnown = schedule.concepts.allSatisfy { $0 < world.concepts }
        precondition(isKnown, "the schedule names a concept that the world lacks")
        if case .incremental = schedule.transition {
            precondition(world.isContinuous, "nothing lies between two concepts of this world")
        }
        self.name = name
        self.world = world
        self.schedule = schedule
        self.namesContexts = namesContexts
        concept = schedule.concepts[0]
        coins = RandomSource(seed: seed ^ 0x636F_696E_7300_0000)
    }

    /// What the labels are.
    package var task: SyntheticTask { world.task }
    /// The number of classes; 0 when labels are numbers.
    package var classes: Int { world.classes }
    /// The number of features.
    package var width: Int { world.width }
    /// How the features are called, where they have names.
    package var columns: [SyntheticColumn]? { world.columns }
    /// The positions of the changes.
    package var drifts: [Int] { schedule.positions }
    /// The concept of the last sample, when samples name it.
    package var context: Int? { namesContexts ? concept : nil }

    /// Writes the next sample's features, and gives its label.
    package mutating func next(into features: inout [Float]) -> Double {
        let moment = schedule.advance(&coins)
        concept = moment.concept
        return world.next(by: moment, into: &features)
    }
}
