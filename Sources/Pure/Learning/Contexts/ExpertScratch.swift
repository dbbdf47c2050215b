// SPDX-License-Identifier: Apache-2.0
//
// Room for the rows of a block that concern one expert, reused from block to block.

/// A part of a block on its way through one expert after the other.
struct ExpertScratch: Sendable {
    /// The rows that concern the expert.
    var block = Block()
    /// Whether the expert learns each of them: 1 or 0.
    private(set) var taken: [UInt8] = []
    /// How many learned rows of the part came before each of them.
    private(set) var ordinals: [UInt32] = []
    /// The rows of the ensemble.
    private(set) var mixed: [Int32] = []
    /// What each expert predicts for them, expert after expert.
    private(set) var votes: [Float] = []
    /// How many rows of the part are learned.
    private(set) var learnedCount: UInt64 = 0

    /// The expert of each row of the part; -1 for the ensemble.
    private var routes: [Int32] = []
    /// How many rows each expert has.
    private var counts: [Int] = []
    /// Where each gathered row came from.
    private var sources: [Int32] = []
    private var start = 0
    private var task = Task.classes

    init() {}

    /// Says where each row goes.
    mutating func route(
        _ rows: Range<Int>,
        of block: borrowing Block,
        experts: Int,
        task: Task,
        _ owner: (Int32) -> Int32
    ) {
        self.task = task
        start = rows.lowerBound
        routes.removeAll(keepingCapacity: true)
        counts.removeAll(keepingCapacity: true)
        mixed.removeAll(keepingCapacity: true)
        for _ in 0..<experts { counts.append(0) }
        learnedCount = 0
        for row in rows {
            let route = owner(block.context(of: row))
            routes.append(route)
            if route < 0 { mixed.append(Int32(row)) } else { counts[Int(route)] += 1 }
            if block.isLearned(row, task) { learnedCount += 1 }
        }
        votes.removeAll(keepingCapacity: true)
        let room = experts * mixed.count * block.outputs
        votes.append(contentsOf: repeatElement(0, count: room))
    }

    /// Whether any row goes through the expert at all.
    func concerns(_ place: Int, learning: Bool) -> Bool {
        counts[place] > 0 || mixed.count > 0 || (place == 0 && learning)
    }

    /// Copies the rows that concern an expert: its own and those of the ensemble.
    ///
    /// Those of the ensemble are for prediction only, unless the shared expert learns, which takes
    /// all rows as they are.
    mutating func gather(
        _ rows: Range<Int>,
        of source: borrowing Block,
        for place: Int,
        learning: Bool
    ) {
        block.reset(width: source.width, outputs: source.outputs)
        taken.removeAll(keepingCapacity: true)
        ordinals.removeAll(keepingCapacity: true)
        sources.removeAll(keepingCapacity: true)
        let isShared = place == 0 && learning
        let width = source.width
        var learned: UInt32 = 0
        for row in rows {
            let route = routes[row - start]
            let isLearned = learning && source.isLearned(row, task)
            if isLearned { learned += 1 }
            guard isShared || route < 0 || route == Int32(place) else { continue }
            let isOwn = isShared || route == Int32(place)
            block.raw.append(contentsOf: source.raw[row * width..<(row + 1) * width])
            block.targets.append(source.targets[row])
            block.classes.append(source.classes[row])
            block.contexts.append(-1)
            block.weights.append(source.weights[row])
            block.uses.append(isOwn ? source.uses[row] : .scored)
            block.rows += 1
            sources.append(Int32(row))
            taken.append(isOwn && isLearned ? 1 : 0)
            ordinals.append(isLearned ? learned - 1 : learned)
        }
    }

    /// Copies the expert's predictions back: for its own rows to the block, for those of the
    /// ensemble to the votes; what the shared one says of the rows of others is not asked for.
    mutating func scatter(_ place: Int, to target: inout Block) {
        let outputs = block.outputs
        var vote = place * mixed.count * outputs
        for (index, source) in sources.enumerated() {
            let route = routes[Int(source) - start]
            if route < 0 {
                for output in 0..<outputs {
                    votes[vote + output] = block.predictions[index * outputs + output]
                }
                vote += outputs
            } else if route == Int32(place) {
                for output in 0..<outputs {
                    target.predictions[Int(source) * outputs + output] =
                        block.predictions[index * outputs + output]
                }
            }
        }
    }
}
