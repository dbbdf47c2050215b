// SPDX-License-Identifier: Apache-2.0
//
// An artifact holds all that a consumer needs to predict without learnd: weights, scaling, and in
// the metadata the columns and classes in order. docs/protocol.md section 2 is its specification.

import Learning
package import Primitives
import Samples

/// Makes the bytes of a version for consumers.
package enum Artifact {
    /// What the name of the format is in topics and manifests.
    package static let format = "safetensors"

    /// The safetensors file of a version, compressed where that was asked for and is good enough.
    package static func encode(_ draft: VersionDraft, identity: Identity) -> [UInt8] {
        encode(draft.state, identity: identity, compressed: draft.compression?.parameters)
    }

    /// The safetensors file of a version.
    package static func encode(
        _ version: VersionState,
        identity: Identity,
        compressed: CompressedParameters? = nil
    ) -> [UInt8] {
        let contender = version.contender
        let parameters = contender.learner.parameters
        let tensors =
            parameters.tensors.flatMap { tensor in
                compressed?.tensors.first { $0.name == tensor.name }?.parts ?? [
                    .init(
                        name: tensor.name,
                        shape: tensor.shape,
                        elements: .float32(tensor.numbers)
                    )
                ]
            } + parameters.scalings.flatMap { scaling(of: $0, width: version.schema.width) }
            + statistics(of: version) + lastValues(of: version)
            + parameters.attachments.map(Safetensors.Tensor.init)
        return Safetensors(
            tensors: tensors,
            metadata: [
                ("learnd", "1"),
                ("model", parameters.kind),
                ("task", version.schema.task.name),
                ("incarnation", identity.incarnation),
                ("learner", identity.learner.text),
                ("version", String(version.number)),
                ("columns", version.schema.featuresJSON.jsonText),
                ("classes", JSONValue.array(version.schema.classes.labels.map(\.json)).jsonText),
            ] + facts(of: contender.preparation.settings) + facts(of: version)
                + parameters.facts.map { ($0.name, $0.value.text ?? $0.value.jsonText) }
                + contexts(of: version)
                + (compressed.map { [("compression", $0.entry.jsonText)] } ?? [])
        ).encoded()
    }

    /// How columns come to one scale; a learner of texts has none.
    private static func statistics(of version: VersionState) -> [Safetensors.Tensor] {
        guard version.schema.text == nil,
            let (mean, deviation) = version.contender.preparation.statistics
        else { return [] }
        return [
            .init(name: "mean", shape: [mean.count], elements: .float64(mean)),
            .init(name: "deviation", shape: [mean.count], elements: .float64(deviation)),
        ]
    }

    /// What takes the place of missing values, when the last ones do.
    private static func lastValues(of version: VersionState) -> [Safetensors.Tensor] {
        guard version.schema.settings.fillsWithLast else { return [] }
        let values = version.recollection.values
        return [.init(name: "last", shape: [values.count], elements: .float32(values))]
    }

    /// How a consumer makes raw columns of a sample, beyond one column for each feature.
    private static func facts(of version: VersionState) -> [(name: String, text: String)] {
        let schema = version.schema
        var facts: [(name: String, text: String)] = [("shape", schema.shape.name)]
        if schema.shape == .positional { facts.append(("width", String(schema.sampleWidth))) }
        if let hashing = schema.settings.hashing {
            facts.append(("hash_bits", String(hashing.bits)))
            facts.append(("hash_form", hashing.form == .slots ? "slots" : "columns"))
            facts.append(("identifiers", String(schema.settings.hasIdentifiers)))
        }
        if !schema.settings.declared.isEmpty {
            facts.append(
                ("declared", JSONValue.array(schema.settings.declared.map(\.json)).jsonText)
            )
        }
        guard !schema.settings.labelLags.isEmpty else { return facts }
        let lags = schema.settings.labelLags.map { JSONValue.int(Int64($0)) }
        facts.append(("lags", JSONValue.array(lags).jsonText))
        let labels = version.recollection.labels.map { label(number: $0, of: schema) }
        return facts + [("labels", JSONValue.array(labels).jsonText)]
    }

    private static func label(number: Float, of schema: Schema) -> JSONValue {
        guard number.isFinite else { return .null }
        guard schema.task == .classes else { return .number(Double(number)) }
        return schema.classes.labels[Int(number)].json
    }

    /// How a consumer makes features of raw columns.
    private static func facts(
        of settings: PreparationSettings
    ) -> [(name: String, text: String)] {
        [
            ("clip", JSONValue.number(Double(settings.clip)).jsonText),
            ("scaling", settings.scaling.name),
            ("imputation", settings.imputation.name),
            ("interactions", settings.hasInteractions ? "quadratic" : "none"),
        ]
    }

    /// The scaling of a part of the model.
    ///
    /// A column that it has not seen has mean and deviation 0.
    private static func scaling(
        of scaling: LearnerParameters.Scaling,
        width: Int
    ) -> [Safetensors.Tensor] {
        [("mean", scaling.mean), ("deviation", scaling.deviation)].map { name, numbers in
            let unseen = [Double](repeating: 0, count: max(0, width - numbers.count))
            return .init(
                name: scaling.prefix + name,
                shape: [numbers.count + unseen.count],
                elements: .float64(numbers + unseen)
            )
        }
    }

    /// Which expert each context owns, in a model that has experts.
    private static func contexts(of version: VersionState) -> [(String, String)] {
        let experts = version.contender.learner.expertStatus
        guard !experts.isEmpty else { return [] }
        var owners: [JSONValue.Member] = []
        for (number, name) in version.contexts.enumerated() {
            let owner = experts.firstIndex { $0.contexts.contains(Int32(number)) }
            owners.append(.init(name, owner.map { .int(Int64($0)) } ?? .null))
        }
        return [("contexts", JSONValue.object(owners).jsonText)]
    }
}

extension Safetensors.Tensor {
    /// What stands in an artifact beside the tensors that predict.
    fileprivate init(_ attachment: LearnerParameters.Attachment) {
        switch attachment.content {
        case .bytes(let bytes):
            self.init(name: attachment.name, shape: [bytes.count], elements: .bytes(bytes))
        case .numbers(let numbers):
            self.init(name: attachment.name, shape: [numbers.count], elements: .float64(numbers))
        }
    }
}

/// Whose version it is.
package struct Identity: Sendable, Hashable {
    /// The id made with the state directory.
    package var incarnation: String
    /// The learner.
    package var learner: Name

    /// Makes an identity.
    package init(incarnation: String, learner: Name) {
        self.incarnation = incarnation
        self.learner = learner
    }
}
