// SPDX-License-Identifier: Apache-2.0
//
// The keys of compressed versions: what they become, and what does not fit, with its line and its
// remedy.

import Engine
import Learning
import Testing
import Versions

@testable import Configuration

@Suite struct CompressionRulesTests {
    private func compression(_ text: String) throws -> CompressionSettings {
        let settings = try settings("[learner.a]\n" + text)
        let learner = try #require(settings.learners.first)
        return EngineSettings(learner, of: settings).publish.compression
    }

    private let network =
        "model = \"network\"\n[[learner.a.layers]]\nkind = \"dense\"\nunits = 8\n[learner.a]\n"

    @Test func theWordsBecomeWhatTheyName() throws {
        #expect(try compression("") == CompressionSettings())
        #expect(!(try compression("").isActive))
        let own = try compression(
            """
            model = "logistic"
            publish.weights = "int8"
            publish.prune = 0.5
            publish.keep_pruned = true
            publish.top_k = 0.25
            publish.tolerance = 0.1
            """
        )
        #expect(own.weights == .int8 && own.prune == 0.5 && own.keepsPruned)
        #expect(own.topK == 0.25 && own.tolerance == 0.1 && own.isActive)
        #expect(try compression("model = \"pool\"\npublish.weights = \"float16\"\n").isActive)
    }

    @Test(arguments: [
        ("publish.keep_pruned = true\nmodel = \"softmax\"\n", "publish.prune = 0"),
        ("publish.tolerance = 0.5\n", "not compressed"),
        ("publish.prune = 0.5\n", "experts stay"),
        ("publish.weights = \"int8\"\n", "half precision at most"),
        ("model = \"softmax\"\npublish.prune_units = 0.5\n", "hidden units"),
        (
            "model = \"arow\"\npublish.prune = 0.5\npublish.keep_pruned = true\n",
            "is not pruned while it learns"
        ),
        (
            "model = \"softmax\"\nisolation = \"experts\"\npublish.prune = 0.5\n"
                + "publish.keep_pruned = true\n",
            "experts of contexts"
        ),
        ("model = \"embedding\"\npublish.weights = \"float16\"\n", "word vectors"),
        ("model = \"softmax\"\npublish.prune = 0.96\n", "0 to 0.95"),
        ("model = \"softmax\"\npublish.top_k = 0\n", "above 0"),
    ])
    func whatDoesNotFitIsRefused(text: String, words: String) throws {
        do {
            _ = try compression(text)
            Issue.record("accepted: \(text)")
        } catch let error as ConfigurationError {
            #expect("\(error)".contains(words), "\(error)")
        }
    }
}
