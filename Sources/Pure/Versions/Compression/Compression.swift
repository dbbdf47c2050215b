// SPDX-License-Identifier: Apache-2.0
//
// Whether a model is published compressed. It is compressed, what consumers would read is put back
// into a copy of it, and both predict rows of the memory (``Fidelity`` has the bound). When that
// is refused and zeros were asked for, it is tried once more without them; when that is refused,
// too, the model is published as it is. The manifest says what was done, and why not what was
// asked for. Costs at most three passes over at most `rowsMost` rows for each version, and copies
// of the model; nothing for a sample.

package import Learning
package import Primitives

/// What became of the wish to publish a model in fewer bytes.
package struct Compression: Sendable {
    /// What was asked for.
    package let asked: CompressionSettings
    /// What was done; nothing when nothing was good enough.
    package private(set) var done = CompressionSettings()
    /// The parameters as they are published; nil when nothing was done.
    package private(set) var parameters: CompressedParameters?
    /// What consumers predict by; nil when nothing was done.
    package private(set) var contender: Contender?
    /// What the model and its published form are worth; nil when nothing was compared, or done.
    package private(set) var fidelity: Fidelity?
    /// Why it was not done as it was asked for; nil when it was.
    package private(set) var refusal: String?
    /// How many rows there were to compare on.
    package let rows: Int
    /// How many of these the model had learned from.
    package let learnedRows: Int
    private let bytesBefore: Int

    /// The most rows that decide.
    package static let rowsMost = 1000
    /// The fewest.
    package static let rowsLeast = 20

    /// Compresses a contender and asks what it is worth so.
    ///
    /// - Parameters:
    ///   - original: The model.
    ///   - settings: What is asked for.
    ///   - attempts: The ways to try, the best one first; nil: as asked for, and without zeros.
    ///   - block: The rows, raw.
    ///   - learnedRows: How many of them the model has learned from.
    package init(
        of original: Contender,
        _ settings: CompressionSettings,
        attempts: [CompressionSettings]? = nil,
        on block: inout Block,
        learnedRows: Int
    ) {
        asked = settings
        self.learnedRows = learnedRows
        rows = block.rows
        bytesBefore = 4 * original.learner.parameters.numbers.count
        for attempt in attempts ?? settings.attempts {
            guard let reason = take(attempt, of: original, on: &block) else { return }
            refusal = refusal ?? reason
        }
    }

    /// Tries a way; why it was refused, if it was.
    private mutating func take(
        _ settings: CompressionSettings,
        of original: Contender,
        on block: inout Block
    ) -> String? {
        let stored = CompressedParameters(of: original.learner, settings)
        guard !stored.tensors.isEmpty else {
            return "no tensor of the model \(original.learner.kind) takes fewer bytes in that form"
        }
        guard let compressed = original.predicting(by: stored.expanded) else {
            return "the model \(original.learner.kind) predicts by nothing but its own numbers"
        }
        guard rows >= Compression.rowsLeast,
            let found = Fidelity(
                of: original,
                smaller: compressed,
                on: &block,
                tolerance: settings.tolerance
            ), found.rows >= Compression.rowsLeast
        else {
            return
                "there are \(rows) rows to compare on, and \(Compression.rowsLeast) with a label "
                + "are needed"
        }
        guard found.isKept else {
            return "its loss on \(found.rows) rows would be \(found.after.loss.rounded(to: 4)) "
                + "instead of \(found.before.loss.rounded(to: 4)), and at most "
                + "\(found.lossMost.rounded(to: 4)) is allowed"
        }
        done = settings
        parameters = stored
        contender = compressed
        fidelity = found
        return nil
    }
}

extension CompressionSettings {
    /// The ways to try, the one that was asked for first.
    fileprivate var attempts: [CompressionSettings] {
        guard weights != .float32, prune > 0 || topK < 1 else { return [self] }
        var whole = self
        whole.prune = 0
        whole.topK = 1
        return [self, whole]
    }

    /// What the manifest says of it.
    fileprivate var members: [JSONValue.Member] {
        [
            .init("weights", .string(weights.name)),
            .init("prune", .number(prune)),
            .init("top_k", .number(topK)),
        ]
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
        var members = done.members
        members += [
            .init(
                "asked",
                .object(asked.members + [.init("tolerance", .number(asked.tolerance))])
            ),
            .init("refused", refusal.map { .string($0) } ?? .null),
            .init("sparsity", .number(parameters?.sparsity ?? 0)),
            .init("bytes_before", .int(Int64(bytesBefore))),
            .init("bytes_after", .int(Int64(parameters?.bytesAfter ?? bytesBefore))),
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
