// SPDX-License-Identifier: Apache-2.0
//
// The warning-window learner (Gama, Medas, Castillo and Rodrigues, "Learning with drift detection",
// 2004): a model that has learned nothing before, but all rows since the world began to change,
// once, in their order, each with the weight that it had. In the paper the window begins with a
// warning, and the model is trained in the background from there on. Here it begins where what the
// champion lost rose (a warning is an earlier and coarser guess at the same), and the model is made
// afterwards, from memory: that costs nothing while warnings come to nothing.

import Learning

/// From nothing, since the change began.
enum WarningWindow {
    static func begin(_ ingredients: Ingredients) -> RecipeRun? {
        guard let rows = ingredients.warned, rows.count > 0 else { return nil }
        return .once(SinglePass(ingredients.fresh, over: rows))
    }
}

/// One pass over rows in the order of the stream, as if they came just now.
struct SinglePass: Sendable {
    private(set) var contender: Contender
    private let rows: TrainingRows
    private let sliceRows: Int
    private var position = 0
    private var block = Block()
    /// What it lost on each row before it learned it.
    private(set) var record = TrackRecord()

    init(_ contender: Contender, over rows: TrainingRows) {
        self.contender = contender
        self.rows = rows
        sliceRows = RecipeRun.sliceRows(of: contender.learner)
    }

    var isDone: Bool { position >= rows.count }

    mutating func advance() {
        guard !isDone else { return }
        let end = min(position + sliceRows, rows.count)
        let places = Array(position..<end)
        rows.fill(&block, from: places[...], outputs: contender.learner.outputs)
        contender.testThenTrain(&block)
        contender.trained += UInt64(end - position)
        block.computeLosses(contender.learner.settings.yardstick)
        for row in 0..<block.rows {
            record.note(own: block.losses[row], champion: rows.losses[position + row])
        }
        position = end
    }

    /// Leaves out what has not been learned.
    ///
    /// - Returns: Whether anything has.
    mutating func hurry() -> Bool {
        let isAny = position > 0
        position = rows.count
        return isAny
    }
}
