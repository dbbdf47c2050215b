// SPDX-License-Identifier: Apache-2.0
//
// A pull towards the parameters of some moment, as an elastic net about them (Zou and Hastie,
// "Regularization and variable selection via the elastic net", 2005, about a point other than
// zero):
//
//     l2 / 2 * |w - w*|²  +  l1 * sum |w - w*|
//
// The first part is L2-SP (Li, Grandvalet and Davoine, "Explicit inductive bias for transfer
// learning with convolutional networks", 2018) and moves all parameters a little; the second leaves
// most of them where they are, exactly, and lets go of those that the rows insist on.

package import Primitives

/// How strongly learning is pulled towards an anchor.
package struct Anchor: Sendable, Equatable {
    /// The strength of the second norm.
    package var l2: Float
    /// The strength of the first norm.
    package var l1: Float

    /// Makes an anchor.
    ///
    /// - Precondition: No strength is negative or infinite.
    package init(l2: Float = 0, l1: Float = 0) {
        precondition(
            l2 >= 0 && l2.isFinite && l1 >= 0 && l1.isFinite,
            "an anchor's strength is 0 or more"
        )
        self.l2 = l2
        self.l1 = l1
    }

    /// No pull.
    package static let none = Anchor()
}

extension Anchor: ByteCodable {
    /// Appends the strengths.
    package func encode(into writer: inout ByteWriter) {
        writer.write(l2)
        writer.write(l1)
    }

    /// Reads the strengths.
    package init(from reader: inout ByteReader) throws(DecodeError) {
        let strengths = (l2: try reader.readFloat(), l1: try reader.readFloat())
        guard strengths.l2 >= 0, strengths.l2.isFinite, strengths.l1 >= 0, strengths.l1.isFinite
        else { throw .invalid("an anchor's strength is below 0 or infinite") }
        self.init(l2: strengths.l2, l1: strengths.l1)
    }
}

extension Learner {
    /// Pulls learning towards the parameters as they are now by the second norm alone; a strength
    /// of 0 removes the pull.
    package mutating func anchor(strength: Float) { anchor(Anchor(l2: strength)) }
}
