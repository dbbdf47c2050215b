// SPDX-License-Identifier: Apache-2.0
//
// Columns under a test of level and spread each: silent where nothing changes, and found where
// something does.

import Drift
import Primitives
import Testing

/// Rows of columns of many kinds.
struct ColumnWorld {
    /// What a column's values are like.
    enum Kind: CaseIterable {
        case normal
        case uniform
        case heavy
        case skewed
        case rare
        case binary
        case sticky
        case constant
        case missing
    }

    var random: RandomSource
    var states: [Double]
    let kinds: [Kind]

    init(seed: UInt64, kinds: [Kind]) {
        random = RandomSource(seed: seed)
        self.kinds = kinds
        states = kinds.map { _ in 0 }
    }

    mutating func value(_ column: Int) -> Float {
        switch kinds[column] {
        case .normal: return Float(random.normal())
        case .uniform: return Float(random.unit()) * 1e6 + 1.7e9
        case .heavy: return Float(random.normal() / max(1e-9, random.unit()))
        case .skewed:
            let power = random.normal()
            return Float(power * power * power * power)
        case .rare: return random.chance(0.005) ? 1 : 0
        case .binary: return random.chance(0.3) ? 1 : 0
        case .sticky:
            states[column] = 0.9 * states[column] + random.normal()
            return Float(states[column])
        case .constant: return 7.3
        case .missing: return random.chance(0.7) ? .nan : Float(random.normal())
        }
    }

    mutating func rows(_ count: Int, change: (Int, Float) -> Float = { $1 }) -> [Float] {
        var raw: [Float] = []
        raw.reserveCapacity(count * kinds.count)
        for _ in 0..<count {
            for column in kinds.indices { raw.append(change(column, value(column))) }
        }
        return raw
    }
}

extension ColumnWatch {
    init(columns: Int, delta: Double = 0.05) {
        self.init(delta: delta, comparesBins: true)
        for place in 0..<columns { append(place: place) }
    }

    /// All shifts of the rows, with the rows that had passed.
    mutating func shifts(_ raw: [Float], width: Int) -> [ColumnShift] {
        var found: [ColumnShift] = []
        var row = 0
        while let shift = observe(raw.span, width: width, rows: row..<raw.count / width) {
            row = shift.row
            found.append(shift)
        }
        return found
    }
}

private func bytes(of item: some ByteCodable) -> [UInt8] {
    var writer = ByteWriter()
    item.encode(into: &writer)
    return writer.bytes
}

@Suite struct ColumnWatchTests {
    /// Five horizons of eight columns: a quarter of a false shift is allowed for each kind.
    @Test(arguments: ColumnWorld.Kind.allCases) func falseShiftsAreRare(kind: ColumnWorld.Kind) {
        var shifts = 0
        for seed in 1...5 as ClosedRange<UInt64> {
            let kinds = [ColumnWorld.Kind](repeating: kind, count: 8)
            var world = ColumnWorld(seed: seed, kinds: kinds)
            var watch = ColumnWatch(columns: 8)
            shifts += watch.shifts(world.rows(ColumnWatch.horizon), width: 8).count
        }
        #expect(shifts <= 2)
    }

    @Test(arguments: ["level", "spread"], [0.5, 1, 3])
    func aShiftIsFoundAndNamed(aspect: String, size: Double) throws {
        for seed in 1...5 as ClosedRange<UInt64> {
            let kinds = [ColumnWorld.Kind](repeating: .normal, count: 10)
            var world = ColumnWorld(seed: seed, kinds: kinds)
            var watch = ColumnWatch(columns: 10)
            #expect(watch.shifts(world.rows(8000), width: 10).isEmpty)
            let raw = world.rows(1500) { column, value in
                guard column == 3 else { return value }
                return aspect == "level" ? value - Float(size) : value * Float(1 + size)
            }
            let shift = try #require(watch.shifts(raw, width: 10).first)
            #expect(shift.column == 3 && shift.aspect.name == aspect && shift.others == 0)
            #expect(shift.change == (aspect == "level" ? .fall : .rise))
            #expect((shift.row - shift.rowsSinceOnset).magnitude < 1100)
            // The block in which it began is part of it.
            let expected = aspect == "level" ? -size : 1 + size
            #expect((shift.size / expected - 1).magnitude < 0.5)
        }
    }

    @Test func aConstantThatMovesIsFound() throws {
        var world = ColumnWorld(seed: 1, kinds: [.normal, .constant])
        var watch = ColumnWatch(columns: 2)
        #expect(watch.shifts(world.rows(10_000), width: 2).isEmpty)
        let raw = world.rows(1024) { column, value in column == 1 ? value + 1 : value }
        let shift = try #require(watch.shifts(raw, width: 2).first)
        #expect(shift.column == 1 && shift.aspect == .level && shift.change == .rise)
        #expect(!shift.size.isFinite || shift.size > 1)
        // One wild value is no shift of a column that was constant, nor of one that was not.
        var other = ColumnWatch(columns: 2)
        #expect(other.shifts(world.rows(10_000), width: 2).isEmpty)
        var wild = world.rows(2048)
        wild[600] = 3e38
        wild[601] = -3e38
        #expect(other.shifts(wild, width: 2).isEmpty)
    }

    @Test func itDoesNotMatterHowRowsAreCut() throws {
        var world = ColumnWorld(seed: 3, kinds: ColumnWorld.Kind.allCases)
        let width = world.kinds.count
        let quiet = world.rows(6000)
        let raw = quiet + world.rows(4000) { $0 == 1 ? $1 + 3e5 : $0 == 5 ? 1 - $1 : $1 }
        var whole = ColumnWatch(columns: width)
        let expected = whole.shifts(raw, width: width)
        #expect(expected.count >= 2 || expected.first?.others == 1)
        for cut in [1, 7, 100, 256, 3000] {
            var watch = ColumnWatch(columns: width)
            var found: [ColumnShift] = []
            for start in stride(from: 0, to: 10_000, by: cut) {
                let end = min(10_000, start + cut)
                let part = Array(raw[start * width..<end * width])
                for var shift in watch.shifts(part, width: width) {
                    shift.row += start
                    found.append(shift)
                }
                // Restored in the middle, it goes on the same.
                if start % 21 == 0, cut > 50 {
                    var reader = ByteReader(bytes(of: watch))
                    watch = try ColumnWatch(from: &reader)
                    try reader.expectEnd()
                }
            }
            #expect(found == expected)
            #expect(bytes(of: watch) == bytes(of: whole))
        }
    }

    @Test func columnsJoinLater() throws {
        var world = ColumnWorld(seed: 4, kinds: [.normal, .normal, .binary])
        var watch = ColumnWatch(delta: 0.05, comparesBins: true)
        // The middle column is none that is watched.
        watch.append(place: 0)
        #expect(watch.shifts(world.rows(5000), width: 3).isEmpty)
        watch.append(place: 2)
        #expect(watch.places.runs.count == 2 && watch.ready == 1)
        #expect(watch.shifts(world.rows(6000), width: 3).isEmpty)
        #expect(watch.ready == 2)
        let unwatched = world.rows(2000) { $0 == 1 ? $1 + 5 : $1 }
        #expect(watch.shifts(unwatched, width: 3).isEmpty)
        let moved = world.rows(1500) { $0 == 2 ? 1 - $1 : $1 }
        let found = watch.observe(moved.span, width: 3, rows: 0..<1500)
        let shift = try #require(found)
        #expect(shift.column == 1)
        // It begins anew with a reference of its own.
        #expect(watch.ready == 1)
    }

    @Test func theStabilityIndexKnowsWhatChanceDoes() throws {
        var above = 0
        var ratio = 0.0
        var windows = 0
        for seed in 1...6 as ClosedRange<UInt64> {
            var world = ColumnWorld(seed: seed, kinds: [.normal, .uniform, .binary, .constant])
            var watch = ColumnWatch(columns: 4)
            for _ in 0..<6 {
                _ = watch.shifts(world.rows(4096), width: 4)
                guard let figure = watch.largestIndex else { continue }
                windows += 1
                above += figure.above
                ratio += figure.index / figure.threshold
            }
        }
        // One window in a hundred may have a column above.
        #expect(windows >= 30 && above <= 3)
        #expect((0.2..<0.9).contains(ratio / Double(windows)))
        var world = ColumnWorld(seed: 9, kinds: [.normal, .normal])
        var watch = ColumnWatch(columns: 2)
        _ = watch.shifts(world.rows(4096), width: 2)
        _ = watch.shifts(world.rows(4096) { $0 == 1 ? $1 * 0.7 : $1 }, width: 2)
        let figure = try #require(watch.largestIndex)
        #expect(figure.column == 1 && figure.above == 1 && figure.index > figure.threshold)
        #expect(figure.columns == 2 && figure.values == 512)
    }

    @Test func damagedBytesNeverTrap() {
        var world = ColumnWorld(seed: 5, kinds: [.normal, .missing])
        var watch = ColumnWatch(columns: 2)
        _ = watch.shifts(world.rows(5000), width: 2)
        let good = bytes(of: watch)
        for place in stride(from: 0, to: good.count, by: 7) {
            var bad = good
            bad[place] ^= 0x40
            var reader = ByteReader(bad)
            guard var read = try? ColumnWatch(from: &reader) else { continue }
            guard read.places.width <= 2 else { continue }
            _ = read.shifts(world.rows(1100), width: 2)
        }
    }
}
