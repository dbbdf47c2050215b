// SPDX-License-Identifier: Apache-2.0
//
// The experts as bytes: settings, then each expert whole, then who owns which.

package import Primitives

extension ContextExperts {
    /// Appends the whole state, with a tag that ``LearnerCoding`` reads.
    package func encode(into writer: inout ByteWriter) {
        writer.write(LearnerCoding.contextExperts)
        settings.encode(into: &writer)
        writer.write(items: experts)
        writer.write(numbers: owned)
        writer.write(numbers: waiting)
        mix.encode(into: &writer)
        writer.write(clock)
        writer.write(isRehearsing)
    }

    init(from reader: inout ByteReader) throws(DecodeError) {
        let settings = try LearnerSettings(from: &reader)
        let experts = try reader.readItems(of: ContextExpert.self)
        let owned = try reader.readNumbers(of: Int32.self)
        let waiting = try reader.readNumbers(of: Int32.self)
        let mix = try ExpertMix(from: &reader)
        let clock = try reader.read(UInt64.self)
        guard let isolation = settings.isolation, let shared = experts.first,
            experts.count - 1 <= isolation.expertsMax, mix.weights.count == experts.count
        else { throw .invalid("the number of experts does not go with their settings") }
        guard clock < 1 << 62 else { throw .invalid("experts have seen too many rows") }
        for expert in experts {
            guard expert.period <= clock / ContextExpert.periodRows,
                expert.learner.width == shared.learner.width,
                expert.learner.outputs == shared.learner.outputs,
                expert.learner.settings == settings.undivided
            else { throw .invalid("experts of one learner differ in shape or settings") }
        }
        var isOwned = [Bool](repeating: false, count: experts.count)
        isOwned[0] = true
        for owner in owned where owner != -1 {
            guard owner > 0, Int(owner) < experts.count else {
                throw .invalid("a context owns an expert that is not there")
            }
            isOwned[Int(owner)] = true
        }
        guard isOwned.allSatisfy({ $0 }), owned.count <= 1 << 16, waiting.count <= 1 << 16,
            waiting.allSatisfy({ $0 >= 0 && $0 <= isolation.probation })
        else { throw .invalid("an expert belongs to no context") }
        self.init(
            settings: settings,
            experts: experts,
            owned: owned,
            waiting: waiting,
            mix: mix,
            clock: clock
        )
        isRehearsing = try reader.readFlag()
    }
}
