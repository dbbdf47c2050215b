// SPDX-License-Identifier: Apache-2.0
//
// The settings as bytes, inside the checkpoint.

import Consolidation
import Drift
import Experts
import Learning
import Networks
package import Primitives
import Versions

extension EngineSettings: ByteCodable {
    /// Appends every setting.
    package func encode(into writer: inout ByteWriter) {
        writer.write(task.map { Int8($0.rawValue) } ?? -1)
        writer.write(model.map { Int8($0.rawValue) } ?? -1)
        writer.write(optional: loss)
        optimiser.encode(into: &writer)
        pace.encode(into: &writer)
        models.encode(into: &writer)
        pool.encode(into: &writer)
        writer.write(l1)
        writer.write(l2)
        writer.write(mode.rawValue)
        writer.write(Int64(width ?? -1))
        writer.write(items: classes)
        writer.write(text)
        embedding.encode(into: &writer)
        limits.encode(into: &writer)
        writer.write(Int64(contextsMax))
        writer.write(isolation.rawValue)
        writer.write(Int64(isolationMax))
        writer.write(Int64(voteSamples))
        writer.write(votePatience.wholeNanoseconds)
        features.encode(into: &writer)
        writer.write(UInt32(factors))
        preparation.encode(into: &writer)
        labels.encode(into: &writer)
        query.encode(into: &writer)
        anomaly.encode(into: &writer)
        publish.encode(into: &writer)
        drift.encode(into: &writer)
        memory.encode(into: &writer)
        retention.encode(into: &writer)
        consolidation.encode(into: &writer)
        writer.write(optional: warmStart)
        writer.write(checkpointInterval.wholeNanoseconds)
        writer.write(seed)
        writer.write(optional: network)
        writer.write(UInt32(stepRows))
    }

    /// Reads every setting.
    package init(from reader: inout ByteReader) throws(DecodeError) {
        self.init()
        task = try EngineSettings.choice(try reader.read(Int8.self), Task.init(rawValue:))
        model = try EngineSettings.choice(try reader.read(Int8.self), ModelKind.init(rawValue:))
        loss = try reader.readOptional()
        optimiser = try OptimiserSettings(from: &reader)
        pace = try RatePace(from: &reader)
        models = try ModelSettings(from: &reader)
        pool = try PoolSettings(from: &reader)
        l1 = try reader.readFloat()
        l2 = try reader.readFloat()
        guard let mode = LearningMode(rawValue: try reader.read()) else {
            throw .invalid("the settings have an unknown learning mode")
        }
        self.mode = mode
        let width = Int(try reader.read(Int64.self))
        self.width = width < 0 ? nil : width
        classes = try reader.readItems()
        text = try reader.readText()
        embedding = try EmbeddingSettings(from: &reader)
        limits = try SchemaLimits(from: &reader)
        contextsMax = Int(try reader.read(Int64.self))
        guard let isolation = Isolation(rawValue: try reader.read()) else {
            throw .invalid("the settings isolate contexts in an unknown way")
        }
        self.isolation = isolation
        isolationMax = Int(try reader.read(Int64.self))
        voteSamples = Int(try reader.read(Int64.self))
        votePatience = try reader.readSpan()
        features = try FeatureSettings(from: &reader)
        factors = Int(try reader.read(UInt32.self))
        preparation = try PreparationSettings(from: &reader)
        labels = try LabelSettings(from: &reader)
        query = try QuerySettings(from: &reader)
        anomaly = try AnomalySettings(from: &reader)
        publish = try PublishSettings(from: &reader)
        drift = try DriftSettings(from: &reader)
        memory = try MemorySettings(from: &reader)
        retention = try RetentionSettings(from: &reader)
        consolidation = try ConsolidationSettings(from: &reader)
        warmStart = try reader.readOptional()
        checkpointInterval = try reader.readSpan()
        seed = try reader.read()
        network = try reader.readOptional()
        stepRows = Int(try reader.read(UInt32.self))
        if let complaint { throw .invalid(complaint) }
    }

    /// A setting that may be left to the vote, written as -1.
    private static func choice<Choice>(
        _ number: Int8,
        _ make: (UInt8) -> Choice?
    ) throws(DecodeError) -> Choice? {
        guard number >= 0 else { return nil }
        guard let choice = make(UInt8(number)) else {
            throw .invalid("the settings have an unknown choice \(number)")
        }
        return choice
    }
}

extension PublishSettings: ByteCodable {
    /// Appends every setting.
    package func encode(into writer: inout ByteWriter) {
        writer.write(Int64(first))
        writer.write(interval.wholeNanoseconds)
        writer.write(Int64(samples))
        writer.write(move)
        compression.encode(into: &writer)
    }

    /// Reads every setting.
    package init(from reader: inout ByteReader) throws(DecodeError) {
        self.init()
        first = try reader.readAmount()
        interval = try reader.readSpan()
        samples = try reader.readAmount()
        move = try reader.readDouble()
        compression = try CompressionSettings(from: &reader)
        guard samples > 0, interval > .zero else {
            throw .invalid("the settings of publishing are out of range")
        }
    }
}
