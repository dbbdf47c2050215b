// SPDX-License-Identifier: Apache-2.0
//
// When a recipe ends before its passes are over: the rule by hand, and jobs that must hurry.

import Consolidation
import Learning
import Primitives
import Testing

@Suite("When passes end")
struct StopTests {
    @Test("The rule waits for its patience, and knows the best")
    func rule() {
        var rule = StopRule(patience: 2)
        var best: [Bool] = []
        for loss in [5, 4, 4.5, 3, 3, .nan, 2] where !rule.isOver { best.append(rule.take(loss)) }
        // The second 3 is no lower, nor is what is no number: two in vain.
        #expect(best == [true, true, false, true, false, false])
        #expect(rule.isOver && rule.least == 3)
        var endless = StopRule(patience: 0)
        for _ in 0..<100 { _ = endless.take(1) }
        #expect(!endless.isOver)
        var cosines = StopRule(patience: 1)
        _ = cosines.take(1)
        _ = cosines.take(2, counts: false)
        #expect(!cosines.isOver, "a pass after a restart does not count")
    }

    private func passes(
        _ kind: Kind,
        _ ingredients: Ingredients,
        _ rows: Int,
        _ patience: Int
    )
        -> (count: Int, loss: Float)
    {
        let made = kind.job([.refit], ingredients) {
            $0.rowsPerRecipe = 30 * rows
            $0.decay = 1
            $0.patience = patience
        }.finished()
        let contender = made[0].contender
        return (Int(contender.trained) / rows, kind.loss(contender))
    }

    @Test("Passes end early where the holdout has nothing more to gain")
    func early() {
        let kind = Kind.named("softmax")
        let memory = kind.memory(400, holdoutEvery: 5)
        let ingredients = kind.ingredients(memory)
        let rows = ingredients.rows.count
        let all = passes(kind, ingredients, rows, 0)
        let some = passes(kind, ingredients, rows, 2)
        #expect(all.count == 30)
        // What is kept is the best pass, which lies before the last.
        #expect(some.count < 30 && some.count >= 1)
        #expect(some.loss < 1.5 * all.loss + 0.05)
    }

    @Test("Without a holdout a fifth of the rows is looked at instead of learned")
    func split() {
        let kind = Kind.named("softmax")
        var ingredients = kind.ingredients(kind.memory(100))
        #expect(ingredients.holdout.count == 0)
        let held = kind.job([.refit], ingredients) { $0.passesMax = 1 }.finished()[0]
        #expect(held.contender.trained == 80)
        let all = kind.job([.refit], ingredients) {
            $0.passesMax = 1
            $0.patience = 0
        }.finished()[0]
        #expect(all.contender.trained == 100)
        // Of so few that a fifth says nothing, all are learned.
        ingredients.rows = TrainingRows(kind.memory(49).rows(of: .training))
        let few = kind.job([.refit], ingredients) { $0.passesMax = 1 }.finished()[0]
        #expect(few.contender.trained == 49)
    }

    @Test("Least squares makes its one pass over everything", arguments: ["rls"])
    func exact(name: String) {
        let kind = Kind.named(name)
        let made = kind.job([.refit, .continuation], kind.ingredients(kind.memory())).finished()
        for challenger in made {
            #expect(challenger.contender.trained == 300)
        }
    }

    @Test("A job that must hurry ends with what it has, at any slice", arguments: Kind.all)
    func hurry(kind: Kind) {
        let ingredients = kind.ingredients(kind.memory(holdoutEvery: 8))
        let whole = kind.job(Recipe.allCases, ingredients)
        var count = 0
        var probe = whole
        while !probe.isDone {
            probe.advance()
            count += 1
        }
        for slices in stride(from: 0, through: count, by: 3) {
            var job = whole
            for _ in 0..<slices { job.advance() }
            let before = job.challengers.count
            job.hurry()
            var more = 0
            while !job.isDone {
                job.advance()
                more += 1
            }
            #expect(more <= 4, "soon")
            #expect(job.challengers.count <= before + 2)
            for challenger in job.challengers {
                #expect(challenger.contender.isFinite)
                #expect(challenger.contender.trained > 0 || challenger.recipe == .average)
            }
        }
        var late = whole
        for _ in 0..<count { late.advance() }
        late.hurry()
        #expect(late.challengers.map(\.bytes) == probe.challengers.map(\.bytes))
    }

    @Test("A refit that must hurry has its best pass")
    func best() {
        let kind = Kind.named("softmax")
        let ingredients = kind.ingredients(kind.memory(600, holdoutEvery: 8))
        var job = kind.job([.refit], ingredients) { $0.rowsPerRecipe = 20_000 }
        for _ in 0..<30 { job.advance() }
        job.hurry()
        let made = job.finished()
        #expect(made.count == 1 && kind.loss(made[0].contender) < 0.4)
    }
}
