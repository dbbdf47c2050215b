// SPDX-License-Identifier: Apache-2.0
//
// Everything that can happen to an engine, as values: what is journalled, replayed and simulated.

package import Consolidation
package import Experts
package import Learning
import Primitives
package import Samples
package import Versions

/// One thing that happens to a learner.
package enum Input: Sendable {
    /// A micro-batch has closed.
    case batch(MicroBatch)
    /// A deadline has passed.
    case tick
    /// A job has made its challengers.
    case jobFinished(id: UInt64, memoryEnd: UInt64, challengers: [Challenger])
    /// A job has made experts of a pool anew, and was busy with it for a time.
    case refitFinished(id: UInt64, refit: PoolRefit, busy: Duration = .zero)
    /// What the wall clock shows, in seconds since 1970 UTC; see ``LearnerEngine/wantsClock(at:)``.
    case clock(Int64)
    /// How busy the learner was lately.
    case load(Load)
    /// The operator wants something.
    case command(Command)
    /// The configuration was loaded anew.
    case settings(EngineSettings)
    /// The daemon has started from a checkpoint; the registry never gave higher numbers.
    case resumed(versionMax: UInt64, consolidationMax: UInt64 = 0)
    /// A version was stored, or could not be.
    case stored(version: UInt64, isDurable: Bool)
    /// The daemon is about to stop.
    case stop
}

extension Input {
    /// The result of a job that is done.
    package init(_ job: Job) {
        switch job {
        case .challengers(let job):
            self = .jobFinished(
                id: job.id,
                memoryEnd: job.memoryEnd,
                challengers: job.challengers
            )
        case .refit(let job): self = .refitFinished(id: job.id, refit: job.refit, busy: job.busy)
        }
    }

    /// Whether there is something new to keep: time alone changes nothing that would be missed.
    var changesState: Bool {
        switch self {
        case .tick, .stored, .stop, .load: false
        case .clock, .batch, .jobFinished, .refitFinished, .command, .settings, .resumed: true
        }
    }
}

/// What an operator can ask of a learner.
package enum Command: Sendable {
    /// Make challengers now, by these recipes; none: as the rule of commands has it.
    case consolidate(by: [Recipe])
    /// Go back to the state of a version.
    case rollback(VersionState, keepMemory: Bool, hold: Bool)
    /// Stop learning; go on testing.
    case pause
    /// Learn again.
    case resume
    /// Forget everything but the books and the numbers.
    case reset(task: Task?)

    /// Make challengers now, as the rule of commands has it.
    package static let consolidate = Command.consolidate(by: [])
}

/// The engine's answer to a command.
package enum CommandOutcome: Sendable, Equatable {
    /// It was done; in words.
    case done(String)
    /// It was not, and why.
    case refused(String, remedy: String)
}
