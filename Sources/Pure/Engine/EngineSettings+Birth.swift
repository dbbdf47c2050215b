// SPDX-License-Identifier: Apache-2.0
//
// Some settings decide what a learner is; they are its birth. A state that was born with others
// does not fit a configuration, and must not be bent to it or silently begun afresh.

import Consolidation
import Experts
import Learning
import Networks
import Primitives

extension EngineSettings {
    /// Where the other settings would need another learner: key, what is wanted, what there is.
    package func differencesOfBirth(to wanted: EngineSettings) -> [String] {
        var differences: [String] = []
        func compare<Value: Equatable>(_ key: String, _ path: KeyPath<EngineSettings, Value>) {
            let (old, new) = (self[keyPath: path], wanted[keyPath: path])
            guard old != new else { return }
            differences.append("\(key) is \(new) in the configuration but \(old) in the state")
        }
        compare("task", \.taskName)
        compare("model", \.modelName)
        compare("loss", \.lossName)
        compare("optimiser", \.optimiser.name)
        compare("the pace of the rate", \.pace.name)
        compare("isolation", \.isolation.name)
        compare("layers", \.layersText)
        compare("input_shape", \.inputShapeText)
        compare("replace", \.replacementText)
        compare("width", \.widthText)
        compare("classes", \.classesText)
        // Pools that go by names of their own are told apart by those.
        if pool.name == wanted.pool.name { compare("pool.experts", \.poolText) }
        compare("pool.rows", \.pool.rows)
        if wanted.model == .embedding {
            compare("text.name", \.text)
            compare("embedding.dimension", \.embedding.dimension)
            compare("embedding.vocabulary_max", \.embedding.vocabularyMax)
            compare("embedding.tokens", \.embedding.tokens.name)
        }
        compare("classes_max", \.limits.classesMax)
        compare("features_max", \.limits.columnsMax)
        compare("schema", \.schemaText)
        compare("features", \.featuresText)
        compare("indicators", \.features.hasIndicators)
        compare("hash_bits", \.hashText)
        compare("hash_slots", \.slotsText)
        compare("factors", \.factors)
        compare("identifiers", \.features.hasIdentifiers)
        compare("label_lags", \.features.labelLags)
        compare("scaling", \.preparation.scaling.name)
        compare("scaling_window", \.preparation.window)
        compare("standardise.memory", \.preparation.memory)
        compare("standardise.clip", \.preparation.clip)
        compare("imputation", \.preparation.imputation.name)
        compare("interactions", \.preparation.hasInteractions)
        compare("memory.policy", \.memory.policy.name)
        compare("memory.reservoir_rows", \.memory.reservoirRows)
        compare("memory.recent_rows", \.memory.recentRows)
        compare("memory.holdout_rows", \.memory.holdoutRows)
        compare("memory.holdout_every", \.memory.holdoutEvery)
        compare("memory.bytes_max", \.memory.bytesMax)
        compare("retain.replay", \.retention.replay.name)
        compare("retain.rows", \.retention.rows)
        compare("retain.bytes_max", \.retention.bytesMax)
        compare("retain.ewc_rows", \.retention.ewcRows)
        compare("warm_start", \.warmStartText)
        compare("seed", \.seed)
        return differences
    }

    private var warmStartText: String {
        guard let warmStart else { return "none" }
        let frozen = warmStart.frozen.isEmpty ? "nothing" : warmStart.frozen.joined(separator: ", ")
        return "\(warmStart.source) (head: \(warmStart.head.name), frozen: \(frozen))"
    }
    private var taskName: String { task?.name ?? "auto" }
    private var modelName: String { model == .pool ? pool.name : model?.name ?? "auto" }
    private var lossName: String { loss?.name ?? "auto" }
    private var layersText: String {
        network.map { JSONValue.array($0.layers.map(\.json)).jsonText } ?? "none"
    }
    private var inputShapeText: String { network.map { "\($0.inputShape)" } ?? "none" }
    private var replacementText: String {
        guard let rule = network?.replacement else { return "none" }
        return "rate \(rule.rate), maturity \(rule.maturity), dead after \(rule.deadAfter)"
    }
    private var poolText: String {
        pool.experts.isEmpty ? "the usual" : pool.experts.joined(separator: ", ")
    }
    private var widthText: String { width.map { String($0) } ?? "auto" }
    private var schemaText: String { features.isClosed ? "closed" : "open" }
    private var hashText: String { features.hashing.map { String($0.bits) } ?? "none" }
    private var slotsText: String { features.hashing.map { String($0.slotsMax) } ?? "none" }
    private var featuresText: String {
        JSONValue.array(features.declared.map(\.json)).jsonText
    }
    private var classesText: String {
        classes.isEmpty ? "auto" : classes.map(\.json.jsonText).joined(separator: ", ")
    }
}
