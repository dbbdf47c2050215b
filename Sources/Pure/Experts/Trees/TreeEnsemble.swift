// SPDX-License-Identifier: Apache-2.0
//
// Hoeffding trees (Domingos and Hulten, "Mining high-speed data streams", 2000), one or several.
// Several are leveraging bagging (Bifet, Holmes and Pfahringer, "Leveraging bagging for evolving
// data streams", 2010) or an adaptive random forest (Gomes and others, "Adaptive random forests for
// evolving data stream classification", 2017):
//
// 1. each tree predicts the row; their probabilities are added, each by the square of the share of
//    rows that the tree got right lately, and made to sum to 1;
// 2. for each tree a count is drawn from Poisson's law with mean 6: so often the row counts;
// 3. the leaf takes the row, and when it has seen enough, is split by the best column;
// 4. each tree has an ADWIN on its errors. When it warns of a rise, a new tree begins to grow in
//    the background; when it is sure, that one takes the tree's place.
//
// Trees go through all rows of a block one after the other, so that one tree at a time is in the
// processor's cache; a tree knows nothing of the others. A row of weight 2 counts twice.

import Kernels
import Primitives

/// One tree, or several that vote.
struct TreeEnsemble: Expert {
    private(set) var shape: ExpertShape
    private let recipe: TreeRecipe
    private var sight: TreeSight
    private var members: [TreeMember]
    /// How much the trees have to say of each row of the block at hand.
    private var says: [Float] = []

    init(_ recipe: TreeRecipe, _ shape: ExpertShape, seed: UInt64) {
        self.shape = shape
        self.recipe = recipe
        let sight = TreeSight(recipe, shape)
        self.sight = sight
        var random = RandomSource(seed: seed)
        members = (0..<recipe.trees).map { _ in TreeMember(sight.rule, random: random.nextBits()) }
    }

    private var rule: TreeRule { sight.rule }

    var cost: Double {
        let width = Double(shape.width)
        let learning = shape.isNumber ? 150 + 50 * width : 190 + width * Double(shape.classes)
        return recipe.isBagged ? Double(recipe.trees) * learning : 0.6 * learning
    }
    var isFinite: Bool {
        members.allSatisfy { $0.tree.isFinite(rule) && $0.background?.isFinite(rule) ?? true }
    }
    var tensors: [ExpertTensor] { TreeTensors.tensors(members.map { ($0.tree, $0.quality) }, rule) }

    mutating func testThenTrain(
        _ rows: ExpertRows,
        _ history: ExpertHistory,
        _ opinions: inout MutableSpan<Float>
    ) {
        clear(&opinions)
        says.removeAll(keepingCapacity: true)
        says.append(contentsOf: repeatElement(0, count: rows.count))
        var row = 0
        while row < rows.count {
            let end = sight.look(rows, from: row)
            for index in members.indices { follow(index, rows, row..<end, &opinions) }
            let old = rule
            if let new = sight.learned() { restate(from: old, to: new) }
            row = end
        }
        TreeMember.share(rows, &opinions, says: says)
    }

    private mutating func follow(
        _ index: Int,
        _ rows: ExpertRows,
        _ range: Range<Int>,
        _ opinions: inout MutableSpan<Float>
    ) {
        let rule = rule
        var row = range.lowerBound
        while true {
            let news = members[index].follow(
                rule,
                bagging: recipe.isBagged,
                levels: recipe.levels,
                rows,
                row: &row,
                to: range.upperBound,
                &opinions,
                says: &says
            )
            switch news {
            case .none: return
            case .warning: members[index].beginBackground(rule)
            case .drift: members[index].swap(rule)
            }
        }
    }

    func predict(
        _ rows: ExpertRows,
        _ history: ExpertHistory,
        _ opinions: inout MutableSpan<Float>
    ) {
        clear(&opinions)
        var says = [Float](repeating: 0, count: rows.count)
        for member in members { member.vote(rule, rows, &opinions, says: &says) }
        TreeMember.share(rows, &opinions, says: says)
    }

    private func clear(_ opinions: inout MutableSpan<Float>) {
        for place in opinions.indices { opinions[place] = 0 }
    }

    mutating func grow(to shape: ExpertShape) {
        let narrow = rule
        sight.grow(to: shape)
        restate(from: narrow, to: rule)
        self.shape = shape
    }

    private mutating func restate(from old: TreeRule, to new: TreeRule) {
        for index in members.indices { members[index].grow(from: old, to: new) }
    }

    func encode(into writer: inout ByteWriter) {
        sight.encode(into: &writer)
        for member in members { member.encode(rule, into: &writer) }
    }

    init(
        _ recipe: TreeRecipe,
        from reader: inout ByteReader,
        _ shape: ExpertShape
    ) throws(DecodeError) {
        self.shape = shape
        self.recipe = recipe
        sight = try TreeSight(recipe, from: &reader, shape)
        members = []
        for _ in 0..<recipe.trees { members.append(try TreeMember(sight.rule, from: &reader)) }
    }
}

extension ExpertKind {
    /// One tree that grows and never forgets.
    static let hoeffdingTree = ensemble("hoeffding_tree", number: 60, .single)
    /// Ten trees on rows that count differently for each, replaced when they become worse.
    static let leveragingBagging = ensemble("leveraging_bagging", number: 62, .bagging)
    /// The same, with leaves that look at some columns only.
    static let adaptiveForest = ensemble("adaptive_forest", number: 63, .forest)

    private static func ensemble(
        _ name: String,
        number: UInt8,
        _ recipe: TreeRecipe
    ) -> ExpertKind {
        ExpertKind(
            name,
            number: number,
            use: .both,
            fits: { recipe.fits($0) },
            make: { shape, seed in TreeEnsemble(recipe, shape, seed: seed) },
            read: { reader, shape throws(DecodeError) in
                try TreeEnsemble(recipe, from: &reader, shape)
            }
        )
    }
}
