// SPDX-License-Identifier: Apache-2.0
//
// The gate's second stage: champion and challengers predict each live sample before they learn it.
// A paired sequential test, valid at every look, bets on the difference of their bounded losses.
// The first challenger that is better wins; one that is worse leaves; who has not decided after
// the bound goes home. With several challengers the error is shared among them.
//
// A challenger may be made anew under way, from more rows. The bets go on: they are placed before
// each sample is seen, so they hold for whoever predicts, and what they say is that the way this
// challenger is made predicts better than the champion.

package import Learning

/// How a race ended.
package enum RaceVerdict: Sendable, Equatable {
    /// It goes on.
    case undecided
    /// The challenger at this place has won.
    case won(Int)
    /// Every challenger is worse than the champion.
    case lost
    /// The bound was reached without a decision.
    case expired
}

/// Champion against challengers on live samples.
package struct Race: Sendable {
    /// One challenger on the track.
    package struct Runner: Sendable {
        /// The challenger.
        package var challenger: Challenger
        /// The bets.
        package var test: PairedTest
        /// What the holdout said.
        package var finding: HoldoutFinding
        /// Whether it has been found worse.
        package var isOut = false
    }

    /// The challengers.
    package private(set) var runners: [Runner]
    /// The live samples so far.
    package private(set) var samples = 0
    /// How it stands; a verdict stays, but the winner goes on learning until it is adopted.
    package private(set) var verdict = RaceVerdict.undecided
    let samplesMax: Int
    private var block = Block()

    /// Puts the challengers on the track.
    ///
    /// - Parameters:
    ///   - entries: The challengers, with what the holdout said of them.
    ///   - settings: How long the race is, and how seldom it may err.
    ///   - scale: What brings the losses of their records to 0...1.
    ///   - usual: The champion's mean loss before the change, by that scale; nil where none is
    ///     known.
    ///   - isFollowUp: Whether the champion itself was adopted just now, from fewer rows.
    package init(
        _ entries: [(Challenger, HoldoutFinding)],
        settings: RecipeSettings,
        scale: LossScale,
        usual: Double? = nil,
        isFollowUp: Bool = false
    ) {
        let error = isFollowUp ? settings.followUpError : settings.raceError
        let level = error / Double(max(1, entries.count))
        runners = entries.map { challenger, finding in
            var test = PairedTest(alpha: level)
            let record = challenger.record
            test.credit(
                zip(record.champion, record.own).map { scale.bounded($0) - scale.bounded($1) },
                upTo: settings.recordShare
            )
            if let usual, challenger.recipe.canBeTrusted,
                record.amends(since: usual, share: Race.amendsShare, scale: scale)
            {
                test.trust(from: Race.trustedSureness)
            }
            return Runner(challenger: challenger, test: test, finding: finding)
        }
        samplesMax = settings.raceSamples
        if runners.contains(where: { $0.test.verdict == .better }), let place = leader {
            verdict = .won(place)
        }
    }

    init(runners: [Runner], samples: Int, samplesMax: Int) {
        self.runners = runners
        self.samples = samples
        self.samplesMax = samplesMax
    }

    /// The race in which the model before an adoption goes on beside its successor.
    ///
    /// - Parameters:
    ///   - parent: The model before the adoption.
    ///   - earlier: Such a race that was still on: the eldest of its models goes on, too.
    ///   - settings: How long the race is, and how seldom it may err.
    /// - Returns: The race.
    package static func probation(
        of parent: Contender,
        _ earlier: Race?,
        _ settings: RecipeSettings
    ) -> Race {
        var runners = (earlier?.runners ?? []).filter { !$0.isOut }.prefix(1)
        runners.append(
            Runner(
                challenger: Challenger(recipe: .recalled, contender: parent),
                test: PairedTest(alpha: settings.raceError / 2),
                finding: HoldoutFinding()
            )
        )
        return Race(runners: Array(runners), samples: 0, samplesMax: settings.raceSamples)
    }

    /// Makes room for columns and classes that have appeared.
    package mutating func grow(width: Int, outputs: Int) {
        for place in runners.indices {
            runners[place].challenger.contender.grow(width: width, outputs: outputs)
        }
    }

    /// Takes other rates and strengths for every challenger.
    package mutating func configure(_ settings: LearnerSettings) {
        for place in runners.indices { runners[place].challenger.contender.configure(settings) }
    }

    /// Takes other strengths of what every challenger does against forgetting.
    package mutating func configure(_ settings: RetentionSettings, seed: UInt64) {
        for place in runners.indices {
            runners[place].challenger.contender.configure(settings, seed: seed)
        }
    }

    /// Puts challengers in the place of those that were made by the same recipe from fewer rows.
    package mutating func renew(_ entries: [(Challenger, HoldoutFinding)]) {
        for (challenger, finding) in entries {
            for place in runners.indices
            where runners[place].challenger.recipe == challenger.recipe && !runners[place].isOut {
                runners[place].challenger = challenger
                runners[place].finding = finding
            }
        }
    }

    /// Lets every challenger predict and learn the rows that the champion has just been through.
    ///
    /// - Parameters:
    ///   - champion: The block after the champion's test-then-train, losses included.
    ///   - scale: What brings the loss to 0...1.
    ///   - task: The learner's task.
    /// - Returns: How the race stands after these rows.
    package mutating func run(champion: Block, scale: LossScale, task: Task) -> RaceVerdict {
        var hasWinner = false
        for place in runners.indices where !runners[place].isOut {
            block.copyRows(of: champion)
            runners[place].challenger.contender.testThenTrain(&block)
            let learned = block.uses.reduce(0) { $0 + ($1 == .train ? 1 : 0) }
            runners[place].challenger.contender.trained += UInt64(learned)
            guard verdict == .undecided else { continue }
            block.computeLosses(runners[place].challenger.contender.learner.settings.yardstick)
            for row in 0..<champion.rows {
                let (mine, theirs) = (champion.losses[row], block.losses[row])
                guard !mine.isNaN, !theirs.isNaN else { continue }
                runners[place].test.update(with: scale.bounded(mine) - scale.bounded(theirs))
                if runners[place].test.verdict == .undecided { continue }
                if runners[place].test.verdict == .better { hasWinner = true }
                break
            }
        }
        guard verdict == .undecided else { return verdict }
        for row in 0..<champion.rows where !champion.losses[row].isNaN { samples += 1 }
        for place in runners.indices {
            runners[place].isOut = runners[place].test.verdict == .worse
        }
        if hasWinner, let place = leader {
            verdict = .won(place)
        } else if runners.allSatisfy(\.isOut) {
            verdict = .lost
        } else if samples >= samplesMax {
            verdict = .expired
        }
        return verdict
    }

    /// Who gets the place once somebody is better than the champion.
    ///
    /// It is who leads among all that are at least half as sure of it: they were tested on the same
    /// samples. Before there are enough of
    /// these, the order in which they were made decides.
    private var leader: Int? {
        let strong = runners.indices.filter {
            !runners[$0].isOut && runners[$0].test.sureness >= 0.5
        }
        let live = strong.map { runners[$0].test.live }.min() ?? 0
        guard live >= Race.liveLeast else {
            return strong.first { runners[$0].test.verdict == .better } ?? strong.first
        }
        return strong.max {
            runners[$0].test.liveDifference < runners[$1].test.liveDifference
        }
    }

    /// A challenger that makes good so much of what a change cost need not race...
    private static let amendsShare = 0.7
    /// ...if its record is at least so sure.
    private static let trustedSureness = 0.9

    /// Fewer live samples do not say who leads.
    private static let liveLeast = 8
}

/// Brings losses to 0...1: log loss by its bound, squared error by its root and the usual error.
package struct LossScale: Sendable, Equatable {
    /// The loss (or absolute error) that counts as 1.
    package var full: Double
    /// Whether losses are squares of errors.
    package var isSquared: Bool

    /// Makes a scale.
    package init(full: Double, isSquared: Bool) {
        self.full = full
        self.isSquared = isSquared
    }

    /// The loss as a number in 0...1.
    package func bounded(_ loss: Float) -> Double {
        let size = isSquared ? Double(loss).squareRoot() : Double(loss)
        return min(1, size / full)
    }
}
