// SPDX-License-Identifier: Apache-2.0
//
// How samples wait for their labels, as it is configured.

/// The bounds of the waiting room.
package struct LabelsConfiguration: Sendable, Equatable {
    /// The most samples that wait.
    package let waitRows: Int
    /// The most bytes that they take.
    package let waitBytes: Int
    /// The longest wait.
    package let wait: Duration

    init(_ values: ScopedValues) {
        waitRows = values.integer("labels.wait_rows")
        waitBytes = values.size("labels.wait_bytes")
        wait = values.duration("labels.wait")
    }
}
