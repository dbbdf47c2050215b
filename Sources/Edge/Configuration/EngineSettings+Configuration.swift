// SPDX-License-Identifier: Apache-2.0
//
// From the configuration file's words to the engine's settings.

import Consolidation
import Drift
package import Engine
import Learning
import Primitives
import Versions

extension EngineSettings {
    /// The settings of one learner.
    package init(_ learner: LearnerConfiguration, of settings: Settings) {
        self.init()
        task =
            switch learner.task {
            case .auto: nil
            case .classes: .classes
            case .regression: .regression
            case .unlabelled: .unlabelled
            }
        model = EngineSettings.model(of: learner)
        pool = learner.pool.settings
        network = learner.network
        stepRows = learner.stepRows
        loss = EngineSettings.loss(of: learner)
        optimiser = OptimiserSettings(learner)
        pace = learner.linear.pace
        models = learner.linear.models
        l1 = Float(learner.l1)
        l2 = Float(learner.l2)
        mode = learner.mode == .sequential ? .sequential : .meanGradient
        width = learner.width
        text = learner.textName
        embedding = EmbeddingSettings(learner.embedding)
        classes = (learner.classes ?? []).map(ClassLabel.init)
        limits = SchemaLimits(
            classesMax: learner.classesMax,
            columnsMax: min(learner.featuresMax, model?.widthMost ?? learner.featuresMax)
        )
        contextsMax = learner.contextsMax
        isolation =
            switch learner.isolation {
            case .off: .off
            case .experts: .experts
            case .heads: .heads
            }
        isolationMax = learner.isolationMax
        voteSamples = learner.voteSamples
        votePatience = learner.voteDelay
        take(learner.features)
        preparation.memory = learner.standardiseMemory
        preparation.clip = Float(learner.standardiseClip)
        labels = LabelSettings(learner.labels)
        query.budget = learner.query.budget
        anomaly.isEnabled = learner.anomaly.isEnabled
        anomaly.trees = learner.anomaly.trees
        anomaly.height = learner.anomaly.height
        anomaly.window = learner.anomaly.window
        query.strategy = learner.query.strategy == .random ? .random : .uncertainty
        publish = PublishSettings(learner.publish)
        drift = learner.drift.settings
        memory = MemorySettings(learner.memory)
        retention = learner.retain.settings
        consolidation = ConsolidationSettings(learner.consolidate)
        warmStart = learner.warmStart.map { $0.start(of: learner) }
        checkpointInterval = settings.checkpointInterval
        seed = settings.seed
    }

    /// The kind of model; nil when the vote decides between linear and softmax.
    static func model(of learner: LearnerConfiguration) -> ModelKind? {
        switch learner.model {
        case .auto: nil
        case .pool, .hoeffdingTree, .adaptiveTree, .leveragingBagging, .adaptiveForest, .knn,
            .naiveBayes:
            .pool
        case .linear: .linear
        case .logistic: .logistic
        case .softmax: .softmax
        case .embedding: .embedding
        case .network: .network
        case .factorisation: .factorisation
        case .svm: .svm
        case .rls: .rls
        case .arow: .arow
        case .passiveAggressive: .passiveAggressive
        }
    }

    private static func loss(of learner: LearnerConfiguration) -> LossKind? {
        switch learner.loss {
        case .auto: nil
        case .squared: .squared
        case .huber: .huber(delta: Float(learner.huberDelta))
        case .logistic: .logistic
        case .crossEntropy: .crossEntropy
        case .negativeSampling: .negativeSampling
        case .hinge: .hinge
        case .quantile: .quantile(tau: Float(learner.linear.tau))
        case .expectile: .expectile(tau: Float(learner.linear.tau))
        case .epsilonInsensitive: .epsilonInsensitive
        }
    }
}

extension EmbeddingSettings {
    fileprivate init(_ configuration: EmbeddingConfiguration) {
        self.init()
        dimension = configuration.dimension
        window = configuration.window
        negatives = configuration.negatives
        subsample = configuration.subsample
        vocabularyMax = configuration.vocabularyMax
        countMemory = configuration.countMemory
        rateWords = configuration.rateWords
        rateMin = Float(configuration.rateMin)
        tokens = configuration.tokens == .words ? .words : .spaces
    }
}

extension OptimiserSettings {
    init(_ learner: LearnerConfiguration) {
        let rate = Float(learner.rate)
        let epsilon = Float(learner.epsilon)
        self =
            switch learner.optimiser {
            case .sgd: .sgd(rate: rate)
            case .momentum: .momentum(rate: rate, momentum: Float(learner.momentum))
            case .adagrad:
                .adaGrad(rate: rate, epsilon: epsilon, keep: Float(learner.linear.adagradKeep))
            case .rmsprop:
                .rmsProp(rate: rate, keep: Float(learner.linear.rmspropKeep), epsilon: epsilon)
            case .adamw:
                .adamW(
                    rate: rate,
                    beta1: Float(learner.beta1),
                    beta2: Float(learner.beta2),
                    epsilon: epsilon,
                    decay: Float(learner.linear.weightDecay)
                )
            case .adam:
                .adam(
                    rate: rate,
                    beta1: Float(learner.beta1),
                    beta2: Float(learner.beta2),
                    epsilon: epsilon
                )
            case .ftrl: .followTheLeader(rate: rate, beta: Float(learner.ftrlBeta))
            }
    }
}

extension ClassLabel {
    init(_ label: ConfiguredLabel) {
        self =
            switch label {
            case .number(let number): .number(number)
            case .flag(let flag): .boolean(flag)
            case .text(let text): .text(text)
            }
    }
}

extension LabelSettings {
    fileprivate init(_ configuration: LabelsConfiguration) {
        self.init()
        rowsMax = configuration.waitRows
        bytesMax = configuration.waitBytes
        ageMax = configuration.wait
    }
}

extension PublishSettings {
    fileprivate init(_ configuration: PublishConfiguration) {
        self.init()
        first = configuration.first
        interval = configuration.interval
        samples = configuration.samples
        move = configuration.move
        compression.weights =
            switch configuration.weights {
            case .float32: .float32
            case .float16: .float16
            case .int8: .int8
            }
        compression.prune = configuration.prune
        compression.pruneUnits = configuration.pruneUnits
        compression.keepsPruned = configuration.keepsPruned
        compression.topK = configuration.topK
        compression.tolerance = configuration.tolerance
    }
}

extension MemorySettings {
    fileprivate init(_ configuration: MemoryConfiguration) {
        self.init()
        policy =
            switch configuration.policy {
            case .balanced: .balanced
            case .reservoir: .reservoir
            case .recent: .recent
            case .contexts: .contexts
            case .loss: .loss
            }
        reservoirRows = configuration.reservoirRows
        recentRows = configuration.recentRows
        holdoutRows = configuration.holdoutRows
        holdoutEvery = configuration.holdoutEvery
        bytesMax = configuration.bytesMax
    }
}

extension ConsolidationSettings {
    fileprivate init(_ configuration: ConsolidationConfiguration) {
        self.init()
        onDrift = configuration.onDrift
        everySamples = configuration.everySamples ?? 0
        every = configuration.every ?? .zero
        at = configuration.at
        plasticity = configuration.plasticity
        recipes = configuration.recipes
        recipe.patience = configuration.patience
        recipe.shrink = Float(configuration.shrink)
        recipe.perturb = Float(configuration.perturb)
        recipe.averageHalfLife = configuration.averageHalfLife
        cooldown = configuration.cooldown
        cooldownMax = configuration.cooldownMax
        cooldownSamples = configuration.cooldownSamples
        cooldownSamplesMax = configuration.cooldownSamplesMax
        deadline = configuration.deadline
        gate = configuration.gate
        hasProbation = configuration.hasProbation
        worlds = configuration.worlds
        recipe.raceSamples = configuration.raceSamples
        recipe.pull =
            switch configuration.retain {
            case .anchor: .anchor
            case .importance: .importance
            case .scores: .scores
            case .distillation: .distillation
            }
        recipe.pullStrength = configuration.retainStrength.map { Float($0) }
        recipe.anchor = Float(configuration.anchor)
        recipe.tolerance = configuration.tolerance
        recipe.anchorL1 = Float(configuration.anchorL1)
        recipe.schedule = configuration.schedule == .decay ? .decay : .cosine
        recipe.cycles = configuration.cycles
    }
}
