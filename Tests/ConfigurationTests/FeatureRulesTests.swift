// SPDX-License-Identifier: Apache-2.0
//
// What learnctl check says of features: the line, what is wrong, and the way out.

import Engine
import Foundation
import Learning
import Testing

@testable import Configuration

@Suite("Configured features")
struct FeatureRulesTests {
    private func problems(_ text: String) -> [ConfigurationProblem] {
        do throws(ConfigurationError) {
            _ = try Settings(parsing: Array(text.utf8), file: "test.toml")
            return []
        } catch {
            return error.problems
        }
    }

    private func engine(_ text: String) throws -> EngineSettings {
        let settings = try Settings(parsing: Array(text.utf8), file: "test.toml")
        let engine = EngineSettings(try #require(settings.learners.first), of: settings)
        #expect(engine.complaint == nil)
        return engine
    }

    @Test("Declared features are read in order, as a table or by hand")
    func declared() throws {
        let engine = try engine(
            """
            [learner.a]
            schema = "closed"
            label_lags = [1, 48]
            imputation = "last"
            indicators = true
            [learner.a.features]
            temp = "number"
            "open door" = "boolean"
            site = "category"
            note = { kind = "text", unit = "character", ngrams = [2, 4], buckets = 64 }
            """
        )
        #expect(
            engine.features.declared == [
                DeclaredFeature("temp", .number), DeclaredFeature("open door", .boolean),
                DeclaredFeature("site", .category),
                DeclaredFeature(
                    "note",
                    .text(NGrams(.character, least: 2, most: 4), buckets: 64)
                ),
            ]
        )
        #expect(engine.features.isClosed && engine.features.labelLags == [1, 48])
        #expect(engine.preparation.imputation == .last && engine.features.hasIndicators)
        #expect(engine.featureSettings.fillsWithLast)
    }

    @Test("Hashed features go into slots for models that take them, else into columns")
    func hashing() throws {
        let dense = try engine("[learner.a]\nhash_bits = 8\n")
        #expect(dense.features.hashing == HashSettings(bits: 8, form: .columns))
        #expect(dense.preparation.scaling == .running)
        let ftrl = try engine(
            "[learner.a]\nhash_bits = 20\noptimiser = \"ftrl\"\nmodel = \"logistic\"\n"
        )
        #expect(ftrl.features.hashing == HashSettings(bits: 20, form: .slots))
        #expect(ftrl.preparation.scaling == .none)
        let machine = try engine(
            """
            [learner.a]
            hash_bits = 18
            model = "factorisation"
            identifiers = true
            factors = 4
            task = "regression"
            """
        )
        #expect(machine.learnerSettings(for: .regression).sparse?.factors == 4)
        #expect(machine.learnerSettings(for: .regression).loss == .squared)
        #expect(machine.features.hasIdentifiers)
    }

    static let faults: [(line: Int, key: String, text: String)] = [
        (2, "features.temp", "features.temp = \"numbr\""),
        (2, "features.temp", "features.temp = 3"),
        (2, "features.a.ngrams", "features.a = { kind = \"text\", ngrams = [2, 1], buckets = 9 }"),
        (2, "features.a.unit", "features.a = { kind = \"text\", unit = \"line\", buckets = 9 }"),
        (2, "features.a.buckets", "features.a = { kind = \"text\", buckets = 0 }"),
        (2, "features.a.words", "features.a = { kind = \"text\", words = 3 }"),
        (2, "features.a.buckets", "features.a = { kind = \"number\", buckets = 3 }"),
        (2, "features", "features.a = \"text\""),
        (2, "schema", "schema = \"closed\""),
        (2, "label_lags", "label_lags = [0]"),
        (2, "label_lags", "label_lags = [3, 3]"),
        (2, "hash_bits", "hash_bits = 13"),
        (2, "hash_bits", "hash_bits = 25"),
        (2, "identifiers", "identifiers = true"),
        (2, "factors", "factors = 3"),
        (2, "hash_slots", "hash_slots = 3"),
        (2, "ftrl_beta", "ftrl_beta = 3"),
        (2, "standardise.window", "standardise.window = 30"),
        (2, "model", "model = \"factorisation\""),
        (3, "optimiser", "model = \"factorisation\"\noptimiser = \"adam\"\nhash_bits = 9"),
        (4, "mode", "optimiser = \"ftrl\"\nhash_bits = 9\nmode = \"mean_gradient\""),
        (3, "indicators", "hash_bits = 9\nindicators = true"),
        (3, "imputation", "hash_bits = 9\nimputation = \"last\""),
        (4, "interactions", "optimiser = \"ftrl\"\nhash_bits = 9\ninteractions = true"),
        (
            4, "standardise.scaling",
            "optimiser = \"ftrl\"\nhash_bits = 9\nstandardise.scaling = \"running\""
        ),
        (3, "width", "features.a = \"number\"\nwidth = 3"),
        (3, "hash_bits", "optimiser = \"ftrl\"\nhash_bits = 20"),
        (4, "features_max", "interactions = true\nwidth = 100\nfeatures_max = 4096"),
    ]

    @Test("Each fault is told with its line and a way out", arguments: faults.indices)
    func fault(number: Int) throws {
        let fault = FeatureRulesTests.faults[number]
        let found = problems("[learner.x]\n" + fault.text + "\n")
        let problem = try #require(
            found.first { $0.key == "learner.x." + fault.key },
            "\(fault.text): \(found)"
        )
        #expect(problem.line == fault.line, "\(problem)")
        #expect(!problem.remedy.isEmpty && !problem.problem.isEmpty)
    }

    @Test("The examples mean what they say")
    func examples() throws {
        func learner(_ name: String) throws -> LearnerConfiguration {
            let text = try repositoryFile("config/examples/features-\(name).toml")
            let settings = try Settings(parsing: Array(text.utf8), file: name)
            #expect(EngineSettings(settings.learners[0], of: settings).complaint == nil)
            return settings.learners[0]
        }
        let clicks = try learner("hashed-ftrl")
        #expect(clicks.optimiser == .ftrl && clicks.features.isSparse && clicks.l1 == 0.5)
        #expect(clicks.features.hashBits == 20 && clicks.features.hashSlots == 128)
        let ratings = try learner("recommender")
        #expect(ratings.model == .factorisation && ratings.features.hasIdentifiers)
        #expect(ratings.features.factors == 16 && ratings.task == .regression)
        let reviews = try learner("text")
        #expect(reviews.features.isClosed && reviews.features.declared.count == 4)
        let demand = try learner("sensors")
        #expect(demand.features.labelLags == [1, 48, 336] && demand.features.hasInteractions)
        #expect(demand.features.scaling == .windowed && demand.features.imputation == .last)
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("config/examples")
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        #expect(names.filter { $0.hasPrefix("features-") }.count == 4)
    }

    @Test("Too many parameters are refused with sizes that would do")
    func sizes() throws {
        let text = "[learner.x]\noptimiser = \"ftrl\"\nhash_bits = 20\n"
        let found = try #require(problems(text).first)
        #expect(found.problem.contains("set hash_bits to 16 or less, or classes_max to 64 or less"))
        #expect(problems(text + "classes_max = 64\n").isEmpty)
        #expect(problems(text + "model = \"linear\"\n").isEmpty)
    }
}
