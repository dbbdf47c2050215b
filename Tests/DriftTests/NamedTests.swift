// SPDX-License-Identifier: Apache-2.0
//
// Detectors by name: defaults are those that are listed, and each mistake is told with what is
// allowed.

import Drift
import Primitives
import Testing

@Suite struct NamedTests {
    @Test(arguments: DetectorKind.allCases) func defaultsAreWhatIsListed(kind: DetectorKind) throws
    {
        let plain = try Detector.named(kind.name)
        #expect(plain.kind == kind && DetectorKind(name: kind.eventName) == kind)
        let told = kind.parameters.map { (name: $0.name, value: $0.standard) }
            .filter { kind != .cusum || $0.name != "p1" }
        var (first, second) = (ByteWriter(), ByteWriter())
        plain.encode(into: &first)
        try Detector(kind, parameters: told).encode(into: &second)
        #expect(first.bytes == second.bytes)
    }

    @Test func initialisersHaveTheSameDefaults() throws {
        let pairs: [(Detector, String)] = [
            (.adwin(ADWIN()), "adwin"), (.ddm(DDM()), "ddm"), (.eddm(EDDM()), "eddm"),
            (.hddmA(HDDMA()), "hddm-a"), (.hddmW(HDDMW()), "hddm-w"), (.kswin(KSWIN()), "kswin"),
            (.cusum(CUSUM()), "cusum"), (.glr(BernoulliGLR()), "glr"),
        ]
        for (detector, name) in pairs {
            var (first, second) = (ByteWriter(), ByteWriter())
            detector.encode(into: &first)
            try Detector.named(name).encode(into: &second)
            #expect(first.bytes == second.bytes)
        }
    }

    @Test(
        arguments: [
            (
                "adwinn", "",
                "there is no detector \"adwinn\"; the detectors are adwin, page-hinkley"
            ),
            ("ddm", "warmup=3", "ddm has no parameter \"warmup\"; its parameters are warm_start"),
            ("ddm", "warm_start=-1", "must be a whole number from 0 to"),
            ("adwin", "delta=0", "must be a number above 0.0 and below 1.0"),
            ("adwin", "delta=nan", "must be a number above 0.0 and below 1.0"),
            ("adwin", "delta=0.1,warning_delta=0.01", "it must be at least delta (0.1)"),
            ("adwin", "eager=true", "eager needs warning_delta"),
            ("adwin", "reference=moa", "must be river or paper"),
            ("page-hinkley", "mode=sideways", "must be both or up or down"),
            ("page-hinkley", "threshold=5,warning_threshold=5", "must be below threshold (5.0)"),
            ("eddm", "alpha=0.5", "must be at least beta (0.9)"),
            ("hddm-a", "two_sided_test=maybe", "must be true or false"),
            ("hddm-w", "lambda_val=2", "must be a number at least 0.0 and at most 1.0"),
            ("kswin", "stat_size=60", "must be at most half of window_size (100)"),
            ("kswin", "seed=1,seed=2", "seed is told twice"),
            ("cusum", "p1=0.3", "p1 needs p0"),
            ("cusum", "p0=0.1,p1=0.3,shift=0.1", "say the same"),
            ("cusum", "shift=0", "does not change"),
            ("glr", "threshold=0", "must be a number above 0.0"),
        ]
    )
    func mistakesAreTold(name: String, parameters: String, message: String) {
        let told = parameters.split(separator: ",").map { word in
            let parts = word.split(separator: "=")
            return (name: String(parts[0]), value: String(parts[1]))
        }
        do {
            _ = try Detector.named(name, parameters: told)
            Issue.record("\(name) \(parameters) was taken")
        } catch {
            #expect(error.description.contains(message), "\(error)")
        }
    }

    @Test func aLowThresholdNeedsNoWarning() throws {
        let low = try Detector.named("glr", parameters: [("threshold", "3")])
        guard case .glr(let test) = low else { return }
        #expect(test.threshold == 3 && test.warningThreshold == nil)
    }
}
