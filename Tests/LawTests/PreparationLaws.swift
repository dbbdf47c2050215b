// SPDX-License-Identifier: Apache-2.0
//
// What holds for every preparation, whatever its settings.

import Learning
import Primitives
import Testing

/// One preparation under test, with a name that a failure prints.
struct Prepared: Sendable, CustomTestStringConvertible {
    var settings: PreparationSettings
    var testDescription: String

    static let all: [Prepared] = {
        var all: [Prepared] = []
        for scaling in Scaling.allCases {
            for imputation in [Imputation.mean, .zero] {
                // What a model scales for itself reaches it as it is: with NaN, which no law likes.
                if scaling == .own, imputation == .mean { continue }
                for hasInteractions in [false, true] {
                    var settings = PreparationSettings()
                    settings.scaling = scaling
                    settings.imputation = imputation
                    settings.hasInteractions = hasInteractions
                    settings.memory = 30
                    settings.window = 17
                    all.append(
                        Prepared(
                            settings: settings,
                            testDescription: "\(scaling.name) \(imputation.name)"
                                + (hasInteractions ? " interactions" : "")
                        )
                    )
                }
            }
        }
        return all
    }()

    func preparation(width: Int) -> Preparation {
        var preparation = Preparation(settings)
        preparation.grow(width: width)
        return preparation
    }
}

@Suite("Laws of every preparation")
struct PreparationLaws {
    private func rows(_ count: Int, width: Int = 9, seed: UInt64 = 3) -> [[Float]] {
        var random = RandomSource(seed: seed)
        return (0..<count).map { _ in
            (0..<width).map { column in
                random.chance(0.1) ? .nan : Float(random.normal()) * Float(column + 1) + 2
            }
        }
    }

    private func block(_ rows: some Collection<[Float]>) -> Block {
        var block = Block()
        block.reset(width: rows.first?.count ?? 0, outputs: 1)
        for row in rows { block.append(raw: row.span) }
        return block
    }

    private func bytes(_ preparation: Preparation) -> [UInt8] {
        var writer = ByteWriter()
        preparation.encode(into: &writer)
        return writer.bytes
    }

    private func decoded(_ bytes: [UInt8]) throws -> Preparation {
        var reader = ByteReader(bytes)
        let preparation = try Preparation(from: &reader)
        try reader.expectEnd()
        return preparation
    }

    @Test("The batches do not matter, and bytes give everything back", arguments: Prepared.all)
    func batchingIsIrrelevant(prepared: Prepared) throws {
        let rows = rows(70)
        var whole = prepared.preparation(width: 9)
        var all = block(rows)
        whole.follow(&all)
        #expect(all.features.count == 70 * whole.featureWidth)
        for size in [1, 7, 32, 69] {
            var preparation = prepared.preparation(width: 9)
            var features: [Float] = []
            for start in stride(from: 0, to: rows.count, by: size) {
                var part = block(rows[start..<min(rows.count, start + size)])
                let raw = part.raw
                preparation.follow(&part)
                features += part.features
                #expect(part.raw.map(\.bitPattern) == raw.map(\.bitPattern))
                preparation = try decoded(bytes(preparation))
            }
            #expect(features == all.features)
            #expect(bytes(preparation) == bytes(whole))
        }
    }

    @Test("Applying changes nothing, and measures as the last row was", arguments: Prepared.all)
    func applyingIsPure(prepared: Prepared) {
        var preparation = prepared.preparation(width: 9)
        var seen = block(rows(40))
        preparation.follow(&seen)
        let before = bytes(preparation)
        var again = block(rows(40).suffix(1))
        preparation.apply(&again)
        #expect(bytes(preparation) == before)
        #expect(again.features == Array(seen.features.suffix(preparation.featureWidth)))
    }

    @Test("New columns move no feature", arguments: Prepared.all)
    func growthAppends(prepared: Prepared) throws {
        let rows = rows(60)
        var narrow = prepared.preparation(width: 4)
        var grown = narrow
        for (start, width) in [(0, 4), (20, 6), (40, 9)] {
            grown.grow(width: width)
            var part = block(rows[start..<start + 20].map { Array($0.prefix(width)) })
            grown.follow(&part)
            var first = block(rows[start..<start + 20].map { Array($0.prefix(4)) })
            narrow.follow(&first)
            for row in 0..<20 {
                let width = narrow.featureWidth
                let wide = part.features.dropFirst(row * grown.featureWidth).prefix(width)
                let own = first.features.dropFirst(row * width).prefix(width)
                #expect(Array(wide) == Array(own))
            }
            grown = try decoded(bytes(grown))
        }
        #expect(grown.width == 9)
        grown.grow(width: 2)
        #expect(grown.width == 9)
    }

    @Test("What a model scales for itself stays as it is, with its gaps")
    func ownScalingLeavesGaps() {
        var settings = PreparationSettings()
        settings.scaling = .own
        var preparation = Preparation(settings)
        preparation.grow(width: 3)
        var gaps = block([[1, .nan, 1e30], [.nan, -2, 0]])
        preparation.follow(&gaps)
        let bits = gaps.features.map(\.bitPattern)
        #expect(bits == [1, .nan, 1e30, .nan, -2, 0].map { Float($0).bitPattern })
        #expect(bits == gaps.raw.map(\.bitPattern))
    }

    @Test("A model that has grown predicts as before", arguments: Prepared.all)
    func growthKeepsPredictions(prepared: Prepared) {
        let preparation = prepared.preparation(width: 4)
        var contender = Contender(
            preparation: preparation,
            learner: makeLearner(
                LearnerSettings(model: .linear, optimiser: .invariant(rate: 0.1)),
                width: preparation.featureWidth,
                outputs: 1
            )
        )
        var seen = block(rows(50, width: 4))
        for row in 0..<50 { seen.targets[row] = Float(row % 7) }
        contender.testThenTrain(&seen)
        var before = block(rows(10, width: 4, seed: 5))
        contender.predict(&before)
        contender.grow(width: 6, outputs: 1)
        var after = block(rows(10, width: 4, seed: 5).map { $0 + [.nan, 4] })
        contender.predict(&after)
        for (old, new) in zip(before.predictions, after.predictions) {
            #expect(abs(old - new) <= 1e-4)
        }
    }

    @Test("The order of the columns is irrelevant", arguments: Prepared.all)
    func columnOrderIsIrrelevant(prepared: Prepared) {
        var preparation = prepared.preparation(width: 5)
        var turned = preparation
        var straight = block(rows(40, width: 5))
        var reverse = block(rows(40, width: 5).map { $0.reversed() })
        preparation.follow(&straight)
        turned.follow(&reverse)
        for row in 0..<40 {
            let width = preparation.featureWidth
            let one = straight.features[row * width..<(row + 1) * width]
            let other = reverse.features[row * width..<(row + 1) * width]
            #expect(one.sorted() == other.sorted())
        }
    }

    @Test("Extreme input gives finite features", arguments: Prepared.all)
    func extremesStayFinite(prepared: Prepared) throws {
        let extremes: [Float] = [
            1e38, -1e38, .greatestFiniteMagnitude, -.greatestFiniteMagnitude, 0, 1e-38, .nan,
        ]
        var random = RandomSource(seed: 4)
        var preparation = prepared.preparation(width: 4)
        var wild = block((0..<60).map { _ in (0..<4).map { _ in extremes[random.below(7)] } })
        preparation.follow(&wild)
        #expect(wild.features.allSatisfy { $0.isFinite })
        #expect(throws: Never.self) { try decoded(bytes(preparation)) }
    }

    @Test("Damaged bytes are refused, not trusted", arguments: Prepared.all)
    func damageIsRefused(prepared: Prepared) {
        var preparation = prepared.preparation(width: 3)
        var seen = block(rows(30, width: 3))
        preparation.follow(&seen)
        let whole = bytes(preparation)
        for length in stride(from: 0, to: whole.count, by: 3) {
            #expect(throws: DecodeError.self) { try decoded(Array(whole.prefix(length))) }
        }
        var random = RandomSource(seed: 9)
        for _ in 0..<200 {
            var damaged = whole
            damaged[random.below(damaged.count)] ^= UInt8(1 + random.below(255))
            guard var preparation = try? decoded(damaged), preparation.width == 3 else { continue }
            var rows = block(rows(5, width: 3))
            preparation.follow(&rows)
            #expect(rows.features.count == 5 * preparation.featureWidth)
        }
    }
}
