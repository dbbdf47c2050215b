// SPDX-License-Identifier: Apache-2.0
//
// Makes the forms of rows that experts want, over spans.

import CKernels

/// What the forms are made by, one number for each column and statistic.
package struct FormStatistics: Sendable, Equatable {
    /// The numbers: counts, means, variances, slow means and variances, levels, and means and
    /// variances of changes, `width` of each.
    package var numbers: [Double]
    /// The number of columns.
    package private(set) var width: Int

    /// How many statistics a column has.
    package static let parts = 8

    /// Makes statistics of columns that have not been seen.
    package init(width: Int) {
        self.width = width
        numbers = [Double](repeating: 0, count: width * FormStatistics.parts)
    }

    /// Makes statistics of the given numbers.
    ///
    /// - Returns: nil when there are too few or too many.
    package init?(width: Int, numbers: [Double]) {
        guard width >= 0, numbers.count == width * FormStatistics.parts else { return nil }
        self.width = width
        self.numbers = numbers
    }

    /// Adds columns that have not been seen.
    package mutating func grow(width: Int) {
        guard width > self.width else { return }
        var grown: [Double] = []
        grown.reserveCapacity(width * FormStatistics.parts)
        for part in 0..<FormStatistics.parts {
            grown.append(contentsOf: self.part(part))
            grown.append(contentsOf: repeatElement(0, count: width - self.width))
        }
        numbers = grown
        self.width = width
    }

    /// One statistic of all columns.
    package func part(_ part: Int) -> ArraySlice<Double> {
        numbers[part * width..<(part + 1) * width]
    }

    /// Makes the forms of the rows, whose raw columns are there, and takes those into the
    /// statistics for which `follows` has 1.
    ///
    /// - Parameters:
    ///   - rows: The rows; `raw` is there, and `change` for rows that came before.
    ///   - follows: 1 for each row that is taken into the statistics.
    ///   - recalled: 1 for each row that came before.
    ///   - memory: After how many rows the statistics forget.
    ///   - fading: The share of a new value in the level of a column.
    ///   - clip: The largest size of what is measured.
    package mutating func makeForms(
        of rows: inout ExpertRows,
        follows: [UInt8],
        recalled: [UInt8],
        memory: Double,
        fading: Double,
        clip: Float
    ) {
        let area = rows.count * width
        precondition(
            rows.width == width && rows.raw.count == area && rows.scaled.count == area
                && rows.slow.count == area && rows.change.count == area
                && rows.scaledChange.count == area && follows.count == rows.count
                && recalled.count == rows.count,
            "there is room for every form of every row"
        )
        guard area > 0 else { return }
        numbers.withUnsafeMutableBufferPointer { numbers in
            let first = start(numbers)
            func part(_ number: Int) -> UnsafeMutablePointer<Double> { first + number * width }
            var statistics = learnd_form_statistics(
                count: part(0),
                mean: part(1),
                variance: part(2),
                slow_mean: part(3),
                slow_variance: part(4),
                level: part(5),
                change_mean: part(6),
                change_variance: part(7)
            )
            rows.withForms { forms in
                learnd_make_forms(
                    &statistics,
                    width,
                    memory,
                    fading,
                    clip,
                    forms,
                    follows,
                    recalled,
                    follows.count
                )
            }
        }
    }
}

extension ExpertRows {
    fileprivate mutating func withForms(_ kernel: (UnsafePointer<learnd_forms>) -> Void) {
        raw.withUnsafeMutableBufferPointer { raw in
            scaled.withUnsafeMutableBufferPointer { scaled in
                slow.withUnsafeMutableBufferPointer { slow in
                    change.withUnsafeMutableBufferPointer { change in
                        scaledChange.withUnsafeMutableBufferPointer { scaledChange in
                            var forms = learnd_forms(
                                raw: raw.baseAddress,
                                scaled: scaled.baseAddress,
                                slow: slow.baseAddress,
                                change: change.baseAddress,
                                scaled_change: scaledChange.baseAddress
                            )
                            kernel(&forms)
                        }
                    }
                }
            }
        }
    }
}

private func start(
    _ buffer: UnsafeMutableBufferPointer<Double>
) -> UnsafeMutablePointer<Double> {
    guard let first = buffer.baseAddress else { preconditionFailure("there are columns") }
    return first
}
