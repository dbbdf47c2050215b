// SPDX-License-Identifier: Apache-2.0
//
// From settings to the schema of a learner, and which settings of features go together.

package import Learning
import Primitives
import Samples

extension EngineSettings {
    /// The settings of the schema.
    package var featureSettings: FeatureSettings {
        var settings = features
        settings.fillsWithLast = preparation.imputation == .last
        if model == .embedding { settings.text = text }
        return settings
    }

    /// The most columns: with products each of them is more than one feature.
    private var columnsMax: Int { preparation.columnsMax(for: limits.columnsMax) }

    /// The longest array that becomes no more features than the limit.
    private var sampleWidthMax: Int {
        guard features.hashing == nil, preparation.hasInteractions else { return 1 << 19 }
        return max(1, columnsMax / (features.hasIndicators ? 2 : 1))
    }

    /// The schema of a learner that has seen nothing but the vote.
    package func newSchema(_ verdict: Verdict) -> Schema {
        let limits = SchemaLimits(
            classesMax: model == .factorisation ? 2 : limits.classesMax,
            columnsMax: columnsMax
        )
        let classes = verdict.task == .classes ? classes : []
        return verdict.shape == .positional
            ? Schema(
                task: verdict.task,
                width: verdict.width,
                limits: limits,
                classes: classes,
                settings: featureSettings
            )
            : Schema(
                named: verdict.task,
                limits: limits,
                classes: classes,
                settings: featureSettings
            )
    }

    /// The verdict with arrays that are not too long for the limits; longer ones are refused then.
    func bounded(_ verdict: Verdict) -> Verdict {
        guard verdict.width > sampleWidthMax else { return verdict }
        var verdict = verdict
        verdict.reason +=
            ", but features_max = \(limits.columnsMax) leaves room for \(sampleWidthMax)"
        verdict.width = sampleWidthMax
        return verdict
    }

    /// The buckets of a model over slots.
    func sparseSettings(for model: ModelKind) -> SparseSettings? {
        guard let hashing = features.hashing, hashing.form == .slots else { return nil }
        return SparseSettings(
            bits: hashing.bits,
            factors: model == .factorisation ? factors : 0,
            seed: seed
        )
    }

    /// What is wrong with a model over slots, if anything.
    var sparseComplaint: String? {
        guard features.hashing?.form == .slots else { return nil }
        if preparation.scaling != .none || preparation.hasInteractions
            || preparation.imputation != .mean
        {
            return "hashed features in slots have no columns to be scaled, imputed or multiplied; "
                + "leave scaling, imputation and interactions out"
        }
        let isNumber = (task ?? model?.task) == .regression
        let outputs =
            isNumber || model == .logistic
            ? 1 : model == .factorisation ? 2 : max(classes.count, limits.classesMax)
        return sparseSettings(for: model ?? .softmax)?.complaint(outputs: outputs)
    }

    /// What is wrong with all settings of features and their sizes, if anything.
    package var featuresComplaint: String? {
        preparation.complaint ?? featureSettings.complaint ?? featureComplaint ?? sparseComplaint
    }

    /// What is wrong with the settings of features beside those of the preparation, if anything.
    var featureComplaint: String? {
        let declared = features.declared.reduce(0) { sum, feature in
            if case .text(_, let buckets?) = feature.kind { return sum + buckets }
            return sum + 1
        }
        let hashed = features.hashing.map { $0.form == .columns ? $0.buckets : 0 } ?? 0
        if declared + hashed > columnsMax {
            return "the declared and hashed features take \(declared + hashed) columns, more than "
                + "features max leaves room for (\(columnsMax))"
        }
        if let width, width > sampleWidthMax {
            return "the width is \(width), but features max leaves room for \(sampleWidthMax)"
        }
        if width != nil && !features.declared.isEmpty {
            return "arrays have a width and named features are declared, but a learner takes one "
                + "of the two"
        }
        return nil
    }
}
