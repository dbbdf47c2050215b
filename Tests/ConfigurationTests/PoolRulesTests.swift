// SPDX-License-Identifier: Apache-2.0
//
// When a learner is a pool, what its keys become, and what does not go with one.

import Engine
import Experts
import Learning
import Testing

@testable import Configuration

@Suite struct PoolRulesTests {
    private func learner(_ text: String) throws -> LearnerConfiguration {
        try #require(try settings("[learner.a]\n" + text).learners.first)
    }

    private func engine(_ text: String) throws -> EngineSettings {
        let settings = try settings("[learner.a]\n" + text)
        return EngineSettings(try #require(settings.learners.first), of: settings)
    }

    @Test func aPoolIsTheDefault() throws {
        for text in [
            "", "model = \"auto\"", "model = \"pool\"", "task = \"classes\"", "width = 3",
            "task = \"regression\"", "optimiser = \"sgd\"\nrate = \"auto\"", "hash_bits = 8",
            "consolidate.every_samples = 500\nconsolidate.on_drift = false", "query.budget = 0.1",
            "imputation = \"last\"\nindicators = true\nlabel_lags = [1]", "pool.rows = 6000",
            "pool.experts = [\"label_table\"]", "anomaly.enabled = true", "classes_max = 4096",
        ] {
            let own = try engine(text)
            #expect(own.model == .pool && own.complaint == nil, "\(text)")
        }
        let own = try engine("pool.rows = 6000\npool.experts = [\"label_table\"]\n")
        #expect(own.pool.rows == 6000 && own.pool.experts == ["label_table"])
        #expect(own.learnerSettings(for: .classes).pool?.experts == ["label_table"])
    }

    @Test(arguments: [
        "optimiser = \"adam\"", "rate = 0.1", "momentum = 0.5", "beta1 = 0.5", "beta2 = 0.5",
        "epsilon = 1e-6", "l1 = 0.1", "l2 = 0.1", "rate_schedule = \"decay\"",
        "rate_adaptation = \"hypergradient\"", "mode = \"mean_gradient\"",
        "standardise.scaling = \"none\"", "standardise.memory = 50", "standardise.clip = 3",
        "isolation = \"experts\"", "retain.replay = \"er\"", "retain.ewc = 1",
        "consolidate.race_samples = 50", "consolidate.retain = \"ewc\"",
        "consolidate.anchor = 0.1", "consolidate.anchor_l1 = 0.1",
        "consolidate.schedule = \"cosine\"", "consolidate.tolerance = 0.5", "huber_delta = 2",
        "memory.recent_rows = 50", "memory.policy = \"contexts\"", "memory.bytes_max = \"1MiB\"",
        "classes_max = 4097", "features_max = 70000",
        "warm_start = \"/a\"\nwidth = 2\nclasses = [0, 1]",
    ])
    func whatAPoolHasNoUseForAsksForAnotherModel(text: String) throws {
        let own = try engine(text)
        #expect(own.model == nil && own.complaint == nil)
        #expect(own.learnerSettings(for: .classes).model == .softmax)
        let key = String(text.prefix { $0 != " " })
        #expect(try learner(text).forecast.contains("no pool, for \(key) = "))

        for model in ["model = \"pool\"", "model = \"knn\"", "pool.rows = 7000"] {
            let found = problems("[learner.a]\n\(model)\n\(text)\n")
            #expect(found.contains { $0.key == "learner.a." + key && $0.line == 3 }, "\(found)")
            #expect(found.allSatisfy { $0.remedy.contains("set ") }, "\(found)")
        }
    }

    @Test func aLossNamesItsModelAndAPoolHasNone() throws {
        #expect(try engine("loss = \"huber\"").model == .linear)
        #expect(try engine("loss = \"hinge\"").model == .svm)
        let found = problems("[learner.a]\nmodel = \"pool\"\nloss = \"squared\"\n")
        #expect(found.map(\.key) == ["learner.a.loss"])
        #expect(found.first?.remedy.contains("\"linear\"") == true)
    }

    @Test func namesOfPoolsOfOneExpertAreThoseOfTheirKinds() throws {
        for word in PoolSettings.words {
            let own = try engine("model = \"\(word.name)\"\n")
            #expect(own.model == .pool && own.pool.experts == word.experts)
            #expect(own.pool.name == word.name && own.complaint == nil)
            #expect(word.experts.allSatisfy { ExpertKind.named($0) != nil }, "\(word.name)")
            #expect(LearnerConfiguration.Model(rawValue: word.name)?.isPool == true)
            #expect(try learner("model = \"\(word.name)\"\n").forecast.hasPrefix(word.name))
        }
        let either = PoolSettings.words.filter {
            (try? learner("model = \"\($0.name)\"").task) == .auto
        }
        let both = [
            "hoeffding_tree", "adaptive_tree", "leveraging_bagging", "adaptive_forest", "knn",
        ]
        #expect(either.map(\.name) == both, "the manual says which predict numbers")
    }

    @Test(
        arguments: [
            (
                "pool.experts = [\"label_tabel\"]", "pool.experts",
                "did you mean \"label_table\"? there are "
            ),
            ("pool.experts = [\"xyzzy\"]", "pool.experts", "there are label_table"),
            ("pool.experts = [\"label_table\", \"label_table\"]", "pool.experts", "once"),
            ("pool.experts = []", "pool.experts", "leave the key away"),
            ("pool.experts = [1]", "pool.experts", "in quotes"),
            ("pool.experts = \"label_table\"", "pool.experts", "a list"),
            ("pool.rows = 99", "pool.rows", "range"),
            (
                "task = \"regression\"\npool.experts = [\"label_table\"]", "pool.experts",
                "does not predict numbers"
            ),
            (
                "task = \"regression\"\nmodel = \"naive_bayes\"", "model", "classes"
            ),
            ("pool.experts = [\"rls\"]\nclasses = [0, 1]", "pool.experts", "predict classes"),
            ("model = \"softmax\"\npool.rows = 6000", "pool.rows", "for pools alone"),
            ("loss = \"huber\"\npool.rows = 6000", "pool.rows", "for pools alone"),
            (
                "model = \"knn\"\npool.experts = [\"label_table\"]", "pool.experts",
                "set model = \"pool\""
            ),
            ("model = \"pool\"\ntask = \"unlabelled\"", "task", "embedding"),
        ]
    )
    func whatDoesNotFitIsRefused(text: String, key: String, remedy: String) {
        let found = problems("[learner.a]\n" + text + "\n")
        let own = found.first { $0.key == "learner.a." + key && $0.line != nil }
        #expect(own.map { ($0.problem + "; " + $0.remedy).contains(remedy) } == true, "\(found)")
    }

    @Test func theExpertsMayDecideTheTask() throws {
        let learner = try learner("pool.experts = [\"label_table\"]")
        #expect(learner.task == .classes && learner.forecast == "a pool of 1 expert")
        let numbers = try self.learner("pool.experts = [\"rls\", \"nlms_slow\"]")
        #expect(numbers.task == .regression && numbers.forecast == "a pool of 2 experts")
        #expect(try self.learner("model = \"svm\"").forecast == "svm")
        #expect(try self.learner("rate = 1").forecast.hasPrefix("softmax for classes, linear for"))
    }

    @Test func aReloadThatMakesItAnotherModelIsRefused() throws {
        let old = try settings("[learner.a]\n")
        let live = try settings("[learner.a]\nconsolidate.every_samples = 7\n")
        #expect(Settings.reloadRefusal(from: old, to: live) == nil)
        #expect(
            Settings.changes(from: old, to: try settings("[learner.a]\nmodel = \"pool\"\n")).isEmpty
        )
        let other = try settings("[learner.a]\nconsolidate.race_samples = 7\n")
        let refusal = try #require(Settings.reloadRefusal(from: old, to: other))
        #expect(refusal.contains("learner.a.model: \"pool\" -> \"auto\""))
    }

    @Test func aStateThatWasBornWithAnotherPoolSaysSo() throws {
        let pool = try engine("")
        #expect(pool.differencesOfBirth(to: try engine("model = \"pool\"")).isEmpty)
        #expect(
            pool.differencesOfBirth(to: try engine("model = \"knn\"")) == [
                "model is knn in the configuration but pool in the state"
            ]
        )
        #expect(
            pool.differencesOfBirth(to: try engine("pool.experts = [\"label_table\"]")).contains(
                "pool.experts is label_table in the configuration but the usual in the state"
            )
        )
        #expect(
            pool.differencesOfBirth(to: try engine("pool.rows = 6000")) == [
                "pool.rows is 6000 in the configuration but 5000 in the state"
            ]
        )
    }
}
