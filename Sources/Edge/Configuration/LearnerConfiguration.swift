// SPDX-License-Identifier: Apache-2.0
//
// One learner as it is configured. What is `auto` is decided by the vote over its first samples,
// unless another key has decided it: `loss = "huber"` can only be a regression.

package import Networks
package import Primitives

/// What a learner is and how it learns.
package struct LearnerConfiguration: Sendable, Equatable {
    /// What is learned.
    package enum Task: String, Sendable, CaseIterable {
        /// The vote decides.
        case auto
        /// Which class a sample has.
        case classes
        /// A number.
        case regression
        /// Nothing: the model needs no label.
        case unlabelled
    }

    /// The kind of model.
    package enum Model: String, Sendable, CaseIterable {
        /// A pool, unless a key says what only another model has: then linear for numbers, else
        /// softmax.
        case auto
        /// Experts of many kinds under one mix.
        case pool
        /// A number as a weighted sum.
        case linear
        /// Two classes.
        case logistic
        /// Any number of classes.
        case softmax
        /// Vectors of words, from texts.
        case embedding
        /// Layers, for classes or a number.
        case network
        /// A number or two classes, by weights and products of factors.
        case factorisation
        /// A margin for the second of two classes, or one for each of more.
        case svm
        /// A number, by recursive least squares.
        case rls
        /// Margins, by adaptive regularisation of weights.
        case arow
        /// Margins or a number, by the smallest step that a row asks for.
        case passiveAggressive = "passive_aggressive"
        /// A Hoeffding tree, in a pool of its own like the four after it.
        case hoeffdingTree = "hoeffding_tree"
        /// A Hoeffding tree that replaces parts of itself.
        case adaptiveTree = "adaptive_tree"
        /// Trees that each see rows another number of times.
        case leveragingBagging = "leveraging_bagging"
        /// The same, each with some of the features at each node.
        case adaptiveForest = "adaptive_forest"
        /// The nearest of the last rows.
        case knn
        /// Classes by independent features.
        case naiveBayes = "naive_bayes"
    }

    /// What is minimised.
    package enum Loss: String, Sendable, CaseIterable {
        /// The model's own.
        case auto
        /// The squared error.
        case squared
        /// Squared near zero, linear beyond `huberDelta`.
        case huber
        /// The log-loss of two classes.
        case logistic
        /// The log-loss of many classes.
        case crossEntropy = "cross_entropy"
        /// The log-loss of words against noise words.
        case negativeSampling = "negative_sampling"
        /// What a margin lacks to 1.
        case hinge
        /// What a prediction lacks or exceeds, of different weights.
        case quantile
        /// The squares of the same.
        case expectile
        /// The error beyond a tolerated one.
        case epsilonInsensitive = "epsilon_insensitive"
    }

    /// How weights follow gradients.
    package enum Optimiser: String, Sendable, CaseIterable {
        /// A constant rate.
        case sgd
        /// A rate and a running mean of gradients.
        case momentum
        /// A rate for each weight that falls with its gradients.
        case adagrad
        /// Running means of gradients and of their squares.
        case adam
        /// The regularised leader of all gradients, for features that are mostly absent.
        case ftrl
        /// A rate for each weight by a running mean of its squared gradients.
        case rmsprop
        /// Adam with a decay of the weights apart from it.
        case adamw
    }

    /// How a micro-batch is learned.
    package enum Mode: String, Sendable, CaseIterable {
        /// One sample after the other.
        case sequential
        /// One step along the mean gradient.
        case meanGradient = "mean_gradient"
    }

    /// What a context owns of the model.
    package enum Isolation: String, Sendable, CaseIterable {
        /// Nothing.
        case off
        /// A whole model.
        case experts
        /// The last layer of a network.
        case heads
    }

    /// Its name.
    package let name: Name
    /// What is learned; other keys may have decided it where the file says `auto`.
    package let task: Task
    /// The kind of model; other keys may have decided it where the file says `auto`.
    package let model: Model
    /// What a pool is made up of.
    package let pool: PoolConfiguration
    /// Why `auto` does not stand for a pool, in words; nil where it does, or a model is named.
    let poolObstacle: String?
    /// The layers of a network; nil for every other model.
    package let network: NetworkSettings?
    /// The most rows of one step of a network along their mean gradient.
    package let stepRows: Int
    /// What is minimised.
    package let loss: Loss
    /// Where the Huber loss turns linear.
    package let huberDelta: Double
    /// How weights follow gradients.
    package let optimiser: Optimiser
    /// The rate; the optimiser's own where the file says `auto`.
    package let rate: Double
    /// How much of the last step the momentum keeps.
    package let momentum: Double
    /// How much of the last mean gradient Adam keeps.
    package let beta1: Double
    /// How much of the last mean square Adam keeps.
    package let beta2: Double
    /// What keeps a division from zero.
    package let epsilon: Double
    /// How slowly the rates of ftrl begin to fall.
    package let ftrlBeta: Double
    /// What belongs to one loss, one optimiser or one model alone.
    package let linear: LinearConfiguration
    /// The weight of the sum of magnitudes.
    package let l1: Double
    /// The weight of the sum of squares.
    package let l2: Double
    /// How a micro-batch is learned.
    package let mode: Mode
    /// The samples that close a micro-batch.
    package let batchRows: Int
    /// The wait that closes a micro-batch.
    package let batchDelay: Duration
    /// The samples that means and deviations remember.
    package let standardiseMemory: Int
    /// The deviations at which a standardised feature is cut off.
    package let standardiseClip: Double
    /// The number of features of each sample; nil when the vote decides.
    package let width: Int?
    /// The most features.
    package let featuresMax: Int
    /// The labels that are known from the start, in order; nil when the stream brings them.
    package let classes: [ConfiguredLabel]?
    /// The most classes.
    package let classesMax: Int
    /// The most contexts.
    package let contextsMax: Int
    /// What a context owns of the model.
    package let isolation: Isolation
    /// The most contexts that own a part of it.
    package let isolationMax: Int
    /// The name of the feature that a learner of texts reads.
    package let textName: String
    /// The longest text of a sample, in bytes.
    package let textBytesMax: Int
    /// What belongs to word vectors alone.
    package let embedding: EmbeddingConfiguration
    /// The samples that end the vote.
    package let voteSamples: Int
    /// The wait that ends the vote.
    package let voteDelay: Duration
    /// What is made of features.
    package let features: FeatureConfiguration
    /// How samples wait for their labels.
    package let labels: LabelsConfiguration
    /// Which labels are asked for.
    package let query: QueryConfiguration
    /// How unusual samples are.
    package let anomaly: AnomalyConfiguration
    /// What it starts with, unless with nothing.
    package let warmStart: WarmStartConfiguration?
    /// When versions are published.
    package let publish: PublishConfiguration
    /// How drift is looked for.
    package let drift: DriftConfiguration
    /// What is remembered.
    package let memory: MemoryConfiguration
    /// What is done against forgetting.
    package let retain: RetentionConfiguration
    /// When and how challengers are made.
    package let consolidate: ConsolidationConfiguration

    init(_ name: Name, _ values: ScopedValues, _ layers: LayerTables) {
        self.name = name
        model = LearnerRules.impliedModel(values)
        pool = PoolConfiguration(values)
        poolObstacle = PoolRules.obstacle(values)
        network = NetworkRules.network(values, layers)
        stepRows = values.integer("step_rows")
        loss = values.word("loss")
        task = LearnerRules.impliedTask(values)
        huberDelta = values.number("huber_delta")
        optimiser = values.word("optimiser")
        rate =
            values.value("rate") == .none
            ? LearnerConfiguration.standardRate(optimiser, of: model) : values.number("rate")
        momentum = values.number("momentum")
        beta1 = values.number("beta1")
        beta2 = values.number("beta2")
        epsilon = values.number("epsilon")
        ftrlBeta = values.number("ftrl_beta")
        linear = LinearConfiguration(values)
        l1 = values.number("l1")
        l2 = values.number("l2")
        mode = values.word("mode")
        batchRows = values.integer("batch.rows")
        batchDelay = values.duration("batch.delay")
        standardiseMemory = values.integer("standardise.memory")
        standardiseClip = values.number("standardise.clip")
        width = values.value("width") == .none ? nil : values.integer("width")
        featuresMax = values.integer("features_max")
        if case .labels(let labels) = values.value("classes") {
            classes = labels
        } else {
            classes = nil
        }
        classesMax = values.integer("classes_max")
        contextsMax = values.integer("contexts_max")
        isolation = values.word("isolation")
        isolationMax = values.integer("isolation_max")
        textName = values.text("text.name")
        textBytesMax =
            values.value("text.bytes_max") == .none
            ? LearnerConfiguration.standardTextBytes(
                model,
                hasTexts: FeatureConfiguration(values).hasTexts
            ) : values.size("text.bytes_max")
        embedding = EmbeddingConfiguration(values)
        voteSamples = values.integer("vote.samples")
        voteDelay = values.duration("vote.delay")
        features = FeatureConfiguration(values)
        labels = LabelsConfiguration(values)
        query = QueryConfiguration(values)
        anomaly = AnomalyConfiguration(values)
        publish = PublishConfiguration(values)
        drift = DriftConfiguration(values)
        memory = MemoryConfiguration(values)
        warmStart = WarmStartConfiguration(values)
        retain = RetentionConfiguration(values)
        consolidate = ConsolidationConfiguration(values)
    }

    /// The rate where none is configured.
    package static func standardRate(_ optimiser: Optimiser, of model: Model = .auto) -> Double {
        if model == .embedding { return 0.025 }
        return switch optimiser {
        case .sgd: 0.05
        case .momentum: 0.01
        case .adagrad: 0.1
        case .adam: 0.01
        case .ftrl: 0.1
        case .rmsprop: 0.01
        case .adamw: 0.01
        }
    }

    /// The longest text where none is configured: a page for a model or a feature that reads texts,
    /// else what a category or a label may be.
    package static func standardTextBytes(_ model: Model, hasTexts: Bool = false) -> Int {
        model == .embedding || hasTexts ? 64 << 10 : 1024
    }
}
