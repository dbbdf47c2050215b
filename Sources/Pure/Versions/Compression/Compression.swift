// SPDX-License-Identifier: Apache-2.0
//
// Whether a model is published compressed. It is compressed, what consumers would read is put back
// into a copy of it, and both predict rows of the memory (``Fidelity`` has the bound). What is refused
// is published as it is, and the manifest says why. Costs two passes over at most `rowsMost` rows for
// each version, and a copy of the model; nothing for a sample.

package import Learning
package import Primitives

/// What became of the wish to publish a model in fewer bytes.
package struct Compression: Sendable {
    /// What was asked for.
    package let settings: CompressionSettings
    /// The compressed parameters, published or not.
    package let parameters: CompressedParameters
    /// How many rows there were to compare on.
    package let rows: Int
    /// How many of these the model had learned from.
    package let learnedRows: Int
    /// What the model and its compressed form are worth; nil when nothing was compared.
    package private(set) var fidelity: Fidelity?
    /// Why the version is not compressed; nil when it is.
    package private(set) var refusal: String?
    /// What consumers predict by, when the version is compressed.
    package private(set) var contender: Contender?

    /// The most rows that decide.
    package static let rowsMost = 1000
    /// The fewest.
    package static let rowsLeast = 20
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
        rows = block.rows
        parameters = CompressedParameters(of: original.learner, settings)
        guard !parameters.tensors.isEmpty else {
            refusal =
                "no tensor of the model \(original.learner.kind) takes fewer bytes in that form"
            return
        }
        guard let compressed = original.predicting(by: parameters.expanded) else {
            refusal = "the model \(original.learner.kind) predicts by nothing but its own numbers"
            return
        }
        if block.rows >= Compression.rowsLeast {
            fidelity = Fidelity(
                of: original,
                smaller: compressed,
                on: &block,
                tolerance: settings.tolerance
            )
        }
        guard let fidelity, fidelity.rows >= Compression.rowsLeast else {
            refusal =
                "there are \(fidelity?.rows ?? rows) rows to compare on, and "
                + "\(Compression.rowsLeast) are needed"
            return
        }
        guard fidelity.isKept else {
            refusal =
                "its loss on \(fidelity.rows) rows would be "
                + "\(fidelity.after.loss.rounded(to: 4)) instead of "
                + "\(fidelity.before.loss.rounded(to: 4)), and at most "
                + "\(fidelity.lossMost.rounded(to: 4)) is allowed"
            return
        }
        contender = compressed
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
        if let fidelity {
            members.append(.init("loss_before", .number(fidelity.before.loss)))
            members.append(.init("loss_after", .number(fidelity.after.loss)))
            if let error = fidelity.before.error, let other = fidelity.after.error {
                members.append(.init("error_before", .number(error)))
                members.append(.init("error_after", .number(other)))
            }
        }
        return .object(members)
    }
}
