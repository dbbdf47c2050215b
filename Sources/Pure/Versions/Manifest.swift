// SPDX-License-Identifier: Apache-2.0
//
// The manifest travels in front of an artifact and stays in the registry: who made it, from what,
// why, and what it holds. docs/protocol.md section 2 lists the fields.

import Learning
package import Primitives

/// Makes manifests.
package enum Manifest {
    /// What only the shell knows of a version.
    package struct Facts: Sendable {
        /// When it was made, RFC 3339.
        package var created: String
        /// The artifact's length.
        package var bytes: Int
        /// The artifact's SHA-256 in lower-case hexadecimal digits.
        package var sha256: String
        /// The processor time spent on learning since the parent.
        package var trainSeconds: Double

        /// Makes a version's facts.
        package init(created: String, bytes: Int, sha256: String, trainSeconds: Double) {
            self.created = created
            self.bytes = bytes
            self.sha256 = sha256
            self.trainSeconds = trainSeconds
        }
    }

    /// The manifest of a version.
    package static func json(
        _ draft: VersionDraft,
        identity: Identity,
        facts: Facts
    ) -> JSONValue {
        let schema = draft.state.schema
        let classes: JSONValue =
            schema.task == .classes ? .array(schema.classes.labels.map(\.json)) : .null
        var manifest: JSONValue = [
            "incarnation": .string(identity.incarnation),
            "learner": .string(identity.learner.text),
            "version": .int(Int64(draft.state.number)),
            "parent": draft.parent.map { .int(Int64($0)) } ?? .null,
            "reason": .string(draft.reason.name),
            "note": draft.note,
            "created": .string(facts.created),
            "samples": .int(Int64(draft.state.contender.trained)),
            "format": .string(Artifact.format),
            "bytes": .int(Int64(facts.bytes)),
            "sha256": .string(facts.sha256),
            "task": .string(schema.task.name),
            "model": .string(draft.state.contender.learner.kind),
            "features": schema.featuresJSON,
            "classes": classes,
            "metrics": draft.metrics,
            "train_seconds": .number(facts.trainSeconds),
        ]
        if let compression = draft.compression, case .object(let members) = manifest {
            manifest = .object(members + [.init("compression", compression.json)])
        }
        return manifest
    }

    /// The short form that goes out each second.
    package static func notice(of manifest: JSONValue) -> JSONValue {
        .object(
            ["incarnation", "learner", "version", "sha256", "bytes"].map {
                JSONValue.Member($0, manifest[$0] ?? .null)
            }
        )
    }
}
