// SPDX-License-Identifier: Apache-2.0
//
// The exact state of a version, fetched from the daemon, and its predictions.

import Decoding
import Learning
import Primitives
import Versions

/// A version that predicts.
struct KeptModel {
    /// The number of the version.
    let version: UInt64
    /// What its columns and classes are.
    let schema: Schema
    private let contender: Contender
    private var block = Block()

    /// Fetches a version's state; nil is the newest.
    init(_ link: inout DaemonLink, version: Int?) throws(Failure) {
        let members = version.map { [JSONValue.Member("version", .int(Int64($0)))] } ?? []
        let answer = try link.ask("state", members)
        guard let bytes = answer.bytes else {
            throw Failure(.failed, "the daemon sent no state")
        }
        do throws(DecodeError) {
            self.init(try VersionState(decoding: bytes))
        } catch {
            throw Failure(
                .failed,
                "the state of the version cannot be read: \(error)",
                remedy: "use the learnctl that belongs to this learnd"
            )
        }
    }

    init(_ state: VersionState) {
        version = state.number
        schema = state.schema
        contender = state.contender
    }

    /// Predicts rows of `schema.width` raw values each.
    mutating func predict(_ rows: [[Float]]) -> [Prediction] {
        block.reset(width: schema.width, outputs: contender.learner.outputs)
        for row in rows { block.append(raw: row.span, use: .scored) }
        contender.predict(&block)
        let outputs = block.outputs
        return rows.indices.map { row in
            let values = Array(block.predictions[row * outputs..<(row + 1) * outputs])
            switch schema.task {
            case .regression: return .number(values[0])
            case .unlabelled: return .loss(values[0], trivial: values[outputs - 1])
            case .classes: break
            }
            let known = Array(values.prefix(schema.classes.count))
            return .classes(
                known,
                best: known.indices.reduce(0) { known[$1] > known[$0] ? $1 : $0 }
            )
        }
    }
}

/// What a model says of one sample.
enum Prediction: Equatable {
    /// A number.
    case number(Float)
    /// The loss of a learner without labels, and what a trivial model's is; NaN where it has nothing
    /// to say of the sample.
    case loss(Float, trivial: Float)
    /// The probabilities of the classes, and which of them is the highest.
    case classes([Float], best: Int)

    /// For people: the class or the number.
    func text(_ schema: Schema) -> String {
        switch self {
        case .number(let number): return number.description
        case .loss(let loss, _): return loss.isNaN ? Figures.nothing : loss.description
        case .classes(_, let best):
            guard schema.classes.labels.indices.contains(best) else { return Figures.nothing }
            let label = schema.classes.labels[best].json
            return label.text ?? label.jsonText
        }
    }

    /// For programs.
    func json(_ schema: Schema, version: UInt64) -> JSONValue {
        switch self {
        case .number(let number):
            return ["version": .int(Int64(version)), "prediction": .number(Double(number))]
        case .loss(let loss, let trivial):
            return [
                "version": .int(Int64(version)),
                "loss": .number(Double(loss)),
                "trivial": .number(Double(trivial)),
            ]
        case .classes(let probabilities, let best):
            let labels = schema.classes.labels.map(\.json)
            return [
                "version": .int(Int64(version)),
                "prediction": labels.indices.contains(best) ? labels[best] : .null,
                "probabilities": .array(probabilities.map { .number(Double($0)) }),
                "classes": .array(labels),
            ]
        }
    }
}
