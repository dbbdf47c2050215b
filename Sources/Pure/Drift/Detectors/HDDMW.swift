// SPDX-License-Identifier: Apache-2.0
//
// HDDM-W: McDiarmid's inequality on exponentially weighted means (Frias-Blanco and others, "Online
// and non-parametric drift detection methods based on Hoeffding's bounds", 2015, the W-test). The
// input is an *error* within 0...1, 1 is wrong; other numbers are taken, but the bound then
// promises nothing.
// 1. A weighted mean is x at its first value, then m = w x + (1 - w) m; D, the sum of the squares
//    of the weights that its values have, goes D = w^2 + (1 - w)^2 D;
// 2. the cut for a rise is where m + sqrt(D ln(1/d) / 2) of all values was least, for a fall where
//    the difference was largest; the mean at the cut is kept, and another begins behind it;
// 3. two means further apart than sqrt((D1 + D2) ln(1/d) / 2) are a change at the confidence d.
//
// A mean of one value has D = 1. `river`, and by default this, has w^2 + (1 - w)^2 there: it
// applies the recursion once too often, so its bound is a little too small (5 % at the first value
// with w = 0.05, less with each that follows). `reference=paper` starts at 1. The order of the
// operations is that of the `river` package.

import Kernels
package import Primitives

/// McDiarmid's test of weighted means, O(1): for changes that come slowly.
package struct HDDMW: DriftDetector {
    /// What the detector is called in events and metrics.
    package static let name = "hddm_w"

    /// The chance of a false drift at one value.
    package let driftConfidence: Double
    /// The chance of a false warning at one value.
    package let warningConfidence: Double
    /// The weight of the newest value.
    package let weight: Double
    /// Whether falls are looked for too.
    package let isTwoSided: Bool
    /// Whose rule is followed.
    package let reference: DetectorReference

    /// Which way the last warning or drift went.
    package private(set) var lastChange = DriftChange.none
    /// For how many values the two means of the last warning or drift have lain apart by more than
    /// half of what makes a drift; the cut may be far back, as it stays at the best mean ever.
    package private(set) var samplesSinceOnset = 0
    /// Whether the newest value saw at least a warning.
    package private(set) var isWarning = false

    private let driftLevel: Double
    private let warningLevel: Double
    private let start: Double
    private var all: WeightedMean
    private var rise: Cut
    private var fall: Cut
    private var mustRestart = false

    /// Makes a detector that has seen nothing.
    ///
    /// - Precondition: Confidences are above 0 and at most 1, the weight is within 0...1.
    package init(
        driftConfidence: Double = 0.001,
        warningConfidence: Double = 0.005,
        weight: Double = 0.05,
        isTwoSided: Bool = false,
        reference: DetectorReference = .river
    ) {
        precondition(driftConfidence > 0 && driftConfidence <= 1, "a confidence is a chance")
        precondition(warningConfidence > 0 && warningConfidence <= 1, "a confidence is a chance")
        precondition((0...1).contains(weight), "a weight lies between 0 and 1")
        self.driftConfidence = driftConfidence
        self.warningConfidence = warningConfidence
        self.weight = weight
        self.isTwoSided = isTwoSided
        self.reference = reference
        driftLevel = Scalar.log(1 / driftConfidence)
        warningLevel = Scalar.log(1 / warningConfidence)
        start = reference == .paper ? 1 : weight * weight + (1 - weight) * (1 - weight)
        all = WeightedMean()
        rise = Cut(point: .infinity)
        fall = Cut(point: -.infinity)
    }

    /// Takes the next error: 1 for wrong, 0 for right.
    ///
    /// - Precondition: `error` is finite.
    package mutating func update(with error: Double) -> DriftVerdict {
        if mustRestart { restart() }
        all.update(with: error, weight, start)
        let bound = (all.squares * driftLevel / 2).squareRoot()
        rise.take(error, all, all.mean + bound, all.mean + bound < rise.point, weight, start)
        fall.take(error, all, all.mean - bound, all.mean - bound > fall.point, weight, start)
        isWarning = false
        let levels = (driftLevel, warningLevel)
        let rising = rise.verdict(on: rise.newer.mean - rise.older.mean, levels)
        let falling =
            isTwoSided ? fall.verdict(on: fall.older.mean - fall.newer.mean, levels) : .none
        let gravest = max(rising, falling)
        if gravest == .none { return .none }
        isWarning = true
        lastChange = rising >= falling ? .rise : .fall
        samplesSinceOnset = rising >= falling ? rise.age : fall.age
        mustRestart = gravest == .drift
        return gravest
    }

    /// Forgets all values.
    package mutating func restart() {
        all = WeightedMean()
        rise = Cut(point: .infinity)
        fall = Cut(point: -.infinity)
        mustRestart = false
        isWarning = false
    }
}

/// A mean whose values weigh less the older they are.
private struct WeightedMean: Sendable {
    var count = 0.0
    var mean = 0.0
    /// The sum of the squares of the weights.
    var squares = 0.0

    mutating func update(with value: Double, _ weight: Double, _ start: Double) {
        if count == 0 {
            mean = value
            squares = start
        } else {
            mean = weight * value + (1 - weight) * mean
            squares = weight * weight + (1 - weight) * (1 - weight) * squares
        }
        count += 1
    }
}

/// The best place to cut so far, the mean up to there and the mean from there on.
private struct Cut: Sendable {
    var point: Double
    var older = WeightedMean()
    var newer = WeightedMean()
    /// For how many values the means have lain apart by half of what makes a drift.
    var age = 0

    init(point: Double) { self.point = point }

    mutating func take(
        _ value: Double,
        _ all: WeightedMean,
        _ place: Double,
        _ isBetter: Bool,
        _ weight: Double,
        _ start: Double
    ) {
        if isBetter {
            point = place
            older = all
            newer = WeightedMean()
            age = 0
        } else {
            newer.update(with: value, weight, start)
        }
    }

    mutating func verdict(
        on difference: Double,
        _ levels: (drift: Double, warning: Double)
    ) -> DriftVerdict {
        if newer.count == 0 { return .none }
        let squares = older.squares + newer.squares
        let limit = (squares * levels.drift / 2).squareRoot()
        age = difference > limit / 2 ? age + 1 : 0
        if difference > limit { return .drift }
        return difference > (squares * levels.warning / 2).squareRoot() ? .warning : .none
    }
}

extension WeightedMean: ByteCodable {
    func encode(into writer: inout ByteWriter) {
        for number in [count, mean, squares] { writer.write(number) }
    }

    init(from reader: inout ByteReader) throws(DecodeError) {
        count = try reader.readCount()
        mean = try reader.readFinite()
        squares = try reader.readNumber(in: 0...1)
    }
}

extension Cut: ByteCodable {
    func encode(into writer: inout ByteWriter) {
        writer.write(point)
        older.encode(into: &writer)
        newer.encode(into: &writer)
        writer.write(Int64(age))
    }

    init(from reader: inout ByteReader) throws(DecodeError) {
        point = try reader.readDouble()
        guard !point.isNaN else { throw .invalid("an HDDM-W's cut is no number") }
        older = try WeightedMean(from: &reader)
        newer = try WeightedMean(from: &reader)
        age = try reader.readAge()
    }
}

extension HDDMW: ByteCodable {
    /// Appends the parameters and the means.
    package func encode(into writer: inout ByteWriter) {
        for number in [driftConfidence, warningConfidence, weight] { writer.write(number) }
        writer.write(isTwoSided)
        writer.write(reference.rawValue)
        writer.write(lastChange.rawValue)
        writer.write(Int64(samplesSinceOnset))
        writer.write(isWarning)
        writer.write(mustRestart)
        all.encode(into: &writer)
        rise.encode(into: &writer)
        fall.encode(into: &writer)
    }

    /// Reads the parameters and the means.
    package init(from reader: inout ByteReader) throws(DecodeError) {
        let tiniest = Double.leastNonzeroMagnitude
        let drift = try reader.readNumber(in: tiniest...1)
        let warning = try reader.readNumber(in: tiniest...1)
        let weight = try reader.readNumber(in: 0...1)
        self.init(
            driftConfidence: drift,
            warningConfidence: warning,
            weight: weight,
            isTwoSided: try reader.readFlag(),
            reference: try reader.readReference()
        )
        lastChange = try reader.readChange()
        samplesSinceOnset = try reader.readAge()
        isWarning = try reader.readFlag()
        mustRestart = try reader.readFlag()
        all = try WeightedMean(from: &reader)
        rise = try Cut(from: &reader)
        fall = try Cut(from: &reader)
    }
}
