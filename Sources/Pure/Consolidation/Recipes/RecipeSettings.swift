// SPDX-License-Identifier: Apache-2.0
//
// How challengers are made from memory, and what the gate asks of them.

package import Primitives

/// What keeps the continuation near the champion.
package enum ContinuationPull: UInt8, Sendable, CaseIterable {
    /// The distance of all parameters from where they were.
    case anchor = 0
    /// That of the parameters that matter for the memory's rows (EWC).
    case importance = 1
    /// That of the scores from what the champion gives each row (DER++).
    case scores = 2
    /// That of the probabilities from the champion's, softened (LwF).
    case distillation = 3

    /// The word in the configuration.
    package var name: String {
        switch self {
        case .anchor: "l2sp"
        case .importance: "ewc"
        case .scores: "derpp"
        case .distillation: "lwf"
        }
    }

    /// The strength where none is set.
    package var usualStrength: Float {
        switch self {
        case .anchor: 0.01
        case .importance, .distillation: 1
        case .scores: 0.03
        }
    }
}

/// The recipes' and the gate's settings.
package struct RecipeSettings: Sendable, Equatable {
    /// What keeps the continuation near the champion.
    package var pull = ContinuationPull.anchor
    /// How strongly the continuation is pulled towards the champion by L2-SP.
    package var anchor: Float = 0.01
    /// The same, by the first norm: an elastic net about the champion.
    package var anchorL1: Float = 0
    /// How strongly it is pulled by any other means; nil: the usual.
    package var pullStrength: Float?
    /// Rows that a job trains on, over all passes; a small memory is passed over more often.
    package var rowsPerRecipe = 20_000
    /// The most passes over the memory.
    package var passesMax = 30
    /// How much smaller the steps of the last pass are than those of the first.
    package var decay = 8.0
    /// In which way they become smaller.
    package var schedule = StepSchedule.decay
    /// How many cycles of cosines there are.
    package var cycles = 2
    /// Passes end after so many without a lower loss on rows that are not trained on; 0: never.
    package var patience = 5
    /// What is left of the champion's parameters in shrink and perturb.
    package var shrink: Float = 0.6
    /// The noise that they get, in spreads of their tensor's start.
    package var perturb: Float = 0.1
    /// After how many samples a parameter counts half in the champion's average.
    package var averageHalfLife = 500
    /// A job asked for by a drift starts only with so many rows from after its onset.
    package var freshRowsMin = 8
    /// Challengers are made anew while the rows from after the onset double, up to so many.
    package var freshRowsMax = 2000
    /// How much higher the challenger's loss on the holdout may be.
    package var tolerance = 0.02
    /// The race is over after so many live samples.
    package var raceSamples = 2000
    /// The chance that a race adopts a challenger that is no better.
    package var raceError = 0.1
    /// The same for a race that goes on from an adoption after a drift, with more rows.
    package var followUpError = 0.3
    /// How much of what a race asks for a challenger may bring along from rows of the past.
    package var recordShare = 0.9

    /// Makes the defaults.
    package init() {}

    /// What is wrong with the settings, if anything.
    package var complaint: String? {
        if !(0...1).contains(shrink) {
            return "the shrink is \(shrink), but must be 0 to 1"
        }
        for (name, number) in [
            ("anchor", anchor), ("anchor's L1 part", anchorL1),
            ("retain strength", pullStrength ?? 0), ("perturb", perturb),
        ]
        where !(number >= 0 && number.isFinite) {
            return "the \(name) is \(number), but must be 0 or more"
        }
        for (name, number) in [
            ("rows per recipe", rowsPerRecipe), ("passes", passesMax),
            ("race samples", raceSamples), ("the average's half-life", averageHalfLife),
        ] where !(1...1_000_000_000).contains(number) {
            return "\(name) is \(number), but must be 1 to 1000000000"
        }
        for (name, number) in [
            ("fresh rows min", freshRowsMin), ("fresh rows max", freshRowsMax),
            ("patience", patience),
        ]
        where !(0...1_000_000_000).contains(number) {
            return "\(name) is \(number), but must be 0 to 1000000000"
        }
        if !(decay >= 1 && decay <= 1000) {
            return "the decay is \(decay), but must be 1 (none) to 1000"
        }
        if !(1...StepSchedule.cyclesMost).contains(cycles) {
            return "there are \(cycles) cycles, but must be 1 to \(StepSchedule.cyclesMost)"
        }
        if !(tolerance >= 0 && tolerance.isFinite) {
            return "the tolerance is \(tolerance), but must be 0 or more"
        }
        for (name, chance) in [("race error", raceError), ("follow-up error", followUpError)]
        where !(chance > 0 && chance < 1) {
            return "the \(name) is \(chance), but must lie between 0 and 1"
        }
        if !(0...1).contains(recordShare) {
            return "the record's share is \(recordShare), but must be 0 to 1"
        }
        return nil
    }
}

extension RecipeSettings: ByteCodable {
    /// Appends every setting.
    package func encode(into writer: inout ByteWriter) {
        writer.write(pull.rawValue)
        writer.write(anchor)
        writer.write(anchorL1)
        writer.write(pullStrength != nil)
        if let pullStrength { writer.write(pullStrength) }
        for number in [
            rowsPerRecipe, passesMax, freshRowsMin, freshRowsMax, raceSamples, patience,
            averageHalfLife,
        ] {
            writer.write(Int64(number))
        }
        writer.write(shrink)
        writer.write(perturb)
        for number in [decay, tolerance, raceError, followUpError, recordShare] {
            writer.write(number)
        }
        writer.write(schedule.rawValue)
        writer.write(Int64(cycles))
    }

    /// Reads every setting.
    package init(from reader: inout ByteReader) throws(DecodeError) {
        guard let pull = ContinuationPull(rawValue: try reader.read()) else {
            throw .invalid("what keeps a continuation near its champion is unknown")
        }
        self.pull = pull
        anchor = try reader.readFloat()
        anchorL1 = try reader.readFloat()
        pullStrength = try reader.readFlag() ? try reader.readFloat() : nil
        rowsPerRecipe = Int(try reader.read(Int64.self))
        passesMax = Int(try reader.read(Int64.self))
        freshRowsMin = Int(try reader.read(Int64.self))
        freshRowsMax = Int(try reader.read(Int64.self))
        raceSamples = Int(try reader.read(Int64.self))
        patience = Int(try reader.read(Int64.self))
        averageHalfLife = Int(try reader.read(Int64.self))
        shrink = try reader.readFloat()
        perturb = try reader.readFloat()
        decay = try reader.readDouble()
        tolerance = try reader.readDouble()
        raceError = try reader.readDouble()
        followUpError = try reader.readDouble()
        recordShare = try reader.readDouble()
        guard let schedule = StepSchedule(rawValue: try reader.read()) else {
            throw .invalid("the schedule of a consolidation's steps is unknown")
        }
        self.schedule = schedule
        cycles = Int(try reader.read(Int64.self))
        if let complaint { throw .invalid(complaint) }
    }
}
