// SPDX-License-Identifier: Apache-2.0
//
// Work for the worker: a value that advances in slices, and whose result comes back to the engine
// as an input.

package import Experts

/// One job of a learner.
package enum Job: Sendable {
    /// Challengers that want to be champion.
    case challengers(ConsolidationJob)
    /// Experts of a pool that are made anew.
    case refit(RefitJob)

    /// The job's number within its learner.
    package var id: UInt64 {
        switch self {
        case .challengers(let job): job.id
        case .refit(let job): job.id
        }
    }

    /// The rows that it is made of.
    package var rows: Int {
        switch self {
        case .challengers(let job): job.rowCount
        case .refit(let job): job.refit.rows
        }
    }

    /// Whether there is nothing left to do.
    package var isDone: Bool {
        switch self {
        case .challengers(let job): job.isDone
        case .refit(let job): job.refit.isDone
        }
    }

    /// Works on one slice.
    package mutating func advance() {
        switch self {
        case .challengers(var job):
            // The case must not hold what is being changed, or every slice would copy it.
            self = .idle
            job.advance()
            self = .challengers(job)
        case .refit(var job):
            self = .idle
            job.refit.advance()
            self = .refit(job)
        }
    }

    /// After how long it is to hurry: four fifths of its deadline; nil where it cannot.
    package var hurryAfter: Duration? {
        switch self {
        case .challengers(let job): job.deadline * 4 / 5
        case .refit: nil
        }
    }

    /// Lets it end soon, with the best that it has.
    ///
    /// What a pool makes anew is of no use before it is whole, so there is no hurrying it.
    package mutating func hurry() {
        guard case .challengers(var job) = self else { return }
        self = .idle
        job.hurry()
        self = .challengers(job)
    }

    /// Notes how long it has taken.
    package mutating func note(busy: Duration) {
        guard case .refit(var job) = self else { return }
        job.busy = busy
        self = .refit(job)
    }

    private static let idle = Job.refit(RefitJob(id: 0, refit: PoolRefit.nothing))
}

/// Experts of a pool that are made anew.
package struct RefitJob: Sendable {
    /// The job's number within its learner.
    package let id: UInt64
    /// The work.
    package var refit: PoolRefit
    /// The time that it has taken.
    package var busy: Duration = .zero

    /// Makes the job.
    package init(id: UInt64, refit: PoolRefit) {
        self.id = id
        self.refit = refit
    }
}
