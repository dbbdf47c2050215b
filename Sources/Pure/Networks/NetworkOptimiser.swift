// SPDX-License-Identifier: Apache-2.0
//
// Optimisers on the flat vector of a network; one number or two are kept for each parameter. With g
// the gradient after clipping, regularisers included:
//
//     sgd       w -= rate g
//     momentum  v = m v + rate g;            w -= v
//     adaGrad   G = keep G + g²;             w -= rate / (sqrt(G) + e) g
//     rmsProp   G = keep G + (1 - keep) g²;  w -= rate / (sqrt(G) + e) g
//     adam      m = b1 m + (1 - b1) g;  v = b2 v + (1 - b2) g²
//               w -= rate / (1 - b1^t) m / (sqrt(v / (1 - b2^t)) + e)
//     adamW     w -= rate decay w, then adam
//
// (Polyak, 1964; Duchi, Hazan and Singer, 2011; Tieleman and Hinton, 2012; Kingma and Ba, 2015;
// Loshchilov and Hutter, "Decoupled weight decay regularization", 2019.)
//
// Clipping scales the whole gradient so that its norm is at most `clip`. L1, L2 and decay are for
// weights, not for biases, gains and shifts. Frozen tensors stay as they are. A gradient that is
// not finite makes no step at all: one broken row must not break the network.

import Kernels
package import Primitives

/// Which optimiser, with its constants.
package enum NetworkRule: Sendable, Equatable {
    /// Plain gradient descent.
    case sgd
    /// Gradient descent with a velocity.
    case momentum(Float)
    /// Rates that fall with each parameter's own gradients.
    case adaGrad(epsilon: Float, keep: Float)
    /// Rates by a running mean of squared gradients.
    case rmsProp(keep: Float, epsilon: Float)
    /// Running means of the gradient and its square; a decay above 0 makes it AdamW.
    case adam(beta1: Float, beta2: Float, epsilon: Float, decay: Float)

    var kind: FlatKind {
        switch self {
        case .sgd: .sgd
        case .momentum: .momentum
        case .adaGrad, .rmsProp: .squares
        case .adam: .adam
        }
    }
}

/// What a step needs besides the gradient; nothing of it is kept.
package struct NetworkStep: Sendable, Equatable {
    /// Which optimiser.
    package var rule: NetworkRule
    /// The rate.
    package var rate: Float
    /// The strength of L1.
    package var l1: Float
    /// The strength of L2.
    package var l2: Float
    /// The largest norm of the gradient; nil: any.
    package var clip: Float?
    /// The strength of the pull towards the anchor by the second norm.
    package var pull: Float
    /// The same by the first norm: after the step each parameter moves towards its anchor by this
    /// times its own rate, and stops there.
    package var pullL1: Float

    /// Makes a step.
    package init(
        _ rule: NetworkRule,
        rate: Float,
        l1: Float = 0,
        l2: Float = 0,
        clip: Float? = nil,
        pull: Float = 0,
        pullL1: Float = 0
    ) {
        self.rule = rule
        self.rate = rate
        self.l1 = l1
        self.l2 = l2
        self.clip = clip
        self.pull = pull
        self.pullL1 = pullL1
    }
}

/// The moments of an optimiser.
package struct NetworkOptimiser: Sendable, Equatable {
    let kind: FlatKind
    /// A velocity, squares or means.
    package private(set) var first: [Float]
    /// Means of squares.
    package private(set) var second: [Float]
    /// The powers of the two betas.
    private var power1 = 1.0
    private var power2 = 1.0

    /// Makes moments of 0 for so many parameters.
    package init(_ rule: NetworkRule, count: Int) {
        kind = rule.kind
        first = [Float](repeating: 0, count: kind == .sgd ? 0 : count)
        second = [Float](repeating: 0, count: kind == .adam ? count : 0)
    }

    /// Whether every number is finite.
    package var isFinite: Bool { first.allSatisfy(\.isFinite) && second.allSatisfy(\.isFinite) }

    /// Steps the network's parameters down the gradient; false when that is not finite, and nothing
    /// was done.
    ///
    /// - Precondition: The step's rule is of the kind that the moments were made for.
    @discardableResult
    package mutating func step(
        _ network: inout Network,
        gradient: Span<Float>,
        anchor: Span<Float>,
        _ step: NetworkStep
    ) -> Bool {
        precondition(step.rule.kind == kind, "moments belong to one kind of optimiser")
        let norm = FlatSteps.norm(gradient)
        guard norm.isFinite else { return false }
        var constants = constants(step)
        if let clip = step.clip, norm > Double(clip) {
            constants.scale = Float(Double(clip) / norm)
        }
        // On loan, so that they are changed in place.
        var (numbers, ownFirst, ownSecond): ([Float], [Float], [Float]) = ([], [], [])
        swap(&numbers, &network.parameters)
        swap(&ownFirst, &first)
        swap(&ownSecond, &second)
        var parameters = numbers.mutableSpan
        var first = ownFirst.mutableSpan
        var second = ownSecond.mutableSpan
        for (number, tensor) in network.tensors.enumerated() where !network.frozen[number] {
            var own = constants
            if tensor.isBias { (own.l1, own.l2, own.decay) = (0, 0, 0) }
            FlatSteps.step(
                &parameters,
                first: &first,
                second: &second,
                gradient: gradient,
                anchor: anchor,
                at: tensor.at,
                count: tensor.count,
                constants: own
            )
        }
        network.parameters = numbers
        self.first = ownFirst
        self.second = ownSecond
        return true
    }

    /// Takes the moments of the first parameters from another optimiser of the same kind.
    ///
    /// The age stays its own: it counts its own steps, whoever else has stepped in between.
    package mutating func takeFirst(_ count: Int, of other: NetworkOptimiser) {
        precondition(
            other.kind == kind && other.first.count == first.count,
            "moments are taken from an optimiser of the same parameters"
        )
        if !first.isEmpty { NetworkOptimiser.copy(count, other.first, to: &first) }
        if !second.isEmpty { NetworkOptimiser.copy(count, other.second, to: &second) }
    }

    private static func copy(_ count: Int, _ numbers: [Float], to column: inout [Float]) {
        var cells = column.mutableSpan
        Copying.copy(numbers.span.extracting(0..<count), to: &cells, at: 0)
    }

    private mutating func constants(_ step: NetworkStep) -> FlatConstants {
        var constants = FlatConstants(kind, rate: step.rate)
        constants.l1 = step.l1
        constants.l2 = step.l2
        constants.pull = step.pull
        constants.pullL1 = step.pullL1
        switch step.rule {
        case .sgd: break
        case .momentum(let momentum): constants.a = momentum
        case .adaGrad(let epsilon, let keep):
            (constants.a, constants.b, constants.epsilon) = (keep, 1, epsilon)
        case .rmsProp(let keep, let epsilon):
            (constants.a, constants.b, constants.epsilon) = (keep, 1 - keep, epsilon)
        case .adam(let beta1, let beta2, let epsilon, let decay):
            power1 *= Double(beta1)
            power2 *= Double(beta2)
            (constants.a, constants.b, constants.epsilon) = (beta1, beta2, epsilon)
            constants.c = Float(Double(step.rate) / (1 - power1))
            constants.d = Float(1 / (1 - power2))
            constants.decay = decay
        }
        return constants
    }

    /// Starts again for some parameters.
    package mutating func restart(at places: [Int]) {
        for place in places {
            if !first.isEmpty { first[place] = 0 }
            if !second.isEmpty { second[place] = 0 }
        }
    }

    /// Follows a network that has grown.
    package mutating func carry(from old: [Tensor], to new: [Tensor]) {
        if !first.isEmpty { first = Tensor.carry(first, from: old, to: new) }
        if !second.isEmpty { second = Tensor.carry(second, from: old, to: new) }
    }

    /// Appends the moments.
    package func encode(into writer: inout ByteWriter) {
        writer.write(first)
        writer.write(second)
        writer.write(power1)
        writer.write(power2)
    }

    /// Reads the moments for a rule and so many parameters.
    package init(
        from reader: inout ByteReader,
        _ rule: NetworkRule,
        count: Int
    ) throws(DecodeError) {
        self.init(rule, count: count)
        let shape = (first.count, second.count)
        first = try reader.readFloats()
        second = try reader.readFloats()
        power1 = try reader.readDouble()
        power2 = try reader.readDouble()
        guard shape == (first.count, second.count), isFinite,
            kind != .squares || first.allSatisfy({ $0 >= 0 }), second.allSatisfy({ $0 >= 0 }),
            (0...1).contains(power1), (0...1).contains(power2)
        else { throw .invalid("the moments of a network do not fit it") }
    }
}
