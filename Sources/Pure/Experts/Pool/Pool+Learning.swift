// SPDX-License-Identifier: Apache-2.0
//
// The way of a block through a pool: forms, experts, mix.
//
// Labels that are late. A row without its label is predicted, and what only that moment knew is
// written to a memo: the last label, the change of each column, and what every expert said. When
// the label comes the row comes again with its memo: the experts learn it with the inputs of then,
// and the mix judges them by what they said then. So an expert that chases the last label, or
// remembers its neighbours in time, is believed as far as it deserves under that delay.

import Kernels
import Primitives

extension Pool {
    /// How many rows go through the experts at a time: so few that all forms stay in the cache.
    static let chunkRows = 128

    /// How many numbers are remembered of a row whose label is late: the last label, centre and
    /// spread, the change of each column, and every opinion.
    package var memoWidth: Int { Pool.memoHead + shape.width + slots * shape.outputs }

    private static let memoHead = 3

    /// Predicts each row, then learns it if its fate is that; fills the output.
    package mutating func testThenTrain(_ input: PoolInput, _ output: inout PoolOutput) {
        run(input, &output, learns: true)
    }

    /// Predicts each row and changes nothing.
    package func predict(_ input: PoolInput, _ output: inout PoolOutput) {
        // What is learned goes to a copy that is thrown away: nothing is.
        var copy = self
        copy.run(input, &output, learns: false)
    }

    private mutating func run(_ input: PoolInput, _ output: inout PoolOutput, learns: Bool) {
        let count = input.fates.count
        precondition(
            input.columns.count == count * shape.width && input.labels.count == count
                && input.targets.count == count && input.weights.count == count,
            "a pool's columns fill its rows, and are as wide as it is"
        )
        Copying.resize(&output.predictions, to: count * shape.outputs)
        Copying.resize(&output.lows, to: shape.isNumber ? count : 0)
        Copying.resize(&output.highs, to: shape.isNumber ? count : 0)
        var scratch = PoolScratch()
        swap(&scratch, &self.scratch)
        var start = 0
        while start < count {
            let end = min(start + Pool.chunkRows, count)
            prepare(start..<end, of: input, output.memos, &scratch, learns: learns)
            askExperts(&scratch, learns: learns)
            recall(start..<end, output.memos, &scratch)
            mixOpinions(start..<end, &scratch, &output)
            if !output.memos.isEmpty { note(start..<end, of: input, scratch, &output.memos) }
            start = end
        }
        swap(&scratch, &self.scratch)
    }

    /// Makes the forms of rows, and appends those to the history that are learned.
    private mutating func prepare(
        _ range: Range<Int>,
        of input: PoolInput,
        _ memos: [Float],
        _ scratch: inout PoolScratch,
        learns: Bool
    ) {
        let width = shape.width
        scratch.rows.reset(width: width, outputs: shape.outputs)
        scratch.rows.count = range.count
        scratch.follows.removeAll(keepingCapacity: true)
        scratch.recalled.removeAll(keepingCapacity: true)
        scratch.mixed.removeAll(keepingCapacity: true)
        let columns = range.lowerBound * width..<range.upperBound * width
        scratch.rows.raw.append(contentsOf: input.columns[columns])
        Copying.resize(&scratch.rows.scaled, to: columns.count)
        Copying.resize(&scratch.rows.slow, to: columns.count)
        Copying.resize(&scratch.rows.change, to: columns.count)
        Copying.resize(&scratch.rows.scaledChange, to: columns.count)
        for row in range {
            let memo = row * memoWidth
            let isRecalled = !memos.isEmpty && !memos[memo].isNaN
            scratch.recalled.append(isRecalled ? 1 : 0)
            scratch.follows.append(learns && !isRecalled ? 1 : 0)
            guard isRecalled else { continue }
            let first = (row - range.lowerBound) * width
            for column in 0..<width {
                scratch.rows.change[first + column] = memos[memo + Pool.memoHead + column]
            }
        }
        forms.make(&scratch.rows, follows: scratch.follows, recalled: scratch.recalled)
        if learns {
            history.makeRoom(for: range.count)
            heldOut.makeRoom(for: range.count)
        }
        for row in range {
            let isRecalled = scratch.recalled[row - range.lowerBound] == 1
            let last = isRecalled ? Int32(memos[row * memoWidth]) : forms.last
            takeLabel(row, of: input, at: row - range.lowerBound, last, &scratch, learns: learns)
        }
    }

    /// Adds what belongs to the label of a row.
    private mutating func takeLabel(
        _ row: Int,
        of input: PoolInput,
        at place: Int,
        _ last: Int32,
        _ scratch: inout PoolScratch,
        learns: Bool
    ) {
        let label = input.labels[row]
        let target = input.targets[row]
        let isLabelled = shape.isNumber ? target.isFinite : 0..<Int32(shape.classes) ~= label
        let fate: RowFate =
            learns && isLabelled && input.weights[row] > 0 ? input.fates[row] : .predicted
        scratch.rows.last.append(last < Int32(shape.classes) ? last : -1)
        scratch.rows.labels.append(isLabelled && !shape.isNumber ? label : -1)
        scratch.rows.centres.append(Float(forms.centre))
        scratch.rows.spreads.append(Float(forms.spread))
        scratch.rows.targets.append(
            isLabelled && shape.isNumber ? forms.measured(Double(target)) : .nan
        )
        scratch.rows.weights.append(input.weights[row])
        scratch.rows.learns.append(fate == .learned ? 1 : 0)
        scratch.rows.before.append(Int32(history.count))
        scratch.mixed.append(fate == .learned ? 1 : 0)
        guard fate != .predicted else { return }
        if fate == .learned {
            history.append(place, of: scratch.rows, target: target)
            view?.take(place, of: scratch.rows)
            learned += 1
        } else {
            heldOut.append(place, of: scratch.rows, target: target)
        }
        if shape.isNumber {
            forms.note(number: Double(target))
        } else {
            forms.note(label: label)
        }
    }

    /// Lets every expert that is awake say what it thinks of the rows, and learn them.
    private mutating func askExperts(_ scratch: inout PoolScratch, learns: Bool) {
        let area = scratch.rows.count * shape.outputs
        Copying.resize(&scratch.opinions, to: slots * area)
        var opinions: [Float] = []
        swap(&opinions, &scratch.opinions)
        for place in members.indices {
            let slots = members[place].slots
            var span = opinions.mutableSpan
            var own = span._mutatingExtracting(slots.lowerBound * area..<slots.upperBound * area)
            if !isAwake(place) {
                let even: Float = shape.isNumber ? 0 : 1 / Float(shape.outputs)
                for index in 0..<own.count { own[index] = even }
            } else if learns {
                members[place].expert.testThenTrain(scratch.rows, history, &own)
            } else {
                members[place].expert.predict(scratch.rows, history, &own)
            }
        }
        swap(&opinions, &scratch.opinions)
    }

    /// Puts what experts said of a row when it came in the place of what they say now.
    private func recall(_ range: Range<Int>, _ memos: [Float], _ scratch: inout PoolScratch) {
        guard !memos.isEmpty else { return }
        let outputs = shape.outputs
        for row in range where scratch.recalled[row - range.lowerBound] == 1 {
            let memo = row * memoWidth
            let said = memo + Pool.memoHead + shape.width
            // A number of then is measured by the centre and the spread of now.
            let now = row - range.lowerBound
            let scale = shape.isNumber ? memos[memo + 2] / scratch.rows.spreads[now] : 1
            let shift =
                shape.isNumber
                ? (memos[memo + 1] - scratch.rows.centres[now]) / scratch.rows.spreads[now] : 0
            for slot in 0..<slots {
                let place = (slot * range.count + row - range.lowerBound) * outputs
                for output in 0..<outputs {
                    let opinion = memos[said + slot * outputs + output] * scale + shift
                    scratch.opinions[place + output] = min(max(opinion, -100), 100)
                }
            }
        }
    }

    private mutating func mixOpinions(
        _ range: Range<Int>,
        _ scratch: inout PoolScratch,
        _ output: inout PoolOutput
    ) {
        let outputs = shape.outputs
        var taken: [Float] = []
        swap(&taken, &output.predictions)
        var predictions = taken.mutableSpan
        var own = predictions._mutatingExtracting(
            range.lowerBound * outputs..<range.upperBound * outputs
        )
        if shape.isNumber {
            mixNumbers(range, &scratch, &own, &output)
        } else {
            mix.mixClasses(
                scratch.opinions.span,
                rows: scratch.rows,
                learns: scratch.mixed,
                predictions: &own
            )
        }
        swap(&taken, &output.predictions)
    }

    private mutating func mixNumbers(
        _ range: Range<Int>,
        _ scratch: inout PoolScratch,
        _ own: inout MutableSpan<Float>,
        _ output: inout PoolOutput
    ) {
        Copying.resize(&scratch.reaches, to: range.count)
        var taken: [Float] = []
        swap(&taken, &scratch.reaches)
        var reaches = taken.mutableSpan
        mix.mixNumbers(
            scratch.opinions.span,
            rows: scratch.rows,
            learns: scratch.mixed,
            predictions: &own,
            reaches: &reaches
        )
        for place in 0..<range.count {
            let (centre, spread) = (scratch.rows.centres[place], scratch.rows.spreads[place])
            let (number, reach) = (own[place], reaches[place])
            own[place] = centre + spread * number
            output.lows[range.lowerBound + place] = centre + spread * (number - reach)
            output.highs[range.lowerBound + place] = centre + spread * (number + reach)
        }
        swap(&taken, &scratch.reaches)
    }

    /// Writes the memos of rows that are only predicted.
    private func note(
        _ range: Range<Int>,
        of input: PoolInput,
        _ scratch: PoolScratch,
        _ memos: inout [Float]
    ) {
        let (width, outputs) = (shape.width, shape.outputs)
        for row in range where input.fates[row] == .predicted {
            let place = row - range.lowerBound
            let memo = row * memoWidth
            memos[memo] = Float(scratch.rows.last[place])
            memos[memo + 1] = scratch.rows.centres[place]
            memos[memo + 2] = scratch.rows.spreads[place]
            for column in 0..<width {
                memos[memo + Pool.memoHead + column] = scratch.rows.change[place * width + column]
            }
            let said = memo + Pool.memoHead + width
            for slot in 0..<slots {
                for output in 0..<outputs {
                    memos[said + slot * outputs + output] =
                        scratch.opinions[(slot * range.count + place) * outputs + output]
                }
            }
        }
    }
}
