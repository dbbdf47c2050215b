// SPDX-License-Identifier: Apache-2.0
//
// Columns of numbers, each under a test of its level and its spread:
//
// 1. The first 1,024 finite values of a column are its reference (``ColumnReference``).
// 2. From then on its values are summed up in blocks. A block of rows has 256; a column's own block
//    ends with the first block of rows after which it has 256 values, since others may be missing.
// 3. The column's block goes to its ``ShiftTest``. Each look has the level
//
//      delta / looks / (2 d * 3)
//
//    for d columns, two aspects and three ages (Bonferroni), where 100 blocks, 25,600 rows, are the
//    looks: with independent blocks a false report of any column comes in 25,600 rows with at most
//    the chance delta, however many columns there are.
// 4. The clearest shift of a block of rows is reported. All columns that shifted begin anew at 1;
//    the population stability index goes on comparing with the first reference.
//
// Everything happens at the ends of blocks of rows, so that it does not matter how rows are cut.

import Kernels
package import Primitives

/// A shift of a column.
package struct ColumnShift: Sendable, Equatable {
    /// The column's number among those that are watched.
    package var column: Int
    /// What moved.
    package var aspect: DriftAspect
    /// Which way.
    package var change: DriftChange
    /// How far: in standard deviations of before (level), or as the ratio of standard deviations
    /// (spread); not finite when the column was constant.
    package var size: Double
    /// How many rows ago it began, to the block.
    package var rowsSinceOnset: Int
    /// How many other columns shifted in the same block.
    package var others: Int
    /// How many rows of those that were given had passed.
    package var row: Int
}

/// Watches columns of numbers.
package struct ColumnWatch: Sendable {
    /// The rows of a block.
    package static let blockRows = 256
    /// How many columns get their references at the end of a block.
    private static let referencesPerBlock = 64
    /// The rows within which a false report has the chance that is set.
    package static let horizon = 25_600

    /// The chance of a false report within the horizon.
    package let delta: Double
    /// Which columns of a row they are.
    package private(set) var places = ColumnPlaces()
    private var center: [Float] = []
    private var scale: [Float] = []
    private var sums = ColumnSums()
    private var tests: [ShiftTest] = []
    private var collectors: [ReferenceCollector] = []
    private var stability: StabilityIndex?
    /// The rows of the present block.
    private var passed = 0
    /// What shifts exceed, for so many columns; a cache.
    private var critical = (columns: 0, square: 0.0)
    /// The looks after so many blocks; a cache, since most columns have as many.
    private var looks = (blocks: 0, looks: ShiftLooks(after: 0))

    /// Makes a watch of no columns.
    ///
    /// - Parameters:
    ///   - delta: The chance of a false report within the horizon.
    ///   - comparesBins: Whether the population stability index is worked out, too.
    package init(delta: Double, comparesBins: Bool) {
        self.delta = delta
        stability = comparesBins ? StabilityIndex() : nil
    }

    /// The largest population stability index of the newest window, if there was any.
    package var largestIndex: StabilityFigure? { stability?.largest }

    /// How many columns have a reference.
    package var ready: Int { places.count - collectors.count }

    /// Adds a column that stands behind those before it.
    package mutating func append(place: Int) {
        places.append(place)
        let column = places.count - 1
        center.append(0)
        scale.append(0)
        tests.append(ShiftTest())
        sums.grow(to: places.count)
        stability?.grow(to: places.count)
        collectors.append(ReferenceCollector(column: column))
    }

    /// Takes rows, up to the first shift.
    ///
    /// - Parameters:
    ///   - raw: Rows of numbers; what is not finite is missing.
    ///   - width: How many numbers a row has.
    ///   - rows: Which of them.
    /// - Returns: The clearest shift of a block that ended, whose `row` says where to go on.
    package mutating func observe(
        _ raw: Span<Float>,
        width: Int,
        rows: Range<Int>
    ) -> ColumnShift? {
        guard places.count > 0 else { return nil }
        precondition(places.width <= width, "the watched columns lie within the rows")
        var row = rows.lowerBound
        while row < rows.upperBound {
            let end = min(rows.upperBound, row + ColumnWatch.blockRows - passed)
            take(raw, width: width, rows: row..<end)
            row = end
            guard passed == ColumnWatch.blockRows else { continue }
            passed = 0
            if var shift = endBlock() {
                shift.row = row
                return shift
            }
        }
        return nil
    }

    /// Takes rows that end with the block at the latest.
    private mutating func take(_ raw: Span<Float>, width: Int, rows: Range<Int>) {
        if ready > 0 {
            for run in places.runs {
                sums.add(
                    raw,
                    width: width,
                    rows: rows,
                    place: run.place,
                    columns: run.columns,
                    center: center,
                    scale: scale
                )
                stability?.count(raw, width: width, rows: rows, passed: passed, run: run)
            }
        }
        for index in collectors.indices {
            let place = places.places[collectors[index].column]
            collectors[index].take(raw, width: width, rows: rows, place: place)
        }
        passed += rows.count
    }

    /// Looks at the columns whose blocks have ended, and begins to watch those that can be.
    private mutating func endBlock() -> ColumnShift? {
        stability?.endBlock()
        var clearest: (column: Int, shift: BlockShift)?
        var shifted = 0
        if ready > 0 {
            prepareCritical()
            for column in scale.indices
            where scale[column] > 0 && sums.count[column] >= Float(ColumnWatch.blockRows) {
                guard let shift = test(column) else { continue }
                shifted += 1
                collectors.append(ReferenceCollector(column: column))
                begin(column, nil)
                if shift.strength > clearest?.shift.strength ?? 0 { clearest = (column, shift) }
            }
        }
        settleReferences()
        guard let (column, shift) = clearest else { return nil }
        return ColumnShift(
            column: column,
            aspect: shift.aspect,
            change: shift.change,
            size: shift.size,
            rowsSinceOnset: shift.blocks * ColumnWatch.blockRows,
            others: shifted - 1,
            row: 0
        )
    }

    private mutating func test(_ column: Int) -> BlockShift? {
        let block = ValueBlock(
            count: sums.count[column],
            sum: sums.sum[column],
            square: sums.square[column],
            fourth: sums.fourth[column]
        )
        sums.clear(column)
        if looks.blocks != tests[column].blocks {
            looks = (tests[column].blocks, ShiftLooks(after: tests[column].blocks))
        }
        return tests[column].take(
            block,
            size: Double(ColumnWatch.blockRows),
            critical: critical.square,
            looks: looks.looks
        )
    }

    /// Gives their references to columns that have enough values; to sort them takes time, so that
    /// many columns take turns.
    private mutating func settleReferences() {
        var (waiting, settled) = (0, 0)
        for index in collectors.indices {
            if collectors[index].isFull, settled < ColumnWatch.referencesPerBlock {
                settled += 1
                let column = collectors[index].column
                let reference = collectors[index].finish()
                begin(column, reference)
                stability?.settle(reference, of: column)
            } else {
                if waiting < index { collectors.swapAt(waiting, index) }
                waiting += 1
            }
        }
        collectors.removeLast(collectors.count - waiting)
    }

    /// Watches a column by a reference, or no longer.
    private mutating func begin(_ column: Int, _ reference: ColumnReference?) {
        center[column] = reference?.center ?? 0
        scale[column] = reference?.scale ?? 0
        tests[column] = ShiftTest()
        sums.clear(column)
    }

    private mutating func prepareCritical() {
        guard critical.columns != places.count else { return }
        critical.columns = places.count
        let looks = Double(ColumnWatch.horizon / ColumnWatch.blockRows)
        let tests = Double(DriftAspect.allCases.count * ShiftTest.splits * places.count)
        critical.square = ChiSquared.quantile(tail: delta / looks / tests, freedom: 1)
    }
}

extension ColumnWatch: ByteCodable {
    /// Appends columns, references, sums and tests.
    package func encode(into writer: inout ByteWriter) {
        writer.write(delta)
        writer.write(UInt64(places.count))
        for place in places.places { writer.write(UInt32(place)) }
        writer.write(UInt16(passed))
        for numbers in [center, scale, sums.count, sums.sum, sums.square, sums.fourth] {
            for number in numbers { writer.write(number) }
        }
        // A column without a reference has no blocks.
        for column in scale.indices where scale[column] > 0 { tests[column].encode(into: &writer) }
        writer.write(UInt64(collectors.count))
        for collector in collectors {
            writer.write(UInt32(collector.column))
            writer.write(collector.values)
        }
        writer.write(optional: stability)
    }

    /// Reads columns, references, sums and tests.
    package init(from reader: inout ByteReader) throws(DecodeError) {
        self.init(delta: try reader.readDouble(), comparesBins: false)
        guard delta > 0, delta < 1 else { throw .invalid("a watch has the level \(delta)") }
        for _ in 0..<(try reader.readCount(itemBytes: 4)) {
            let place = Int(try reader.read(UInt32.self))
            guard place >= places.width else { throw .invalid("watched columns do not ascend") }
            append(place: place)
        }
        passed = Int(try reader.read(UInt16.self))
        guard passed < ColumnWatch.blockRows else {
            throw .invalid("a block of rows has \(passed) of them")
        }
        center = try reader.readFloats(places.count)
        scale = try reader.readFloats(places.count)
        sums.count = try reader.readFloats(places.count)
        sums.sum = try reader.readFloats(places.count)
        sums.square = try reader.readFloats(places.count)
        sums.fourth = try reader.readFloats(places.count)
        for column in scale.indices where scale[column] > 0 {
            tests[column] = try ShiftTest(from: &reader)
        }
        try readCollectors(from: &reader)
        stability = try reader.readOptional()
        guard stability.map({ $0.columns == places.count }) ?? true else {
            throw .invalid("the bins are not those of the watched columns")
        }
    }

    private mutating func readCollectors(from reader: inout ByteReader) throws(DecodeError) {
        collectors = []
        var isCollected = [Bool](repeating: false, count: places.count)
        for _ in 0..<(try reader.readCount(itemBytes: 8)) {
            let column = Int(try reader.read(UInt32.self))
            let values = try reader.readFloats()
            guard column < places.count, !isCollected[column], !(scale[column] > 0),
                values.count <= ColumnReference.values, values.allSatisfy(\.isFinite)
            else { throw .invalid("the values of a reference do not go together") }
            isCollected[column] = true
            var own = values
            own.reserveCapacity(ColumnReference.values)
            collectors.append(ReferenceCollector(column: column, values: own))
        }
        for column in scale.indices where isCollected[column] == (scale[column] > 0) {
            throw .invalid("a column is watched without a reference")
        }
    }
}
