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

    /// All shifts of the rows.
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

@Suite struct ColumnWatchTests {
    @Test(arguments: ColumnWorld.Kind.allCases) func falseShiftsAreRare(kind: ColumnWorld.Kind) {
        var shifts = 0
        for seed in 1...10 as ClosedRange<UInt64> {
            var world = ColumnWorld(
                seed: seed,
                kinds: [ColumnWorld.Kind](repeating: kind, count: 8)
            )
            var watch = ColumnWatch(columns: 8)
            for _ in 0..<4 {
                for shift in watch.shifts(world.rows(6400), width: 8) {
                    shifts += 1
                    print(kind, shift)
                }
            }
        }
        print("FALSE", kind, shifts, "in 256000")
        // Ten horizons at 5 % each.
        #expect(shifts <= 4)
    }

    @Test(arguments: ["level", "spread"], [0.1, 0.25, 0.5, 1, 3])
    func shiftsAreFoundAndNamed(aspect: String, size: Double) {
        var delays: [Int] = []
        var named = 0
        for seed in 1...10 as ClosedRange<UInt64> {
            var world = ColumnWorld(
                seed: seed,
                kinds: [ColumnWorld.Kind](repeating: .normal, count: 10)
            )
            var watch = ColumnWatch(columns: 10)
            #expect(watch.shifts(world.rows(8000), width: 10).isEmpty)
            let raw = world.rows(6000) { column, value in
                guard column == 3 else { return value }
                return aspect == "level" ? value + Float(size) : value * Float(1 + size)
            }
            guard let shift = watch.shifts(raw, width: 10).first else { continue }
            delays.append(shift.row)
            if shift.column == 3 && shift.aspect.name == aspect { named += 1 }
        }
        print("POWER", aspect, size, "found", delays.count, "named", named, "delays", delays)
    }
}
