// SPDX-License-Identifier: Apache-2.0
//
// The linear family over hashed features: a row is a list of (bucket, value), and only what it
// names is read or changed. Learned by FTRL-proximal (see ``FollowTheLeader`` for the formulas),
// each weight with its own rate, so that features that are nearly always absent learn as fast as
// those that are nearly always there. For streams of identifiers, categories and words without end.
//
// Values go in as they are: features of very different size should be scaled by their producer,
// although the rates of single weights forgive much. Not for a few dense numbers, which lose their
// names and their scaling in slots.
//
// Memory: the numbers of column c are `values[c * rows...]`, one for each output, and the same for
// both moments and the anchor. Columns come with the first row that trains their bucket.

import Kernels
package import Primitives

/// A linear, logistic or softmax model over slots.
package struct SparseModel: Learner {
    /// How it learns.
    package private(set) var settings: LearnerSettings
    /// What its scores mean: as in the settings, until a logistic model has met a third class.
    private(set) var kind: ModelKind
    /// The numbers in a row: two for each slot.
    package private(set) var width: Int
    /// The number of predictions for a row.
    package private(set) var outputs: Int

    private var table: BucketTable
    private var values: [Float]
    private var sums: [Float]
    private var squares: [Float]
    private var anchored: [Float] = []
    private var pull = Anchor.none
    /// Room for one row; its content is of no account.
    private var row = SparseRow()

    /// Makes a model that knows no bucket.
    ///
    /// - Precondition: The settings have no problem and are those of a model over slots.
    package init(_ settings: LearnerSettings, width: Int, outputs: Int) {
        precondition(settings.problem == nil, "settings must be checked before a learner is made")
        guard let sparse = settings.sparse else {
            preconditionFailure("a model over slots knows its buckets")
        }
        self.settings = settings
        table = BucketTable(bits: sparse.bits)
        kind = settings.model
        self.width = width
        self.outputs = max(outputs, kind == .logistic ? 2 : 1)
        values = [Float](repeating: 0, count: kind == .softmax ? self.outputs : 1)
        sums = values
        squares = values
        if kind == .logistic && self.outputs > 2 { becomeSoftmax() }
    }

    /// The numbers of a column.
    private var stride: Int { kind == .softmax ? outputs : 1 }

    private var constants: StepConstants {
        var constants = StepConstants(rate: settings.optimiser.rate)
        if case .followTheLeader(_, let beta) = settings.optimiser { constants.a = beta }
        constants.l1 = settings.l1
        constants.l2 = settings.l2
        constants.pull = pull.l2
        constants.pullL1 = pull.l1
        return constants
    }

    private var output: SparseOutput {
        SparseOutput(settings, kind: kind, rows: stride, outputs: outputs)
    }

    /// What an artifact holds: the buckets that have any weight, in order.
    package var parameters: LearnerParameters {
        let stride = stride
        let columns = (1..<table.count).filter { column in
            values[column * stride..<(column + 1) * stride].contains { $0 != 0 }
        }.sorted { table.buckets[$0] < table.buckets[$1] }
        var weights: [Float] = []
        for output in 0..<stride {
            for column in columns { weights.append(values[column * stride + output]) }
        }
        return LearnerParameters(
            kind: kind.name,
            tensors: [
                .init(
                    "buckets",
                    shape: [columns.count],
                    columns.map { Float(table.buckets[$0]) },
                    isIndex: true
                ),
                .init("weights", shape: [stride, columns.count], weights),
                .init("bias", shape: [stride], Array(values.prefix(stride))),
            ]
        )
    }

    /// How many buckets have been met.
    package var figures: [JSONValue.Member] {
        [.init("buckets", .int(Int64(table.count - 1)))]
    }

    /// Whether every number of the state is finite.
    package var isFinite: Bool {
        values.allSatisfy(\.isFinite) && sums.allSatisfy(\.isFinite)
            && squares.allSatisfy(\.isFinite) && anchored.allSatisfy(\.isFinite)
    }

    /// Predicts without changing anything.
    package func predict(_ block: inout Block) {
        block.preparePredictions(width: width, outputs: outputs)
        var predictions = Block.take(&block.predictions)
        var row = SparseRow()
        for place in 0..<block.rows { predict(place, of: block, &predictions, &row) }
        block.predictions = predictions
    }

    private func predict(
        _ place: Int,
        of block: borrowing Block,
        _ predicted: inout [Float],
        _ row: inout SparseRow
    ) {
        table.find(block.features.span, at: place * width, width: width, into: &row)
        var predictions = predicted.mutableSpan
        row.scores(of: values.span, stride: stride, to: &predictions, at: place * outputs)
        output.activate(&predictions, row: place)
    }

    /// Predicts each row, then learns it when it is for training, labelled, and has a positive
    /// weight; fills the predictions.
    package mutating func testThenTrain(_ block: inout Block) {
        block.preparePredictions(width: width, outputs: outputs)
        var predictions = Block.take(&block.predictions)
        var own = SparseRow()
        swap(&own, &row)
        let output = output
        for place in 0..<block.rows {
            predict(place, of: block, &predictions, &own)
            guard output.link.learns(block, place) else { continue }
            touch(block.features.span, at: place * width, &own)
            learn(place, of: block, predictions, own, output)
        }
        swap(&own, &row)
        block.predictions = predictions
    }

    /// Gives each bucket of the row a column.
    private mutating func touch(_ slots: Span<Float>, at: Int, _ row: inout SparseRow) {
        for _ in table.touch(slots, at: at, width: width, &row) {
            for _ in 0..<stride {
                values.append(0)
                sums.append(0)
                squares.append(0)
                if pull != .none { anchored.append(0) }
            }
        }
    }

    private mutating func learn(
        _ place: Int,
        of block: borrowing Block,
        _ predicted: [Float],
        _ row: SparseRow,
        _ output: SparseOutput
    ) {
        let predictions = predicted.span
        let stride = stride
        let constants = constants
        var scale: Float = 1
        if output.link.clip > 0 {
            var errors: Double = 0
            for number in 0..<stride {
                let error = Double(output.error(number, place, block, predictions))
                errors += error * error
            }
            scale = output.link.clipScale(squaredGradient: errors * Double(row.squaredNorm))
        }
        var ownValues = Block.take(&values)
        var ownSums = Block.take(&sums)
        var ownSquares = Block.take(&squares)
        let ownAnchor = anchored
        var parameters = ownValues.mutableSpan
        var sumSpan = ownSums.mutableSpan
        var squareSpan = ownSquares.mutableSpan
        for number in 0..<stride {
            row.followTheLeader(
                &parameters,
                sums: &sumSpan,
                squares: &squareSpan,
                anchor: ownAnchor.span,
                stride: stride,
                output: number,
                error: output.error(number, place, block, predictions, scale: scale),
                constants: constants
            )
        }
        values = ownValues
        sums = ownSums
        squares = ownSquares
    }
}

extension SparseModel {
    /// Widens to the given shape, never shrinks; new classes start at zero.
    package mutating func grow(width: Int, outputs: Int) {
        precondition(kind != .linear || outputs <= 1, "a linear model predicts one number")
        self.width = max(width, self.width)
        guard outputs > self.outputs else { return }
        if kind == .logistic, outputs > 2 { becomeSoftmax() }
        let old = stride
        self.outputs = outputs
        widen(&values, from: old)
        widen(&sums, from: old)
        widen(&squares, from: old)
        widen(&anchored, from: old)
    }

    private func widen(_ numbers: inout [Float], from old: Int) {
        guard stride > old, !numbers.isEmpty else { return }
        var wide: [Float] = []
        wide.reserveCapacity(table.count * stride)
        for column in 0..<table.count {
            wide.append(contentsOf: numbers[column * old..<(column + 1) * old])
            wide.append(contentsOf: repeatElement(0, count: stride - old))
        }
        numbers = wide
    }

    /// Makes two rows whose scores differ by the one score there was.
    private mutating func becomeSoftmax() {
        kind = .softmax
        let stride = min(outputs, 2)
        precondition(stride == 2, "a logistic model has two outputs")
        outputs = 2
        values = values.flatMap { [-$0 / 2, $0 / 2] }
        anchored = anchored.flatMap { [-$0 / 2, $0 / 2] }
        squares = squares.flatMap { [$0, $0] }
        sums = [Float](repeating: 0, count: values.count)
        align()
    }

    /// Sets the sums from which the weights follow.
    private mutating func align() {
        let (stride, constants) = (stride, constants)
        var own = Block.take(&sums)
        var moments = own.mutableSpan
        SparseRow.align(
            &moments,
            parameters: values.span,
            squares: squares.span,
            stride: stride,
            constants: constants
        )
        sums = own
    }

    /// Yes.
    package var canShrink: Bool { true }

    /// Makes every parameter smaller: all start at 0, so there is no spread for a noise.
    package mutating func shrink(to share: Float, noise: Float, random: inout RandomSource) {
        Moving.scale(&values, by: share)
    }

    /// Pulls learning towards the parameters as they are now, where a row names them.
    package mutating func anchor(_ anchor: Anchor) {
        pull = anchor
        anchored = pull == .none ? [] : values
    }

    /// Puts the moments to their start, and keeps the parameters.
    package mutating func restartMoments() {
        for index in squares.indices { squares[index] = 0 }
        for index in sums.indices { sums[index] = 0 }
        align()
    }

    /// Takes other rates and strengths for the same model; the parameters stay.
    package mutating func configure(_ settings: LearnerSettings) {
        precondition(settings.problem == nil, "settings are checked before they are used")
        precondition(
            settings.isForSameLearner(as: self.settings),
            "a learner keeps its model and optimiser for life"
        )
        guard settings != self.settings else { return }
        self.settings = settings
        align()
    }
}

extension SparseModel: TakesParameters {
    /// Takes the weights of buckets, and the biases.
    package mutating func take(_ tensors: [LearnerParameters.Tensor]) {
        let own = parameters
        let columns = own.numbers(of: "buckets").map { Int(table.column(of: Int32($0))) }
        for tensor in tensors {
            for output in 0..<stride {
                if tensor.name == "bias" { values[output] = tensor.numbers[output] }
                guard tensor.name == "weights" else { continue }
                for (place, column) in columns.enumerated() {
                    values[column * stride + output] =
                        tensor.numbers[output * columns.count + place]
                }
            }
        }
    }
}

extension SparseModel {
    /// Appends the whole state, with a tag that ``LearnerCoding`` reads.
    package func encode(into writer: inout ByteWriter) {
        writer.write(LearnerCoding.sparseFamily)
        settings.encode(into: &writer)
        writer.write(kind.rawValue)
        writer.write(UInt32(width))
        writer.write(UInt32(outputs))
        pull.encode(into: &writer)
        writer.write(numbers: Array(table.buckets.dropFirst()))
        writer.write(values)
        writer.write(sums)
        writer.write(squares)
        writer.write(anchored)
    }

    init(from reader: inout ByteReader) throws(DecodeError) {
        settings = try LearnerSettings(from: &reader)
        guard let kind = ModelKind(rawValue: try reader.read()), let sparse = settings.sparse,
            kind == settings.model || (kind == .softmax && settings.model == .logistic),
            [.linear, .logistic, .softmax].contains(kind)
        else { throw .invalid("a learner's kind does not go with its settings") }
        self.kind = kind
        width = Int(try reader.read(UInt32.self))
        outputs = Int(try reader.read(UInt32.self))
        pull = try Anchor(from: &reader)
        table = try BucketTable(from: &reader, bits: sparse.bits)
        values = try reader.readFloats()
        sums = try reader.readFloats()
        squares = try reader.readFloats()
        anchored = try reader.readFloats()
        let outputsFit =
            switch kind {
            case .linear: outputs == 1
            case .logistic: outputs == 2
            default: outputs >= 1
            }
        guard outputsFit, width % 2 == 0, values.count == table.count * stride,
            sums.count == values.count, squares.count == values.count,
            anchored.count == (pull == .none ? 0 : values.count), isFinite,
            squares.allSatisfy({ $0 >= 0 })
        else { throw .invalid("a learner's numbers do not fit its shape") }
    }
}

extension BucketTable {
    /// Reads buckets, each of which is there and stands once.
    init(from reader: inout ByteReader, bits: Int) throws(DecodeError) {
        self.init(bits: bits)
        for bucket in try reader.readNumbers(of: Int32.self) {
            guard bucket >= 0, bucket < 1 << bits, column(of: bucket) < 0 else {
                throw .invalid("a learner has a bucket twice, or one that there is not")
            }
            _ = add(bucket)
        }
    }
}
