// SPDX-License-Identifier: Apache-2.0
//
// Every mistake is found, with its line, key, value, limit and remedy; none is taken for another.

import Primitives
import Testing

@testable import Configuration

@Suite struct ValidationTests {
    @Test func aProblemNamesFileLineKeyValueLimitAndRemedy() {
        let found = problems("seed = 1\n\n[learner.a]\nrate = 20\n")
        #expect(found.count == 1)
        #expect(
            found.first?.description
                == "learnd.toml:4: learner.a.rate = 20: it is outside of above 0, to 10; "
                + "choose a value from that range"
        )
    }

    @Test func allProblemsAreFoundAtOnceInTheOrderOfTheFile() {
        let found = problems(
            """
            insecur = true
            memory_budget = "1GB"
            [log]
            level = "warn"
            [[samples]]
            endpoint = "tcp://0.0.0.0:7711"
            typ = "pull"
            [learner.UPPER]
            [learner.a]
            batch = 7
            publish.first = 0
            task = "regression"
            loss = "logistic"
            """
        )
        #expect(found.map(\.line) == [1, 2, 4, 6, 7, 8, 10, 11, 13])
        #expect(
            found.map(\.key) == [
                "insecur", "memory_budget", "log.level", "samples[1].endpoint", "samples[1].typ",
                "learner.UPPER", "learner.a.batch", "learner.a.publish.first", "learner.a.loss",
            ]
        )
        #expect(found.allSatisfy { !$0.remedy.isEmpty && !$0.problem.isEmpty })
        #expect(found[0].remedy == "did you mean insecure?")
        #expect(found[2].remedy == "did you mean \"warning\"?")
        #expect(found[4].remedy == "did you mean type?")
        #expect(found[5].remedy.contains("a-z"))
    }

    @Test(
        arguments: [
            ("rate = 0.1", "learner.NAME.rate"),
            ("checkpoint_interval = \"1s\"", "checkpoint.interval"),
            ("learners = 1", "learner"),
            ("learner.a.publsh.first = 1", "publish"),
            ("learner.a.publish.frist = 1", "publish.first"),
            ("endpoint = \"tcp://127.0.0.1:1\"", "samples.endpoint"),
            ("xyzzy = 1", nil),
        ] as [(String, String?)]
    )
    func anUnknownKeyIsAnErrorWithASuggestion(text: String, expected: String?) {
        let found = problems(text)
        #expect(found.count == 1)
        #expect(found.first?.problem == "there is no such key")
        #expect(
            found.first?.remedy
                == expected.map { "did you mean \($0)?" }
                ?? "see docs/configuration.md for all keys"
        )
    }

    @Test(arguments: [
        "seed = -1", "seed = 1.5", "seed = \"1\"", "insecure = 1", "insecure = \"true\"",
        "memory_budget = 5", "memory_budget = \"16 MiB\"", "memory_budget = \"-1MiB\"",
        "memory_budget = \"99999999999TiB\"", "checkpoint.interval = 10",
        "checkpoint.interval = \"10\"", "checkpoint.interval = \"10 s\"",
        "checkpoint.interval = \"2h\"", "checkpoint.interval = \"99999999999999d\"",
        "log.level = \"loud\"", "log = \"info\"", "versions.endpoint = \"127.0.0.1:7712\"",
        "versions.endpoint = 7712", "control.group = \"a b\"", "seed = 1979-05-27",
        "samples = 3", "samples = []", "samples = [1]", "[samples]\ntype = \"sub\"",
        "[[samples]]\nipc_mode = \"888\"", "[[samples]]\nipc_mode = 432", "learner = 1",
        "learner.a = 1", "learner.a.rate = nan", "learner.a.rate = inf", "learner.a.rate = 0",
        "learner.a.rate = \"fast\"", "learner.a.width = \"auto\"",
        "learner.a.classes = [\"one\"]", "learner.a.classes = [\"a\", \"a\"]",
        "learner.a.classes = [1, 1.0]", "learner.a.classes = [[1], [2]]",
        "learner.a.classes = \"a\"", "learner.a.task = \"regresion\"", "learner.\"a b\".rate = 1",
    ])
    func aValueOfAnotherTypeOrRangeIsRefused(text: String) {
        let found = problems(text)
        #expect(found.count == 1, "\(found)")
        #expect(found.allSatisfy { $0.line != nil && !$0.remedy.isEmpty })
    }

    @Test(
        arguments: [
            ("task = \"regression\"\nmodel = \"softmax\"", "model"),
            ("task = \"regression\"\nmodel = \"logistic\"", "model"),
            ("task = \"classes\"\nmodel = \"linear\"", "model"),
            ("task = \"regression\"\nloss = \"logistic\"", "loss"),
            ("task = \"regression\"\nloss = \"cross_entropy\"", "loss"),
            ("task = \"classes\"\nloss = \"squared\"", "loss"),
            ("task = \"classes\"\nloss = \"huber\"", "loss"),
            ("model = \"linear\"\nloss = \"logistic\"", "loss"),
            ("model = \"softmax\"\nloss = \"logistic\"", "loss"),
            ("model = \"logistic\"\nloss = \"cross_entropy\"", "loss"),
            ("task = \"regression\"\nclasses = [1, 2]", "classes"),
            ("loss = \"huber\"\nclasses = [1, 2]", "classes"),
            ("model = \"logistic\"\nclasses = [1, 2, 3]", "classes"),
            ("loss = \"logistic\"\nclasses = [1, 2, 3]", "classes"),
            ("classes_max = 2\nclasses = [1, 2, 3]", "classes"),
            ("width = 5000", "width"),
            ("query.budget = 0.1\nlabels.wait_rows = 0", "query.budget"),
            ("anomaly.enabled = true\nmodel = \"embedding\"", "anomaly.enabled"),
            ("anomaly.enabled = true\nhash_bits = 10", "anomaly.enabled"),
            ("query.budget = 0.1\nmodel = \"embedding\"", "query.budget"),
            ("features_max = 10\nwidth = 11", "width"),
            ("isolation = \"heads\"", "isolation"),
            ("isolation = \"experts\"\ncontexts_max = 0", "isolation"),
            ("isolation_max = 3", "isolation_max"),
            ("model = \"embedding\"\nisolation = \"experts\"", "isolation"),
            (
                "isolation = \"experts\"\nstandardise.scaling = \"windowed\"",
                "standardise.scaling"
            ),
            ("isolation = \"experts\"\nretain.replay = \"er\"", "retain.replay"),
            ("isolation = \"experts\"\nretain.ewc = 1.0", "retain.ewc"),
            ("isolation = \"experts\"\nretain.distil = 1.0", "retain.distil"),
            ("isolation = \"experts\"\nretain.anchor = 1.0", "retain.anchor"),
            ("isolation = \"experts\"\nconsolidate.retain = \"lwf\"", "consolidate.retain"),
            ("memory.policy = \"contexts\"\ncontexts_max = 0", "memory.policy"),
            ("memory.policy = \"loss\"\nmodel = \"embedding\"", "memory.policy"),
            ("memory.policy = \"loss\"\nmodel = \"pool\"", "memory.policy"),
            ("consolidate.cooldown = \"1h\"", "consolidate.cooldown"),
            ("consolidate.cooldown_max = \"1s\"", "consolidate.cooldown"),
        ])
    func whatDoesNotFitTogetherIsRefusedWithARemedy(text: String, key: String) {
        let found = problems("[learner.a]\n" + text)
        #expect(found.map(\.key) == ["learner.a." + key])
        #expect(
            found.allSatisfy {
                $0.remedy.contains("set ") || $0.remedy.contains("raise ")
                    || $0.remedy.contains("list ")
            }
        )
    }

    @Test func whatFitsTogetherIsTaken() throws {
        for (task, model, loss) in [
            ("regression", "linear", "squared"), ("regression", "linear", "huber"),
            ("classes", "logistic", "logistic"), ("classes", "softmax", "cross_entropy"),
        ] {
            for known in 0..<8 {
                var text = "[learner.a]\n"
                if known & 1 != 0 { text += "task = \"\(task)\"\n" }
                if known & 2 != 0 { text += "model = \"\(model)\"\n" }
                if known & 4 != 0 { text += "loss = \"\(loss)\"\n" }
                let learner = try settings(text).learners[0]
                if known != 0 { #expect(learner.task.rawValue == task) }
                if known & 6 != 0 { #expect(learner.model.rawValue == model) }
            }
        }
        #expect(try settings("[learner.a]\nclasses = [1, 2, 3]").learners[0].task == .classes)
    }

    @Test func textThatIsNotTOMLIsRefusedWithItsLine() {
        #expect(problems("a = 1\nb = \n").map(\.line) == [2])
        #expect(problems("seed = 1\n\nseed = 2\n").map(\.line) == [3])
        #expect(problems("x = [1,\n\n").count == 1)
        #expect(problems("[[[[").count == 1)
        let deep = problems("a = 1\nx = " + String(repeating: "[", count: 100_000))
        #expect(deep.map(\.line) == [2])
        let wide = problems(String(repeating: "#", count: ConfigurationTree.bytesMax + 1))
        #expect(wide.first?.description.contains("limit") == true)
        let comment = "# an open range [0, 1\n# and \"'[[{\nseed = 1\n"
        #expect(problems(String(repeating: "# [\n", count: 100) + comment).isEmpty)
        let invalid = #expect(throws: ConfigurationError.self) {
            _ = try Settings(parsing: [0x61, 0x20, 0x3D, 0x20, 0x22, 0xFF, 0x22], file: "f")
        }
        #expect(invalid?.problems.first?.file == "f")
    }

    @Test func noTextCrashesTheReader() throws {
        // Cut and flipped at every byte, the shipped file is either taken or refused.
        let bytes = Array(try repositoryFile("config/examples/pull-ipc.toml").utf8)
        var random = RandomSource(seed: 3)
        for index in bytes.indices {
            _ = try? Settings(parsing: Array(bytes[..<index]), file: "cut")
            var flipped = bytes
            flipped[index] ^= UInt8(1 << random.below(8))
            _ = try? Settings(parsing: flipped, file: "flipped")
        }
    }

    @Test func thereMayBeManyLearnersButNotTooMany() throws {
        func text(_ count: Int) -> String {
            (0..<count).map { "[learner.l\($0)]\n" }.joined()
        }
        #expect(try settings(text(Settings.learnersMax)).learners.count == Settings.learnersMax)
        #expect(problems(text(Settings.learnersMax + 1)).map(\.key) == ["learner"])
        #expect(try settings("[learner]\n").learners.map(\.name) == [.default])
    }
}

@Suite struct QuantityTests {
    @Test func sizesAndDurationsAreReadAndWritten() {
        #expect(SizeText.bytes("16MiB") == 16 << 20)
        #expect(SizeText.bytes("7B") == 7)
        #expect(SizeText.bytes("1.5GiB") == nil)
        #expect(SizeText.bytes("MiB") == nil)
        #expect(SizeText.text(1536 << 20) == "1536MiB")
        #expect(SizeText.text(0) == "0B")
        #expect(SizeText.rounded(16_777_216_000) == "15.6GiB")
        #expect(SizeText.rounded(1_048_576) == "1024KiB")
        #expect(DurationText.duration("5ms") == .milliseconds(5))
        #expect(DurationText.duration("10m") == .seconds(600))
        #expect(DurationText.duration("-1s") == nil)
        #expect(DurationText.duration("1month") == nil)
        #expect(DurationText.text(.seconds(90)) == "90s")
        #expect(DurationText.text(.seconds(7200)) == "2h")
        for text in ["3us", "5ms", "10s", "90m", "2h", "365d", "0s"] {
            #expect(DurationText.duration(text).map(DurationText.text) == text)
        }
    }

    @Test func theNearestKeyIsSuggested() {
        #expect(EditDistance.between("kitten", "sitting") == 3)
        #expect(EditDistance.between("", "abc") == 3)
        #expect(
            EditDistance.suggestion(for: "optimizer", among: ["optimiser", "mode"]) == "optimiser"
        )
        #expect(EditDistance.suggestion(for: "zzzz", among: ["optimiser", "mode"]) == nil)
    }
}
