// SPDX-License-Identifier: Apache-2.0
//
// How well each context is predicted, prequentially, and what its absences cost. For each context:
//
// - its recent error: over its last 100 to 199 labelled samples;
// - its best error: the lowest over 200 samples in a row, in windows that do not overlap;
// - a *return*: a sample after 200 or more labelled samples of others. The error at the return is
//   that of the first 200 samples of the context from there on, while they are learned. From it
//   follow the forgetting at the return = error at the return - best error before it, and the
//   transfer at the return = recent error when the context left - error at the return.
//
// What absences cost on rows that are not learned is for ContextExams to say.
//
// Errors are shares of wrong classes, or roots of mean squares of numbers. Each context takes a
// fixed number of bytes; there are as many as the learner's table has, and one more for samples
// without a context.

package import Primitives

/// Running measures for each context.
package struct ContextMeasures: Sendable {
    private let task: Task
    /// The first is for samples without a context.
    private var entries: [Entry] = []

    /// Other samples that make an absence.
    package static let absence: UInt64 = 200
    /// The samples of a window.
    package static let window = 200

    /// Makes measures of nothing.
    package init(task: Task) {
        self.task = task
    }

    /// Counts the labelled rows of a block, the first of which is the learner's sample `first`.
    package mutating func record(_ block: borrowing Block, from first: UInt64) {
        var own = Block.take(&entries)
        var index = first
        let losses = block.losses.span
        let errors = block.errors.span
        let contexts = block.contexts.span
        for row in 0..<block.rows where !losses[row].isNaN {
            let place = Int(contexts[row]) + 1
            while own.count <= place { own.append(Entry()) }
            let cost = task == .classes ? Double(errors[row]) : Double(losses[row])
            own[place].record(cost, at: index, task)
            index += 1
        }
        entries = own
    }

    /// The measures of a context, as in status and manifests; null where it has no sample.
    package func json(of context: Int32) -> JSONValue {
        let place = Int(context) + 1
        guard entries.indices.contains(place), entries[place].samples > 0 else { return .null }
        return .object(entries[place].members(task))
    }
}

extension ContextMeasures {
    /// A sum that becomes an error.
    struct Part: Sendable {
        var sum = 0.0
        var count = 0.0

        mutating func add(_ cost: Double) {
            sum += cost
            count += 1
        }

        func error(_ task: Task) -> Double {
            guard count > 0 else { return .nan }
            return task == .classes ? sum / count : (sum / count).squareRoot()
        }

        static func + (left: Part, right: Part) -> Part {
            Part(sum: left.sum + right.sum, count: left.count + right.count)
        }
    }

    struct Entry: Sendable {
        var samples: UInt64 = 0
        var lastAt: UInt64 = 0
        /// The last 100 samples that are complete, and those since.
        var before = Part()
        var since = Part()
        /// The window that is being filled.
        var open = Part()
        var best = Double.nan
        /// The first samples after a return, while they come in.
        var returning = Part()
        var isReturning = false
        var left = Double.nan
        var bestBefore = Double.nan
        var returns: UInt64 = 0
        var lastReturn = Double.nan
        var forgetting = 0.0
        var transfer = 0.0

        mutating func record(_ cost: Double, at index: UInt64, _ task: Task) {
            let away = index - min(index, lastAt + 1)
            if samples > 0, away >= ContextMeasures.absence {
                left = recent(task)
                bestBefore = best
                returning = Part()
                isReturning = left.isFinite && best.isFinite
            }
            samples += 1
            lastAt = index
            since.add(cost)
            if since.count >= Double(ContextMeasures.window / 2) {
                before = since
                since = Part()
            }
            open.add(cost)
            if open.count >= Double(ContextMeasures.window) {
                let error = open.error(task)
                if !(best <= error) { best = error }
                open = Part()
            }
            guard isReturning else { return }
            returning.add(cost)
            guard returning.count >= Double(ContextMeasures.window) else { return }
            isReturning = false
            returns += 1
            lastReturn = returning.error(task)
            forgetting += lastReturn - bestBefore
            transfer += left - lastReturn
        }

        func recent(_ task: Task) -> Double { (before + since).error(task) }

        func members(_ task: Task) -> [JSONValue.Member] {
            let mean: (Double) -> JSONValue = { sum in
                returns > 0 ? .number(sum / Double(returns)) : .null
            }
            return [
                .init("samples", .int(Int64(clamping: samples))),
                .init("error_recent", .number(recent(task))),
                .init("error_best", .number(best)),
                .init("returns", .int(Int64(clamping: returns))),
                .init("error_at_return", .number(lastReturn)),
                .init("forgetting_at_return", mean(forgetting)),
                .init("transfer_at_return", mean(transfer)),
            ]
        }
    }
}

extension ContextMeasures: ByteCodable {
    /// Appends the task and every context's measures.
    package func encode(into writer: inout ByteWriter) {
        writer.write(task.rawValue)
        writer.write(items: entries)
    }

    /// Reads measures.
    package init(from reader: inout ByteReader) throws(DecodeError) {
        guard let task = Task(rawValue: try reader.read()) else {
            throw .invalid("the task of the contexts' measures is unknown")
        }
        self.task = task
        entries = try reader.readItems()
        guard entries.count <= 1 << 17 else {
            throw .invalid("there are measures of more contexts than any table holds")
        }
    }
}

extension ContextMeasures.Entry: ByteCodable {
    func encode(into writer: inout ByteWriter) {
        for number in [samples, lastAt, returns] { writer.write(number) }
        for part in [before, since, open, returning] {
            writer.write(part.sum)
            writer.write(part.count)
        }
        for number in [best, left, bestBefore, lastReturn, forgetting, transfer] {
            writer.write(number)
        }
        writer.write(isReturning)
    }

    init(from reader: inout ByteReader) throws(DecodeError) {
        samples = try reader.read()
        lastAt = try reader.read()
        returns = try reader.read()
        before = try ContextMeasures.Part(from: &reader)
        since = try ContextMeasures.Part(from: &reader)
        open = try ContextMeasures.Part(from: &reader)
        returning = try ContextMeasures.Part(from: &reader)
        best = try reader.readDouble()
        left = try reader.readDouble()
        bestBefore = try reader.readDouble()
        lastReturn = try reader.readDouble()
        forgetting = try reader.readDouble()
        transfer = try reader.readDouble()
        isReturning = try reader.readFlag()
        guard samples < 1 << 56, lastAt < 1 << 56, returns < 1 << 56 else {
            throw .invalid("a context has more samples than a life")
        }
    }
}

extension ContextMeasures.Part {
    fileprivate init(from reader: inout ByteReader) throws(DecodeError) {
        sum = try reader.readDouble()
        count = try reader.readDouble()
        guard sum >= 0, count >= 0, count <= Double(ContextMeasures.window) else {
            throw .invalid("a window of a context's measures is out of range")
        }
    }
}
