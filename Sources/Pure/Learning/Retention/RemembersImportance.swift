// SPDX-License-Identifier: Apache-2.0
//
// The role of a learner that knows which of its parameters matter for what it has learned: online
// EWC (Schwarz et al., "Progress & compress", ICML 2018, after Kirkpatrick et al., "Overcoming
// catastrophic forgetting in neural networks", 2017). Let w be the parameters, p the model, and x
// the rows it is to remember. Then
//
//   F_new = E_x E_{y ~ p(y|x)} [ (d/dw log p(y|x))² ],  divided by its largest number
//   F     = min(1, decay F + F_new)                     w* = w
//   loss += strength / 2 * sum F (w - w*)²              from then on
//
// This is the diagonal of the true Fisher information: y comes from the model, not from the
// stream ("empirical Fisher", which is not F away from a perfect fit), and the gradient is that of
// each row for itself, not that of a mean. Where the sum over all labels is cheap it is taken
// exactly (the linear family); otherwise one label is drawn for each row (networks). For squared
// loss p is a normal distribution of variance 1.
//
// It keeps a model near what it was. It does not tell apart classes that it never sees together:
// for streams in which classes come one after the other it is no remedy, and replay is.

import Kernels
package import Primitives

/// A learner that can say which parameters matter, and hold on to them.
package protocol RemembersImportance: Learner {
    /// The diagonal of the true Fisher information over the rows, parameter after parameter, as the
    /// learner keeps them; not normalised.
    func fisher(of rows: inout Block, random: inout RandomSource) -> [Float]
    /// Which parameters matter and where they were, with the strength of the pull.
    var importance: Importance { get set }
    /// The parameters in the order of ``fisher(of:random:)``.
    var flatParameters: [Float] { get }
}

extension RemembersImportance {
    /// Adds to the memory what matters for these rows, and holds on to the parameters as they are
    /// now.
    package mutating func remember(
        _ rows: inout Block,
        decay: Float,
        strength: Float,
        random: inout RandomSource
    ) {
        guard rows.rows > 0 else { return }
        let fresh = fisher(of: &rows, random: &random)
        importance.renew(fresh, at: flatParameters, decay: decay, strength: strength)
    }
}

extension Learner {
    /// Holds on to what matters for the rows, if it can tell.
    package mutating func holdOn(
        to rows: inout Block,
        decay: Float,
        strength: Float,
        random: inout RandomSource
    ) {
        guard var able = self as? any RemembersImportance else { return }
        able.remember(&rows, decay: decay, strength: strength, random: &random)
        if let own = able as? Self { self = own }
    }

    /// What it remembers of its parameters, if it can.
    package var rememberedImportance: Importance {
        (self as? any RemembersImportance)?.importance ?? Importance()
    }

    /// Remembers something else of its parameters, if it can.
    package mutating func setImportance(_ importance: Importance) {
        guard var able = self as? any RemembersImportance else { return }
        able.importance = importance
        if let own = able as? Self { self = own }
    }
}

/// Which parameters matter, and where they are to stay.
package struct Importance: Sendable, Equatable {
    /// How much each parameter matters, from 0 to 1; empty while nothing is remembered.
    package internal(set) var shares: [Float] = []
    /// Where the parameters were.
    package internal(set) var centre: [Float] = []
    /// How strongly they are pulled there.
    package internal(set) var strength: Float = 0

    /// Makes a memory of nothing.
    package init() {}

    /// Whether nothing is remembered.
    package var isEmpty: Bool { shares.isEmpty || strength == 0 }

    /// Fades what mattered, adds what matters now, and moves the centre.
    mutating func renew(_ fisher: [Float], at parameters: [Float], decay: Float, strength: Float) {
        precondition(fisher.count == parameters.count, "each parameter has its importance")
        let most = fisher.reduce(0) { $1.isFinite ? max($0, $1) : $0 }
        let scale = most > .leastNormalMagnitude ? 1 / most : 0
        if shares.count != fisher.count {
            shares = [Float](repeating: 0, count: fisher.count)
        }
        for place in shares.indices {
            let fresh = fisher[place].isFinite ? fisher[place] * scale : 1
            shares[place] = min(1, decay * shares[place] + fresh)
        }
        centre = parameters
        self.strength = strength
    }

    /// Adds the gradient of the pull to that of the loss; `most` is the strongest pull on one
    /// parameter that the optimiser can bear.
    func addPull(to gradient: inout [Float], at parameters: [Float], most: Float) {
        precondition(
            gradient.count == parameters.count && parameters.count == shares.count,
            "each parameter has its importance"
        )
        var sums = gradient.mutableSpan
        ImportanceSums.addPull(
            shares: shares.span,
            centre: centre.span,
            parameters: parameters.span,
            strength: min(strength, most),
            to: &sums
        )
    }
}

extension Importance: ByteCodable {
    /// Appends strength, shares and centre.
    package func encode(into writer: inout ByteWriter) {
        writer.write(strength)
        writer.write(shares)
        writer.write(centre)
    }

    /// Reads strength, shares and centre; that they fit a model is the model's to check.
    package init(from reader: inout ByteReader) throws(DecodeError) {
        strength = try reader.readFloat()
        shares = try reader.readFloats()
        centre = try reader.readFloats()
        guard strength >= 0, strength.isFinite, shares.count == centre.count,
            shares.allSatisfy({ $0 >= 0 && $0 <= 1 }), centre.allSatisfy(\.isFinite)
        else { throw .invalid("what a learner remembers of its parameters is out of range") }
    }
}
