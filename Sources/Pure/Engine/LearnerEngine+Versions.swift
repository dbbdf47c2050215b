// SPDX-License-Identifier: Apache-2.0
//
// When the engine gives a number and lets a version go. Where versions are compressed, what
// consumers would have is compared with the model first, on rows that it has not learned from.

import Learning
import Primitives
import Versions

extension LearnerEngine {
    /// Publishes a first, resumed or routine version if one is due.
    mutating func considerPublication(effects: inout Effects) {
        guard let pace, pace.trained > 0 else { return }
        let publish = settings.publish
        if publication.isResumed {
            return give(.resumed, note: .null, effects: &effects)
        }
        if publication.parent == nil {
            if pace.trained >= UInt64(publish.first) {
                give(.first, note: .null, effects: &effects)
            }
            return
        }
        let isDue =
            now >= publication.askedAt + publish.interval
            || pace.labelled >= publication.askedAtSample + UInt64(publish.samples)
        guard isDue, publication.awaited == nil, case .learning(let core) = phase else { return }
        publication.askedAt = now
        publication.askedAtSample = core.labelled
        let loss = core.evaluation.lossRecent
        let hasMoved = publication.hasMoved(
            core.champion.learner.parameters,
            loss: loss,
            by: publish.move
        )
        if hasMoved || publication.isOwed { give(.routine, note: .null, effects: &effects) }
    }

    /// Gives the next number to the champion as it is.
    mutating func give(_ reason: VersionReason, note: JSONValue, effects: inout Effects) {
        guard case .learning(var core) = phase else { return }
        publication.last += 1
        let compression = core.compress(settings.publish.compression)
        effects.versions.append(
            VersionDraft(
                state: VersionState(
                    number: publication.last,
                    sampleIndex: core.labelled,
                    schema: core.schema,
                    contexts: core.contexts.names,
                    contender: core.champion,
                    recollection: core.recollection
                ),
                parent: publication.parent,
                reason: reason,
                metrics: metrics(of: core),
                note: note,
                compression: compression
            )
        )
        if core.champion.learner.memoWidth > 0 {
            let served = compression?.contender ?? core.champion
            if core.served == nil { core.served = ServedCheck(served) }
            core.served?.serve(served)
            keep(core)
        } else if settings.publish.compression.keepsPruned {
            keep(core)
        }
        publication.parent = publication.last
        publication.awaited = publication.last
        // A version that consumers hear of must have a learner that remembers it.
        if reason != .routine { effects.wantsCheckpoint = true }
        publication.askedAt = now
        publication.askedAtSample = core.labelled
        publication.didPublish(
            core.champion.learner.parameters,
            loss: core.evaluation.lossRecent
        )
    }
}
