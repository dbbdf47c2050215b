// SPDX-License-Identifier: Apache-2.0
//
// Which keys of a learner fit together. Each value for itself was checked before.
//
//   model      task         loss
//   linear     regression   squared, huber, quantile, expectile
//   logistic   classes      logistic         (two classes)
//   softmax    classes      cross_entropy
//   embedding  unlabelled   negative_sampling
//   network    either       squared, huber or cross_entropy
//   factorisation  regression   squared
//   factorisation  classes      logistic      (two classes)
//   svm        classes      hinge
//   rls        regression   squared
//   arow       classes      hinge
//   passive_aggressive  classes     hinge
//   passive_aggressive  regression  epsilon_insensitive
//   pool, and the names of pools of one expert  either   the experts' own

import Experts

/// The combinations that a learner cannot have.
struct LearnerRules: KeyRules {
    private typealias Task = LearnerConfiguration.Task
    private typealias Model = LearnerConfiguration.Model
    private typealias Loss = LearnerConfiguration.Loss

    let values: ScopedValues

    init(_ values: ScopedValues) {
        self.values = values
    }

    /// The task that the file says, or that model, loss, classes or experts leave as the only one.
    static func impliedTask(_ values: ScopedValues) -> LearnerConfiguration.Task {
        let task: Task = values.word("task")
        let hints: [Task] = [
            task, taskOf(values.word("model", Model.self)), taskOf(values.word("loss", Loss.self)),
            values.value("classes") == .none ? .auto : .classes,
            PoolRules.task(of: PoolRules.namedExperts(values)),
        ]
        return hints.first { $0 != .auto } ?? .auto
    }

    /// The model that the file says, or that the loss leaves as the only one, or the usual one.
    static func impliedModel(_ values: ScopedValues) -> LearnerConfiguration.Model {
        let model: Model = values.word("model")
        if model != .auto { return model }
        switch values.word("loss", Loss.self) {
        case .auto: return PoolRules.automaticModel(values)
        case .squared, .huber, .quantile, .expectile: return .linear
        case .hinge: return .svm
        case .epsilonInsensitive: return .passiveAggressive
        case .logistic: return .logistic
        case .crossEntropy: return .softmax
        case .negativeSampling: return .embedding
        }
    }

    /// Every value of a learner, with the model that it has: another key may change what `auto` is.
    static func effective(_ values: ScopedValues) -> [EffectiveValue] {
        let model = SettingValue.text(impliedModel(values).rawValue).toml
        return values.effective.map { value in
            guard value.key == values.full("model") else { return value }
            return EffectiveValue(key: value.key, value: model, change: value.change)
        }
    }

    /// Adds what does not fit.
    func check(problems: inout ProblemList) {
        checkTask(&problems)
        checkModelAndLoss(&problems)
        checkClasses(&problems)
        checkLimits(&problems)
        checkEmbedding(&problems)
        checkLabels(&problems)
    }

    private static func taskOf(_ model: Model) -> Task {
        switch model {
        case .auto, .pool, .network, .factorisation, .passiveAggressive: .auto
        case .hoeffdingTree, .adaptiveTree, .leveragingBagging, .adaptiveForest, .knn, .naiveBayes:
            PoolRules.task(of: model.word?.experts ?? [])
        case .linear, .rls: .regression
        case .logistic, .softmax, .svm, .arow: .classes
        case .embedding: .unlabelled
        }
    }

    private static func taskOf(_ loss: Loss) -> Task {
        switch loss {
        case .auto: .auto
        case .squared, .huber, .quantile, .expectile, .epsilonInsensitive: .regression
        case .logistic, .crossEntropy, .hinge: .classes
        case .negativeSampling: .unlabelled
        }
    }

    private static func losses(of model: Model) -> [Loss] {
        switch model {
        case .auto: Loss.allCases
        case .linear: [.squared, .huber, .quantile, .expectile]
        case .logistic: [.logistic]
        case .softmax: [.crossEntropy]
        case .embedding: [.negativeSampling]
        case .network: [.squared, .huber, .crossEntropy]
        case .factorisation: [.squared, .logistic]
        case .svm, .arow: [.hinge]
        case .rls: [.squared]
        case .passiveAggressive: [.hinge, .epsilonInsensitive]
        case .pool, .hoeffdingTree, .adaptiveTree, .leveragingBagging, .adaptiveForest, .knn,
            .naiveBayes:
            []
        }
    }

    private func checkTask(_ problems: inout ProblemList) {
        let task: Task = values.word("task")
        guard task != .auto else { return }
        let model: Model = values.word("model")
        let other = LearnerRules.taskOf(model)
        if other != .auto, other != task {
            refuse(
                "model",
                "it cannot learn task = \"\(task.rawValue)\"",
                "set task = \"\(other.rawValue)\", or model = "
                    + LearnerRules.words(Model.allCases.filter { LearnerRules.taskOf($0) == task }),
                &problems
            )
        }
        let loss: Loss = values.word("loss")
        let lossTask = LearnerRules.taskOf(loss)
        if lossTask != .auto, lossTask != task {
            refuse(
                "loss",
                "it does not fit task = \"\(task.rawValue)\"",
                "set task = \"\(lossTask.rawValue)\", or loss = "
                    + LearnerRules.words(Loss.allCases.filter { LearnerRules.taskOf($0) == task }),
                &problems
            )
        }
        if task == .unlabelled, LearnerRules.taskOf(LearnerRules.impliedModel(values)) == .auto {
            refuse(
                "task",
                "it needs a model that learns without labels",
                "set model = "
                    + LearnerRules.words(Model.allCases.filter { LearnerRules.taskOf($0) == task }),
                &problems
            )
        }
    }

    /// Words of the file, as a remedy names them.
    private static func words<Word: RawRepresentable<String>>(_ words: [Word]) -> String {
        words.map { "\"\($0.rawValue)\"" }.joined(separator: " or ")
    }

    private func checkModelAndLoss(_ problems: inout ProblemList) {
        let model: Model = values.word("model")
        let loss: Loss = values.word("loss")
        // That a pool has no loss is said by its own rules.
        guard model != .auto, !model.isPool, loss != .auto,
            !LearnerRules.losses(of: model).contains(loss)
        else { return }
        refuse(
            "loss",
            "it does not fit model = \"\(model.rawValue)\"",
            "set loss = \(LearnerRules.words(LearnerRules.losses(of: model))), or leave it to "
                + "learnd with \"auto\"",
            &problems
        )
    }

    private func checkClasses(_ problems: inout ProblemList) {
        guard case .labels(let labels) = values.value("classes") else { return }
        let implied = LearnerRules.impliedTask(values)
        if implied == .regression || implied == .unlabelled {
            refuse(
                "classes",
                implied == .regression ? "a regression has none" : "without labels there are none",
                "remove classes, or set task = \"classes\"",
                &problems
            )
        }
        let model: Model = values.word("model")
        let loss: Loss = values.word("loss")
        if labels.count != 2
            && (model == .logistic || model == .factorisation || loss == .logistic)
        {
            refuse(
                "classes",
                "it lists \(labels.count) labels, but the logistic loss has two",
                "list two labels, or set model = \"softmax\" and loss = \"cross_entropy\"",
                &problems
            )
        }
        let limit = values.integer("classes_max")
        if labels.count > limit {
            refuse(
                "classes",
                "it lists \(labels.count) labels, more than classes_max = \(limit)",
                "raise classes_max to at least \(labels.count)",
                &problems
            )
        }
    }

    private func checkLimits(_ problems: inout ProblemList) {
        let featuresMax = values.integer("features_max")
        if case .integer(let width) = values.value("width"), width > featuresMax {
            refuse(
                "width",
                "it is more than features_max = \(featuresMax)",
                "raise features_max to at least \(width)",
                &problems
            )
        }
        let cooldown = values.duration("consolidate.cooldown")
        let longest = values.duration("consolidate.cooldown_max")
        if cooldown > longest {
            refuse(
                "consolidate.cooldown",
                "it is longer than consolidate.cooldown_max = \(DurationText.text(longest))",
                "raise consolidate.cooldown_max to at least \(DurationText.text(cooldown))",
                &problems
            )
        }
    }
}
