// SPDX-License-Identifier: Apache-2.0
//
// Hashed features beside scikit-learn; scripts/golden/hashing.py makes its buckets.

import Kernels
import Learning
import Primitives
import Samples
import Testing

@Suite("Hashed features")
struct HashingTests {
    private func schema(
        _ hashing: HashSettings,
        _ change: (inout FeatureSettings) -> Void = { _ in }
    ) -> Schema {
        var settings = FeatureSettings()
        settings.hashing = hashing
        change(&settings)
        return Schema(named: .classes, limits: SchemaLimits(), settings: settings)
    }

    /// The samples of the script.
    private var samples: MicroBatch {
        var batch = MicroBatch()
        batch.append(["temp": 21.5, "open": true, "site": "north"])
        batch.append(["temp": -0.25, "open": false, "site": "süd", "count": 3.0])
        batch.append((0..<40).map { ("f\($0)", .number(Float($0) / 4)) })
        batch.append(["user": "u17", "item": "i99", "hour": 23.0])
        return batch
    }

    @Test("MurmurHash3 has the reference's values")
    func murmur() {
        for (token, hash) in HashedTokens.tokens {
            #expect(TokenHash.murmur3(Array(token.utf8).span) == hash, "\(token)")
        }
    }

    @Test("Columns and slots are those of FeatureHasher", arguments: [3, 10])
    func featureHasher(bits: Int) {
        let golden = bits == 3 ? HashedTokens.samples3 : HashedTokens.samples10
        var columns = Admitting(schema(HashSettings(bits: bits, form: .columns)))
        var slots = Admitting(schema(HashSettings(bits: bits, form: .slots)))
        let dense = columns.admit(samples)
        let sparse = slots.admit(samples)
        #expect(columns.schema.width == 1 << bits)
        for (row, expected) in golden.enumerated() {
            let own = dense[row].enumerated().filter { $0.element != 0 }.map { ($0, $1) }
            #expect(own.elementsEqual(expected, by: ==), "row \(row): \(own)")
            let pairs = Admitting.pairs(sparse[row])
            #expect(pairs.elementsEqual(expected, by: ==), "row \(row): \(pairs)")
        }
        #expect(columns.judgements.allSatisfy { $0 == .fits })
        #expect(slots.judgements.first == .grows)
    }

    @Test("N-grams are those of HashingVectorizer")
    func vectorizer() {
        for (ngrams, buckets, golden) in [
            (NGrams(.word, least: 1, most: 2), 50, HashedTokens.words),
            (NGrams(.character, least: 2, most: 3), 64, HashedTokens.characters),
        ] {
            var settings = FeatureSettings()
            settings.declared = [DeclaredFeature("review", .text(ngrams, buckets: buckets))]
            var admitting = Admitting(
                Schema(named: .classes, limits: SchemaLimits(), settings: settings)
            )
            var batch = MicroBatch()
            for text in HashedTokens.texts { batch.append(["review": .text(text)]) }
            batch.append([:])
            let rows = admitting.admit(batch)
            for (row, expected) in golden.enumerated() {
                let own = rows[row].enumerated().filter { $0.element != 0 }.map { ($0, $1) }
                #expect(own.elementsEqual(expected, by: ==), "row \(row): \(own)")
            }
            #expect(rows.last?.allSatisfy { $0.isNaN } == true, "an absent text is missing")
        }
    }

    @Test("Texts without buckets of their own are hashed with all else")
    func sharedText() throws {
        let declared = DeclaredFeature("review", .text(NGrams(.word), buckets: nil))
        var admitting = Admitting(
            schema(HashSettings(bits: 10, form: .slots)) { $0.declared = [declared] }
        )
        var batch = MicroBatch()
        batch.append(["review": "good good movie"])
        batch.append(["review=good": 2.0, "review=movie": 1.0])
        let rows = admitting.admit(batch).map(Admitting.pairs)
        #expect(rows[0].count == 2)
        #expect(rows[0].elementsEqual(rows[1], by: ==))
        try expectCoded(admitting.schema)
    }

    @Test("The order of features in a sample is irrelevant, to the bit")
    func order() {
        let features = (0..<40).map { ("f\($0)", Value.number(Float($0) * 0.37 - 3)) }
        var batch = MicroBatch()
        batch.append(features)
        batch.append(features.reversed())
        for form in [HashSettings.Form.columns, .slots] {
            var admitting = Admitting(schema(HashSettings(bits: 3, form: form)))
            let rows = admitting.admit(batch)
            #expect(rows[0].map(\.bitPattern) == rows[1].map(\.bitPattern))
        }
    }

    @Test("Slots grow up to their limit, and a wider sample is refused")
    func slotLimit() throws {
        var admitting = Admitting(schema(HashSettings(bits: 20, form: .slots, slotsMax: 9)))
        var batch = MicroBatch()
        for count in [3, 9, 10, 2] {
            batch.append((0..<count).map { ("f\($0)", .number(1)) })
        }
        _ = admitting.admit(batch)
        #expect(admitting.judgements == [.grows, .grows, .refused(.featureLimit), .fits])
        #expect(admitting.schema.slots == 9 && admitting.schema.width == 18)
        try expectCoded(admitting.schema)
    }

    @Test("Arrays are hashed by index, or by index and identifier")
    func arrays() {
        var settings = FeatureSettings()
        settings.hashing = HashSettings(bits: 12, form: .slots)
        var batch = MicroBatch()
        batch.append(array: [17, .nan, 0])
        batch.append(array: [17, 2, -1])
        batch.append(array: [0.5, 2, 3])
        var amounts = Admitting(
            Schema(task: .regression, width: 3, limits: SchemaLimits(), settings: settings)
        )
        let plain = amounts.admit(batch).map(Admitting.pairs)
        #expect(plain.map(\.count) == [1, 3, 3])
        settings.hasIdentifiers = true
        var identifiers = Admitting(
            Schema(task: .regression, width: 3, limits: SchemaLimits(), settings: settings)
        )
        let rows = identifiers.admit(batch).map(Admitting.pairs)
        #expect(
            identifiers.judgements == [.grows, .refused(.value), .refused(.value)]
        )
        #expect(identifiers.culprits == [nil, "2", "0"])
        var named = MicroBatch()
        named.append(["0": "17", "2": "0"])
        var other = Admitting(schema(HashSettings(bits: 12, form: .slots)))
        let expected = other.admit(named).map(Admitting.pairs)
        #expect(rows[0].elementsEqual(expected[0], by: ==))
        var limits = MicroBatch()
        limits.append(array: [16_777_215, 16_777_216, 0])
        _ = identifiers.admit(limits)
        #expect(identifiers.culprits.last == "1")
    }
}
