// SPDX-License-Identifier: Apache-2.0
//
// Samples that come in blocks leave the same reports and the same bytes as one after the other,
// however they are cut.

import Drift
import Primitives
import Testing

private struct Stream {
    var errors: [UInt8] = []
    var losses: [Double] = []

    /// Samples whose error rate goes from one of `rates` to the next.
    init(seed: UInt64, rates: [Double], each: Int, odd: Double = 0) {
        var source = RandomSource(seed: seed)
        for index in 0..<rates.count * each {
            let isError = source.chance(rates[index / each])
            errors.append(isError ? 1 : 0)
            let loss = min(1, (isError ? 0.6 : 0) + 0.4 * source.unit())
            losses.append(source.chance(odd) ? [.nan, 3, .infinity, -1][source.below(4)] : loss)
        }
    }
}

private struct Found: Equatable {
    var index: Int
    var report: DriftReport
}

private func bytes(of item: some ByteCodable) -> [UInt8] {
    var writer = ByteWriter()
    item.encode(into: &writer)
    return writer.bytes
}

private let variants: [DriftSettings] = {
    var any = DriftSettings()
    any.policy = .anyChange
    any.calmSamples = 40
    var eager = DriftSettings()
    eager.pageHinkleyThreshold = 6
    eager.pageHinkleyMinimum = 3
    eager.adwinClock = 1
    eager.calmSamples = 0
    var slow = any
    slow.adwinClock = 100
    slow.pageHinkleyThreshold = 12
    var loose = DriftSettings()
    loose.adwinDelta = 0.2
    loose.adwinWarningDelta = 0.9
    loose.calmSamples = 7
    loose.pageHinkleyThreshold = 20
    return [DriftSettings(), any, eager, slow, loose]
}()

@Suite struct BlockTests {
    @Test(arguments: variants.indices, [true, false])
    func blocksAreSampleAfterSample(variant: Int, hasErrors: Bool) {
        var seen = 0
        for seed in 1...3 as ClosedRange<UInt64> {
            let stream = Stream(
                seed: seed,
                rates: [0.1, 0.35, 0.1, 0.02, 0.5, 0.5],
                each: 900,
                odd: seed % 3 == 0 ? 0.01 : 0
            )
            var single = DriftWatch(settings: variants[variant])
            var expected: [Found] = []
            var states: [[UInt8]] = []
            for index in stream.losses.indices {
                let bit: Double? = hasErrors ? Double(stream.errors[index]) : nil
                if let report = single.observe(error: bit, loss: stream.losses[index]) {
                    expected.append(Found(index: index, report: report))
                }
                states.append(bytes(of: single))
            }
            for cut in [1, 7, 256, 5400] {
                var watch = DriftWatch(settings: variants[variant])
                var found: [Found] = []
                for start in stride(from: 0, to: stream.losses.count, by: cut) {
                    let end = min(start + cut, stream.losses.count)
                    let errors = hasErrors ? Array(stream.errors[start..<end]) : []
                    let losses = Array(stream.losses[start..<end])
                    var next = 0
                    while let news = watch.observe(
                        errors: errors.span,
                        losses: losses.span,
                        from: next
                    ) {
                        next = news.next
                        found.append(Found(index: start + next - 1, report: news.report))
                        #expect(bytes(of: watch) == states[start + next - 1])
                    }
                    #expect(bytes(of: watch) == states[end - 1])
                }
                #expect(found == expected)
            }
            seen += expected.count
        }
        #expect(seen > 5)
    }

    @Test func aWatchThatIsOffReportsNothing() {
        var settings = DriftSettings()
        settings.isEnabled = false
        var watch = DriftWatch(settings: settings)
        let stream = Stream(seed: 1, rates: [0, 1], each: 500)
        #expect(watch.observe(errors: stream.errors.span, losses: stream.losses.span) == nil)
    }

    @Test func aLongStreamStaysTheSame() {
        // Long enough for many rows of buckets, and for the warning zone of Page-Hinkley.
        let stream = Stream(seed: 9, rates: [0.3], each: 200_000)
        var single = DriftWatch()
        var watch = DriftWatch()
        var reports = 0
        for index in stream.losses.indices {
            let error = Double(stream.errors[index])
            if single.observe(error: error, loss: stream.losses[index]) != nil { reports += 1 }
        }
        var next = 0
        while let news = watch.observe(
            errors: stream.errors.span,
            losses: stream.losses.span,
            from: next
        ) {
            next = news.next
            reports -= 1
        }
        #expect(reports == 0)
        #expect(bytes(of: watch) == bytes(of: single))
    }
}
