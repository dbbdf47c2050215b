// SPDX-License-Identifier: Apache-2.0
//
// Forms of weights in closed form: what each number becomes, what comes back, and how many bytes
// that takes.

import Learning
import Primitives
import Testing

@testable import Versions

@Suite("Forms of weights") struct FormTests {
    private func numbers(_ count: Int, seed: UInt64 = 5) -> [Float] {
        var random = RandomSource(seed: seed)
        return (0..<count).map { _ in Float(random.normal()) }
    }

    @Test("Numbers with a known half, and the way back")
    func halves() {
        let known: [(Float, UInt16)] = [
            (0, 0), (-0.0, 0x8000), (1, 0x3C00), (-2, 0xC000), (0.333_251_95, 0x3555),
            (65_504, 0x7BFF), (65_519.996, 0x7BFF), (0x1p-14, 0x0400), (0x1p-24, 0x0001),
            (0x1p-15, 0x0200),
            // Ties go to the even one: 1 + 2^-11, 1 + 3 * 2^-11, and below the normal numbers.
            (1.000_488_28, 0x3C00), (1.001_464_8, 0x3C02), (1.5 * 0x1p-24, 0x0002),
            (0x1p-25, 0x0000), (2.5 * 0x1p-24, 0x0002),
            // Rounding may carry into the exponent.
            (1.999_9, 0x4000), (0x1.FF8p-15, 0x03FF), (0x1.FFCp-15, 0x0400),
        ]
        for (number, bits) in known {
            #expect(HalfPrecision.bits(of: number) == bits, "\(number)")
        }
        for beyond in [65_520, 1e9, -1e38, .infinity, -.infinity, .nan] as [Float] {
            #expect(HalfPrecision.bits(of: beyond) == nil, "\(beyond)")
        }
    }

    @Test("Every half comes back as itself, and is the nearest to all around it")
    func allHalves() {
        for bits in UInt16.min...UInt16.max where bits >> 10 & 0x1F != 31 {
            let number = HalfPrecision.number(bits)
            #expect(HalfPrecision.bits(of: number) == bits)
            guard bits & 0x7FFF > 0, bits & 0x7FFF < 0x7BFF else { continue }
            let next = HalfPrecision.number(bits + 1)
            let middle = (number + next) / 2
            #expect(HalfPrecision.bits(of: middle) == (bits & 1 == 0 ? bits : bits + 1))
            let nearer = number.sign == .plus ? middle.nextDown : middle.nextUp
            #expect(HalfPrecision.bits(of: nearer) == bits)
        }
        #expect(HalfPrecision.number(0x7C00) == .infinity)
        #expect(HalfPrecision.number(0xFE00).isNaN)
    }

    @Test("Whole numbers are at most half a scale away; a row of zeros has scale 1")
    func wholeNumbers() throws {
        var weights = numbers(5 * 40)
        for place in 80..<120 { weights[place] = 0 }
        weights[7] = 0
        let whole = try #require(WholeNumbers(weights, rows: 5))
        #expect(whole.scales[2] == 1)
        #expect(whole.numbers[80..<120].allSatisfy { $0 == 0 })
        #expect(whole.numbers[7] == 0)
        let read = whole.weights
        for place in weights.indices {
            let scale = whole.scales[place / 40]
            #expect(abs(read[place] - weights[place]) <= scale / 2 * 1.000_001)
        }
        for row in [0, 1, 3, 4] {
            let own = try #require(weights[row * 40..<(row + 1) * 40].map(\.magnitude).max())
            #expect(whole.scales[row] == own / 127)
            #expect(whole.numbers[row * 40..<(row + 1) * 40].contains { abs($0) == 127 })
        }
    }

    @Test("Whole numbers of a known row, and of rows at the ends of all numbers")
    func knownRow() throws {
        let whole = try #require(WholeNumbers([-127, 63.5, 0.5, 1.5, 126.6, 0], rows: 1))
        #expect(whole.scales == [1])
        #expect(whole.numbers == [-127, 64, 0, 2, 127, 0])
        #expect(
            WholeNumbers([.greatestFiniteMagnitude, 1], rows: 1)?.weights.allSatisfy(\.isFinite)
                ?? true
        )
        let least = try #require(WholeNumbers([.leastNonzeroMagnitude, 0], rows: 1))
        #expect(least.weights == [.leastNonzeroMagnitude, 0])
        #expect(WholeNumbers([.infinity, 1], rows: 1) == nil)
        #expect(WholeNumbers([.nan, 1], rows: 1) == nil)
    }

    @Test("Exactly so many of the smallest are left out, the first of equals first")
    func smallest() {
        let weights: [Float] = [3, -1, 1, 0, -2, 1]
        #expect(Magnitudes.smallest(3, of: weights, in: 0..<6) == [1, 2, 3])
        #expect(Magnitudes.smallest(0, of: weights, in: 0..<6).isEmpty)
        #expect(Magnitudes.smallest(9, of: weights, in: 2..<4) == [2, 3])
        let many = numbers(5000) + [Float](repeating: 0.25, count: 500)
        for count in [1, 777, 2750, 5499] {
            let places = Magnitudes.smallest(count, of: many, in: many.indices)
            #expect(places.count == count)
            let chosen = Set(places)
            let largest = places.map { many[$0].magnitude }.max() ?? 0
            let others = many.indices.filter { !chosen.contains($0) }
            #expect(others.allSatisfy { many[$0].magnitude >= largest })
        }
    }

    @Test("prune takes a share of the matrix, top_k leaves a share to each row")
    func sparsification() {
        var settings = CompressionSettings()
        let weights = numbers(8 * 10)
        #expect(Sparsification.apply(settings, to: weights, rows: 8) == weights)
        settings.prune = 0.5
        let pruned = Sparsification.apply(settings, to: weights, rows: 8)
        #expect(pruned.count { $0 == 0 } == 40)
        #expect(zip(pruned, weights).allSatisfy { $0 == 0 || $0 == $1 })
        settings.prune = 0
        settings.topK = 0.25
        let top = Sparsification.apply(settings, to: weights, rows: 8)
        for row in 0..<8 { #expect(top[row * 10..<(row + 1) * 10].count { $0 != 0 } == 3) }
        settings.topK = 0.0001
        let one = Sparsification.apply(settings, to: weights, rows: 8)
        #expect(one.count { $0 != 0 } == 8, "each output keeps one")
    }

    @Test("The share rises as Zhu and Gupta have it")
    func schedule() {
        let schedule = PruningSchedule(initial: 0.1, final: 0.8, steps: 4)
        let expected = [0.1, 0.504_687_5, 0.712_5, 0.789_062_5, 0.8]
        for (step, share) in expected.enumerated() {
            #expect(abs(schedule.share(after: step) - share) < 1e-12)
        }
        #expect(schedule.share(after: 9) == 0.8)
    }

    @Test(
        "The fewest bytes are taken, and the numbers come back",
        arguments: WeightForm.allCases,
        [0, 0.5, 0.95, 0.999]
    )
    func fewest(form: WeightForm, share: Double) {
        let size = 64 * 64
        var weights = numbers(size)
        let zeros = Magnitudes.zeros(of: size, share: share)
        for place in Magnitudes.smallest(zeros, of: weights, in: 0..<size) { weights[place] = 0 }
        let tensor = StoredTensor(.init("w", shape: [64, 64], weights), weights: weights, as: form)
        #expect(tensor.form == form)
        switch share {
        case 0: #expect(tensor.places == .all)
        case 0.999:
            guard case .indices = tensor.places else { return _ = Issue.record("no indices") }
        default:
            guard case .bitmap = tensor.places else { return _ = Issue.record("no bitmap") }
        }
        let read = tensor.weights
        for place in 0..<size {
            let slack: Float =
                switch form {
                case .float32: 0
                case .float16: weights[place].magnitude * 0x1p-11 + 0x1p-25
                case .int8: 4 / 127 / 2
                }
            #expect(abs(read[place] - weights[place]) <= slack)
        }
        let scales = form == .int8 ? 256 : 0
        let number = form == .float32 ? 4 : form == .float16 ? 2 : 1
        if share == 0.5, form != .int8 {
            #expect(tensor.bytes == size / 8 + size / 2 * number)
        }
        #expect(tensor.bytes <= size * number + scales)
        #expect(
            tensor.parts.reduce(0) { $0 + $1.elements.count * $1.elements.elementBytes }
                == tensor.bytes
        )
    }

    @Test("What a form does not hold is stored in the next larger one")
    func tooLarge() {
        let large: [Float] = [1e6, 1, -2, 3]
        let half = StoredTensor(.init("w", shape: [2, 2], large), weights: large, as: .float16)
        #expect(half.form == .float32)
        #expect(half.weights == large)
        // Two rows of one: a scale each would take more than halves.
        let short: [Float] = [1, 2]
        let thin = StoredTensor(.init("w", shape: [2, 1], short), weights: short, as: .int8)
        #expect(thin.form == .float16)
        #expect(thin.weights == short)
        let empty = StoredTensor(.init("w", shape: [0, 3], []), weights: [], as: .int8)
        #expect(empty.weights.isEmpty)
    }
}
