// SPDX-License-Identifier: Apache-2.0
//
// The last labelled rows of a stream, oldest first, one after the other in memory: the window of
// every expert that has one is a slice of it. New rows go behind the others; when there is no room
// left, the newest `capacity` rows move to the front. So a window never wraps, and moving costs
// little beside what was appended.

import CKernels

/// Labelled rows in the order in which they were learned.
package struct ExpertHistory: Sendable {
    /// How many rows it never forgets before newer ones have come.
    package let capacity: Int
    /// The number of columns in a row.
    package private(set) var width = 0
    /// The number of rows that are there; at least the last `capacity`, if there were so many.
    package private(set) var count = 0
    /// The columns, with the mean where one was missing; `count * width`.
    package private(set) var raw: [Float] = []
    /// The columns as they were measured when the row was learned.
    package private(set) var scaled: [Float] = []
    /// How far each column lay from its fading mean.
    package private(set) var change: [Float] = []
    /// The last class that was known before the row.
    package private(set) var last: [Int32] = []
    /// The class; -1 where a number is predicted.
    package private(set) var labels: [Int32] = []
    /// The number to be predicted, as it came; NaN where a class is.
    package private(set) var targets: [Float] = []
    /// The weight.
    package private(set) var weights: [Float] = []

    /// The rows that fit behind the newest `capacity` ones before they must move.
    package static let slack = 2048

    /// Makes an empty history.
    ///
    /// - Precondition: `capacity` is positive.
    package init(capacity: Int) {
        precondition(capacity > 0, "a history remembers at least one row")
        self.capacity = capacity
    }

    /// Makes a history that holds the rows that another one held.
    ///
    /// - Returns: nil when the columns do not fit one another.
    package init?(
        capacity: Int,
        width: Int,
        raw: [Float],
        scaled: [Float],
        change: [Float],
        last: [Int32],
        labels: [Int32],
        targets: [Float],
        weights: [Float]
    ) {
        let count = labels.count
        guard capacity > 0, count <= capacity, width >= 0,
            raw.count == count * width, scaled.count == raw.count, change.count == raw.count,
            last.count == count, targets.count == count, weights.count == count
        else { return nil }
        self.capacity = capacity
        self.width = width
        self.count = count
        self.raw = raw
        self.scaled = scaled
        self.change = change
        self.last = last
        self.labels = labels
        self.targets = targets
        self.weights = weights
    }

    /// Where the newest `capacity` rows begin.
    package var start: Int { max(0, count - capacity) }

    /// Makes room for new columns, which are 0 in the rows that are there.
    package mutating func grow(width: Int) {
        guard width > self.width else { return }
        raw = widened(raw, to: width)
        scaled = widened(scaled, to: width)
        change = widened(change, to: width)
        self.width = width
    }

    private func widened(_ column: [Float], to width: Int) -> [Float] {
        var wide: [Float] = []
        wide.reserveCapacity(count * width)
        for row in 0..<count {
            wide.append(contentsOf: column[row * self.width..<(row + 1) * self.width])
            wide.append(contentsOf: repeatElement(0, count: width - self.width))
        }
        return wide
    }

    /// Appends a row of `rows`, whose target came as `target`.
    ///
    /// - Precondition: ``makeRoom(for:)`` was called for it.
    package mutating func append(_ row: Int, of rows: ExpertRows, target: Float) {
        precondition(rows.width == width, "a row is as wide as the history")
        let columns = row * width..<(row + 1) * width
        raw.append(contentsOf: rows.raw[columns])
        scaled.append(contentsOf: rows.scaled[columns])
        change.append(contentsOf: rows.change[columns])
        last.append(rows.last[row])
        labels.append(rows.labels[row])
        targets.append(target)
        weights.append(rows.weights[row])
        count += 1
    }

    /// Forgets what is older than the newest `capacity` rows, if `rows` more would not fit.
    package mutating func makeRoom(for rows: Int) {
        guard count + rows > capacity + ExpertHistory.slack else { return }
        let gone = start
        raw.removeFirst(gone * width)
        scaled.removeFirst(gone * width)
        change.removeFirst(gone * width)
        last.removeFirst(gone)
        labels.removeFirst(gone)
        targets.removeFirst(gone)
        weights.removeFirst(gone)
        count -= gone
    }

    /// Calls a kernel with the history in C's form.
    func withC(_ kernel: (UnsafePointer<learnd_expert_history>) -> Void) {
        raw.withUnsafeBufferPointer { raw in
            scaled.withUnsafeBufferPointer { scaled in
                change.withUnsafeBufferPointer { change in
                    targets.withUnsafeBufferPointer { targets in
                        weights.withUnsafeBufferPointer { weights in
                            last.withUnsafeBufferPointer { last in
                                labels.withUnsafeBufferPointer { labels in
                                    var inC = learnd_expert_history(
                                        width: width,
                                        rows: count,
                                        raw: raw.baseAddress,
                                        scaled: scaled.baseAddress,
                                        change: change.baseAddress,
                                        last: last.baseAddress,
                                        labels: labels.baseAddress,
                                        targets: targets.baseAddress,
                                        weights: weights.baseAddress
                                    )
                                    kernel(&inC)
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}
