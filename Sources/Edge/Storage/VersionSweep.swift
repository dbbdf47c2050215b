// SPDX-License-Identifier: Apache-2.0
//
// Carries out what the retention rules say. The registry is told first and the files go second, so
// that a crash in between leaves files without a claim on them, which the next sweep removes, and
// never a row that promises bytes which are gone.

package import Primitives

/// Removes the files of versions that need not be kept.
package struct VersionSweep {
    private let registry: Registry
    private let artifacts: ArtifactStore

    /// What a sweep did.
    package struct Report: Sendable, Equatable {
        /// The versions whose files went.
        package var removed: [VersionRecord]
        /// The bytes of those that stay.
        package var keptBytes: Int
        /// Whether those that stay exceed the quota: pinned and newest versions are too large.
        package var isOverQuota: Bool
    }

    /// Makes a sweep over one state directory.
    package init(registry: Registry, artifacts: ArtifactStore) {
        self.registry = registry
        self.artifacts = artifacts
    }

    /// Removes what `retention` lets go at `now` (nanoseconds since 1970).
    package func run(_ retention: Retention, now: Int64) throws(StorageError) -> Report {
        let decision = retention.decide(try registry.list(), now: now)
        for version in decision.expendable {
            try registry.expire(learner: version.learner, version: version.version)
        }
        try removeFilesOfExpired()
        return Report(
            removed: decision.expendable,
            keptBytes: decision.keptBytes,
            isOverQuota: decision.isOverQuota
        )
    }

    /// Puts in order what a crash left: for the start of the daemon, before any number is given.
    ///
    /// Numbers that were given but never completed are expired, their files removed, holds ended.
    ///
    /// - Returns: the numbers that came to nothing.
    @discardableResult
    package func recover() throws(StorageError) -> [(learner: Name, version: UInt64)] {
        try registry.releaseHolds()
        var abandoned: [(learner: Name, version: UInt64)] = []
        for version in try registry.reserved() {
            try artifacts.delete(learner: version.learner, version: version.version)
            try registry.expire(learner: version.learner, version: version.version)
            abandoned.append((version.learner, version.version))
        }
        try removeFilesOfExpired()
        return abandoned
    }

    private func removeFilesOfExpired() throws(StorageError) {
        for version in try registry.withFilesToRemove() {
            try artifacts.delete(learner: version.learner, version: version.version)
            try registry.forgetFiles(learner: version.learner, version: version.version)
        }
    }
}
