// SPDX-License-Identifier: Apache-2.0
//
// The keys against forgetting: what they become in the engine, and what is refused.

import Configuration
import Consolidation
import Engine
import Learning
import Primitives
import Testing

@Suite struct RetentionTests {
    private func engine(_ file: String) throws -> EngineSettings {
        let settings = try settings(try repositoryFile("config/examples/" + file))
        return EngineSettings(try #require(settings.learners.first), of: settings)
    }

    @Test func theExamplesMeanWhatTheySay() throws {
        let replay = try engine("retain-replay.toml").retention
        #expect(replay.replay == .plain && replay.rows == 200 && replay.draws == 7)
        #expect(!replay.pulls && replay.isActive)
        let scores = try engine("retain-derpp.toml")
        #expect(scores.retention.replay == .scores && scores.retention.rows == 500)
        #expect(scores.consolidation.recipe.pull == .scores)
        #expect(scores.consolidation.recipe.pullStrength == nil)
        let ewc = try engine("retain-ewc.toml")
        #expect(ewc.retention.ewc == 1 && ewc.retention.renewEvery == 5000)
        #expect(ewc.retention.replay == .none && ewc.consolidation.recipe.pull == .importance)
        for file in ["retain-replay.toml", "retain-derpp.toml", "retain-ewc.toml"] {
            #expect(try engine(file).complaint == nil)
        }
    }

    @Test(arguments: [
        ("retain.rows = 300", "retain.rows", "while retain.replay = \"none\""),
        ("retain.draws = 3", "retain.draws", "while retain.replay = \"none\""),
        ("retain.replay = \"er\"\nretain.alpha = 1", "retain.alpha", "= \"er\""),
        ("retain.ewc_decay = 0.5", "retain.ewc_decay", "while retain.ewc = 0"),
        ("retain.temperature = 4", "retain.temperature", "while retain.distil = 0"),
        ("retain.renew_every = 5", "retain.renew_every", "while nothing is held"),
        (
            "width = 5000\nfeatures_max = 5000\nretain.replay = \"er\"\n"
                + "retain.bytes_max = \"32KiB\"",
            "retain.bytes_max", "it holds 1 of the rows of 20016 bytes"
        ),
        ("frozen = [\"layers.0\"]", "frozen", "does nothing without warm_start"),
        ("classes = [1, 2]\nwarm_start = \"/a\"", "warm_start", "when the width is known"),
        ("width = 3\nwarm_start = \"/a\"", "warm_start", "when the classes are known"),
        ("warm_start = \"a\"", "warm_start", "it is not a path from / on"),
        (
            "model = \"factorisation\"\nhash_bits = 10\nretain.ewc = 1", "retain.ewc",
            "models over hashed slots"
        ),
        ("consolidate.retain_strength = 1", "consolidate.retain_strength", "\"l2sp\""),
        (
            "consolidate.retain = \"ewc\"\nconsolidate.anchor = 1", "consolidate.anchor",
            "\"ewc\""
        ),
    ])
    func whatDoesNothingIsRefused(text: String, key: String, problem: String) throws {
        let found = problems("[learner.default]\n" + text)
        let first = try #require(found.first)
        #expect(found.count == 1 && first.key == "learner.default." + key)
        #expect(first.problem.contains(problem) && !first.remedy.isEmpty)
        #expect(first.line == text.split(separator: "\n").count + 1)
    }

    @Test func buffersAreForLife() {
        var born = EngineSettings()
        born.retention.replay = .plain
        var wanted = born
        wanted.retention.draws = 3
        wanted.retention.anchor = 1
        #expect(born.differencesOfBirth(to: wanted).isEmpty)
        wanted.retention.replay = .scores
        wanted.retention.rows = 100
        #expect(
            born.differencesOfBirth(to: wanted) == [
                "retain.replay is derpp in the configuration but er in the state",
                "retain.rows is 100 in the configuration but 200 in the state",
            ]
        )
    }
}
