// SPDX-License-Identifier: Apache-2.0
//
// Which keys of features fit together, and with the model. Each value for itself was checked
// before.

import Engine
import Learning

/// The combinations that the features of a learner cannot have.
struct FeatureRules: KeyRules {
    let values: ScopedValues
    private let configuration: FeatureConfiguration

    init(_ values: ScopedValues) {
        self.values = values
        configuration = FeatureConfiguration(values)
    }

    private var isFactorised: Bool { values.text("model") == "factorisation" }

    /// Adds what does not fit.
    func check(_ learner: LearnerConfiguration, problems: inout ProblemList) {
        let before = problems.problems.count
        checkSchema(&problems)
        checkHashing(&problems)
        checkModel(&problems)
        checkIdle(&problems)
        guard problems.problems.count == before else { return }
        checkSizes(learner, &problems)
    }

    private func checkSchema(_ problems: inout ProblemList) {
        if configuration.isClosed && configuration.declared.isEmpty {
            refuse(
                "schema",
                "no features are declared, so every sample would be refused",
                "declare them in [\(values.prefix).features], or set schema = \"open\"",
                &problems
            )
        }
        if !configuration.declared.isEmpty && values.isGiven("width") {
            refuse(
                "width",
                "it is the width of arrays, but features are declared by name",
                "remove width, or the table features",
                &problems
            )
        }
        for feature in configuration.declared {
            guard case .text(_, let buckets) = feature.kind else { continue }
            if configuration.hashBits == nil && buckets == nil {
                refuse(
                    "features",
                    "the text \(feature.name) has no buckets, and nothing else is hashed",
                    "write \(feature.name) = { kind = \"text\", buckets = 256 }, or set hash_bits",
                    &problems
                )
            }
            if configuration.isSparse && buckets != nil {
                refuse(
                    "features",
                    "the text \(feature.name) has buckets, but goes into the slots with all else",
                    "remove its buckets",
                    &problems
                )
            }
        }
    }

    private func checkHashing(_ problems: inout ProblemList) {
        guard let bits = configuration.hashBits else {
            if configuration.hasIdentifiers {
                refuse(
                    "identifiers",
                    "identifiers are hashed, but hash_bits is not set",
                    "set hash_bits = 18, for instance",
                    &problems
                )
            }
            return
        }
        if !configuration.isSparse && bits > HashSettings.columnBitsMax {
            refuse(
                "hash_bits",
                "this model takes 2^\(HashSettings.columnBitsMax) columns at most",
                "set hash_bits = \(HashSettings.columnBitsMax) or less, optimiser = \"ftrl\", "
                    + "or model = \"factorisation\"",
                &problems
            )
        }
        let isScaled = configuration.scaling == .running || configuration.scaling == .windowed
        let clashes: [(String, Bool)] = [
            ("indicators", configuration.hasIndicators),
            ("imputation", configuration.imputation == .last),
            ("imputation", configuration.isSparse && configuration.imputation == .zero),
            ("standardise.scaling", configuration.isSparse && isScaled),
            ("interactions", configuration.isSparse && configuration.hasInteractions),
        ]
        for (path, isClash) in clashes where isClash {
            refuse(
                path,
                "hashed features have no column of their own"
                    + (configuration.isSparse ? ", and slots none at all" : ""),
                "remove \(path), or hash_bits",
                &problems
            )
        }
    }

    private func checkModel(_ problems: inout ProblemList) {
        let optimiser = values.text("optimiser")
        if isFactorised && configuration.hashBits == nil {
            refuse(
                "model",
                "it learns hashed features, but hash_bits is not set",
                "set hash_bits = 18, for instance",
                &problems
            )
        }
        if isFactorised && !["sgd", "adagrad"].contains(optimiser) {
            refuse(
                "optimiser",
                "it does not fit model = \"factorisation\"",
                "set optimiser = \"sgd\" or \"adagrad\"",
                &problems
            )
        }
        if (isFactorised || configuration.isSparse) && values.text("mode") != "sequential" {
            refuse(
                "mode",
                "hashed features in slots are learned one sample at a time",
                "set mode = \"sequential\"",
                &problems
            )
        }
    }

    /// Keys that would do nothing.
    private func checkIdle(_ problems: inout ProblemList) {
        let idle: [(path: String, isIdle: Bool, needs: String)] = [
            (
                "hash_slots", !configuration.isSparse,
                "hashed features in slots (ftrl, factorisation)"
            ),
            ("factors", !isFactorised, "model = \"factorisation\""),
            (
                "standardise.window", configuration.scaling != .windowed,
                "standardise.scaling = \"windowed\""
            ),
            ("ftrl_beta", values.text("optimiser") != "ftrl", "optimiser = \"ftrl\""),
        ]
        // A file may say the default, as the shipped one does.
        for (path, isIdle, needs) in idle
        where isIdle && values.value(path) != FeatureRules.standard(path) {
            refuse(path, "it does nothing without \(needs)", "remove it, or set that", &problems)
        }
    }

    private static func standard(_ path: String) -> SettingValue? {
        SettingKey.keys(of: .learner).first { $0.path == path }?.standard
    }

    /// What only the sizes of everything together tell.
    private func checkSizes(_ learner: LearnerConfiguration, _ problems: inout ProblemList) {
        var settings = EngineSettings()
        settings.model = EngineSettings.model(of: learner)
        settings.task =
            learner.task == .auto ? nil : learner.task == .classes ? .classes : .regression
        settings.width = learner.width
        settings.limits = SchemaLimits(
            classesMax: learner.classesMax,
            columnsMax: min(
                learner.featuresMax,
                settings.model?.widthMost ?? learner.featuresMax
            )
        )
        settings.classes = (learner.classes ?? []).map(ClassLabel.init)
        settings.optimiser = OptimiserSettings(learner)
        settings.take(configuration)
        guard let complaint = settings.featuresComplaint ?? settings.widthComplaint else {
            return
        }
        let path = configuration.hashBits != nil ? "hash_bits" : "features_max"
        refuse(path, complaint, "change one of the keys that this names", &problems)
    }
}
