// SPDX-License-Identifier: Apache-2.0
//
// What goes with word vectors, and what only with them.

import Engine
import Learning
import Testing

@testable import Configuration

@Suite struct WordVectorRulesTests {
    @Test func theModelOrItsLossDecidesEverything() throws {
        for text in [
            "model = \"embedding\"", "loss = \"negative_sampling\"",
            "task = \"unlabelled\"\nmodel = \"embedding\"",
        ] {
            let all = try settings("[learner.a]\n" + text)
            let learner = all.learners[0]
            #expect(learner.task == .unlabelled && learner.model == .embedding)
            #expect(learner.rate == 0.025 && learner.textBytesMax == 65_536)
            let engine = EngineSettings(learner, of: all)
            #expect(engine.complaint == nil)
            #expect(engine.learnerSettings(for: .unlabelled).embedding?.dimension == 100)
        }
        #expect(Settings.defaults.learners[0].textBytesMax == 1024)
        let plain = try settings("learner.a.text.bytes_max = \"4KiB\"").learners[0]
        #expect(plain.textBytesMax == 4096, "for any model")
    }

    @Test func everyKeyReachesTheEngine() throws {
        let all = try settings(
            """
            seed = 9
            [learner.a]
            model = "embedding"
            rate = 0.5
            text.name = "body"
            [learner.a.embedding]
            dimension = 7
            window = 2
            negatives = 3
            subsample = 0.25
            vocabulary_max = 50
            count_memory = 300
            rate_words = 1000
            rate_min = 0.125
            tokens = "spaces"
            """
        )
        let engine = EngineSettings(all.learners[0], of: all)
        let learning = engine.learnerSettings(for: .unlabelled)
        let own = try #require(learning.embedding)
        #expect(engine.text == "body" && learning.optimiser.rate == 0.5)
        #expect(own.dimension == 7 && own.window == 2 && own.negatives == 3)
        #expect(own.subsample == 0.25 && own.vocabularyMax == 50 && own.countMemory == 300)
        #expect(own.rateWords == 1000 && own.rateMin == 0.125 && own.tokens == .spaces)
        #expect(own.seed == 9)
    }

    @Test(
        arguments: [
            ("optimiser = \"adam\"", "optimiser"), ("mode = \"mean_gradient\"", "mode"),
            ("l1 = 0.1", "l1"), ("l2 = 0.1", "l2"), ("width = 4", "width"),
            ("classes = [1, 2]", "classes"), ("task = \"classes\"", "model"),
            ("loss = \"squared\"", "loss"), ("isolation = \"experts\"", "isolation"),
            ("retain.replay = \"er\"", "retain.replay"), ("retain.ewc = 1.0", "retain.ewc"),
            ("retain.anchor = 1.0", "retain.anchor"),
            ("consolidate.every = \"1h\"", "consolidate.every"),
            ("consolidate.every_samples = 5", "consolidate.every_samples"),
            ("embedding.count_memory = 5", "embedding.count_memory"),
        ])
    func whatMeansNothingToWordVectorsIsRefused(text: String, key: String) {
        let found = problems("[learner.a]\nmodel = \"embedding\"\n" + text)
        #expect(found.map(\.key) == ["learner.a." + key])
        #expect(found.allSatisfy { $0.line != nil && !$0.remedy.isEmpty })
    }

    @Test(
        arguments: [
            ("embedding.window = 3", "embedding.window"), ("text.name = \"body\"", "text.name"),
            ("task = \"unlabelled\"", "task"),
            ("model = \"linear\"\nloss = \"negative_sampling\"", "loss"),
        ])
    func whatOnlyWordVectorsHaveIsRefusedElsewhere(text: String, key: String) {
        let found = problems("[learner.a]\n" + text)
        #expect(found.map(\.key) == ["learner.a." + key])
        #expect(found.allSatisfy { $0.remedy.contains("set ") })
    }

    @Test func limitsAreThoseOfTheEngine() {
        for text in [
            "dimension = 0", "dimension = 5000", "window = 0", "negatives = 21", "subsample = 1.5",
            "vocabulary_max = 1", "rate_min = 0", "tokens = \"letters\"",
        ] {
            let found = problems("[learner.a]\nmodel = \"embedding\"\nembedding." + text)
            #expect(found.count == 1, "\(text)")
        }
        #expect(problems("learner.a.text.name = \"\"").count == 1)
    }
}
