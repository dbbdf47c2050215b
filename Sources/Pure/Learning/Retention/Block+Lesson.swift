// SPDX-License-Identifier: Apache-2.0
//
// What a teacher makes of the scores of a network: the slopes by them, before they become
// predictions and slopes of the labels. The column of lessons holds the working room of one row, and
// behind it the slopes of all rows of the pass.

extension Block {
    /// Has the teacher say what it thinks of the scores of some rows.
    mutating func takeLesson(_ rows: Range<Int>, scores: Span<Float>, outputs: Int) {
        var own = Block.take(&lesson)
        let room = TeacherColumn.room(for: outputs)
        own.removeAll(keepingCapacity: true)
        own.append(contentsOf: repeatElement(0, count: room + rows.count * outputs))
        var numbers = own.mutableSpan
        for row in rows where teacher.speaks(of: row) {
            let at = (row - rows.lowerBound) * outputs
            for output in 0..<outputs {
                numbers[output] = scores[at + output]
                numbers[outputs + output] = 0
            }
            teacher.addGradient(of: row, count: outputs, in: &numbers)
            for output in 0..<outputs { numbers[room + at + output] = numbers[outputs + output] }
        }
        lesson = own
    }

    /// Adds what the teacher said to the slopes of the same rows.
    func addLesson(_ rows: Range<Int>, to slopes: inout MutableSpan<Float>, outputs: Int) {
        let room = TeacherColumn.room(for: outputs)
        for place in 0..<rows.count * outputs { slopes[place] += lesson[room + place] }
    }
}
