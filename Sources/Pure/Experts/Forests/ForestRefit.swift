// SPDX-License-Identifier: Apache-2.0
//
// A forest that is being made: first its inputs are put into bins, some at a time, then its trees
// grow, one after the other. It owns a copy of its rows, and follows from them and the seed alone.

import Kernels
import Primitives

/// A forest in the making.
struct ForestRefit: ExpertRefit {
    /// The shape that its rows had.
    let shape: ExpertShape
    let recipe: ForestRecipe
    let rows: Int
    /// The forest so far.
    private(set) var model: ForestModel
    private var source: ForestSource
    private var binned: ForestRows
    private var random: RandomSource
    private var tree = Tree.none

    private enum Tree: Sendable {
        case none
        case drawn(RandomTree)
        case boosted(BoostedTree)
    }

    /// How many values are looked at in a slice: a millisecond or two.
    private static let budget = 1 << 20

    /// Copies the rows.
    ///
    /// - Returns: nil when there are too few, all of one class, or none of what is to be known.
    init?(
        _ shape: ExpertShape,
        _ recipe: ForestRecipe,
        on history: ExpertHistory,
        from first: Int,
        seed: UInt64
    ) {
        guard let source = ForestSource(shape, recipe, history, from: first) else { return nil }
        self.shape = shape
        self.recipe = recipe
        self.source = source
        rows = source.count
        random = RandomSource(seed: seed ^ UInt64(recipe.kind) << 56)
        model = ForestModel(Forest(classes: shape.classes), recipe)
        if shape.isNumber {
            let measure = source.measureTargets()
            model.reading.centre = measure.centre + measure.spread * Double(measure.base)
            model.reading.slope = measure.spread * (recipe.isBoosted ? 1 : 1 / Double(recipe.trees))
            binned = ForestRows(
                values: measure.values.map { $0 - measure.base },
                weights: source.weights,
                inputs: recipe.inputs(shape)
            )
        } else {
            binned = ForestRows(
                labels: source.labels,
                classes: shape.classes,
                weights: source.weights,
                inputs: recipe.inputs(shape)
            )
        }
    }

    var isDone: Bool { model.forest.trees == recipe.trees }

    mutating func advance() {
        guard !isDone else { return }
        guard binned.isReady else { return fillBins() }
        let loan = tree
        tree = .none
        switch loan {
        case .none: plant()
        case .drawn(var growing):
            growing.grow(on: binned, budget: ForestRefit.budget)
            if growing.isDone {
                model.forest.append(growing)
                if !isDone { start(&growing) }
            }
            tree = .drawn(growing)
        case .boosted(var growing):
            growing.grow(on: binned, budget: ForestRefit.budget)
            if growing.isDone {
                model.forest.append(&growing, on: binned)
                if !isDone { growing.start(on: binned) }
            }
            tree = .boosted(growing)
        }
        if isDone { tree = .none }
    }

    private mutating func fillBins() {
        var looked = 0
        while !binned.isReady, looked < ForestRefit.budget / 8 {
            source.fill(&binned)
            looked += rows
        }
        if binned.isReady { source.forget() }
    }

    private mutating func plant() {
        if recipe.isBoosted {
            var first = BoostedTree(on: binned, ForestRecipe.boostedRule)
            first.start(on: binned)
            tree = .boosted(first)
        } else {
            let rule = recipe.randomRule(inputs: binned.inputs, isNumber: shape.isNumber)
            var first = RandomTree(on: binned, rule)
            start(&first)
            tree = .drawn(first)
        }
    }

    private mutating func start(_ growing: inout RandomTree) {
        growing.start(on: binned, seed: random.nextBits(), leavesBefore: model.forest.leaves)
    }
}
