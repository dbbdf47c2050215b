// SPDX-License-Identifier: Apache-2.0
//
// What the trivial baselines say of a row before its label is known. Where the label comes with the
// row, that follows from the labels before it, and nobody needs to keep it. Where labels are late,
// it must be kept with the row's own prediction: a baseline that were asked again when the label is
// there would know labels that nobody had when the row came, and the last label of all would be
// hard to beat.

package import Primitives

/// What the baselines of a task say of one row.
package struct BaselineOpinion: Sendable, Equatable, BitwiseCopyable {
    /// The most frequent class, or the running mean; NaN where no label was known.
    package var usual = Double.nan
    /// The last class, or the last number; NaN where no label was known.
    package var last = Double.nan
    /// Whether it is from when the row came, to be tested now; else it is to be filled in.
    package var isPast = false

    /// Makes room for an opinion.
    package init() {}

    init(usual: Double, last: Double) {
        self.usual = usual
        self.last = last
    }

    /// The opinion of then, for a row that has got its label.
    package var past: BaselineOpinion {
        var opinion = self
        opinion.isPast = true
        return opinion
    }
}

extension BaselineOpinion: ByteCodable {
    /// Appends both.
    package func encode(into writer: inout ByteWriter) {
        writer.write(usual)
        writer.write(last)
    }

    /// Reads both.
    package init(from reader: inout ByteReader) throws(DecodeError) {
        usual = try reader.readDouble()
        last = try reader.readDouble()
        guard !usual.isInfinite, !last.isInfinite else {
            throw .invalid("a baseline says what is not finite")
        }
    }
}
