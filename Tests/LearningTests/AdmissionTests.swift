// SPDX-License-Identifier: Apache-2.0
//
// What a schema makes of samples: declared features, indicators, last values and lagged labels.

import Learning
import Primitives
import Samples
import Testing

@Suite("Admission")
struct AdmissionTests {
    private func named(
        _ task: Task = .classes,
        limits: SchemaLimits = SchemaLimits(),
        _ change: (inout FeatureSettings) -> Void
    ) -> Admitting {
        var settings = FeatureSettings()
        change(&settings)
        return Admitting(Schema(named: task, limits: limits, settings: settings))
    }

    @Test("Declared features have their columns from the start, and keep their kind")
    func declared() throws {
        var admitting = named {
            $0.declared = [
                DeclaredFeature("a", .number), DeclaredFeature("b", .category),
                DeclaredFeature("c", .boolean),
                DeclaredFeature("t", .text(NGrams(.word), buckets: 3)),
            ]
        }
        #expect(admitting.schema.width == 5)
        var batch = MicroBatch()
        batch.append(["c": true, "a": 2.0])
        batch.append(["b": "x", "t": "one two three four"])
        batch.append(["a": "text"])
        batch.append(["b": 1.0])
        batch.append(["new": 4.0])
        let rows = admitting.admit(batch)
        #expect(rows[0][0] == 2 && rows[0][1] == 1 && rows[0][2].isNaN)
        #expect(rows[1].count == 6 && rows[1][5] == 1 && rows[1][0].isNaN)
        #expect(
            admitting.judgements == [.fits, .grows, .refused(.kind), .refused(.kind), .grows]
        )
        #expect(admitting.culprits == [nil, nil, "a", "b", nil])
        try expectCoded(admitting.schema)
    }

    @Test("A closed schema refuses an unknown feature by its name, and lets categories come")
    func closed() {
        var admitting = named {
            $0.declared = [DeclaredFeature("b", .category)]
            $0.isClosed = true
        }
        var batch = MicroBatch()
        batch.append(["b": "x"])
        batch.append(["b": "y", "other": 1.0])
        _ = admitting.admit(batch)
        #expect(admitting.judgements == [.grows, .refused(.features)])
        #expect(admitting.culprits == [nil, "other"])
    }

    @Test("Indicators say what is missing, of arrays and of named features")
    func indicators() throws {
        var settings = FeatureSettings()
        settings.hasIndicators = true
        var arrays = Admitting(
            Schema(task: .classes, width: 2, limits: SchemaLimits(), settings: settings)
        )
        var batch = MicroBatch()
        batch.append(array: [5, .nan])
        #expect(arrays.admit(batch)[0].map { $0.isNaN ? -9 : $0 } == [5, -9, 0, 1])
        try expectCoded(arrays.schema)
        var admitting = named { $0.hasIndicators = true }
        var samples = MicroBatch()
        samples.append(["a": 1.0])
        samples.append(["b": "x"])
        samples.append(["a": 2.0, "b": "y"])
        let rows = admitting.admit(samples).map { $0.map { $0.isNaN ? -9 : $0 } }
        // a, a missing, b missing, b = x, b = y
        #expect(rows == [[1, 0], [-9, 1, 0, 1], [2, 0, 0, 0, 1]])
        try expectCoded(admitting.schema)
    }

    @Test("The last value takes a missing one's place when the row is admitted")
    func lastValues() throws {
        var settings = FeatureSettings()
        settings.fillsWithLast = true
        settings.hasIndicators = true
        var admitting = Admitting(
            Schema(task: .regression, width: 2, limits: SchemaLimits(), settings: settings)
        )
        var batch = MicroBatch()
        batch.append(array: [.nan, 1])
        batch.append(array: [3, .nan])
        batch.append(array: [.nan, .nan])
        let rows = admitting.admit(batch).map { $0.map { $0.isNaN ? -9 : $0 } }
        #expect(rows == [[-9, 1, 1, 0], [3, 1, 0, 1], [3, 1, 1, 1]])
        var writer = ByteWriter()
        admitting.recollection.encode(into: &writer)
        var reader = ByteReader(writer.bytes)
        let decoded = try Recollection(from: &reader)
        #expect(decoded.values == admitting.recollection.values && decoded.fits(admitting.schema))
    }

    @Test("Lagged labels are those that were known before, never the row's own")
    func numberLags() throws {
        var settings = FeatureSettings()
        settings.labelLags = [1, 3]
        var admitting = Admitting(
            Schema(task: .regression, width: 1, limits: SchemaLimits(), settings: settings)
        )
        var batch = MicroBatch()
        for label in 1...5 { batch.append(array: [0], label: Double(label * 10)) }
        batch.append(array: [0])
        batch.append(array: [0], label: 60)
        let rows = admitting.admit(batch).map { $0.map { $0.isNaN ? -9 : $0 } }
        #expect(
            rows == [
                [0, -9, -9], [0, 10, -9], [0, 20, -9], [0, 30, 10], [0, 40, 20], [0, 50, 30],
                [0, 50, 30],
            ]
        )
        #expect(admitting.recollection.labels == [60, 50, 40])
        try expectCoded(admitting.schema)
    }

    @Test("Lagged classes are one column each, which come with the class")
    func classLags() throws {
        var admitting = named { $0.labelLags = [1, 2] }
        var batch = MicroBatch()
        for label in [7.0, 8, 7] { batch.append(["a": 1.0], label: label) }
        batch.append(["a": 1.0])
        let rows = admitting.admit(batch).map { $0.map { $0.isNaN ? -9 : $0 } }
        // The class comes before the feature: 7 at 1, 7 at 2, a, 8 at 1, 8 at 2.
        #expect(
            rows == [[-9, -9, 1], [1, -9, 1, 0, -9], [0, 1, 1, 1, 0], [1, 0, 1, 0, 1]]
        )
        try expectCoded(admitting.schema)
        var hashed = named {
            $0.labelLags = [1, 2]
            $0.hashing = HashSettings(bits: 12, form: .slots)
        }
        let pairs = hashed.admit(batch).map(Admitting.pairs)
        #expect(pairs.map(\.count) == [1, 2, 3, 3])
        try expectCoded(hashed.schema)
    }

    @Test("A class whose lags have no room is refused")
    func lagLimit() {
        var admitting = named(limits: SchemaLimits(classesMax: 10, columnsMax: 5)) {
            $0.labelLags = [1, 2]
        }
        var batch = MicroBatch()
        for label in [7.0, 8, 9] { batch.append(["a": 1.0], label: label) }
        _ = admitting.admit(batch)
        #expect(admitting.judgements == [.grows, .grows, .refused(.featureLimit)])
    }

    @Test("Settings that contradict each other are told so")
    func complaints() {
        func complaint(_ change: (inout FeatureSettings) -> Void) -> String? {
            var settings = FeatureSettings()
            change(&settings)
            return settings.complaint
        }
        #expect(complaint { _ in } == nil)
        #expect(complaint { $0.hashing = HashSettings(bits: 13, form: .columns) } != nil)
        #expect(complaint { $0.hashing = HashSettings(bits: 13, form: .slots) } == nil)
        #expect(complaint { $0.hashing = HashSettings(bits: 25, form: .slots) } != nil)
        #expect(complaint { $0.hasIdentifiers = true } != nil)
        #expect(complaint { $0.labelLags = [1, 1] } != nil)
        #expect(complaint { $0.labelLags = [0] } != nil)
        #expect(complaint { $0.isClosed = true } != nil)
        #expect(
            complaint { $0.declared = [.init("t", .text(NGrams(.word), buckets: nil))] } != nil
        )
        #expect(
            complaint { $0.declared = [.init("a", .number), .init("a", .boolean)] } != nil
        )
        #expect(
            complaint {
                $0.hashing = HashSettings(bits: 5, form: .columns)
                $0.hasIndicators = true
            } != nil
        )
    }
}
