// SPDX-License-Identifier: Apache-2.0
//
// Makes the forms of rows that the experts of a pool want. For a column with n values before x:
//
//     scaled          (x - m) / s, with mean and deviation of about the last 2,000 values
//     slow            the same of all values
//     change          x - e, then e += max(1 / (n + 1), 1 / 32) (x - e)
//     scaled change   the change, measured like x
//
// each cut off at 5. All are made from the statistics before the row, which is then taken into
// them: so a consumer, who has those of a version, predicts as the pool did. A label is not needed
// for that, and rows without one count.
//
// A number to be predicted is measured, like a column, by mean and deviation of about the last
// 2,000 before it. A missing value is the mean, and has not changed.
//
// A row whose label was late comes twice, and is taken into the statistics the first time. The
// second time it has the change and the last label of then: experts are to learn what they will
// know when they predict.

package import Kernels
package import Primitives

/// Running statistics of columns and labels.
package struct RowForms: Sendable {
    /// The statistics of the columns.
    package private(set) var columns: FormStatistics
    /// The mean of the numbers to be predicted.
    package private(set) var centre = 0.0
    /// The variance of the numbers to be predicted.
    package private(set) var variance = 0.0
    /// The last class that is known; -1: none.
    package private(set) var last: Int32 = -1
    private var numbers = 0.0

    /// After how many rows statistics forget.
    package static let memory = 2000.0
    /// The share of a new value in a column's level.
    package static let fading = 1.0 / 32
    /// The largest size of what is measured.
    package static let clip: Float = 5

    /// Makes forms that have seen nothing.
    package init(width: Int) { columns = FormStatistics(width: width) }

    /// The deviation of the numbers to be predicted; 1 until they differ.
    package var spread: Double { variance > 1e-12 ? variance.squareRoot() : 1 }

    /// Adds columns that have not been seen.
    package mutating func grow(width: Int) { columns.grow(width: width) }

    /// Notes a class that has become known.
    package mutating func note(label: Int32) { last = label }

    /// Notes a number that has become known.
    package mutating func note(number: Double) {
        numbers += 1
        let share = 1 / min(numbers, RowForms.memory)
        let distance = number - centre
        centre += distance * share
        variance += (distance * (number - centre) - variance) * share
    }

    /// How far a number lies from the centre, by the spread.
    package func measured(_ number: Double) -> Float {
        Float(min(max((number - centre) / spread, -Double(RowForms.clip)), Double(RowForms.clip)))
    }

    /// Makes the forms of the columns, and takes those rows into the statistics that follow.
    package mutating func make(_ rows: inout ExpertRows, follows: [UInt8], recalled: [UInt8]) {
        columns.makeForms(
            of: &rows,
            follows: follows,
            recalled: recalled,
            memory: RowForms.memory,
            fading: RowForms.fading,
            clip: RowForms.clip
        )
    }
}

extension RowForms: ByteCodable {
    /// Appends the statistics.
    package func encode(into writer: inout ByteWriter) {
        writer.write(columns.numbers)
        writer.write(centre)
        writer.write(variance)
        writer.write(numbers)
        writer.write(last)
    }

    /// Reads the statistics.
    package init(from reader: inout ByteReader) throws(DecodeError) {
        let all = try reader.readDoubles()
        guard let columns = FormStatistics(width: all.count / FormStatistics.parts, numbers: all),
            all.allSatisfy(\.isFinite)
        else { throw .invalid("the statistics of a pool's columns do not fill them") }
        self.columns = columns
        centre = try reader.readDouble()
        variance = try reader.readDouble()
        numbers = try reader.readDouble()
        last = try reader.read()
        guard centre.isFinite, variance.isFinite, numbers >= 0, last >= -1 else {
            throw .invalid("the statistics of a pool's labels are not usable")
        }
    }
}
