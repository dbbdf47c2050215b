// SPDX-License-Identifier: Apache-2.0
//
// What the engine has to tell the world: each event is a value with figures, published on the
// events socket under its kind and written to the log.

import Consolidation
package import Drift
import Learning
package import Primitives
package import Samples

/// Something that happened to a learner.
package enum EngineEvent: Sendable {
    /// The first samples decided what the learner is.
    case voted(Verdict, model: String)
    /// A detector warned or alarmed.
    case drifted(DriftReport, sample: UInt64)
    /// A consolidation was asked for, started, postponed or judged.
    case consolidated(ConsolidationNews)
    /// Samples were refused.
    case refused(reason: RefusalReason, producer: String, count: Int, detail: String)
    /// Samples that a producer said it sent did not arrive.
    case gapFound(producer: String, samples: UInt64)
    /// A sample without a label was predicted.
    case scored(ScoredSample)
    /// The label of a sample would be worth having.
    case queried(SampleQuery)
    /// A context came that has no room in the learner's table; told once.
    case contextsFilled(context: String, limit: Int)
    /// A context got a part of the model for its own, or had to give it back.
    case contextChanged(ContextRecord)
    /// The operator changed the learner's course: reset, pause, resume, rollback.
    case steered(String)

    /// The last part of the event's topic.
    package var kind: String {
        switch self {
        case .voted, .steered, .contextsFilled: "learner"
        case .drifted: "drift"
        case .contextChanged: "context"
        case .consolidated: "consolidation"
        case .scored: "scored"
        case .queried: "query"
        case .refused, .gapFound: "refused"
        }
    }

    /// The event's own fields.
    package var fields: [JSONValue.Member] {
        switch self {
        case .voted(let verdict, let model):
            return [
                .init("event", "voted"), .init("task", .string(verdict.task.name)),
                .init("model", .string(model)),
                .init("shape", verdict.shape == .named ? "named" : "positional"),
                .init("width", .int(Int64(verdict.width))),
                .init("reason", .string(verdict.reason)),
            ]
        case .drifted(let report, let sample):
            return [.init("event", "drift")] + DriftRecord(report, sample: sample).json.members
        case .consolidated(let news): return news.fields
        case .refused(let reason, let producer, let count, let detail):
            return [
                .init("event", "refused"), .init("reason", .string(reason.name)),
                .init("producer", .string(producer)), .init("count", .int(Int64(count))),
                .init("detail", .string(detail)),
            ]
        case .gapFound(let producer, let samples):
            return [
                .init("event", "gap"), .init("producer", .string(producer)),
                .init("samples", .int(Int64(clamping: samples))),
            ]
        case .scored(let sample): return sample.fields
        case .queried(let query): return query.fields
        case .contextsFilled(let context, let limit):
            return [
                .init("event", "contexts_filled"), .init("context", .string(context)),
                .init("limit", .int(Int64(limit))),
            ]
        case .contextChanged(let record):
            return [.init("event", "context")] + record.json.members
        case .steered(let what):
            return [.init("event", "steered"), .init("what", .string(what))]
        }
    }
}
