// SPDX-License-Identifier: Apache-2.0
//
// Everything that can be set about one learner, as the engine sees it. The settings are part of the
// state: a learner keeps those that it was born with until a configuration changes them.

package import Consolidation
package import Drift
package import Experts
package import Learning
package import Networks
import Primitives
package import Versions

/// The settings of one learner.
package struct EngineSettings: Sendable, Equatable {
    /// The task, when it is not to be voted on.
    package var task: Task?
    /// The model, when it does not follow from the task.
    package var model: ModelKind?
    /// The layers of a network; nil for every other model.
    package var network: NetworkSettings?
    /// The most rows of one step of a network along their mean gradient.
    package var stepRows = 64
    /// The loss, when it does not follow from the model.
    package var loss: LossKind?
    /// How weights follow gradients.
    package var optimiser: OptimiserSettings = .sgd(rate: 0.05)
    /// What becomes of the rate of gradient descent.
    package var pace = RatePace.constant
    /// The experts of a pool; its seed is that of the learner.
    package var pool = PoolSettings()
    /// What belongs to one kind of model alone.
    package var models = ModelSettings()
    /// The pull of the first norm.
    package var l1: Float = 0
    /// The pull of the second norm.
    package var l2: Float = 0
    /// One sample at a time, or the mean gradient of a micro-batch.
    package var mode: LearningMode = .sequential
    /// The width of arrays, when it is not to be voted on.
    package var width: Int?
    /// The name of the feature that a learner of texts reads.
    package var text = "text"
    /// What belongs to word vectors alone; their seed is that of the learner.
    package var embedding = EmbeddingSettings()
    /// Classes that exist before their first sample.
    package var classes: [ClassLabel] = []
    /// The bounds of growth.
    package var limits = SchemaLimits()
    /// The most contexts that the learner tells apart.
    package var contextsMax = 64
    /// What a context owns of the model.
    package var isolation = Isolation.off
    /// The most contexts that own a part of it.
    package var isolationMax = 8
    /// How many samples vote.
    package var voteSamples = 200
    /// How long the first sample waits for the vote.
    package var votePatience: Duration = .seconds(2)
    /// What columns are made of the features of a sample.
    package var features = FeatureSettings()
    /// The factors of a factorisation machine.
    package var factors = 8
    /// How raw columns become the input of the model.
    package var preparation = PreparationSettings()
    /// How many samples may wait for their labels, and how long.
    package var labels = LabelSettings()
    /// How unusual samples are.
    package var anomaly = AnomalySettings()
    /// Which labels are asked for.
    package var query = QuerySettings()
    /// When versions are published.
    package var publish = PublishSettings()
    /// What is watched for drift.
    package var drift = DriftSettings()
    /// What is remembered.
    package var memory = MemorySettings()
    /// What is done against forgetting while learning.
    package var retention = RetentionSettings()
    /// When and how to consolidate.
    package var consolidation = ConsolidationSettings()
    /// Where the learner starts that does not start from nothing.
    package var warmStart: WarmStart?
    /// The time between checkpoints.
    package var checkpointInterval: Duration = .seconds(10)
    /// The seed of all that is drawn.
    package var seed: UInt64 = 1

    /// Makes the defaults.
    package init() {}

    /// The learner's settings once the task is known.
    ///
    /// What is set may go with the other task only, when nobody knew which one the vote would
    /// choose: then the usual loss takes its place, and plain gradient descent that of the
    /// optimiser.
    package func learnerSettings(for task: Task) -> LearnerSettings {
        let usual: ModelKind = task == .classes ? .softmax : .linear
        let model = self.model.map { $0.predicts(task) ? $0 : usual } ?? usual
        let usualLoss = model.usualLoss(for: task)
        var chosen = LearnerSettings(
            model: model,
            loss: loss ?? usualLoss,
            optimiser: optimiser,
            pace: pace,
            l1: l1,
            l2: l2,
            mode: mode,
            models: models,
            network: model == .network
                ? network.map { NetworkChoice($0, seed: seed, stepRows: stepRows) } : nil,
            isolation: isolation == .off ? nil : isolationSettings
        )
        if model == .embedding {
            chosen.embedding = embedding
            chosen.embedding?.seed = seed
        }
        if model == .pool {
            chosen.pool = pool
            chosen.pool?.seed = seed
        }
        chosen.sparse = sparseSettings(for: model)
        chosen.preferInvariant()
        if chosen.problem == nil, chosen.task == task { return chosen }
        chosen.loss = usualLoss
        chosen.optimiser = optimiser
        chosen.preferInvariant()
        if chosen.problem != nil { chosen.optimiser = .sgd(rate: optimiser.rate) }
        return chosen
    }

    private var isolationSettings: IsolationSettings {
        IsolationSettings(
            expertsMax: isolationMax,
            sharesLayers: isolation == .heads,
            preparation: preparation
        )
    }

    /// What is wrong with the settings, if anything.
    package var complaint: String? {
        if let task, let model, !model.predicts(task) {
            return "the model \(model.name) does not predict \(task.name)"
        }
        if text.isEmpty || text.utf8.count > 1024 {
            return "the name of the text is \(text.utf8.count) bytes long, it must be 1 to 1024"
        }
        if !(1...1_000_000).contains(voteSamples) {
            return "vote samples is \(voteSamples), it must be 1 to 1000000"
        }
        if !(0...65_536).contains(contextsMax) {
            return "contexts max is \(contextsMax), it must be 0 to 65536"
        }
        if let complaint = featuresComplaint ?? widthComplaint { return complaint }
        if checkpointInterval <= .zero { return "the checkpoint interval must be above 0" }
        if Set(classes).count < classes.count { return "a class stands twice" }
        if classes.count > limits.classesMax { return "there are more classes than their limit" }
        if let most = model?.classesMost, limits.classesMax > most {
            return "the model \(model?.name ?? "") has \(most) classes at most, but classes_max is "
                + "\(limits.classesMax); lower it"
        }
        if task == .unlabelled, model == nil {
            return "the task unlabelled needs a model that learns without labels"
        }
        for task in (task ?? model?.task).map({ [$0] }) ?? Task.votable {
            if let problem = learnerSettings(for: task).problem { return problem }
        }
        if let complaint = networkComplaint { return complaint }
        if (task ?? model?.task) == .unlabelled, retention.isActive {
            return "what has no labels cannot be held on to"
        }
        if let complaint = warmComplaint ?? holdingComplaint { return complaint }
        if isolation != .off {
            if retention.isActive || consolidation.recipe.pull != .anchor {
                return "experts of contexts are held by nothing but their isolation and, in a "
                    + "consolidation, an anchor"
            }
        }
        if anomaly.isEnabled, (task ?? model?.task) == .unlabelled {
            return "the anomaly score needs columns of numbers, and texts have none"
        }
        return labels.complaint ?? query.complaint ?? anomaly.complaint ?? memory.complaint
            ?? retention.complaint
            ?? publish.compression.complaint
            ?? drift.complaint
            ?? consolidation.complaint
    }

    /// Why the network does not go with the limits; nil when it does.
    private var networkComplaint: String? {
        guard let network, model == .network else { return nil }
        let classes = task == .regression ? 1 : limits.classesMax
        if let problem = network.problem(inputs: width ?? network.inputs ?? 1, outputs: classes) {
            return problem + " (with \(classes) outputs; lower classes_max if there are fewer)"
        }
        return nil
    }

    /// The width of arrays that the configuration or the network's input decides.
    package var fixedWidth: Int? { width ?? (model == .network ? network?.inputs : nil) }

    /// How many outputs a model has under the schema: some always have two.
    package func outputs(of schema: Schema) -> Int {
        max(
            learnerSettings(for: schema.task).model.leastOutputs(for: schema.task),
            schema.outputs
        )
    }

    /// How raw columns become the input of the model: ids stay as they are.
    func ownPreparation(for task: Task) -> PreparationSettings {
        var settings = preparation
        if learnerSettings(for: task).model == .pool { settings.scaling = .own }
        if model == .network, network?.readsIds == true { settings.scaling = .none }
        return settings
    }

    /// A contender that has learned nothing.
    package func newContender(for schema: Schema) -> Contender {
        if let warmStart, !warmStart.tensors.isEmpty,
            let contender = try? warmContender(from: warmStart, schema.task)
        {
            var contender = contender
            contender.grow(width: schema.width, outputs: outputs(of: schema))
            return contender
        }
        var preparation = Preparation(ownPreparation(for: schema.task))
        preparation.grow(width: schema.width)
        return contender(preparation, schema.task, outputs: outputs(of: schema))
    }

    func contender(_ preparation: Preparation, _ task: Task, outputs: Int) -> Contender {
        Contender(
            preparation: preparation,
            learner: makeLearner(
                learnerSettings(for: task),
                width: preparation.featureWidth,
                outputs: outputs
            ),
            retention: Retention(settings: retention, seed: retentionSeed)
        )
    }

    /// What the draws of a contender's replay begin from.
    var retentionSeed: UInt64 { seed ^ 0x7265_7461_696E }  // "retain"
}

extension LearnerSettings {
    /// Plain gradient descent on squared errors diverges above a rate of about 1 / (width + 1), so
    /// its importance-invariant form, which can't overshoot, stands in where it can.
    fileprivate mutating func preferInvariant() {
        guard case .sgd(let rate) = optimiser, model == .linear, loss.isQuadratic,
            mode == .sequential
        else { return }
        optimiser = .invariant(rate: rate)
    }
}

/// When versions are published.
package struct PublishSettings: Sendable, Equatable {
    /// The first version comes after this many learned samples.
    package var first = 1000
    /// A routine one is considered after this time.
    package var interval: Duration = .seconds(10)
    /// Or after this many samples.
    package var samples = 100_000
    /// It is made only if weights or loss moved by this share.
    package var move = 0.01
    /// What it may be smaller than the model, and how.
    package var compression = CompressionSettings()

    /// Makes the defaults.
    package init() {}
}
