// SPDX-License-Identifier: Apache-2.0
//
// A tree with what it needs beside others: how good it was lately, how often rows count for it, and
// a watch that says when its errors have become more.

import CKernels

/// What a tree has to tell.
package enum TreeNews: Sendable {
    /// All rows are done.
    case none
    /// Its errors may have become more.
    case warning
    /// Its errors have become more.
    case drift
}

/// A tree among several.
package struct TreeMember: Sendable {
    /// The tree that is asked.
    package var tree: StreamTree
    /// The tree that grows since the last warning, if there was one.
    package var background: StreamTree?
    /// The share of rows that it got right lately; of numbers the mean square of its errors.
    package private(set) var quality: Float
    /// The watch of the tree's errors.
    package private(set) var watch = ErrorWatch()
    private var random: UInt64
    private var rows: UInt64

    /// Makes a member with a tree that has seen nothing.
    package init(_ rule: TreeRule, random: UInt64) {
        self.random = random
        quality = 0.5
        rows = 0
        tree = StreamTree(rule, random: random)
        tree = newTree(rule)
    }

    /// Makes a member of what ``words`` were.
    ///
    /// - Returns: nil when they cannot have been those of a member.
    package init?(
        tree: StreamTree,
        background: StreamTree?,
        quality: Float,
        watch: ErrorWatch,
        random: UInt64,
        rows: UInt64
    ) {
        guard quality >= 0, quality.isFinite else { return nil }
        self.tree = tree
        self.background = background
        self.quality = quality
        self.watch = watch
        self.random = random
        self.rows = rows
    }

    /// What must be remembered besides the trees, the quality and the watch.
    package var words: (random: UInt64, rows: UInt64) { (random, rows) }

    /// A tree that has seen nothing, with chance of its own.
    package mutating func newTree(_ rule: TreeRule) -> StreamTree {
        // The increment of splitmix64; the states of trees and member go different ways from here.
        random &+= 0x9E37_79B9_7F4A_7C15
        return StreamTree(rule, random: random ^ 0x5851_F42D_4C95_7F2D)
    }

    /// Grows a tree in the background, if none is there.
    package mutating func beginBackground(_ rule: TreeRule) {
        if background == nil { background = newTree(rule) }
    }

    /// Asks the tree in the background from now on, or a new one.
    package mutating func swap(_ rule: TreeRule) {
        tree = background.take() ?? newTree(rule)
        watch = ErrorWatch()
    }

    /// Moves the statistics to a rule with more columns or classes.
    package mutating func grow(from narrow: TreeRule, to wide: TreeRule) {
        tree.grow(from: narrow, to: wide)
        background?.grow(from: narrow, to: wide)
    }

    /// Predicts the rows from `row` on, and learns them, until there are news.
    ///
    /// - Parameters:
    ///   - rule: How trees grow.
    ///   - bagging: Whether a row counts as often as is drawn, 6 times on average.
    ///   - levels: When the watch warns and when it is sure; nil: it sleeps.
    ///   - rows: The rows.
    ///   - row: The first that is not done.
    ///   - end: The first that is not to be done.
    ///   - opinions: What the votes are added to, each by what the tree has to say.
    ///   - says: What that is added to, for each row.
    /// - Returns: What there was to tell at the last row that is done.
    package mutating func follow(
        _ rule: TreeRule,
        bagging: Bool,
        levels: (warning: Double, drift: Double)?,
        _ rows: ExpertRows,
        row: inout Int,
        to end: Int,
        _ opinions: inout MutableSpan<Float>,
        says: inout [Float]
    ) -> TreeNews {
        var member = learnd_tree_member()
        member.random = random
        member.rows = self.rows
        member.quality = quality
        member.is_bagged = bagging ? 1 : 0
        member.warning = levels?.warning ?? 0
        member.drift = levels?.drift ?? 0
        defer {
            random = member.random
            self.rows = member.rows
            quality = member.quality
        }
        while true {
            let news = TreeMember.run(
                rule,
                &tree,
                &background,
                &watch.words,
                &member,
                rows,
                &row,
                end,
                &opinions,
                &says
            )
            switch news {
            case LEARND_TREE_FULL:
                tree.makeRoom(rule)
                background?.makeRoom(rule)
            case LEARND_TREE_WARNING: return .warning
            case LEARND_TREE_DRIFT: return .drift
            default: return .none
            }
        }
    }

    private static func run(
        _ rule: TreeRule,
        _ tree: inout StreamTree,
        _ background: inout StreamTree?,
        _ watch: inout [UInt32],
        _ member: inout learnd_tree_member,
        _ rows: ExpertRows,
        _ row: inout Int,
        _ end: Int,
        _ opinions: inout MutableSpan<Float>,
        _ says: inout [Float]
    ) -> learnd_tree_news {
        precondition(
            rows.width == rule.width && opinions.count == rows.count * rows.outputs
                && rows.outputs == max(1, rule.classes) && says.count == rows.count
                && end <= rows.count,
            "rows have the shape of the trees"
        )
        var news = LEARND_TREE_DONE
        rows.withC { rows in
            opinions.withUnsafeMutableBufferPointer { opinions in
                watch.withUnsafeMutableBufferPointer { watch in
                    member.watch = watch.baseAddress
                    let said = opinions.baseAddress
                    news = rule.withC { rule in
                        withTreeScratch(learnd_tree_scratch(&rule)) { scratch in
                            tree.withC { tree in
                                withOptional(&background) { background in
                                    learnd_tree_follow(
                                        &rule,
                                        &tree,
                                        background,
                                        &member,
                                        rows,
                                        &row,
                                        end,
                                        scratch,
                                        said,
                                        &says
                                    )
                                }
                            }
                        }
                    }
                }
            }
        }
        return news
    }

    /// Adds the votes for the rows, and changes nothing.
    package func vote(
        _ rule: TreeRule,
        _ rows: ExpertRows,
        _ opinions: inout MutableSpan<Float>,
        says: inout [Float]
    ) {
        precondition(says.count == rows.count, "every row hears what the tree has to say")
        says.withUnsafeMutableBufferPointer { says in
            tree.vote(rule, rows, &opinions, quality: quality, says: says.baseAddress)
        }
    }

    /// Makes the mean of the votes for each row.
    package static func share(
        _ rows: ExpertRows,
        _ opinions: inout MutableSpan<Float>,
        says: [Float]
    ) {
        precondition(
            opinions.count == rows.count * rows.outputs && says.count == rows.count,
            "there is an opinion of each row"
        )
        rows.withC { rows in
            opinions.withUnsafeMutableBufferPointer { opinions in
                learnd_tree_share(rows, says, opinions.baseAddress)
            }
        }
    }
}

private func withOptional(
    _ tree: inout StreamTree?,
    _ kernel: (UnsafeMutablePointer<learnd_tree>?) -> learnd_tree_news
) -> learnd_tree_news {
    guard var own = tree.take() else { return kernel(nil) }
    defer { tree = own }
    return own.withC { kernel(&$0) }
}
