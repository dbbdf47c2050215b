// SPDX-License-Identifier: Apache-2.0
//
// HDDM-A: Hoeffding's inequality on means (Frias-Blanco, del Campo-Avila, Ramos-Jimenez,
// Morales-Bueno, Ortiz-Diaz and Caballero-Mota, "Online and non-parametric drift detection methods
// based on Hoeffding's bounds", 2015, the A-test). The input is an *error* within 0...1, 1 is
// wrong; other numbers are taken, but the bound then promises nothing.
// 1. z is the mean of all n values; e(n) = sqrt(ln(1/d) / 2n);
// 2. the cut for a rise is where z + e(n) was least, for a fall where z - e(n) was largest; k
//    values lie before it, with mean x;
// 3. z - x of at least sqrt((n - k) / (k n) * L / 2) is a rise at the confidence d.
//
// By the inequality L = ln(1/d) for a test of one side, so that d is its chance of a false alarm;
// `river`, and by default this, takes ln(2/d) there too, as a test of both sides needs it. Under
// `reference=paper` L is ln(1/d) when only rises are looked for. The order of the operations is
// that of the `river` package.

import Kernels
package import Primitives

/// Hoeffding's test of a mean against the mean up to a cut, O(1): for abrupt changes of errors.
package struct HDDMA: DriftDetector {
    /// What the detector is called in events and metrics.
    package static let name = "hddm_a"

    /// The chance of a false drift at one value.
    package let driftConfidence: Double
    /// The chance of a false warning at one value.
    package let warningConfidence: Double
    /// Whether falls are looked for too.
    package let isTwoSided: Bool
    /// Whose rule is followed.
    package let reference: DetectorReference

    /// Which way the last warning or drift went.
    package private(set) var lastChange = DriftChange.none
    /// How many values ago the cut of the last warning or drift lies.
    package private(set) var samplesSinceOnset = 0
    /// Whether the newest value saw at least a warning.
    package private(set) var isWarning = false

    private let boundLevel: Double
    private let driftLevel: Double
    private let warningLevel: Double
    private var all = RunningMean()
    private var low = RunningMean()
    private var high = RunningMean()
    private var mustRestart = false

    /// Makes a detector that has seen nothing.
    ///
    /// - Precondition: Confidences are above 0 and at most 1.
    package init(
        driftConfidence: Double = 0.001,
        warningConfidence: Double = 0.005,
        isTwoSided: Bool = false,
        reference: DetectorReference = .river
    ) {
        precondition(driftConfidence > 0 && driftConfidence <= 1, "a confidence is a chance")
        precondition(warningConfidence > 0 && warningConfidence <= 1, "a confidence is a chance")
        self.driftConfidence = driftConfidence
        self.warningConfidence = warningConfidence
        self.isTwoSided = isTwoSided
        self.reference = reference
        let sides = isTwoSided || reference == .river ? 2.0 : 1
        boundLevel = Scalar.log(1 / driftConfidence)
        driftLevel = Scalar.log(sides / driftConfidence)
        warningLevel = Scalar.log(sides / warningConfidence)
    }

    /// Takes the next error: 1 for wrong, 0 for right.
    ///
    /// - Precondition: `error` is finite.
    package mutating func update(with error: Double) -> DriftVerdict {
        if mustRestart { restart() }
        all.update(with: error)
        moveCuts()
        isWarning = false
        let rise = verdict(on: all.mean - low.mean, since: low)
        let fall = isTwoSided ? verdict(on: high.mean - all.mean, since: high) : .none
        let gravest = max(rise, fall)
        if gravest == .none { return .none }
        isWarning = true
        lastChange = rise >= fall ? .rise : .fall
        samplesSinceOnset = Int(all.count - (rise >= fall ? low.count : high.count))
        mustRestart = gravest == .drift
        return gravest
    }

    private mutating func moveCuts() {
        if low.count == 0 { low = all }
        if high.count == 0 { high = all }
        let now = bound(all.count)
        if low.mean + bound(low.count) >= all.mean + now { low = all }
        if high.mean - bound(high.count) <= all.mean - now { high = all }
    }

    private func bound(_ count: Double) -> Double {
        (1 / (2 * count) * boundLevel).squareRoot()
    }

    private func verdict(on difference: Double, since cut: RunningMean) -> DriftVerdict {
        if cut.count == all.count { return .none }
        let m = (all.count - cut.count) / cut.count * (1 / all.count)
        if difference >= (m / 2 * driftLevel).squareRoot() { return .drift }
        return difference >= (m / 2 * warningLevel).squareRoot() ? .warning : .none
    }

    /// Forgets all values.
    package mutating func restart() {
        all = RunningMean()
        low = RunningMean()
        high = RunningMean()
        mustRestart = false
        isWarning = false
    }
}

extension HDDMA: ByteCodable {
    /// Appends the parameters and the means.
    package func encode(into writer: inout ByteWriter) {
        writer.write(driftConfidence)
        writer.write(warningConfidence)
        writer.write(isTwoSided)
        writer.write(reference.rawValue)
        writer.write(lastChange.rawValue)
        writer.write(Int64(samplesSinceOnset))
        writer.write(isWarning)
        writer.write(mustRestart)
        for mean in [all, low, high] { mean.encode(into: &writer) }
    }

    /// Reads the parameters and the means.
    package init(from reader: inout ByteReader) throws(DecodeError) {
        let tiniest = Double.leastNonzeroMagnitude
        let drift = try reader.readNumber(in: tiniest...1)
        let warning = try reader.readNumber(in: tiniest...1)
        self.init(
            driftConfidence: drift,
            warningConfidence: warning,
            isTwoSided: try reader.readFlag(),
            reference: try reader.readReference()
        )
        lastChange = try reader.readChange()
        samplesSinceOnset = try reader.readAge()
        isWarning = try reader.readFlag()
        mustRestart = try reader.readFlag()
        all = try RunningMean(from: &reader)
        low = try RunningMean(from: &reader)
        high = try RunningMean(from: &reader)
        guard low.count <= all.count, high.count <= all.count else {
            throw .invalid("an HDDM-A's cut is behind its last value")
        }
    }
}
