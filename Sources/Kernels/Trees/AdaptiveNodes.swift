// SPDX-License-Identifier: Apache-2.0
//
// A tree whose every node watches its errors, and the trees that grow in the place of nodes whose
// errors have become more.

import CKernels

/// A tree that grows in the place of a node.
package struct TreeAlternate: Sendable {
    /// The tree.
    package var tree: StreamTree
    /// The watch of its errors.
    package private(set) var watch: ErrorWatch
    /// The node in whose place it grows.
    package fileprivate(set) var node: Int

    /// Makes one of what it was.
    package init(tree: StreamTree, watch: ErrorWatch, node: Int) {
        self.tree = tree
        self.watch = watch
        self.node = node
    }

    fileprivate mutating func withC<Result>(
        _ kernel: (inout learnd_tree_alternate) -> Result
    ) -> Result {
        watch.words.withUnsafeMutableBufferPointer { watch in
            tree.withC { tree in
                var inC = learnd_tree_alternate(tree: tree, watch: watch.baseAddress)
                defer { tree = inC.tree }
                return kernel(&inC)
            }
        }
    }
}

/// A tree that changes where it is no longer right.
package struct AdaptiveNodes: Sendable {
    /// What is to be changed.
    package struct Changes: Sendable {
        /// Nodes in whose place a tree should begin to grow.
        package var wanted: [Int] = []
        /// Which alternate is better than its node.
        package var won: Int?
        /// Which alternate is worse than its node.
        package var lost: Int?
    }

    /// The tree that is asked.
    package private(set) var tree: StreamTree
    /// The trees that grow in the place of nodes.
    package private(set) var alternates: [TreeAlternate] = []
    private var watches: [UInt32]
    private var places: [Int32] = []

    private static let words = ErrorWatch.wordCount

    /// Makes nodes for a tree that nobody has watched.
    package init(_ tree: StreamTree) {
        self.tree = tree
        watches = []
        makePlaces()
    }

    /// Makes nodes of what they were.
    ///
    /// - Returns: nil when they cannot have been those of a tree.
    package init?(tree: StreamTree, watches: [UInt32], alternates: [TreeAlternate]) {
        let nodes = alternates.map(\.node)
        guard watches.count == tree.nodeCount * AdaptiveNodes.words,
            AdaptiveNodes.areSound(watches),
            nodes.allSatisfy({ (0..<tree.nodeCount).contains($0) }),
            Set(nodes).count == nodes.count
        else { return nil }
        self.tree = tree
        self.watches = watches
        self.alternates = alternates
        makePlaces()
    }

    private static func areSound(_ watches: [UInt32]) -> Bool {
        watches.withUnsafeBufferPointer { watches in
            stride(from: 0, to: watches.count, by: words).allSatisfy { first in
                watches.baseAddress.map { learnd_watch_is_sound($0 + first) } == 1
            }
        }
    }

    /// The watches of all nodes.
    package var watchWords: [UInt32] {
        Array(watches.prefix(tree.nodeCount * AdaptiveNodes.words))
    }

    /// Begins to grow a tree in the place of a node.
    package mutating func begin(_ alternate: StreamTree, at node: Int) {
        alternates.append(TreeAlternate(tree: alternate, watch: ErrorWatch(), node: node))
        makePlaces()
    }

    /// Lets an alternate go.
    package mutating func drop(_ place: Int) {
        alternates.remove(at: place)
        makePlaces()
    }

    /// Puts an alternate in the place of its node.
    ///
    /// What grew there goes, with all that grew beside it. Where the tree would become too large,
    /// the alternate goes.
    package mutating func replace(by place: Int, _ rule: TreeRule) {
        var chosen = alternates.remove(at: place)
        chosen.tree.measure(rule, by: tree.measure)
        if let grafted = tree.grafted(rule, at: chosen.node, with: chosen.tree) {
            take(grafted.tree, grafted.origins, chosen)
        }
        makePlaces()
    }

    private mutating func take(
        _ grown: StreamTree,
        _ origins: [StreamTree.Origin],
        _ chosen: TreeAlternate
    ) {
        var moved = [UInt32](repeating: 0, count: grown.nodeCount * AdaptiveNodes.words)
        var place = [Int?](repeating: nil, count: tree.nodeCount)
        for (node, origin) in origins.enumerated() {
            let to = node * AdaptiveNodes.words..<(node + 1) * AdaptiveNodes.words
            switch origin {
            case .own(let old):
                place[old] = node
                let from = old * AdaptiveNodes.words..<(old + 1) * AdaptiveNodes.words
                moved.replaceSubrange(to, with: watches[from])
            case .other(0): moved.replaceSubrange(to, with: chosen.watch.words)
            case .other: break
            }
        }
        alternates = alternates.compactMap { alternate in
            guard let node = place[alternate.node] else { return nil }
            var alternate = alternate
            alternate.node = node
            return alternate
        }
        tree = grown
        watches = moved
    }

    private mutating func makePlaces() {
        let missing = tree.nodeRoom * AdaptiveNodes.words - watches.count
        watches.append(contentsOf: repeatElement(0, count: max(0, missing)))
        places = [Int32](repeating: 0, count: tree.nodeRoom)
        for (place, alternate) in alternates.enumerated() {
            places[alternate.node] = Int32(place + 1)
        }
    }

    /// Moves the statistics to a rule with more columns or classes.
    package mutating func grow(from narrow: TreeRule, to wide: TreeRule) {
        tree.grow(from: narrow, to: wide)
        for place in alternates.indices { alternates[place].tree.grow(from: narrow, to: wide) }
        watches = watchWords
        makePlaces()
    }

    private mutating func makeRoom(_ rule: TreeRule) {
        tree.makeRoom(rule)
        for place in alternates.indices { alternates[place].tree.makeRoom(rule) }
        makePlaces()
    }

    /// Predicts the rows from `row` on, and learns them, until something is to be changed.
    ///
    /// - Parameters:
    ///   - rule: How trees grow.
    ///   - alternateLeaves: The most leaves of an alternate.
    ///   - drift: The level of the watches.
    ///   - rows: The rows.
    ///   - row: The first that is not done.
    ///   - end: The first that is not to be done.
    ///   - opinions: Where the predictions go.
    /// - Returns: What is to be changed; nil when all rows are done.
    package mutating func follow(
        _ rule: TreeRule,
        alternateLeaves: Int,
        drift: Double,
        _ rows: ExpertRows,
        row: inout Int,
        to end: Int,
        _ opinions: inout MutableSpan<Float>
    ) -> Changes? {
        precondition(
            rows.width == rule.width && opinions.count == rows.count * rows.outputs
                && rows.outputs == max(1, rule.classes) && end <= rows.count,
            "rows have the shape of the tree"
        )
        var adaptive = learnd_adaptive_tree()
        adaptive.drift = drift
        while true {
            var news = LEARND_TREE_DONE
            rows.withC { rows in
                opinions.withUnsafeMutableBufferPointer { opinions in
                    let said = opinions.baseAddress
                    news = rule.withC {
                        run(&$0, alternateLeaves, &adaptive, rows, &row, end, said)
                    }
                }
            }
            switch news {
            case LEARND_TREE_FULL: makeRoom(rule)
            case LEARND_TREE_DRIFT: return changes(&adaptive)
            default: return nil
            }
        }
    }

    private func changes(_ adaptive: inout learnd_adaptive_tree) -> Changes {
        let count = adaptive.wanted_count
        let wanted = withUnsafeBytes(of: &adaptive.wanted) { wanted in
            wanted.bindMemory(to: Int32.self).prefix(count).map { Int($0) }
        }
        return Changes(
            wanted: wanted,
            won: adaptive.won < 0 ? nil : Int(adaptive.won),
            lost: adaptive.lost < 0 ? nil : Int(adaptive.lost)
        )
    }

    private mutating func run(
        _ rule: inout learnd_tree_rule,
        _ alternateLeaves: Int,
        _ adaptive: inout learnd_adaptive_tree,
        _ rows: UnsafePointer<learnd_expert_rows>,
        _ row: inout Int,
        _ end: Int,
        _ opinions: UnsafeMutablePointer<Float>?
    ) -> learnd_tree_news {
        AdaptiveNodes.withAlternates(&alternates) { others, count in
            adaptive.alternates = others
            adaptive.alternate_count = count
            return watches.withUnsafeMutableBufferPointer { watches in
                places.withUnsafeMutableBufferPointer { places in
                    adaptive.watches = watches.baseAddress
                    adaptive.places = places.baseAddress
                    return tree.withC { tree in
                        withTreeScratch(learnd_tree_scratch(&rule)) { scratch in
                            learnd_adaptive_follow(
                                &rule,
                                alternateLeaves,
                                &tree,
                                &adaptive,
                                rows,
                                &row,
                                end,
                                scratch,
                                opinions
                            )
                        }
                    }
                }
            }
        }
    }

    /// Calls a kernel with all alternates in C's form at once.
    private static func withAlternates(
        _ alternates: inout [TreeAlternate],
        _ kernel: (UnsafeMutablePointer<learnd_tree_alternate>?, Int) -> learnd_tree_news
    ) -> learnd_tree_news {
        alternates.withUnsafeMutableBufferPointer { alternates in
            let count = alternates.count
            return withUnsafeTemporaryAllocation(
                of: learnd_tree_alternate.self,
                capacity: max(1, count)
            ) { room in
                func open(_ place: Int) -> learnd_tree_news {
                    guard place < count else { return kernel(room.baseAddress, count) }
                    return alternates[place].withC { alternate in
                        room.initializeElement(at: place, to: alternate)
                        defer { alternate = room[place] }
                        return open(place + 1)
                    }
                }
                return open(0)
            }
        }
    }

    /// Predicts the rows, and changes nothing.
    package func predict(
        _ rule: TreeRule,
        _ rows: ExpertRows,
        _ opinions: inout MutableSpan<Float>
    ) {
        tree.predict(rule, rows, &opinions)
    }
}
