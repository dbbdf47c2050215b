// SPDX-License-Identifier: Apache-2.0
//
// What a teacher says of the rows of a block: its scores before they became probabilities, and how
// much they count. A learner with scores z adds to the loss of each row, for a teacher's scores t:
//
//   temperature 0:   s |z - t|²                    DER (Buzzega et al., "Dark experience for
//                                                  general continual learning", NeurIPS 2020)
//   temperature T:   s T² KL(softmax(t/T), softmax(z/T))        distillation (Hinton, Vinyals and
//                                                  Dean, 2015), as LwF uses it (Li and Hoiem, 2016)
//
// A score that is not a number is no opinion: what a class's score should be is unknown when the
// teacher spoke before the class came. Such a class is not pulled (DER), and the probabilities are
// compared over the teacher's classes alone (LwF). The strength counts in the step's loss as it is;
// it is no share of a mean.

import Kernels

/// The scores of a teacher for the rows of a block, each with a strength.
package struct TeacherColumn: Sendable {
    /// The number of scores of a row.
    package private(set) var outputs = 0
    /// The scores, `rows * outputs`; NaN where the teacher has no opinion.
    package private(set) var scores: [Float] = []
    /// How much each row's scores count; 0: not at all.
    package private(set) var strengths: [Float] = []
    /// The temperature of each row; 0: the distance of the scores themselves.
    package private(set) var temperatures: [Float] = []

    /// Makes a column without rows.
    package init() {}

    /// Whether no row has a teacher.
    package var isEmpty: Bool { strengths.isEmpty }

    /// Whether the teacher has something to say of a row.
    func speaks(of row: Int) -> Bool { !strengths.isEmpty && strengths[row] > 0 }

    /// Whether the teacher says nothing of any row.
    var isSilent: Bool { !strengths.contains { $0 > 0 } }

    /// Empties the column for rows of `outputs` scores, and keeps its room.
    package mutating func reset(outputs: Int) {
        self.outputs = outputs
        scores.removeAll(keepingCapacity: true)
        strengths.removeAll(keepingCapacity: true)
        temperatures.removeAll(keepingCapacity: true)
    }

    /// Appends rows of which the teacher says nothing.
    package mutating func appendSilence(rows: Int) {
        for _ in 0..<rows {
            for _ in 0..<outputs { scores.append(.nan) }
            strengths.append(0)
            temperatures.append(0)
        }
    }

    /// Appends what the teacher says of one row; there is no opinion on the outputs past its end.
    ///
    /// - Precondition: there are at most `outputs` scores.
    package mutating func append(_ row: ArraySlice<Float>, strength: Float, temperature: Float) {
        precondition(row.count <= outputs, "a teacher has no more scores than its column")
        scores.append(contentsOf: row)
        for _ in row.count..<outputs { scores.append(.nan) }
        strengths.append(strength)
        temperatures.append(temperature)
    }

    /// Appends what another teacher says of further rows.
    ///
    /// - Precondition: it has no more scores for a row.
    mutating func append(_ other: borrowing TeacherColumn) {
        for row in other.strengths.indices {
            let start = row * other.outputs
            append(
                other.scores[start..<start + other.outputs],
                strength: other.strengths[row],
                temperature: other.temperatures[row]
            )
        }
    }

    /// How many numbers ``addGradient(of:count:in:)`` needs for `count` scores.
    static func room(for count: Int) -> Int { 4 * count }

    /// Adds the gradient of a row's teaching by the scores of a learner.
    ///
    /// - Parameters:
    ///   - row: The row.
    ///   - count: How many scores the learner has.
    ///   - room: The learner's scores, then the gradient by them, then as much again to work in.
    func addGradient(of row: Int, count: Int, in room: inout MutableSpan<Float>) {
        let strength = strengths[row]
        guard strength > 0 else { return }
        let known = min(count, outputs)
        let start = row * outputs
        let temperature = temperatures[row]
        guard temperature > 0 else {
            for index in 0..<known where !scores[start + index].isNaN {
                let distance = room[index] - scores[start + index]
                room[count + index] += 2 * strength * Link.bounded(distance)
            }
            return
        }
        var classes = 0
        for index in 0..<known where !scores[start + index].isNaN {
            room[2 * count + classes] = room[index] / temperature
            room[3 * count + classes] = scores[start + index] / temperature
            classes += 1
        }
        guard classes > 1 else { return }
        Probability.softmax(&room, at: 2 * count, count: classes)
        Probability.softmax(&room, at: 3 * count, count: classes)
        var place = 0
        for index in 0..<known where !scores[start + index].isNaN {
            let difference = room[2 * count + place] - room[3 * count + place]
            room[count + index] += strength * temperature * difference
            place += 1
        }
    }
}
