// SPDX-License-Identifier: Apache-2.0
//
// The registry's rows as operators see them.

import Decoding
import Linux
import Primitives
import Storage

extension VersionRecord {
    /// The manifest, and what has become of the version since.
    var json: JSONValue {
        let text = contents?.manifest ?? "null"
        let manifest = (try? parseJSON(Array(text.utf8))) ?? .null
        return .object(
            manifest.members + [
                .init("pinned", .bool(isPinned)),
                .init("held", .bool(isHeld)),
                .init("status", .string(status.rawValue)),
            ]
        )
    }
}

extension ConsolidationRecord {
    /// The verdict with its figures.
    var json: JSONValue {
        let figures = (try? parseJSON(Array((self.figures ?? "null").utf8))) ?? .null
        return [
            "learner": .string(learner.text),
            "id": .int(Int64(id)),
            "started": .string(Clock.rfc3339(wallNanoseconds: started)),
            "ended": ended.map { .string(Clock.rfc3339(wallNanoseconds: $0)) } ?? .null,
            "trigger": .string(trigger),
            "verdict": verdict.map { .string($0) } ?? .null,
            "challenger": challenger.map { .string($0) } ?? .null,
            "reason": reason.map { .string($0) } ?? .null,
            "version": figures["version"] ?? .null,
            "sample": figures["sample"] ?? .null,
            "challengers": figures["challengers"] ?? .null,
        ]
    }
}
