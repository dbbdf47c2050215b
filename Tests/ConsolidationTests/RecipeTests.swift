// SPDX-License-Identifier: Apache-2.0
//
// Laws of every recipe on every kind of model, and what is particular to each.

import Consolidation
import Learning
import Primitives
import Testing

@Suite("Recipes")
struct RecipeTests {
    @Test("Same ingredients and seed, same bytes; and whoever else is made", arguments: Kind.all)
    func deterministic(kind: Kind) {
        let memory = kind.memory(holdoutEvery: 8)
        var ingredients = kind.ingredients(memory)
        ingredients.arrived = TrainingRows(memory.rows(of: .recent))
        ingredients.earlier = [kind.champion(50), kind.champion(100)]
        let all = kind.job(Recipe.allCases, ingredients).finished()
        let again = kind.job(Recipe.allCases, ingredients).finished()
        #expect(all.map(\.bytes) == again.map(\.bytes))
        let able = kind.settings.model.recipes.filter {
            $0 != .average || ingredients.average != nil
        }
        #expect(Set(all.map(\.recipe)) == Set(able))
        for challenger in all {
            let alone = kind.job([challenger.recipe], ingredients).finished()
            #expect(alone.map(\.bytes) == [challenger.bytes], "\(challenger.recipe.name)")
            #expect(challenger.contender.isFinite)
        }
        let other = kind.job(Recipe.allCases, ingredients, seed: 8).finished()
        let differ = zip(all, other).filter { $0.bytes != $1.bytes }.map(\.0.recipe)
        // Least squares hardly cares for the order of rows, but its bits do.
        #expect(differ.contains(.refit) && !differ.contains(.warning))
        #expect(!differ.contains(.recalled))
        #expect(!differ.contains(.average))
    }

    @Test("Of earlier champions the one that fits the new rows is recalled, having learned them")
    func recalled() throws {
        let kind = try #require(Kind.all.first { $0.settings.model == .softmax })
        let memory = kind.memory(holdoutEvery: 8)
        var ingredients = kind.ingredients(memory)
        let rows = TrainingRows(memory.rows(of: .recent))
        ingredients.arrived = rows
        #expect(kind.job([.recalled], ingredients).finished().isEmpty)
        ingredients.earlier = [kind.champion(2), kind.champion(150), kind.champion(1)]
        let made = try #require(kind.job([.recalled], ingredients).finished().first)
        #expect(made.world == 1)
        var expected = kind.champion(150)
        var block = Block()
        block.take(memory.rows(of: .recent), outputs: expected.learner.outputs)
        expected.testThenTrain(&block)
        #expect(made.contender.learner.parameters.numbers == expected.learner.parameters.numbers)
        ingredients.arrived = nil
        #expect(kind.job([.recalled], ingredients).finished().isEmpty)
    }

    @Test("Each is better than a champion that has seen next to nothing", arguments: Kind.all)
    func useful(kind: Kind) {
        let memory = kind.memory(600, holdoutEvery: 8)
        var ingredients = kind.ingredients(memory)
        ingredients.champion = kind.champion(3)
        let own = kind.loss(ingredients.champion)
        let recipes: [Recipe] = [.refit, .continuation, .shrinkPerturb, .warning]
        for challenger in kind.job(recipes, ingredients).finished() {
            #expect(kind.loss(challenger.contender) < own, "\(challenger.recipe.name)")
        }
    }

    @Test("Shrink and perturb without passes: 1 and 0 is the champion, else its share")
    func shrinkPerturb() {
        for kind in Kind.all where kind.testDescription != "experts" {
            var ingredients = kind.ingredients(kind.memory(0))
            ingredients.champion = kind.champion()
            let own = ingredients.champion.learner.parameters
            let same = kind.job([.shrinkPerturb], ingredients) {
                $0.shrink = 1
                $0.perturb = 0
            }
            #expect(same.finished().first?.contender.learner.parameters == own)
            let half = kind.job([.shrinkPerturb], ingredients) {
                $0.shrink = 0.5
                $0.perturb = 0
            }
            let numbers = half.finished().first?.contender.learner.parameters.numbers
            #expect(numbers == own.numbers.map { $0 / 2 }, "\(kind.testDescription)")
        }
    }

    @Test("The warning's learner is one that came at the warning")
    func warning() throws {
        let kind = Kind.named("softmax")
        let ingredients = kind.ingredients(kind.memory())
        let made = try #require(kind.job([.warning], ingredients).finished().first)
        var online = kind.fresh()
        var rows = Block()
        rows.take(kind.memory().rows(of: .training, since: 200), outputs: 2)
        online.testThenTrain(&rows)
        #expect(rows.rows == 100 && made.contender.trained == 100)
        #expect(made.contender.learner.parameters == online.learner.parameters)
        var unwarned = ingredients
        unwarned.warned = nil
        #expect(kind.job([.warning], unwarned).finished().isEmpty)
    }

    @Test("The average is what was kept, under the champion's scales")
    func average() throws {
        let kind = Kind.named("network")
        let ingredients = kind.ingredients(kind.memory())
        let made = try #require(kind.job([.average], ingredients).finished().first)
        #expect(made.contender.learner.parameters == ingredients.average?.parameters)
        #expect(made.contender.trained == ingredients.champion.trained)
    }

    @Test("A slice is small where a row is much work")
    func slices() {
        let kind = Kind.named("softmax")
        var wide = kind.memory(0)
        wide.grow(width: 40_000)
        var block = Block()
        block.reset(width: 40_000, outputs: 2)
        for row in 0..<60 {
            let features = [Float](repeating: Float(row % 7), count: 40_000)
            block.append(raw: features.span, class: Int32(row % 2))
            block.losses.append(1)
        }
        _ = wide.remember(block, from: 0)
        var preparation = Preparation()
        preparation.grow(width: 40_000)
        let contender = Contender(
            preparation: preparation,
            learner: makeLearner(kind.settings, width: 40_000, outputs: 200)
        )
        var job = kind.job(
            [.warning],
            Ingredients(
                champion: contender,
                fresh: contender,
                rows: TrainingRows(wide.rows(of: .training)),
                holdout: TrainingRows(wide.rows(of: .holdout)),
                warned: TrainingRows(wide.rows(of: .training))
            )
        )
        // Begin, then slices of 16 777 216 / (40 001 * 200) = 2 rows, then the end.
        var slices = 0
        while !job.isDone {
            job.advance()
            slices += 1
        }
        #expect(slices == 1 + 30 + 1)
    }
}
