// SPDX-License-Identifier: Apache-2.0
//
// When a learner consolidates: the systematic update. Any of the rules may be on at once; each may
// have recipes of its own.

package import Consolidation
package import Primitives

/// When and how to consolidate.
package struct ConsolidationSettings: Sendable, Equatable {
    /// On each drift.
    package var onDrift = true
    /// After each so many samples; 0: never.
    package var everySamples = 0
    /// After each so much time; zero: never.
    package var every: Duration = .zero
    /// At these times of the week, in UTC; the shell looks at the clock.
    package var at: [WeekTime] = []
    /// When a network has lost its room to move; nil: never.
    package var plasticity: PlasticityRule? = PlasticityRule()
    /// Which challengers each rule has made.
    package var recipes = RuleRecipes()
    /// The rest after a verdict, unless its samples have come before.
    package var cooldown: Duration = .seconds(10)
    /// The longest rest; it doubles after each verdict that was no adoption.
    package var cooldownMax: Duration = .seconds(600)
    /// The rest after a verdict in labelled samples, unless its time is over before.
    package var cooldownSamples = 200
    /// The longest rest in samples; it doubles with the time.
    package var cooldownSamplesMax = 64_000
    /// The longest that a job may take.
    package var deadline: Duration = .seconds(30)
    /// How many champions of earlier worlds are kept; 0: none.
    package var worlds = 4
    /// Whether the model before an adoption goes on beside the new one for a while, and comes back
    /// if it was better after all.
    package var hasProbation = true
    /// What stands between a challenger and the champion's place.
    package var gate = GateMode.full
    /// How the challengers are made and judged.
    package var recipe = RecipeSettings()

    /// Makes the defaults.
    package init() {}

    /// What is wrong with the settings, if anything.
    package var complaint: String? {
        if at.count > WeekTime.countMost {
            return "there are \(at.count) times of the week, but \(WeekTime.countMost) at most"
        }
        if !(0...WorldArchive.limitMost).contains(worlds) {
            return "\(worlds) worlds are to be kept, but must be 0 to \(WorldArchive.limitMost)"
        }
        return recipe.complaint ?? recipes.complaint ?? plasticity?.complaint
    }
}

extension ConsolidationSettings: ByteCodable {
    /// Appends every setting.
    package func encode(into writer: inout ByteWriter) {
        writer.write(onDrift)
        writer.write(Int64(everySamples))
        writer.write(every.wholeNanoseconds)
        writer.write(items: at)
        writer.write(optional: plasticity)
        recipes.encode(into: &writer)
        writer.write(cooldown.wholeNanoseconds)
        writer.write(cooldownMax.wholeNanoseconds)
        writer.write(Int64(cooldownSamples))
        writer.write(Int64(cooldownSamplesMax))
        writer.write(deadline.wholeNanoseconds)
        writer.write(gate.rawValue)
        writer.write(UInt32(worlds))
        writer.write(hasProbation)
        recipe.encode(into: &writer)
    }

    /// Reads every setting.
    package init(from reader: inout ByteReader) throws(DecodeError) {
        self.init()
        onDrift = try reader.readFlag()
        everySamples = try reader.readAmount()
        every = try reader.readSpan()
        at = try reader.readItems()
        plasticity = try reader.readOptional()
        recipes = try RuleRecipes(from: &reader)
        cooldown = try reader.readSpan()
        cooldownMax = try reader.readSpan()
        cooldownSamples = try reader.readAmount()
        cooldownSamplesMax = try reader.readAmount()
        deadline = try reader.readSpan()
        guard let gate = GateMode(rawValue: try reader.read()) else {
            throw .invalid("an unknown gate")
        }
        self.gate = gate
        worlds = Int(try reader.read(UInt32.self))
        hasProbation = try reader.readFlag()
        recipe = try RecipeSettings(from: &reader)
        guard deadline > .zero else {
            throw .invalid("the settings of consolidation are out of range")
        }
        if let complaint { throw .invalid(complaint) }
    }
}
