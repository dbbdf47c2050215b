// SPDX-License-Identifier: Apache-2.0
//
// How long a job is under way, in samples. A worker's time depends on the rows that it works on,
// and on the machine; a rehearsal, which must give the same figures everywhere, goes by the rows.

/// After how many samples the result of a job comes back.
package enum JobDelay: Sendable, Equatable {
    /// After so many, whatever the job.
    case samples(Int)
    /// After a fifth of the rows that it works on, at least 20 and at most 1,000.
    case fifthOfRows
    /// As many as come while a worker works on the job, who gets through so many slices from one
    /// sample to the next.
    case bySlices(Double)

    /// The samples for a job over so many rows, which took so many slices.
    package func samples(rows: Int, slices: Int = 1) -> Int {
        switch self {
        case .bySlices(let each): max(1, Int((Double(slices) / each).rounded(.up)))
        case .samples(let samples): samples
        case .fifthOfRows: min(1000, max(20, rows / 5))
        }
    }
}
