// SPDX-License-Identifier: Apache-2.0
//
// A pool of experts: models of many kinds, each tested on every row before it learns it, under a
// mix that learns whom to believe (Mixing/Mix.swift). Which kind is best differs from stream to
// stream and from hour to hour; a pool need not know.
//
//     raw row -> RowForms -> ExpertRows -> every expert -> opinions -> Mix -> prediction
//                               |                                       ^
//                               v                                       | label
//                            history: the last labelled rows -----------+
//
// Everything goes block by block: the forms of all rows, then expert after expert over all rows,
// then the mix, row after row. No expert sees another's opinion or the mix, so that is the same as
// row after row, whatever the blocks.
//
// Rows that are set aside are predicted, and go to a history of their own: on them a refit is
// compared with what it is to replace (Pool+Refit.swift).

package import Kernels
import Primitives

/// Experts and how they are mixed.
package struct Pool: Sendable {
    /// An expert and where its opinions stand.
    package struct Member: Sendable {
        /// Its kind.
        package let kind: ExpertKind
        /// The model.
        package internal(set) var expert: any Expert
        /// The first of its opinions.
        package let slot: Int
        /// Whether rows have become too wide for it; it is gone for good.
        package internal(set) var isRetired = false

        /// The places of its opinions in the mix.
        package var slots: Range<Int> { slot..<slot + kind.columns.count }
    }

    /// The settings.
    package internal(set) var settings: PoolSettings
    /// What rows and predictions look like.
    package internal(set) var shape: ExpertShape
    /// What makes the forms of rows.
    package internal(set) var forms: RowForms
    /// The last rows that were learned.
    package internal(set) var history: ExpertHistory
    /// The last rows that were set aside.
    package internal(set) var heldOut: ExpertHistory
    /// The experts.
    package internal(set) var members: [Member]
    /// Their weights.
    package internal(set) var mix: Mix
    /// What is known of all classes that ever were; nil for numbers and very wide rows.
    package internal(set) var view: ClassView?
    /// How many rows were learned.
    package internal(set) var learned: UInt64 = 0
    /// After how many learned rows the experts are made anew that are made so.
    package internal(set) var refitAt: UInt64 = Pool.firstRefit
    /// What the pool knows of its load.
    var load = LoadState()
    var scratch = PoolScratch()

    /// The first refit comes after so many learned rows.
    package static let firstRefit: UInt64 = 50
    /// How many rows that were set aside are remembered.
    package static let heldOutRows = 200

    /// Makes a pool that knows nothing.
    ///
    /// - Precondition: The settings have no complaint.
    package init(_ settings: PoolSettings, shape: ExpertShape) {
        precondition(settings.complaint == nil, "settings are checked before they are used")
        self.settings = settings
        self.shape = shape
        forms = RowForms(width: shape.width)
        history = ExpertHistory(capacity: settings.rows)
        heldOut = ExpertHistory(capacity: Pool.heldOutRows)
        history.grow(width: shape.width)
        heldOut.grow(width: shape.width)
        members = []
        mix = Mix(experts: 1, isNumber: shape.isNumber)
        var random = RandomSource(seed: settings.seed)
        recruit(&random)
        view = Pool.newView(of: shape, seed: random.nextBits())
    }

    /// Fills the pool with experts that have learned nothing, all of one weight.
    private mutating func recruit(_ random: inout RandomSource) {
        members = []
        var slot = 0
        for kind in settings.kinds(for: shape) {
            let seed = random.nextBits()
            guard kind.fits(shape) else { continue }
            members.append(Member(kind: kind, expert: kind.make(shape, seed), slot: slot))
            slot += kind.columns.count
        }
        mix = Mix(experts: max(1, slot), isNumber: shape.isNumber)
        load = LoadState()
    }

    private static func newView(of shape: ExpertShape, seed: UInt64) -> ClassView? {
        guard !shape.isNumber, shape.width <= ClassView.widthMost else { return nil }
        return ClassView(width: shape.width, classes: shape.classes, seed: seed)
    }

    /// How many opinions there are of a row.
    package var slots: Int { mix.experts }

    /// What the opinions are called, in their order.
    package var names: [String] { members.flatMap(\.kind.columns) }

    /// Whether every number of the state is finite.
    package var isFinite: Bool { mix.isFinite && members.allSatisfy { $0.expert.isFinite } }

    /// Whether a member takes part.
    package func isAwake(_ member: Int) -> Bool {
        !members[member].isRetired && mix.isAwake(members[member].slot)
    }

    /// Takes other settings; the experts stay.
    package mutating func configure(_ settings: PoolSettings) {
        precondition(settings.complaint == nil, "settings are checked before they are used")
        self.settings.seed = settings.seed
    }

    /// Widens to the given shape, never shrinks; experts that cannot follow leave, and when none is
    /// left others take their place.
    package mutating func grow(width: Int, outputs: Int) {
        let grown = shape.grown(width: width, outputs: outputs)
        guard grown != shape else { return }
        shape = grown
        forms.grow(width: grown.width)
        history.grow(width: grown.width)
        heldOut.grow(width: grown.width)
        if grown.width > ClassView.widthMost { view = nil }
        view?.grow(width: grown.width, classes: grown.classes)
        for place in members.indices where !members[place].isRetired {
            if members[place].kind.fits(grown) {
                members[place].expert.grow(to: grown)
            } else {
                members[place].isRetired = true
                for slot in members[place].slots { mix.dismiss(slot) }
            }
        }
        if members.allSatisfy(\.isRetired) {
            var random = RandomSource(seed: settings.seed)
            recruit(&random)
        } else if !members.indices.contains(where: { isAwake($0) }) {
            // Those that could follow were at rest, to save time.
            for place in members.indices where !members[place].isRetired { rouse(place) }
        }
    }
}

/// Room that is reused from block to block; its content is of no account.
struct PoolScratch: Sendable {
    var rows = ExpertRows()
    var opinions: [Float] = []
    var follows: [UInt8] = []
    var recalled: [UInt8] = []
    var mixed: [UInt8] = []
    var predictions: [Float] = []
    var reaches: [Float] = []
}

extension Pool {
    /// Has a member predict by rounded numbers; see ``Expert/take(rounded:as:)``.
    package mutating func take(rounded numbers: [Float], as name: String, member: Int) {
        members[member].expert.take(rounded: numbers, as: name)
    }
}
