// SPDX-License-Identifier: Apache-2.0
//
// The keys of losses, optimisers, rates and row-by-row models: what they become, and what does not
// fit, with its line and its remedy.

import Engine
import Learning
import Testing

@testable import Configuration

@Suite struct LinearRulesTests {
    private func engine(_ text: String) throws -> EngineSettings {
        let settings = try settings("[learner.a]\n" + text)
        return EngineSettings(try #require(settings.learners.first), of: settings)
    }

    @Test func theWordsBecomeWhatTheyName() throws {
        var own = try engine("loss = \"quantile\"\ntau = 0.9\n").learnerSettings(for: .regression)
        #expect(own.model == .linear && own.loss == .quantile(tau: 0.9))
        own = try engine("loss = \"expectile\"\ntau = 0.2\n").learnerSettings(for: .regression)
        #expect(own.loss == .expectile(tau: 0.2) && own.optimiser == .invariant(rate: 0.05))
        own = try engine("model = \"svm\"\n").learnerSettings(for: .classes)
        #expect(own.model == .svm && own.loss == .hinge && own.optimiser == .sgd(rate: 0.05))
        own = try engine("model = \"svm\"\noptimiser = \"adagrad\"\nadagrad_keep = 0.99\n")
            .learnerSettings(for: .classes)
        #expect(own.optimiser == .adaGrad(rate: 0.1, epsilon: 1e-8, keep: 0.99))
        own = try engine("optimiser = \"rmsprop\"\nrmsprop_keep = 0.95\n")
            .learnerSettings(for: .classes)
        #expect(own.optimiser == .rmsProp(rate: 0.01, keep: 0.95, epsilon: 1e-8))
        own = try engine("optimiser = \"adamw\"\nweight_decay = 0.1\n")
            .learnerSettings(for: .classes)
        #expect(
            own.optimiser
                == .adamW(rate: 0.01, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, decay: 0.1)
        )
        own = try engine("rate_schedule = \"decay\"\nrate_power = 1\n")
            .learnerSettings(for: .regression)
        #expect(own.pace == .decay(speed: 0.001, power: 1))
        own = try engine("rate_adaptation = \"hypergradient\"\n").learnerSettings(for: .classes)
        #expect(own.pace == .hypergradient(gain: 0.02))
        for task in [Task.classes, .regression] {
            own = try engine("model = \"passive_aggressive\"\n").learnerSettings(for: task)
            #expect(own.model == .passiveAggressive && own.task == task)
        }
        let rls = try engine("model = \"rls\"\nrls.forgetting = 1\n")
        #expect(rls.learnerSettings(for: .regression).models.rls.forgetting == 1)
        #expect(rls.limits.columnsMax == 512 && rls.complaint == nil)
        #expect(try engine("model = \"arow\"\narow.full_width = 5\n").models.arow.fullWidth == 5)
    }

    @Test func theExamplesMeanWhatTheySay() throws {
        let expected: [(String, ModelKind, LossKind, String)] = [
            ("linear-svm", .svm, .hinge, "sgd"),
            ("linear-quantile", .linear, .quantile(tau: 0.9), "sgd"),
            ("linear-rls", .rls, .squared, ""), ("linear-arow", .arow, .hinge, ""),
            ("linear-passive-aggressive", .passiveAggressive, .epsilonInsensitive, ""),
            ("linear-ftrl", .logistic, .logistic, "ftrl"),
            ("linear-hypergradient", .softmax, .crossEntropy, "sgd"),
        ]
        for (file, model, loss, optimiser) in expected {
            let settings = try settings(try repositoryFile("config/examples/\(file).toml"))
            let learner = try #require(settings.learners.first)
            let engine = EngineSettings(learner, of: settings)
            #expect(engine.complaint == nil, "\(file)")
            let own = engine.learnerSettings(for: loss.task)
            #expect(own.model == model && own.loss == loss, "\(file)")
            #expect(optimiser.isEmpty || own.optimiser.name == optimiser, "\(file)")
        }
        let price = try settings(
            try repositoryFile("config/examples/linear-hypergradient.toml")
        )
        let rules = price.learners[0].consolidate
        #expect(rules.schedule == .cosine && rules.cycles == 3 && rules.anchorL1 == 1e-4)
    }

    @Test(
        arguments: [
            ("tau = 0.9", "tau", "quantile"),
            ("adagrad_keep = 0.5", "adagrad_keep", "adagrad"),
            ("rmsprop_keep = 0.5", "rmsprop_keep", "rmsprop"),
            ("weight_decay = 0.5", "weight_decay", "adamw"),
            ("rate_decay = 0.5", "rate_decay", "rate_schedule"),
            ("hypergradient_gain = 0.5", "hypergradient_gain", "rate_adaptation"),
            ("rls.forgetting = 0.9", "rls.forgetting", "model = \"rls\""),
            ("model = \"rls\"\narow.q = 0.9", "arow.q", "model = \"arow\""),
            (
                "task = \"classes\"\nmodel = \"passive_aggressive\"\n"
                    + "passive_aggressive.insensitivity = 2",
                "passive_aggressive.insensitivity", "regression"
            ),
            (
                "rate_schedule = \"decay\"\nrate_adaptation = \"hypergradient\"",
                "rate_adaptation", "rate_schedule"
            ),
            ("optimiser = \"adam\"\nrate_schedule = \"decay\"", "rate_schedule", "sgd"),
            ("rate = 2\nrate_adaptation = \"hypergradient\"", "rate", "range"),
            ("model = \"rls\"\noptimiser = \"adam\"", "optimiser", "remove"),
            ("model = \"arow\"\nl2 = 0.1", "l2", "remove"),
            ("model = \"arow\"\nmode = \"mean_gradient\"", "mode", "remove"),
            ("model = \"rls\"\nretain.ewc = 1", "retain.ewc", "retain.anchor"),
            ("model = \"rls\"\nwidth = 600", "width", "512"),
            ("model = \"rls\"\nfeatures_max = 600", "features_max", "512"),
            ("model = \"rls\"\nloss = \"hinge\"", "loss", "squared"),
            ("model = \"svm\"\ntask = \"regression\"", "model", "classes"),
            ("loss = \"hinge\"\nmodel = \"softmax\"", "loss", "cross_entropy"),
            ("consolidate.cycles = 3", "consolidate.cycles", "schedule"),
            (
                "consolidate.retain = \"ewc\"\nconsolidate.anchor_l1 = 1",
                "consolidate.anchor_l1", "l2sp"
            ),
        ]
    )
    func whatDoesNotFitIsRefused(text: String, key: String, remedy: String) {
        let found = problems("[learner.a]\n" + text + "\n")
        let line = text.split(separator: "\n").count + 1
        #expect(found.contains { $0.key == "learner.a." + key && $0.line != nil }, "\(found)")
        let own = found.first { $0.key == "learner.a." + key }
        #expect(own.map { ($0.remedy + $0.problem).contains(remedy) } == true, "\(found)")
        #expect(found.allSatisfy { ($0.line ?? 0) <= line })
    }

    @Test func replayedRowsAreRowsLikeOthers() throws {
        let own = try engine("model = \"arow\"\nretain.replay = \"er\"\nretain.anchor = 0.1\n")
        #expect(own.complaint == nil)
    }
}
