// SPDX-License-Identifier: Apache-2.0
//
// A version as the engine hands it over: everything but what only the shell knows (when it is, how
// long learning took, what the bytes hash to).

package import Primitives

/// A version that is to be made durable and then announced.
package struct VersionDraft: Sendable {
    /// The state to publish, with the version's number.
    package var state: VersionState
    /// The version that it was learned from.
    package var parent: UInt64?
    /// Why it is published.
    package var reason: VersionReason
    /// The measures at that moment.
    package var metrics: JSONValue
    /// What the reason does not say: the verdict's figures, or the version gone back to.
    package var note: JSONValue
    /// What consumers get in the place of the model's own numbers, when that was asked for; the
    /// state stays whole, for a rollback.
    package var compression: Compression?

    /// Makes a draft.
    package init(
        state: VersionState,
        parent: UInt64?,
        reason: VersionReason,
        metrics: JSONValue,
        note: JSONValue = .null,
        compression: Compression? = nil
    ) {
        self.state = state
        self.parent = parent
        self.reason = reason
        self.metrics = metrics
        self.note = note
        self.compression = compression
    }
}
