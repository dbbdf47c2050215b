// SPDX-License-Identifier: Apache-2.0
//
// What the models in double precision share: rows of `width` weights and a bias, an anchor in the
// same layout, how both grow, and what an artifact holds of them. One row predicts a number or the
// margin of the second of two classes; of more classes each has its row, learned against the rest.

import Kernels
import Primitives

/// Rows of parameters in double precision.
struct WideParameters: Sendable {
    private(set) var width: Int
    private(set) var outputs: Int
    /// Whether a number is predicted.
    let isNumber: Bool
    var values: [Double] = []
    private(set) var anchored: [Double] = []
    private(set) var pull = Anchor.none

    init(task: Task) {
        isNumber = task == .regression
        width = 0
        outputs = isNumber ? 1 : 2
        values = [0]
    }

    /// The number of rows.
    var rows: Int { WideParameters.rows(outputs: outputs) }

    /// Whether every number is finite.
    var isFinite: Bool { values.allSatisfy(\.isFinite) && anchored.allSatisfy(\.isFinite) }

    /// Whether growing to so many outputs makes two rows of one.
    func splits(outputs: Int) -> Bool { self.outputs == 2 && outputs > 2 }

    /// Widens; false when there was nothing to do.
    mutating func grow(width: Int, outputs: Int) -> Bool {
        precondition(!isNumber || outputs <= 1, "a regression predicts one number")
        let wanted = (width: max(width, self.width), outputs: max(outputs, self.outputs))
        guard wanted.width > self.width || wanted.outputs > self.outputs else { return false }
        let doubles = splits(outputs: wanted.outputs)
        let old = self.width
        self.width = wanted.width
        self.outputs = wanted.outputs
        for path in [\WideParameters.values, \.anchored] where !self[keyPath: path].isEmpty {
            var numbers = self[keyPath: path]
            // The margin of the first class is the opposite of that of the second.
            if doubles { numbers = numbers.map { -$0 } + numbers }
            self[keyPath: path] = WideParameters.moved(numbers, from: old, to: self.width, rows)
        }
        return true
    }

    /// Pulls towards the parameters as they are now.
    mutating func anchor(_ anchor: Anchor) {
        pull = anchor
        anchored = anchor == .none ? [] : values
    }

    /// Makes every parameter smaller.
    mutating func shrink(to share: Float) {
        guard share != 1 else { return }
        for place in values.indices { values[place] *= Double(share) }
    }

    /// The pull in the form of the kernels.
    var widePull: WidePull {
        WidePull(anchor: anchored, l2: Double(pull.l2), l1: Double(pull.l1))
    }

    /// The columns of a block in the form of the kernels.
    func wideRows(_ block: borrowing Block) -> WideRows<RowUse> {
        WideRows(
            features: block.features,
            width: width,
            outputs: outputs,
            targets: isNumber ? block.targets : nil,
            labels: block.classes,
            weights: block.weights,
            uses: block.uses,
            learned: .train
        )
    }

    /// Fills the predictions and changes nothing.
    func predict(_ block: inout Block) {
        block.preparePredictions(width: width, outputs: outputs)
        var own = Block.take(&block.predictions)
        var predictions = own.mutableSpan
        WideLearning.predict(
            wideRows(block),
            parameters: values.span,
            predictions: &predictions
        )
        block.predictions = own
    }

    /// What an artifact holds.
    func parameters(kind: ModelKind) -> LearnerParameters {
        var weights: [Float] = []
        var bias: [Float] = []
        weights.reserveCapacity(rows * width)
        for row in 0..<rows {
            let start = row * (width + 1)
            for column in 0..<width { weights.append(Float(values[start + column])) }
            bias.append(Float(values[start + width]))
        }
        return LearnerParameters(
            kind: kind.name,
            tensors: [
                .init("weights", shape: [rows, width], weights),
                .init("bias", shape: [rows], bias),
            ]
        )
    }

    /// Takes the numbers of tensors that an artifact holds.
    mutating func take(_ tensors: [LearnerParameters.Tensor]) {
        for tensor in tensors {
            for row in 0..<rows {
                let start = row * (width + 1)
                if tensor.name == "bias" {
                    values[start + width] = Double(tensor.numbers[row])
                } else {
                    for column in 0..<width {
                        values[start + column] = Double(tensor.numbers[row * width + column])
                    }
                }
            }
        }
    }

    private static func rows(outputs: Int) -> Int { outputs == 2 ? 1 : outputs }

    /// Makes room for new columns before the bias of each row, and for new rows; zeros everywhere.
    private static func moved(
        _ numbers: [Double],
        from old: Int,
        to new: Int,
        _ rows: Int
    ) -> [Double] {
        var moved = [Double](repeating: 0, count: rows * (new + 1))
        for row in 0..<numbers.count / (old + 1) {
            let (source, target) = (row * (old + 1), row * (new + 1))
            for column in 0..<old { moved[target + column] = numbers[source + column] }
            moved[target + new] = numbers[source + old]
        }
        return moved
    }
}

extension WideParameters: ByteCodable {
    func encode(into writer: inout ByteWriter) {
        writer.write(isNumber)
        writer.write(UInt32(width))
        writer.write(UInt32(outputs))
        writer.write(values)
        pull.encode(into: &writer)
        writer.write(anchored)
    }

    init(from reader: inout ByteReader) throws(DecodeError) {
        isNumber = try reader.readFlag()
        width = Int(try reader.read(UInt32.self))
        outputs = Int(try reader.read(UInt32.self))
        values = try reader.readDoubles()
        pull = try Anchor(from: &reader)
        anchored = try reader.readDoubles()
        guard width <= 1 << 24, outputs <= 1 << 24 else {
            throw .invalid("a learner's shape is beyond all limits")
        }
        let count = rows * (width + 1)
        guard isNumber ? outputs == 1 : outputs >= 2, values.count == count,
            anchored.count == (pull == .none ? 0 : count), isFinite
        else { throw .invalid("a learner's numbers do not fit its shape") }
    }
}
