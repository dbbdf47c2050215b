// SPDX-License-Identifier: Apache-2.0
//
// New columns and classes while a stream runs. What was there keeps its place and its numbers; what
// is new is zero everywhere: parameters, moments and anchor.

extension LinearModel {
    /// Widens to the given shape, never shrinks; new columns and classes start at zero.
    package mutating func grow(width: Int, outputs: Int) {
        precondition(kind != .linear || outputs <= 1, "a linear model predicts one number")
        let newOutputs = max(outputs, self.outputs)
        let newWidth = max(width, self.width)
        guard newOutputs > self.outputs || newWidth > self.width else { return }
        let isSplit = rows == 1 && kind != .linear && newOutputs > 2 && self.outputs == 2
        if isSplit { split() }
        let old = (rows: isSplit ? 2 : rows, width: self.width)
        self.outputs = newOutputs
        self.width = newWidth
        let new = (rows: rows, width: newWidth)
        LinearModel.move(&values, from: old, to: new)
        LinearModel.move(&first, from: old, to: new)
        LinearModel.move(&second, from: old, to: new)
        LinearModel.move(&anchored, from: old, to: new)
        LinearModel.move(&importance.shares, from: old, to: new)
        LinearModel.move(&importance.centre, from: old, to: new)
        mask.follow { LinearModel.moved($0, from: old, to: new) }
        if isSplit { alignMoments() }
    }

    /// Makes two rows of the one for two classes.
    ///
    /// Those of a softmax model differ by the one score there was; margins are that score and its
    /// opposite. Gradients of the two are opposite and as large as that of the one, and so are the
    /// moments.
    private mutating func split() {
        let share: Float = kind == .logistic ? 0.5 : 1
        if kind == .logistic { kind = .softmax }
        let signed: (inout [Float], Float) -> Void = { numbers, scale in
            numbers = numbers.map { -$0 * scale } + numbers.map { $0 * scale }
        }
        signed(&values, share)
        signed(&anchored, share)
        signed(&importance.centre, share)
        importance.shares += importance.shares
        switch rule.firstMoment {
        case .signed: signed(&first, 1)
        case .squared: first += first
        }
        second += second
        mask.follow { $0 + $0 }
    }

    private static func move(
        _ numbers: inout [Float],
        from old: (rows: Int, width: Int),
        to new: (rows: Int, width: Int)
    ) {
        guard !numbers.isEmpty else { return }
        numbers = moved(numbers, from: old, to: new)
    }

    private static func moved(
        _ numbers: [Float],
        from old: (rows: Int, width: Int),
        to new: (rows: Int, width: Int)
    ) -> [Float] {
        var moved = [Float](repeating: 0, count: new.rows * (new.width + 1))
        for row in 0..<old.rows {
            let source = row * (old.width + 1)
            let target = row * (new.width + 1)
            for column in 0..<old.width { moved[target + column] = numbers[source + column] }
            moved[target + new.width] = numbers[source + old.width]
        }
        return moved
    }
}
