// SPDX-License-Identifier: Apache-2.0
//
// The rules and recipes of consolidation: what they become in the engine, and what is refused.

import Configuration
import Consolidation
import Engine
import Testing

@Suite struct ConsolidationRulesTests {
    private func engine(_ text: String) throws -> ConsolidationSettings {
        let settings = try settings("[learner.default]\n" + text)
        return EngineSettings(try #require(settings.learners.first), of: settings).consolidation
    }

    @Test func rulesAndRecipesReachTheEngine() throws {
        let found = try engine(
            """
            model = "network"
            consolidate.at = ["03:00", "Sun 12:30"]
            consolidate.on_plasticity = true
            consolidate.plasticity_samples = 500
            consolidate.plasticity_dead = 0.25
            consolidate.plasticity_rank = 0.75
            consolidate.recipes = ["continuation", "ema", "shrink_perturb"]
            consolidate.recipes_on_drift = ["warning", "refit"]
            consolidate.recipes_at = ["refit"]
            consolidate.recipes_on_plasticity = ["shrink_perturb"]
            consolidate.recipes_on_command = ["ema"]
            consolidate.patience = 3
            consolidate.shrink = 0.25
            consolidate.perturb = 0.5
            consolidate.ema_half_life = 200
            layers = [{ kind = "dense", units = 4, activation = "relu" }]
            """
        )
        #expect(found.at == [WeekTime(day: nil, minute: 180), WeekTime(day: 6, minute: 750)])
        #expect(found.plasticity?.everySamples == 500)
        #expect(found.plasticity?.deadShare == 0.25 && found.plasticity?.rankShare == 0.75)
        #expect(found.recipes[.drift] == [.warning, .refit])
        #expect(found.recipes[.samples] == [.continuation, .average, .shrinkPerturb])
        #expect(found.recipes[.calendar] == [.refit])
        #expect(found.recipes[.plasticity] == [.shrinkPerturb])
        #expect(found.recipes[.command] == [.average])
        #expect(found.recipe.patience == 3 && found.recipe.averageHalfLife == 200)
        #expect(found.recipe.shrink == 0.25 && found.recipe.perturb == 0.5)
        #expect(found.complaint == nil)
        #expect(try engine("consolidate.at = \"23:59\"").at.map(\.text) == ["23:59"])
        #expect(try engine("").recipes == RuleRecipes())
    }

    @Test(arguments: [
        ("consolidate.at = \"3:00\"", "consolidate.at", "no time of the week"),
        ("consolidate.at = \"24:00\"", "consolidate.at", "no time of the week"),
        ("consolidate.at = [\"day 03:00\"]", "consolidate.at", "no time of the week"),
        ("consolidate.at = [\"03:00\", \"03:00\"]", "consolidate.at", "listed twice"),
        ("consolidate.at = []", "consolidate.at", "0 times"),
        ("consolidate.recipes = []", "consolidate.recipes", "lists nothing"),
        ("consolidate.recipes = [\"refti\"]", "consolidate.recipes", "none of refit"),
        (
            "consolidate.recipes = [\"refit\", \"refit\"]", "consolidate.recipes",
            "listed twice"
        ),
        (
            "model = \"softmax\"\nconsolidate.plasticity_dead = 0.1",
            "consolidate.plasticity_dead", "only networks"
        ),
        (
            """
            model = "network"
            consolidate.on_plasticity = false
            consolidate.plasticity_dead = 0.1
            layers = [{ kind = "dense", units = 4, activation = "relu" }]
            """,
            "consolidate.plasticity_dead", "on_plasticity = false"
        ),
        (
            "model = \"softmax\"\nconsolidate.recipes_at = [\"refit\"]",
            "consolidate.recipes_at", "its rule is off"
        ),
        (
            "model = \"softmax\"\nconsolidate.on_drift = false\n"
                + "consolidate.recipes_on_drift = [\"refit\"]",
            "consolidate.recipes_on_drift", "its rule is off"
        ),
        (
            "model = \"rls\"\nconsolidate.recipes = [\"ema\"]", "consolidate.recipes",
            "no use for an average"
        ),
        (
            "model = \"softmax\"\nisolation = \"experts\"\nconsolidate.recipes = [\"ema\"]",
            "consolidate.recipes", "come and go"
        ),
        (
            "model = \"softmax\"\noptimiser = \"ftrl\"\nhash_bits = 10\n"
                + "consolidate.recipes = [\"ema\"]",
            "consolidate.recipes", "bucket"
        ),
        (
            "model = \"softmax\"\nconsolidate.every_samples = 9\n"
                + "consolidate.recipes_every_samples = [\"warning\"]",
            "consolidate.recipes_every_samples", "without a drift"
        ),
        (
            "model = \"softmax\"\nconsolidate.shrink = 0.1", "consolidate.shrink",
            "no rule has the recipe \"shrink_perturb\""
        ),
        (
            "model = \"softmax\"\nconsolidate.recipes = [\"refit\"]\nconsolidate.anchor = 1",
            "consolidate.anchor", "no rule has the recipe \"continuation\""
        ),
        (
            "model = \"pool\"\nconsolidate.recipes = [\"refit\"]", "consolidate.recipes",
            "without a challenger"
        ),
        (
            "model = \"pool\"\nconsolidate.plasticity_dead = 0.1",
            "consolidate.plasticity_dead", "its networks itself"
        ),
        (
            "model = \"embedding\"\nconsolidate.at = \"03:00\"", "consolidate.at",
            "word vectors"
        ),
        (
            "model = \"embedding\"\nconsolidate.recipes = [\"refit\"]", "consolidate.recipes",
            "word vectors"
        ),
    ])
    func whatDoesNotGoTogetherIsRefused(text: String, key: String, problem: String) throws {
        let found = problems("[learner.default]\n" + text)
        let first = try #require(found.first)
        #expect(found.count == 1 && first.key == "learner.default." + key)
        #expect(first.problem.contains(problem) && !first.remedy.isEmpty)
    }

    @Test func aPoolMayGoByTheCalendar() throws {
        #expect(try engine("model = \"pool\"\nconsolidate.at = \"03:00\"").at.count == 1)
    }
}
