// SPDX-License-Identifier: Apache-2.0
//
// What an operator sees of a learner: the books, the measures beside their baselines, drift and
// consolidation. Reading it changes nothing.

import Consolidation
import Drift
import Learning
package import Primitives

extension LearnerEngine {
    /// The learner's part of `learnctl status --json`.
    ///
    /// - Parameter open: The samples that arrived and have not been stepped: they are waiting.
    /// - Returns: The object.
    package func status(withOpen open: UInt64 = 0) -> JSONValue {
        var members: [JSONValue.Member] = [.init("learner", .string(name.text))]
        switch phase {
        case .voting:
            members += [
                .init("task", (taskOrder ?? settings.task).map { .string($0.name) } ?? .null),
                .init("state", "waiting for the vote"),
                .init("model", .null),
            ]
        case .learning(let core):
            members += [
                .init("task", .string(core.schema.task.name)),
                .init("state", isHeld ? "held" : "learning"),
                .init("model", .string(modelName(of: core.champion.learner))),
            ]
        }
        members.append(
            .init("version", publication.last == 0 ? .null : .int(Int64(publication.last)))
        )
        var total = accounts.total
        total.received += open
        total.waiting += open
        members += total.json
        members.append(.init("gaps", .int(Int64(clamping: accounts.gaps))))
        members.append(.init("producers", .array(accounts.producers.map(producerJSON))))
        members += phaseMembers
        return .object(members)
    }

    /// What the model is called: as in an artifact, but a pool may go by a name of its own.
    private func modelName(of learner: any Learner) -> String {
        learner.settings.model == .pool ? learner.settings.modelName : learner.kind
    }

    /// The learner in one short line, for the service manager.
    package var summary: String {
        guard case .learning(let core) = phase else {
            return "\(name): waiting for samples"
        }
        let learned = accounts.total.learned
        let version = publication.last == 0 ? "no version yet" : "version \(publication.last)"
        return "\(name): \(learned) learned, \(version), loss \(core.evaluation.lossRecent.short)"
    }

    private func producerJSON(_ producer: Accounts.Producer) -> JSONValue {
        .object(
            [.init("producer", .string(producer.name))] + producer.tally.json
                + [.init("gaps", .int(Int64(clamping: producer.position?.missing ?? 0)))]
        )
    }

    /// The measures, with the delay of the labels that they rest on, if any label was late, and how
    /// unusual samples are.
    func metrics(of core: LearnerCore) -> JSONValue {
        var members = core.metrics.members
        if room.delay.count > 0 { members.append(.init("label_delay", room.delay.json)) }
        if let anomaly = core.anomaly { members.append(.init("anomaly", anomaly.json)) }
        return .object(members)
    }

    /// The samples that wait for their labels.
    private var roomJSON: JSONValue {
        [
            "rows": .int(Int64(room.count)), "bytes": .int(Int64(room.bytes)),
            "joined": .int(Int64(room.delay.count)),
            "queries": selector.json(settings.query),
        ]
    }

    /// How it stands with consolidations; with models that are made anew by themselves, how many.
    private var consolidation: JSONValue {
        var refits = JSONValue.null
        if let core, core.champion.learner.refitState != .none { refits = core.refits.json }
        return [
            "state": .string(
                plan.running == nil
                    ? (plan.wish == nil ? "idle" : "wanted")
                    : (plan.running?.isRacing == true ? "racing" : "running")
            ),
            "count": .int(Int64(plan.lastID)),
            "rest_seconds": .number(max(0, (plan.restUntil - now).inSeconds)),
            "refits": refits,
        ]
    }

    /// How much drifted, and what is watched.
    private var drift: JSONValue {
        let beside = core?.beside
        return [
            "drifts": .int(Int64(clamping: drifts)),
            "warnings": .int(Int64(clamping: warnings)),
            "of_producers": .int(Int64(clamping: producerDrifts)),
            "last": driftHistory.records.last?.json ?? .null,
            "recent": .array(driftHistory.records.map(\.json)),
            "features_watched": .int(Int64(beside?.features?.places.count ?? 0)),
            "features_ready": .int(Int64(beside?.features?.ready ?? 0)),
        ]
    }

    private var phaseMembers: [JSONValue.Member] {
        guard case .learning(let core) = phase else {
            return [
                .init("metrics", .null), .init("drift", drift),
                .init("consolidation", consolidation),
            ]
        }
        let classes: JSONValue = .array(core.schema.classes.labels.map(\.json))
        return [
            .init("mode", .string(settings.mode.name)),
            .init("reason", verdict.map { .string($0.reason) } ?? .null),
            .init("columns", .int(Int64(core.schema.width))),
            .init("classes", core.schema.task == .classes ? classes : .null),
            .init("waiting_room", roomJSON),
            .init("contexts", .array(core.contexts.names.map { .string($0) })),
            .init("isolation", core.isolationStatus),
            .init("metrics", metrics(of: core)),
            .init("drift", drift),
            .init("consolidation", consolidation),
            .init("memory", core.memory.json(core.schema.task, beside: core.examiner.probes)),
            .init("replay", core.champion.retention.figures),
        ]
    }
}

extension Double {
    /// Four digits after the point, without a formatter.
    var short: String {
        guard isFinite, magnitude < 1e12 else { return "unknown" }
        let units = Int64((self * 10_000).rounded())
        let digits = String(units.magnitude % 10_000)
        let sign = units < 0 ? "-" : ""
        let padding = String(repeating: "0", count: 4 - digits.count)
        return "\(sign)\(units.magnitude / 10_000).\(padding)\(digits)"
    }
}
