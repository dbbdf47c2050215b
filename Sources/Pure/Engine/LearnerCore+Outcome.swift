// SPDX-License-Identifier: Apache-2.0
//
// What the core tells the engine about a micro-batch.

import Consolidation
import Drift
import Learning
import Samples

extension LearnerCore {
    /// What one micro-batch did, for the books and the engine's decisions.
    package struct Outcome: Sendable {
        /// Rows by producer number of the batch: trained, set aside, scored.
        var trained: [Int] = []
        var holdout: [Int] = []
        var scored: [Int] = []
        /// Refused rows.
        var refusals: [MicroBatch.Refusal] = []
        /// What the detectors said, with the labelled sample's number.
        var reports: [NumberedReport] = []
        /// Rows that have got their label: the account of their producer, and what was done.
        var joined: [(account: Int, use: RowUse)] = []
        /// What became of late labels, with the producer's number in the batch.
        var labels: [(producer: UInt16, fate: LabelFate)] = []
        /// What was predicted of unlabelled samples that have an identifier, and whose labels are
        /// asked for.
        var news: [EngineEvent] = []
        /// The first context that had no room in the learner's table, if this batch brought it.
        var contextBeyond: String?
        /// Which contexts got a part of the model or lost one.
        var contextChanges: [ContextRecord] = []
        /// How the race stands after these rows.
        var race: RaceVerdict = .undecided
        /// How the model before the last adoption stands beside its successor.
        var probation: RaceVerdict = .undecided
    }
}
