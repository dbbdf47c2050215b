// SPDX-License-Identifier: Apache-2.0
//
// The rows of the registry as values.

package import Primitives

/// What the registry knows of one version.
package struct VersionRecord: Sendable, Equatable {
    /// How far a version got.
    package enum Status: String, Sendable, CaseIterable {
        /// The number is given; its bytes may or may not exist.
        case reserved
        /// The artifact and the state are on the disk.
        case durable
        /// It was published.
        case announced
        /// Its files were removed, or never came to be; the row stays as lineage.
        case expired
    }

    /// The learner that it is a version of.
    package var learner: Name
    /// Its number.
    package var version: UInt64
    /// The incarnation that gave the number, as 32 hex digits.
    package var incarnation: String
    /// How far it got.
    package var status: Status
    /// When the number was given or, once durable, what the manifest says: nanoseconds since 1970.
    package var created: Int64
    /// What is known once it is durable.
    package var contents: VersionContents?
    /// Whether an operator asked to keep it.
    package var isPinned: Bool
    /// Whether the daemon needs it for now (a race against it, a transfer of it).
    package var isHeld: Bool

    /// Makes a record.
    package init(
        learner: Name,
        version: UInt64,
        incarnation: String,
        status: Status,
        created: Int64,
        contents: VersionContents? = nil,
        isPinned: Bool = false,
        isHeld: Bool = false
    ) {
        self.learner = learner
        self.version = version
        self.incarnation = incarnation
        self.status = status
        self.created = created
        self.contents = contents
        self.isPinned = isPinned
        self.isHeld = isHeld
    }

    /// Whether its files can be read.
    package var isKept: Bool { status == .durable || status == .announced }
}

/// What makes a version a fact.
package struct VersionContents: Sendable, Equatable {
    /// The version that it was learned from.
    package var parent: UInt64?
    /// Why it was made: `first`, `routine`, `resumed`, `consolidated`, `rollback` or `stopping`.
    package var reason: String
    /// The format of the artifact, such as `safetensors`.
    package var format: String
    /// The length of the artifact.
    package var bytes: Int
    /// The length of the learner's state beside it.
    package var stateBytes: Int
    /// The SHA-256 of the artifact as 64 lower-case hex digits.
    package var sha256: String
    /// The manifest as JSON text, exactly as published.
    package var manifest: String
    /// The file of the artifact, relative to the state directory; nil when it was removed.
    package var artifactFile: String?
    /// The file of the learner's state, relative to the state directory; nil when it was removed.
    package var stateFile: String?

    /// Makes the contents of a version.
    package init(
        parent: UInt64?,
        reason: String,
        format: String,
        bytes: Int,
        stateBytes: Int,
        sha256: String,
        manifest: String,
        artifactFile: String?,
        stateFile: String?
    ) {
        self.parent = parent
        self.reason = reason
        self.format = format
        self.bytes = bytes
        self.stateBytes = stateBytes
        self.sha256 = sha256
        self.manifest = manifest
        self.artifactFile = artifactFile
        self.stateFile = stateFile
    }
}

/// What the registry knows of one consolidation.
package struct ConsolidationRecord: Sendable, Equatable {
    /// The learner that was consolidated.
    package var learner: Name
    /// Its number, rising for each learner.
    package var id: UInt64
    /// When it began, nanoseconds since 1970.
    package var started: Int64
    /// When it ended, nanoseconds since 1970; nil while it runs, or when a crash ended it.
    package var ended: Int64?
    /// What asked for it.
    package var trigger: String
    /// The challenger that went furthest.
    package var challenger: String?
    /// What the gate said.
    package var verdict: String?
    /// Why the gate said so.
    package var reason: String?
    /// The figures behind the verdict, as JSON text.
    package var figures: String?

    /// Makes a record.
    package init(
        learner: Name,
        id: UInt64,
        started: Int64,
        ended: Int64? = nil,
        trigger: String,
        challenger: String? = nil,
        verdict: String? = nil,
        reason: String? = nil,
        figures: String? = nil
    ) {
        self.learner = learner
        self.id = id
        self.started = started
        self.ended = ended
        self.trigger = trigger
        self.challenger = challenger
        self.verdict = verdict
        self.reason = reason
        self.figures = figures
    }
}
