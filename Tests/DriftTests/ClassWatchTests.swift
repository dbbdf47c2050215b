// SPDX-License-Identifier: Apache-2.0
//
// Frequencies of classes: silent where they stay, found where they move.

import Drift
import Primitives
import Testing

private func labels(_ shares: [Double], _ count: Int, _ source: inout RandomSource) -> [Int32] {
    (0..<count).map { _ in
        var rest = source.unit()
        for (label, share) in shares.enumerated() {
            rest -= share
            if rest < 0 { return Int32(label) }
        }
        return Int32(shares.count - 1)
    }
}

private func bytes(of item: some ByteCodable) -> [UInt8] {
    var writer = ByteWriter()
    item.encode(into: &writer)
    return writer.bytes
}

extension ClassWatch {
    fileprivate mutating func shifts(_ labels: [Int32]) -> [(shift: ClassShift, next: Int)] {
        var found: [(shift: ClassShift, next: Int)] = []
        while let (shift, next) = observe(labels.span, from: found.last?.next ?? 0) {
            found.append((shift, next))
        }
        return found
    }
}

@Suite struct ClassWatchTests {
    private static let worlds: [[Double]] = [
        [0.5, 0.5], [0.95, 0.05], [0.998, 0.002], [0.25, 0.25, 0.25, 0.25],
        (0..<50).map { _ in 0.02 },
    ]

    @Test(arguments: worlds.indices) func falseShiftsAreRare(world: Int) {
        var found = 0
        for seed in 1...20 as ClosedRange<UInt64> {
            var source = RandomSource(seed: seed)
            var watch = ClassWatch(delta: 0.05)
            found += watch.shifts(labels(Self.worlds[world], 25_600, &source)).count
        }
        // Twenty horizons at 5 % each: one is expected.
        #expect(found <= 4)
    }

    @Test func burstsAreNoShift() {
        var found = 0
        for seed in 1...10 as ClosedRange<UInt64> {
            var source = RandomSource(seed: seed)
            var watch = ClassWatch(delta: 0.05)
            var label: Int32 = 0
            let bursts = (0..<25_600).map { _ -> Int32 in
                if source.chance(0.05) { label = Int32(source.below(2)) }
                return label
            }
            found += watch.shifts(bursts).count
        }
        #expect(found <= 5)
    }

    @Test func aShiftIsFoundAndItsClassNamed() throws {
        for seed in 1...10 as ClosedRange<UInt64> {
            var source = RandomSource(seed: seed)
            var watch = ClassWatch(delta: 0.05)
            let before = labels([0.6, 0.3, 0.1], 10_240, &source)
            let after = labels([0.4, 0.3, 0.3], 2048, &source)
            let (shift, next) = try #require(watch.shifts(before + after).first)
            #expect((10_240...11_264).contains(next))
            #expect(shift.label == 2 || shift.label == 0)
            #expect(shift.change == (shift.label == 2 ? .rise : .fall))
            #expect((0.1..<0.3).contains(shift.size))
        }
    }

    @Test func aNewClassIsAShift() throws {
        var source = RandomSource(seed: 3)
        var watch = ClassWatch(delta: 0.05)
        #expect(watch.shifts(labels([0.5, 0.5], 5120, &source)).isEmpty)
        let after = labels([0.3, 0.3, 0.4], 512, &source)
        let (shift, _) = try #require(watch.shifts(after).first)
        #expect(shift.label == 2 && shift.change == .rise)
    }

    @Test func itDoesNotMatterHowLabelsAreCut() throws {
        var source = RandomSource(seed: 4)
        let all =
            labels([0.5, 0.3, 0.2], 6000, &source) + [-1, -1]
            + labels([0.2, 0.3, 0.5], 3000, &source)
        var whole = ClassWatch(delta: 0.05)
        let expected = whole.shifts(all).map(\.next)
        #expect(expected.count == 1)
        for cut in [1, 100, 257] {
            var watch = ClassWatch(delta: 0.05)
            var found: [Int] = []
            for start in stride(from: 0, to: all.count, by: cut) {
                let part = Array(all[start..<min(all.count, start + cut)])
                found += watch.shifts(part).map { start + $0.next }
                var reader = ByteReader(bytes(of: watch))
                watch = try ClassWatch(from: &reader)
                try reader.expectEnd()
            }
            #expect(found == expected)
            #expect(bytes(of: watch) == bytes(of: whole))
        }
    }
}
