// SPDX-License-Identifier: Apache-2.0
//
// What decides how a learner of the linear family learns. `problem` says in words why settings
// cannot be used; the factory and the decoder let no others through.

package import Experts

/// What the scores of a model mean.
package enum ModelKind: UInt8, Sendable, CaseIterable {
    /// The score is the predicted number.
    case linear = 0
    /// The score is the log odds of the second of two classes.
    case logistic = 1
    /// One score for each class; probabilities are their exponentials, normalised.
    case softmax = 2
    /// The score is a margin for the second of two classes, or one margin for each of more.
    case svm = 3
    /// The score is the predicted number, by recursive least squares.
    case rls = 4
    /// Margins as of `svm`, learned by AROW.
    case arow = 5
    /// Margins as of `svm`, or a number, learned passive-aggressively.
    case passiveAggressive = 6
    /// Layers, whose scores mean classes or a number; see ``NetworkLearner``.
    case network = 8
    /// Weights and products of factors; see ``FactorisationMachine``.
    case factorisation = 12
    /// Vectors of words, from texts.
    case embedding = 16
    /// Experts of many kinds under one mix; see ``PoolLearner``.
    case pool = 24

    /// The name in manifests and configuration.
    package var name: String {
        switch self {
        case .linear: "linear"
        case .logistic: "logistic"
        case .softmax: "softmax"
        case .svm: "svm"
        case .rls: "rls"
        case .arow: "arow"
        case .passiveAggressive: "passive_aggressive"
        case .network: "network"
        case .factorisation: "factorisation"
        case .embedding: "embedding"
        case .pool: "pool"
        }
    }

    /// What a model of this kind predicts; nil for one that learns classes or a number.
    package var task: Task? {
        switch self {
        case .linear, .rls: .regression
        case .logistic, .softmax, .svm, .arow: .classes
        case .passiveAggressive, .network, .factorisation, .pool: nil
        case .embedding: .unlabelled
        }
    }

    /// Whether a model of this kind can learn the task.
    package func predicts(_ task: Task) -> Bool {
        self.task.map { $0 == task } ?? (task == .classes || task == .regression)
    }

    /// Whether it follows gradients: then it has an optimiser, regularisers and two modes; else its
    /// steps follow from its rows alone.
    package var followsGradients: Bool {
        switch self {
        case .linear, .logistic, .softmax, .svm, .network, .factorisation, .embedding: true
        case .rls, .arow, .passiveAggressive, .pool: false
        }
    }

    /// The fewest outputs that it has for a task.
    package func leastOutputs(for task: Task) -> Int {
        switch self {
        case .linear, .softmax, .rls, .network, .embedding, .pool: 1
        case .logistic, .svm, .arow: 2
        case .passiveAggressive, .factorisation: task == .classes ? 2 : 1
        }
    }

    /// The most features that it can have; nil when there is no limit of its own.
    package var widthMost: Int? {
        switch self {
        case .rls: LeastSquaresSettings.widthMost
        case .pool: ExpertShape.widthMost
        default: nil
        }
    }

    /// The most classes that it can have; nil when there is no limit of its own.
    package var classesMost: Int? { self == .pool ? ExpertShape.classesMost : nil }
}

/// What learning makes small.
package enum LossKind: Sendable, Equatable {
    /// (p - y)²; its gradient is 2 (p - y).
    case squared
    /// Half of (p - y)² within `delta`, straight beyond: for labels with outliers (Huber, "Robust
    /// estimation of a location parameter", 1964).
    case huber(delta: Float)
    /// -log of the probability of the true one of two classes.
    case logistic
    /// -log of the probability of the true class.
    case crossEntropy
    /// max(0, 1 - m), with m the margin for the true class (Cortes and Vapnik, "Support-vector
    /// networks", 1995); of more than two classes each is learned against the rest.
    case hinge
    /// tau times what a prediction lacks, or (1 - tau) times what it exceeds: the prediction
    /// becomes the tau-quantile (Koenker and Bassett, "Regression quantiles", 1978).
    case quantile(tau: Float)
    /// (p - y)², times tau where the prediction is too low and (1 - tau) where it is too high: the
    /// tau-expectile (Newey and Powell, "Asymmetric least squares estimation and testing", 1987).
    case expectile(tau: Float)
    /// max(0, |p - y| - insensitivity), of passive-aggressive regression.
    case epsilonInsensitive
    /// -log of the probability of a word beside another, and of noise words not; see ``Embedding``.
    case negativeSampling

    /// The name in configuration and status.
    package var name: String {
        switch self {
        case .squared: "squared"
        case .huber: "huber"
        case .logistic: "logistic"
        case .crossEntropy: "cross_entropy"
        case .hinge: "hinge"
        case .quantile: "quantile"
        case .expectile: "expectile"
        case .epsilonInsensitive: "epsilon_insensitive"
        case .negativeSampling: "negative_sampling"
        }
    }

    /// Whether it is a square of the error, but for a factor: what the importance-invariant step
    /// can solve.
    package var isQuadratic: Bool {
        switch self {
        case .squared, .expectile: true
        default: false
        }
    }

    /// What a learner of this loss predicts.
    package var task: Task {
        switch self {
        case .squared, .huber, .quantile, .expectile, .epsilonInsensitive: .regression
        case .logistic, .crossEntropy, .hinge: .classes
        case .negativeSampling: .unlabelled
        }
    }
}

/// How a gradient becomes a step.
package enum OptimiserSettings: Sendable, Equatable {
    /// Plain gradient descent at a constant rate; see ``GradientDescent``.
    case sgd(rate: Float)
    /// A step that cannot overshoot, for squared loss; see ``InvariantDescent``.
    case invariant(rate: Float)
    /// Gradient descent with a velocity; see ``Momentum``.
    case momentum(rate: Float, momentum: Float)
    /// Rates that fall with each column's own gradients; see ``AdaGrad``.
    case adaGrad(rate: Float, epsilon: Float, keep: Float = 1)
    /// Rates by a running mean of each column's squared gradients; see ``RMSProp``.
    case rmsProp(rate: Float, keep: Float, epsilon: Float)
    /// Moving averages of the gradient and its square; see ``Adam``.
    case adam(rate: Float, beta1: Float, beta2: Float, epsilon: Float)
    /// Adam with a decay of the weights that no moment scales.
    case adamW(rate: Float, beta1: Float, beta2: Float, epsilon: Float, decay: Float)
    /// FTRL-proximal, for many features that are mostly absent; see ``FollowTheLeader``.
    case followTheLeader(rate: Float, beta: Float)

    /// The rate.
    package var rate: Float {
        switch self {
        case .sgd(let rate), .invariant(let rate), .momentum(let rate, _),
            .adaGrad(let rate, _, _), .rmsProp(let rate, _, _), .adam(let rate, _, _, _),
            .adamW(let rate, _, _, _, _), .followTheLeader(let rate, _):
            rate
        }
    }

    /// The name in configuration and status.
    package var name: String {
        switch self {
        case .sgd: "sgd"
        case .invariant: "invariant"
        case .momentum: "momentum"
        case .adaGrad: "adagrad"
        case .rmsProp: "rmsprop"
        case .adam: "adam"
        case .adamW: "adamw"
        case .followTheLeader: "ftrl"
        }
    }
}

/// When the rows of a micro-batch are learned.
package enum LearningMode: UInt8, Sendable, CaseIterable {
    /// Each row is predicted and learned before the next: the same bits as one row at a time,
    /// whatever the batches.
    case sequential = 0
    /// All rows are predicted from the parameters at the start of the block; then one step goes
    /// down the weighted mean of their gradients.
    case meanGradient = 1

    /// The name in configuration and metrics.
    package var name: String {
        switch self {
        case .sequential: "sequential"
        case .meanGradient: "mean_gradient"
        }
    }
}

/// How a learner learns.
///
/// **Weights.** In sequential mode the gradient of a row's loss is multiplied by the row's weight,
/// before clipping; regularisers are not. So, without regularisers, for rows of weight 2:
/// - `sgd` and `momentum`: the same as rows of weight 1 at twice the rate;
/// - `invariant`: the same as each row twice in a row;
/// - `adaGrad`, `rmsProp`, `adam` and `adamW`: the same as rows of weight 1 with half of epsilon,
///   that is nearly no change when all rows weigh the same; a row weighs more only beside lighter
///   ones;
/// - `followTheLeader`: the same as rows of weight 1 with half of beta, l1 and l2, so again nearly
///   no change while these are small.
///
/// A rate that learns goes by directions, so the weight of a row counts for its step alone.
///
/// In mean-gradient mode weights are shares of the mean: a common factor changes nothing.
package struct LearnerSettings: Sendable, Equatable {
    /// What the scores mean.
    package var model: ModelKind
    /// What is made small.
    package var loss: LossKind
    /// How a gradient becomes a step.
    package var optimiser: OptimiserSettings
    /// What becomes of the rate.
    package var pace: RatePace
    /// Strength of L1 on the weights, not on the bias, as a proximal step (Duchi and Singer,
    /// "Efficient online and batch learning using forward backward splitting", 2009): after each
    /// step every weight moves towards zero by `l1` times its own rate, and stops there.
    package var l1: Float
    /// Strength of L2 on the weights, not on the bias: adds `l2 * w` to the gradient.
    package var l2: Float
    /// When rows are learned.
    package var mode: LearningMode
    /// The largest Euclidean norm that the gradient of one step may have, regularisers apart.
    package var gradientClip: Float?
    /// What belongs to one kind of model alone.
    package var models: ModelSettings
    /// The layers of a network; nil for every other model.
    package var network: NetworkChoice?
    /// The buckets of a model over hashed features; nil for a model over columns.
    package var sparse: SparseSettings?
    /// What belongs to word vectors alone.
    package var embedding: EmbeddingSettings?
    /// The experts of a pool; nil for every other model.
    package var pool: PoolSettings?
    /// How contexts are kept apart; nil: one model for all.
    package var isolation: IsolationSettings?

    /// What is predicted.
    package var task: Task { model.task ?? loss.task }

    /// What the model is called: a pool may go by a name of its own.
    package var modelName: String { pool?.name ?? model.name }

    /// How the predictions are judged.
    package var yardstick: Yardstick {
        switch loss {
        case .quantile(let tau): .quantile(tau: tau)
        case .expectile(let tau): .expectile(tau: tau)
        default: Yardstick(task)
        }
    }

    /// Makes settings.
    package init(
        model: ModelKind,
        loss: LossKind,
        optimiser: OptimiserSettings,
        pace: RatePace = .constant,
        l1: Float = 0,
        l2: Float = 0,
        mode: LearningMode = .sequential,
        gradientClip: Float? = nil,
        models: ModelSettings = ModelSettings(),
        network: NetworkChoice? = nil,
        sparse: SparseSettings? = nil,
        isolation: IsolationSettings? = nil
    ) {
        self.model = model
        self.loss = loss
        self.optimiser = optimiser
        self.pace = pace
        self.l1 = l1
        self.l2 = l2
        self.mode = mode
        self.gradientClip = gradientClip
        self.models = models
        self.network = network
        self.sparse = sparse
        self.isolation = isolation
    }

    /// Whether a learner that was made with the other settings can go on with these: its parameters
    /// and moments are made for one model, one optimiser and one pace, and it keeps them for life.
    package func isForSameLearner(as other: LearnerSettings) -> Bool {
        guard model == other.model, task == other.task,
            network?.network == other.network?.network, sparse == other.sparse,
            pool?.experts == other.pool?.experts, pool?.rows == other.pool?.rows,
            isolation?.sharesLayers == other.isolation?.sharesLayers
        else { return false }
        if model.followsGradients,
            optimiser.name != other.optimiser.name || pace.name != other.pace.name
        {
            return false
        }
        guard let embedding, let wanted = other.embedding else { return true }
        return embedding.isForSameLearner(as: wanted)
    }

    /// Settings with the loss that goes with the model.
    package init(model: ModelKind, optimiser: OptimiserSettings, mode: LearningMode = .sequential) {
        self.init(
            model: model,
            loss: model.usualLoss(for: model.task ?? .classes),
            optimiser: optimiser,
            mode: mode
        )
    }
}
