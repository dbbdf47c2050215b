// SPDX-License-Identifier: Apache-2.0
//
// Parameter isolation: a learner that gives each context a model of its own, over any other
// learner. What one context learns cannot spoil what another knows.
//
// - Expert 0 is shared: it learns every row, whatever its context, and owns none.
// - A row whose context owns an expert is predicted by it and learned by it (and by the shared
//   one). No other expert sees it.
// - Every other row (no context, one beyond the table, one without an expert) is predicted by the
//   ensemble of all experts (``ExpertMix``) and learned by the shared one alone.
// - The first training row of a context opens an expert for it, if fewer than `expertsMax` have
//   one. Later the context must bring `probation` rows first; then the least useful expert gives
//   way (ContextExperts+Room.swift).
// - An expert starts with nothing, and after `trial` rows gets a head start from another that has
//   predicted these better than itself. Contexts that contradict the others are learned soonest
//   from nothing; those that are like another one want its copy.
//
// In sequential mode the batches do not matter: an expert depends on its own rows alone, in their
// order, so the rows of a block are gathered by expert, and only the opening of an expert and the
// end of its trial cut a block in two.

import Primitives

/// A learner with an expert for each context.
package struct ContextExperts: Learner {
    /// How it learns.
    package internal(set) var settings: LearnerSettings
    /// The number of features in a row.
    package internal(set) var width: Int
    /// The number of predictions for a row.
    package internal(set) var outputs: Int
    /// What happened to the experts in the last block.
    package internal(set) var contextNews: [ContextNews] = []

    /// The shared expert, then those of contexts.
    var experts: [ContextExpert]
    /// The expert of each context; -1 where it has none.
    var owned: [Int32] = []
    /// How many training rows each context has brought without an expert.
    var waiting: [Int32] = []
    var mix = ExpertMix()
    /// How many rows have been trained on.
    var clock: UInt64 = 0
    /// Whose layers are the newest, while a block passes heads; afterwards all have them.
    var layersAt = 0
    /// Whether old rows are repeated, from which nothing follows for who owns what.
    var isRehearsing = false
    /// Room for a part of a block; its content is of no account.
    var scratch = ExpertScratch()

    /// Makes a learner with the shared expert alone.
    ///
    /// - Precondition: the settings have no problem and ask for isolation.
    package init(_ settings: LearnerSettings, width: Int, outputs: Int) {
        precondition(settings.problem == nil, "settings must be checked before a learner is made")
        self.settings = settings
        let shared = ContextExpert(
            learner: makeLearner(settings.undivided, width: width, outputs: outputs),
            preparation: ContextExperts.isolation(settings).preparation
        )
        experts = [shared]
        self.width = shared.learner.width
        self.outputs = shared.learner.outputs
    }

    init(
        settings: LearnerSettings,
        experts: [ContextExpert],
        owned: [Int32],
        waiting: [Int32],
        mix: ExpertMix,
        clock: UInt64
    ) {
        self.settings = settings
        self.experts = experts
        self.owned = owned
        self.waiting = waiting
        self.mix = mix
        self.clock = clock
        width = experts[0].learner.width
        outputs = experts[0].learner.outputs
    }

    var isolation: IsolationSettings { ContextExperts.isolation(settings) }
    var task: Task { settings.task }

    private static func isolation(_ settings: LearnerSettings) -> IsolationSettings {
        guard let isolation = settings.isolation else {
            preconditionFailure("experts are made for settings that ask for isolation")
        }
        return isolation
    }

    /// Whether every number of the state is finite.
    package var isFinite: Bool { experts.allSatisfy(\.isFinite) }

    /// The expert that a context owns; -1 for none.
    func owner(of context: Int32) -> Int32 {
        context >= 0 && Int(context) < owned.count ? owned[Int(context)] : -1
    }

    /// Each expert, the shared one first.
    package var expertStatus: [ExpertStatus] {
        experts.indices.map { place in
            ExpertStatus(
                contexts: contexts(of: place),
                trained: experts[place].trained,
                weight: mix.weights[place]
            )
        }
    }

    /// The contexts that own an expert, in the order of their numbers.
    func contexts(of place: Int) -> [Int32] {
        owned.indices.filter { owned[$0] == Int32(place) }.map { Int32($0) }
    }

    /// What an artifact holds.
    package var parameters: LearnerParameters {
        let inner = experts.map(\.learner.parameters)
        var all = LearnerParameters(
            kind: "experts",
            tensors: [.init("ensemble", shape: [experts.count], mix.weights.map { Float($0) })],
            facts: [.init("expert_model", .string(inner[0].kind))]
        )
        for (place, part) in inner.enumerated() {
            let prefix = "experts.\(place)."
            let isHead = place > 0 && isolation.sharesLayers
            let own = isHead ? Array(part.tensors.suffix(2)) : part.tensors
            all.tensors += own.map {
                .init(prefix + $0.name, shape: $0.shape, $0.numbers)
            }
            if let (mean, deviation) = experts[place].preparation.statistics {
                all.scalings.append(.init(prefix, mean: mean, deviation: deviation))
            }
            if place == 0 { all.facts += part.facts }
        }
        return all
    }
}

extension ContextExperts {
    /// Widens to the given shape, never shrinks; new columns and classes start at zero.
    package mutating func grow(width: Int, outputs: Int) {
        for place in experts.indices {
            experts[place].learner.grow(width: width, outputs: outputs)
        }
        self.width = experts[0].learner.width
        self.outputs = experts[0].learner.outputs
    }

    /// Pulls every expert towards its parameters as they are now.
    package mutating func anchor(_ anchor: Anchor) {
        for place in experts.indices { experts[place].learner.anchor(anchor) }
    }

    /// Puts the optimiser's state of every expert to its start, and keeps the parameters.
    package mutating func restartMoments() {
        for place in experts.indices { experts[place].learner.restartMoments() }
    }

    /// Takes other rates and strengths for every expert; when fewer may be, the least useful ones
    /// give way at once.
    package mutating func configure(_ settings: LearnerSettings) {
        precondition(settings.problem == nil, "settings are checked before they are used")
        precondition(
            settings.isForSameLearner(as: self.settings),
            "a learner keeps its model, optimiser and isolation for life"
        )
        contextNews.removeAll(keepingCapacity: true)
        self.settings = settings
        for place in experts.indices { experts[place].learner.configure(settings.undivided) }
        while experts.count - 1 > isolation.expertsMax {
            giveWay("isolation_max is now \(isolation.expertsMax)")
        }
    }

    /// Begins or ends a time of repeating old rows, in which nobody gets or loses an expert.
    package mutating func rehearse(_ isRehearsing: Bool) {
        self.isRehearsing = isRehearsing
    }

    /// Takes over the experts of the champion, so that this learner, which knows nothing, replaces
    /// only those for which there are rows enough.
    ///
    /// - Parameters:
    ///   - champion: The learner that is to be refitted.
    ///   - rows: How many rows there are of each context.
    package mutating func inherit(from champion: any Learner, rows: [Int]) {
        guard let old = champion as? ContextExperts, old.experts.count > 0 else { return }
        guard !isolation.sharesLayers else {
            // Heads fit the layers that they have learned with: what goes on is all of it.
            let wanted = settings
            self = old
            restartMoments()
            configure(wanted)
            return
        }
        let blank = experts[0]
        owned = old.owned
        waiting = old.waiting
        clock = old.clock
        mix = old.mix
        experts = old.experts
        experts[0].learner = blank.learner
        experts[0].learner.grow(width: old.width, outputs: old.outputs)
        experts[0].preparation = blank.preparation
        experts[0].preparation.grow(width: old.experts[0].preparation.width)
        for place in experts.indices.dropFirst() {
            var count = 0
            for context in contexts(of: place) where Int(context) < rows.count {
                count += rows[Int(context)]
            }
            guard count >= ContextExperts.refitRowsMin else { continue }
            experts[place].learner = experts[0].learner
            experts[place].preparation = experts[0].preparation
        }
        width = experts[0].learner.width
        outputs = experts[0].learner.outputs
    }

    /// From fewer rows of a context no expert is made anew.
    static let refitRowsMin = 50
}

extension LearnerSettings {
    /// The settings of one expert.
    var undivided: LearnerSettings {
        var settings = self
        settings.isolation = nil
        return settings
    }
}
