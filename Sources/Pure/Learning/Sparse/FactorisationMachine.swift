// SPDX-License-Identifier: Apache-2.0
//
// The factorisation machine of degree two (Rendle, "Factorization machines", 2010) over hashed
// features x:
//
//     score = w_0 + sum_i w_i x_i + sum_{i < j} <v_i, v_j> x_i x_j
//           = w_0 + sum_i w_i x_i + 1/2 sum_f [ (sum_i v_if x_i)² - sum_i v_if² x_i² ]
//
// so what two features mean together is learned through a few factors of each, even for pairs that
// never came together: which user likes which item. The gradient by v_if is x_i (S_f - v_if x_i),
// where S_f = sum_i v_if x_i. Learned by AdaGrad or plain descent, one row at a time, for a number
// (squared loss) or two classes (logistic loss).
//
// The factors of a bucket are drawn from the seed and the bucket when a row first trains it, so
// they do not depend on the order of the stream; until then the bucket predicts nothing. Factors
// that all were 0 would stay so. Not for a few dense numbers: products of columns are simpler and
// exact.
//
// Memory: column c is `values[c * (1 + factors)...]`, the weight and then the factors.

import Kernels
package import Primitives

/// A factorisation machine over slots.
package struct FactorisationMachine: Learner {
    /// How it learns.
    package private(set) var settings: LearnerSettings
    /// The numbers in a row: two for each slot.
    package private(set) var width: Int
    /// The number of predictions for a row: 1, or 2 for the two classes.
    package let outputs: Int

    private let sparse: SparseSettings
    private var table: BucketTable
    private var values: [Float]
    private var squares: [Float]
    private var anchored: [Float] = []
    private var pull = Anchor.none
    /// Room for one row; its content is of no account.
    private var row = SparseRow()
    private var sums: [Double]

    /// Makes a machine that knows no bucket.
    ///
    /// - Precondition: The settings have no problem, and there are at most two classes.
    package init(_ settings: LearnerSettings, width: Int, outputs: Int) {
        precondition(settings.problem == nil, "settings must be checked before a learner is made")
        guard let sparse = settings.sparse else {
            preconditionFailure("a model over slots knows its buckets")
        }
        self.settings = settings
        self.sparse = sparse
        table = BucketTable(bits: sparse.bits)
        self.width = width
        self.outputs = settings.task == .classes ? 2 : 1
        precondition(outputs <= self.outputs, "a factorisation machine has two classes at most")
        values = [Float](repeating: 0, count: 1 + sparse.factors)
        sums = [Double](repeating: 0, count: sparse.factors)
        squares = []
        if case .adaGrad = settings.optimiser { squares = values }
    }

    private var stride: Int { 1 + sparse.factors }

    private var constants: StepConstants {
        var constants = StepConstants(rate: settings.optimiser.rate)
        if case .adaGrad(_, let epsilon, _) = settings.optimiser { constants.a = epsilon }
        constants.l1 = settings.l1
        constants.l2 = settings.l2
        constants.pull = pull.l2
        constants.pullL1 = pull.l1
        return constants
    }

    private var output: SparseOutput {
        SparseOutput(
            settings,
            kind: outputs == 2 ? .logistic : .linear,
            rows: 1,
            outputs: outputs
        )
    }

    /// What an artifact holds: the buckets in order, each with its weight and factors.
    package var parameters: LearnerParameters {
        let columns = (1..<table.count).sorted { table.buckets[$0] < table.buckets[$1] }
        var factors: [Float] = []
        for column in columns {
            factors.append(contentsOf: values[column * stride + 1..<(column + 1) * stride])
        }
        return LearnerParameters(
            kind: settings.model.name,
            tensors: [
                .init(
                    "buckets",
                    shape: [columns.count],
                    columns.map { Float(table.buckets[$0]) },
                    isIndex: true
                ),
                .init("weights", shape: [1, columns.count], columns.map { values[$0 * stride] }),
                .init("factors", shape: [columns.count, sparse.factors], factors),
                .init("bias", shape: [1], [values[0]]),
            ]
        )
    }

    /// How many buckets have been met.
    package var figures: [JSONValue.Member] {
        [.init("buckets", .int(Int64(table.count - 1)))]
    }

    /// Whether every number of the state is finite.
    package var isFinite: Bool {
        values.allSatisfy(\.isFinite) && squares.allSatisfy(\.isFinite)
            && anchored.allSatisfy(\.isFinite)
    }

    /// Predicts without changing anything.
    package func predict(_ block: inout Block) {
        block.preparePredictions(width: width, outputs: outputs)
        var predictions = Block.take(&block.predictions)
        var row = SparseRow()
        var sums = sums
        for place in 0..<block.rows {
            table.find(block.features.span, at: place * width, width: width, into: &row)
            predictions[place * outputs] = score(row, &sums)
            activate(&predictions, row: place)
        }
        block.predictions = predictions
    }

    private func activate(_ predicted: inout [Float], row: Int) {
        var predictions = predicted.mutableSpan
        output.activate(&predictions, row: row)
    }

    private func score(_ row: SparseRow, _ sums: inout [Double]) -> Float {
        var sumSpan = sums.mutableSpan
        return row.factorScore(of: values.span, stride: stride, sums: &sumSpan)
    }

    /// Predicts each row, then learns it when it is for training, labelled, and has a positive
    /// weight; fills the predictions.
    package mutating func testThenTrain(_ block: inout Block) {
        block.preparePredictions(width: width, outputs: outputs)
        var predictions = Block.take(&block.predictions)
        var own = SparseRow()
        var ownSums = Block.take(&sums)
        swap(&own, &row)
        let output = output
        // What a row predicts once its new buckets have factors; the step goes down from there.
        var started = [Float](repeating: 0, count: outputs)
        for place in 0..<block.rows {
            table.find(block.features.span, at: place * width, width: width, into: &own)
            predictions[place * outputs] = score(own, &ownSums)
            activate(&predictions, row: place)
            guard output.link.learns(block, place) else { continue }
            touch(block.features.span, at: place * width, &own)
            started[0] = score(own, &ownSums)
            activate(&started, row: 0)
            learn(error(place, of: block, started, own), own, ownSums)
        }
        swap(&own, &row)
        sums = ownSums
        block.predictions = predictions
    }

    private func error(
        _ place: Int,
        of block: borrowing Block,
        _ predicted: [Float],
        _ row: SparseRow
    ) -> Float {
        let plain: Float
        if outputs == 2 {
            plain = predicted[1] - (block.classes[place] == 1 ? 1 : 0)
        } else {
            plain = Link.bounded(2 * (predicted[0] - block.targets[place]))
        }
        let error = Link.bounded(plain * block.weights[place])
        guard let clip = settings.gradientClip, clip > 0 else { return error }
        // That of the weights; the factors are part of what clipping cannot see beforehand.
        let norm = (error * error * row.squaredNorm).squareRoot()
        return norm > clip ? error * (clip / norm) : error
    }

    /// Gives each bucket of the row a column with factors of its own.
    private mutating func touch(_ slots: Span<Float>, at: Int, _ row: inout SparseRow) {
        for bucket in table.touch(slots, at: at, width: width, &row) {
            var random = RandomSource(
                seed: sparse.seed ^ (UInt64(UInt32(bitPattern: bucket)) &* 0x9E37_79B9_7F4A_7C15)
            )
            var column: [Float] = [0]
            for _ in 0..<sparse.factors {
                column.append(Float(random.normal()) * sparse.deviation)
            }
            values += column
            if pull != .none { anchored += column }
            guard !squares.isEmpty else { continue }
            squares.append(contentsOf: repeatElement(0, count: stride))
        }
    }

    private mutating func learn(_ error: Float, _ row: SparseRow, _ sums: [Double]) {
        let (stride, constants) = (stride, constants)
        var ownValues = Block.take(&values)
        var ownSquares = Block.take(&squares)
        let ownAnchor = anchored
        var parameters = ownValues.mutableSpan
        var squareSpan = ownSquares.mutableSpan
        row.factorStep(
            &parameters,
            squares: &squareSpan,
            anchor: ownAnchor.span,
            stride: stride,
            sums: sums.span,
            error: error,
            constants: constants
        )
        values = ownValues
        squares = ownSquares
    }
}

extension FactorisationMachine {
    /// Widens to more slots; there are no more classes than two.
    package mutating func grow(width: Int, outputs: Int) {
        precondition(outputs <= self.outputs, "a factorisation machine has two classes at most")
        self.width = max(width, self.width)
    }

    /// Pulls learning towards the parameters as they are now, where a row names them.
    package mutating func anchor(_ anchor: Anchor) {
        pull = Anchor(l2: min(anchor.l2, 1 / settings.optimiser.rate), l1: anchor.l1)
        anchored = pull == .none ? [] : values
    }

    /// Yes.
    package var canShrink: Bool { true }

    /// Makes every parameter smaller, and disturbs the factors, which alone do not start at 0.
    package mutating func shrink(to share: Float, noise: Float, random: inout RandomSource) {
        Moving.scale(&values, by: share)
        let spread = noise * sparse.deviation
        guard spread > 0 else { return }
        for place in stride..<max(stride, values.count) where place % stride > 0 {
            values[place] += spread * Float(random.normal())
        }
    }

    /// A weight and the factors for each slot.
    package var rowWork: Int { width * stride }

    /// Puts the moments to their start, and keeps the parameters.
    package mutating func restartMoments() {
        for index in squares.indices { squares[index] = 0 }
    }

    /// Takes other rates and strengths for the same model; the parameters stay.
    package mutating func configure(_ settings: LearnerSettings) {
        precondition(settings.problem == nil, "settings are checked before they are used")
        precondition(
            settings.isForSameLearner(as: self.settings),
            "a learner keeps its model and optimiser for life"
        )
        self.settings = settings
    }

    /// Appends the whole state, with a tag that ``LearnerCoding`` reads.
    package func encode(into writer: inout ByteWriter) {
        writer.write(LearnerCoding.factorisation)
        settings.encode(into: &writer)
        writer.write(UInt32(width))
        pull.encode(into: &writer)
        writer.write(numbers: Array(table.buckets.dropFirst()))
        writer.write(values)
        writer.write(squares)
        writer.write(anchored)
    }

    init(from reader: inout ByteReader) throws(DecodeError) {
        let settings = try LearnerSettings(from: &reader)
        guard settings.model == .factorisation, let sparse = settings.sparse else {
            throw .invalid("a factorisation machine has the settings of another model")
        }
        let width = Int(try reader.read(UInt32.self))
        guard width % 2 == 0, width <= 2 * HashSettings.slotsMaxMost else {
            throw .invalid("a factorisation machine takes \(width) numbers, which are no slots")
        }
        self.init(settings, width: width, outputs: 1)
        pull = try Anchor(from: &reader)
        table = try BucketTable(from: &reader, bits: sparse.bits)
        values = try reader.readFloats()
        squares = try reader.readFloats()
        anchored = try reader.readFloats()
        var isAdaptive = false
        if case .adaGrad = settings.optimiser { isAdaptive = true }
        guard values.count == table.count * stride,
            squares.count == (isAdaptive ? values.count : 0),
            anchored.count == (pull == .none ? 0 : values.count), isFinite,
            squares.allSatisfy({ $0 >= 0 })
        else { throw .invalid("a learner's numbers do not fit its shape") }
    }
}

extension FactorisationMachine: TakesParameters {
    /// Takes the weights and factors of buckets, and the bias.
    package mutating func take(_ tensors: [LearnerParameters.Tensor]) {
        let own = parameters
        let columns = own.numbers(of: "buckets").map { Int(table.column(of: Int32($0))) }
        let factors = sparse.factors
        for tensor in tensors {
            switch tensor.name {
            case "bias": values[0] = tensor.numbers[0]
            case "weights":
                for (place, column) in columns.enumerated() {
                    values[column * stride] = tensor.numbers[place]
                }
            case "factors":
                for (place, column) in columns.enumerated() {
                    values.replaceSubrange(
                        column * stride + 1..<(column + 1) * stride,
                        with: tensor.numbers[place * factors..<(place + 1) * factors]
                    )
                }
            default: break
            }
        }
    }
}
