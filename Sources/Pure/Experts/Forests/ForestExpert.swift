// SPDX-License-Identifier: Apache-2.0
//
// A forest among the experts. It learns nothing from row to row: from time to time it is made anew
// from remembered rows (ForestRefit), and a world that has changed gets a forest of its own. Before
// the first one it says how frequent the classes have been, or 0, the mean, for a number.
//
//     p(y) = 0.98 mean over the trees of their share of y + 0.02 / K
//
// A class that has appeared since the forest was made has no share in any tree.

import Kernels
import Primitives

/// Trees that are made anew from remembered rows.
struct ForestExpert: Expert {
    private(set) var shape: ExpertShape
    let recipe: ForestRecipe
    /// What the classes weighed until there was a forest.
    private(set) var counts: [Double]
    /// The trees, once there are any.
    private(set) var model: ForestModel?

    init(_ shape: ExpertShape, _ recipe: ForestRecipe) {
        self.shape = shape
        self.recipe = recipe
        counts = [Double](repeating: 0, count: shape.classes)
    }

    /// Puts together what was read.
    init(_ shape: ExpertShape, _ recipe: ForestRecipe, counts: [Double], model: ForestModel?) {
        self.shape = shape
        self.recipe = recipe
        self.counts = counts
        self.model = model
    }

    var isFinite: Bool { counts.allSatisfy(\.isFinite) }

    var cost: Double {
        // What a walk to a leaf takes depends on how deep trees of a kind are.
        let walk = recipe.isBoosted ? 8.0 : shape.isNumber ? 19 : shape.classes > 2 ? 20 : 11.5
        return 10 + Double(recipe.inputs(shape) + shape.outputs) + Double(recipe.trees) * walk
    }

    mutating func testThenTrain(
        _ rows: ExpertRows,
        _ history: ExpertHistory,
        _ opinions: inout MutableSpan<Float>
    ) {
        guard model == nil else { return predict(rows, history, &opinions) }
        for row in 0..<rows.count {
            guess(row, &opinions)
            let label = Int(rows.labels[row])
            guard rows.learns[row] == 1, label >= 0, label < counts.count else { continue }
            counts[label] += Double(rows.weights[row])
        }
    }

    func predict(
        _ rows: ExpertRows,
        _ history: ExpertHistory,
        _ opinions: inout MutableSpan<Float>
    ) {
        if let model {
            model.forest.predict(rows, model.reading, opinions: &opinions)
        } else {
            for row in 0..<rows.count { guess(row, &opinions) }
        }
    }

    /// What is said without trees.
    private func guess(_ row: Int, _ opinions: inout MutableSpan<Float>) {
        guard !shape.isNumber else {
            opinions[row] = 0
            return
        }
        let sum = counts.reduce(0, +)
        let trust = sum > 0 ? Double(ForestRecipe.trust) : 0
        let floor = (1 - trust) / Double(shape.classes)
        for (place, count) in counts.enumerated() {
            let share = sum > 0 ? count / sum : 0
            opinions[row * shape.classes + place] = Float(trust * share + floor)
        }
    }

    mutating func grow(to shape: ExpertShape) {
        counts += [Double](repeating: 0, count: shape.classes - self.shape.classes)
        model?.grow(from: self.shape, to: shape, recipe)
        self.shape = shape
    }

    var isMadeAnew: Bool { true }

    func refit(
        on history: ExpertHistory,
        from first: Int,
        seed: UInt64
    ) -> (any ExpertRefit)? {
        ForestRefit(shape, recipe, on: history, from: first, seed: seed)
    }

    /// Puts the trees of a refit in the place of its own; those of a refit that is not done, or is
    /// none of its kind, are left.
    mutating func adopt(_ refit: any ExpertRefit) {
        guard let refit = refit as? ForestRefit, refit.recipe == recipe, refit.isDone,
            refit.shape.width <= shape.width, refit.shape.classes <= shape.classes
        else { return }
        var made = refit.model
        made.grow(from: refit.shape, to: shape, recipe)
        model = made
    }
}
