// SPDX-License-Identifier: Apache-2.0
//
// How a pool makes one prediction of what its experts say, and learns whom to believe. Nothing here
// is tuned to a stream: three rules with different strengths, and a fourth weighs the three.
//
// For classes, with an expert's probabilities p of K classes (at least 0.001 each):
//
//     f = log p - its mean over the classes;  q = softmax(a f), with a temperature a of its own
//     a -= 0.05 g / (Q + 0.1 |f|^2 + 0.001),  g = sum of q f - f[y],  Q the mean of |f|^2 of 500
//
// so one who is too sure of himself is taken less literally. F is log q (again at least 0.001)
// less its mean. With L = max(q[y], 0.005):
//
//     1. fixed share (Herbster and Warmuth, "Tracking the best expert", 1998)
//            P = sum of w q;  w *= L^0.5, normalised, then w = 0.997 w + 0.003 / E
//     2. discounted hedge (Freund and Schapire, 1997, with a past that fades)
//            P = sum of h q;  h = h^0.995 L^0.5, normalised, at least 1e-12
//     3. stacking by online Newton steps (Hazan, Agarwal and Kale, "Logarithmic regret algorithms
//        for online convex optimization", 2007)
//            P = softmax(sum of s F);  g = sum of P F - F[y];  v = A g;  d = 1 + c g'v
//            s -= v / d;  A -= (c / d) v v';  A's diagonal + 1e-6 where below 0.01
//            c = max(0.05, P[y]) / max(0.05, 1 - P[y])
//
// and the prediction is the sum of m P, with m following the rules as h follows the experts (at
// least 1e-6). The first is steady on few rows, the third can weigh experts against one another,
// the second stands between.
//
// For numbers, all measured in deviations of the target, L is exp(-d^2 / 2), with d the error in
// usual errors (means of 500 rows), at most 6; there are no temperatures; and the third rule is
// recursive least squares with the noise r as it runs: e = s'p - y, cut off at 3 sqrt r,
// s -= e A p / (r + p'A p). The interval that holds nine numbers of ten is the usual error times a
// reach, which grows by 1.8 % when a number falls outside and shrinks by 0.2 % when not (Gibbs and
// Candes, "Adaptive conformal inference under distribution shift", 2021).
//
// An expert that sleeps has no weight; one that wakes begins with its even share.

package import Kernels
package import Primitives

/// The weights of a pool's experts.
package struct Mix: Sendable {
    /// The weights and all that they are learned by.
    package private(set) var numbers: MixNumbers
    /// How many opinions are mixed.
    package let experts: Int
    /// Whether they are numbers.
    package let isNumber: Bool

    /// Makes a mix that believes all alike.
    ///
    /// - Precondition: There is at least one, and at most ``MixNumbers/slotsMost``.
    package init(experts: Int, isNumber: Bool) {
        precondition(experts > 0, "a mix has an expert")
        self.experts = experts
        self.isNumber = isNumber
        numbers = MixNumbers(experts: experts)
        let even = 1 / Float(experts)
        for slot in 0..<numbers.slots {
            numbers[.temperature, slot] = 1
            numbers.spread[slot * numbers.slots + slot] = 0.01
            guard slot < experts else { continue }
            numbers[.active, slot] = 1
            numbers[.share, slot] = even
            numbers[.hedge, slot] = even
            numbers[.stack, slot] = even
        }
        for rule in MixNumbers.rules { numbers.wholes[rule] = 1 / Float(MixNumbers.rules.count) }
        numbers.wholes[MixNumbers.noise] = 1
        numbers.wholes[MixNumbers.error] = 1
        numbers.wholes[MixNumbers.reach] = 2
    }

    /// Whether an expert is in the mix.
    package func isAwake(_ expert: Int) -> Bool { numbers[.active, expert] == 1 }

    /// How much an expert is believed, from 0 to 1: its weight under the first rule, the one that
    /// can be read as such.
    package func weight(of expert: Int) -> Float { numbers[.share, expert] }

    /// An expert's own mean loss over about the last thousand rows.
    package func loss(of expert: Int) -> Float { numbers[.loss, expert] }

    /// An expert's own share of errors, or mean error in deviations of the target.
    package func miss(of expert: Int) -> Float { numbers[.miss, expert] }

    /// The same over all rows since it took part; of numbers in their own unit.
    package func overall(of expert: Int) -> Float { numbers[.overall, expert] }

    /// How far an interval reaches to either side of a number, in deviations of the target.
    package var reach: Float {
        numbers.wholes[MixNumbers.reach] * max(numbers.wholes[MixNumbers.error], Mix.leastError)
    }

    /// An error that is smaller counts as this one; the kernel has the same number.
    private static let leastError: Float = 1e-6

    /// Whether every number is finite.
    package var isFinite: Bool {
        numbers.parts.allSatisfy { $0.isFinite } && numbers.spread.allSatisfy { $0.isFinite }
            && numbers.wholes.allSatisfy { $0.isFinite }
    }

    /// Takes an expert out of the mix; what it leaves goes to the others.
    package mutating func dismiss(_ expert: Int) {
        guard isAwake(expert) else { return }
        numbers[.active, expert] = 0
        numbers[.share, expert] = 0
        numbers[.hedge, expert] = 0
        numbers[.logHedge, expert] = 0
        normalise(.share)
        normalise(.hedge)
    }

    /// Takes an expert into the mix, with its even share.
    package mutating func readmit(_ expert: Int) {
        guard !isAwake(expert) else { return }
        numbers[.active, expert] = 1
        let even = 1 / Float(experts)
        numbers[.share, expert] = even
        numbers[.hedge, expert] = even
        numbers[.count, expert] = 0
        normalise(.share)
        normalise(.hedge)
        for other in 0..<experts where isAwake(other) {
            numbers[.logHedge, other] = Float(Scalar.log(Double(numbers[.hedge, other])))
        }
    }

    private mutating func normalise(_ part: MixNumbers.Part) {
        var sum: Float = 0
        for expert in 0..<experts { sum += numbers[part, expert] }
        guard sum > 0 else { return }
        for expert in 0..<experts { numbers[part, expert] /= sum }
    }

    /// Mixes opinions about classes, and follows the labels where `learns` is 1.
    package mutating func mixClasses(
        _ opinions: Span<Float>,
        rows: ExpertRows,
        learns: [UInt8],
        predictions: inout MutableSpan<Float>
    ) {
        numbers.mixClasses(
            opinions,
            experts: experts,
            rows: rows,
            learns: learns,
            predictions: &predictions
        )
    }

    /// Mixes opinions about numbers, and follows the targets where `learns` is 1.
    package mutating func mixNumbers(
        _ opinions: Span<Float>,
        rows: ExpertRows,
        learns: [UInt8],
        predictions: inout MutableSpan<Float>,
        reaches: inout MutableSpan<Float>
    ) {
        numbers.mixNumbers(
            opinions,
            experts: experts,
            rows: rows,
            learns: learns,
            predictions: &predictions,
            reaches: &reaches
        )
    }
}

extension Mix: ByteCodable {
    /// Appends every number.
    package func encode(into writer: inout ByteWriter) {
        writer.write(UInt8(experts))
        writer.write(isNumber)
        writer.write(numbers.parts)
        writer.write(numbers.spread)
        writer.write(numbers.wholes)
    }

    /// Reads every number.
    package init(from reader: inout ByteReader) throws(DecodeError) {
        let experts = Int(try reader.read(UInt8.self))
        guard 1...MixNumbers.slotsMost ~= experts else {
            throw .invalid("a pool mixes \(experts) opinions")
        }
        self.init(experts: experts, isNumber: try reader.readFlag())
        let parts = try reader.readFloats()
        let spread = try reader.readFloats()
        let wholes = try reader.readFloats()
        guard parts.count == numbers.parts.count, spread.count == numbers.spread.count,
            wholes.count == numbers.wholes.count
        else { throw .invalid("the weights of a pool are not those of its experts") }
        numbers.parts = parts
        numbers.spread = spread
        numbers.wholes = wholes
        let areFlags = (0..<numbers.slots).allSatisfy {
            let flag = numbers[.active, $0]
            return flag == 0 || flag == 1 && $0 < experts
        }
        let areWeights =
            parts.allSatisfy { abs($0) <= 1e38 } && wholes.allSatisfy { abs($0) <= 1e7 }
        guard isFinite, areFlags, areWeights, (0..<experts).contains(where: { isAwake($0) }),
            (0..<numbers.slots).allSatisfy({ 0.02...3 ~= numbers[.temperature, $0] }),
            MixNumbers.rules.allSatisfy({ wholes[$0] >= 0 })
        else { throw .invalid("the weights of a pool are not usable") }
    }
}
