// SPDX-License-Identifier: Apache-2.0
//
// Whether a model is published compressed. It is compressed, what consumers would read is put back
// into a copy of it, and both predict rows of the memory. The compressed one is published unless its
// mean loss is higher by more than
//
//     tolerance * max(loss of the model, loss of a constant / 20)
//
// The constant is the best that there is for these rows: without that bound a model that is nearly
// always right could not be compressed at all. What is refused is published as it is, and the
// manifest says why. Costs two passes over at most `rowsMost` rows for each version, and a copy of
// the model; nothing for a sample.

package import Learning
package import Primitives

/// What became of the wish to publish a model in fewer bytes.
package struct Compression: Sendable {
    /// What both models were worth on the rows.
    package struct Score: Sendable, Equatable {
        /// The mean loss.
        package var loss: Double
        /// The share of errors; nil where there are no classes.
        package var error: Double?
    }

    /// What was asked for.
    package let settings: CompressionSettings
    /// The compressed parameters, published or not.
    package let parameters: CompressedParameters
    /// How many rows both models have predicted.
    package private(set) var rows = 0
    /// How many of these the model had learned from.
    package private(set) var learnedRows = 0
    /// The model as it is; nil when it was not asked.
    package private(set) var before: Score?
    /// The model as consumers would have it.
    package private(set) var after: Score?
    /// Why the version is not compressed; nil when it is.
    package private(set) var refusal: String?
    /// What consumers predict by, when the version is compressed.
    package private(set) var contender: Contender?

    /// The most rows that decide.
    package static let rowsMost = 1000
    /// The fewest.
    package static let rowsLeast = 20
    /// The share of a constant's loss that counts as no loss at all, before the tolerance.
    package static let constantShare = 0.05

    /// Compresses a contender and asks both what they are worth.
    ///
    /// - Parameters:
    ///   - original: The model.
    ///   - settings: What is asked for.
    ///   - block: The rows, raw.
    ///   - learnedRows: How many of them the model has learned from.
    package init(
        of original: Contender,
        _ settings: CompressionSettings,
        on block: inout Block,
        learnedRows: Int
    ) {
        self.settings = settings
        self.learnedRows = learnedRows
        parameters = CompressedParameters(of: original.learner, settings)
        guard !parameters.tensors.isEmpty else {
            refusal =
                "no tensor of the model \(original.learner.kind) takes fewer bytes in that form"
            return
        }
        guard block.rows >= Compression.rowsLeast else {
            rows = block.rows
            refusal =
                "there are \(block.rows) rows to compare on, and \(Compression.rowsLeast) are "
                + "needed"
            return
        }
        guard let compressed = original.predicting(by: parameters.expanded) else {
            refusal = "the model \(original.learner.kind) predicts by nothing but its own numbers"
            return
        }
        judge(original, compressed, on: &block)
        if refusal == nil { contender = compressed }
    }

    private mutating func judge(
        _ original: Contender,
        _ compressed: Contender,
        on block: inout Block
    ) {
        let yardstick = original.learner.settings.yardstick
        original.predict(&block)
        block.computeLosses(yardstick)
        let (losses, errors) = (block.losses, block.errors)
        compressed.predict(&block)
        block.computeLosses(yardstick)
        // A learner without labels may have nothing to say of a row.
        let places = losses.indices.filter { !(losses[$0] + block.losses[$0]).isNaN }
        rows = places.count
        let isClasses = yardstick.task == .classes
        before = Compression.score(places, losses, errors, isClasses)
        after = Compression.score(places, block.losses, block.errors, isClasses)
        guard let before, let after, rows >= Compression.rowsLeast else {
            refusal = "\(rows) rows have a loss, and \(Compression.rowsLeast) are needed"
            return
        }
        let constant = Compression.constantLoss(places, &block, yardstick)
        let margin =
            settings.tolerance * max(before.loss, Compression.constantShare * constant)
        guard after.loss - before.loss <= margin else {
            refusal =
                "its loss on \(rows) rows would be \(after.loss.rounded(to: 4)) instead of "
                + "\(before.loss.rounded(to: 4)), and at most "
                + "\((before.loss + margin).rounded(to: 4)) is allowed"
            return
        }
    }

    private static func score(
        _ places: [Int],
        _ losses: [Float],
        _ errors: [UInt8],
        _ isClasses: Bool
    ) -> Score? {
        guard !places.isEmpty else { return nil }
        let count = Double(places.count)
        let loss = places.reduce(0.0) { $0 + Double(losses[$1]) } / count
        guard isClasses else { return Score(loss: loss) }
        return Score(loss: loss, error: Double(places.count { errors[$0] != 0 }) / count)
    }

    /// The mean loss of the shares of the classes, or of the mean of the numbers.
    private static func constantLoss(
        _ places: [Int],
        _ block: inout Block,
        _ yardstick: Yardstick
    ) -> Double {
        guard yardstick.task != .unlabelled else { return 0 }
        var constant = [Double](repeating: 0, count: block.outputs)
        for place in places {
            if yardstick.task == .classes {
                constant[Int(block.classes[place])] += 1
            } else {
                constant[0] += Double(block.targets[place])
            }
        }
        let count = Double(places.count)
        for row in 0..<block.rows {
            for output in 0..<block.outputs {
                block.predictions[row * block.outputs + output] = Float(constant[output] / count)
            }
        }
        block.computeLosses(yardstick)
        return places.reduce(0.0) { $0 + Double(block.losses[$1]) } / count
    }
}

extension Double {
    /// The number with so many digits behind the point.
    fileprivate func rounded(to digits: Int) -> Double {
        let scale = (0..<digits).reduce(1.0) { product, _ in product * 10 }
        return (self * scale).rounded() / scale
    }
}

extension Compression {
    /// What the manifest says of it.
    package var json: JSONValue {
        var members: [JSONValue.Member] = [
            .init("weights", .string(settings.weights.name)),
            .init("prune", .number(settings.prune)),
            .init("top_k", .number(settings.topK)),
            .init("tolerance", .number(settings.tolerance)),
        ]
        members.append(.init("refused", refusal.map { .string($0) } ?? .null))
        members += [
            .init("sparsity", .number(parameters.sparsity)),
            .init("bytes_before", .int(Int64(parameters.bytesBefore))),
            .init("bytes_after", .int(Int64(parameters.bytesAfter))),
            .init("rows", .int(Int64(rows))),
            .init("learned_rows", .int(Int64(learnedRows))),
        ]
        if let before, let after {
            members.append(.init("loss_before", .number(before.loss)))
            members.append(.init("loss_after", .number(after.loss)))
            if let error = before.error, let other = after.error {
                members.append(.init("error_before", .number(error)))
                members.append(.init("error_after", .number(other)))
            }
        }
        return .object(members)
    }
}
