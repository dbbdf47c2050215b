// SPDX-License-Identifier: Apache-2.0
//
// A version, fetched from the daemon, and its predictions: by its exact state, unless it was
// published in fewer bytes. Then consumers predict by other numbers, and so does this: by those of
// the artifact.

import Decoding
import Experts
import Learning
import Primitives
import Samples
import Versions

/// A version that predicts.
struct KeptModel {
    /// The number of the version.
    let version: UInt64
    /// What its columns and classes are.
    private(set) var schema: Schema
    /// The contexts that it knows; none when it predicts the same in all.
    let contexts: [String]
    private var contender: Contender
    private let recollection: Recollection
    /// What predicts instead of the model itself, when all classes that ever were are asked for.
    private var classView: ClassViewModel?
    private var admission = Admission()
    private var block = Block()

    /// Fetches a version's state; nil is the newest.
    init(_ link: inout DaemonLink, version: Int?) throws(Failure) {
        let members = version.map { [JSONValue.Member("version", .int(Int64($0)))] } ?? []
        let answer = try link.ask("state", members)
        guard let bytes = answer.bytes else {
            throw Failure(.failed, "the daemon sent no state")
        }
        var artifact: [UInt8]?
        if let compression = answer.ok["compression"], CompressionText.isCompressed(compression),
            let number = answer.ok["version"]
        {
            artifact = try link.ask("get", [.init("version", number)]).bytes
        }
        do throws(DecodeError) {
            self.init(try VersionState(decoding: bytes))
            if let artifact { try predict(by: artifact) }
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
        contexts = state.contender.learner.expertStatus.isEmpty ? [] : state.contexts
        contender = state.contender
        recollection = state.recollection
    }

    /// Predicts by the numbers of the version's artifact, which are those that consumers have.
    mutating func predict(by artifact: [UInt8]) throws(DecodeError) {
        let own = contender.learner.parameters.tensors.map(\.name)
        let tensors = try Versions.SafetensorsFile(decoding: artifact).tensors
        guard
            let other = contender.predicting(by: tensors.filter { own.contains($0.name) })
        else { throw .invalid("its artifact is not one of this model") }
        contender = other
    }

    /// Predicts one of all classes that ever were from now on, not what comes next.
    mutating func chooseAllClasses() throws(Failure) {
        classView = contender.learner.classView
        guard classView == nil else { return }
        throw .usage(
            "version \(version) has no view of all classes",
            remedy: "leave --view out; the model pool has one for classes, once it has seen two"
        )
    }

    /// Predicts samples without labels; nil is one that the learner would refuse.
    ///
    /// Each is predicted as the next after those that the version was made from.
    mutating func predict(_ batch: MicroBatch) -> [Prediction?] {
        admission.begin(batch)
        let outputs = contender.learner.outputs
        return batch.rows.map { row in
            let judgement = admission.judge(row, of: batch, under: schema, knowing: recollection)
            // A column that the model has no room for any more is one that it does not have.
            if case .refused(let reason) = judgement, reason != .featureLimit || schema.isSparse {
                return nil
            }
            admission.widen(&schema)
            contender.grow(width: schema.width, outputs: outputs)
            block.reset(width: schema.width, outputs: outputs)
            var known = recollection
            admission.append(
                row,
                of: batch,
                under: schema,
                knowing: &known,
                context: context(of: row, in: batch),
                use: .scored,
                to: &block
            )
            if let classView {
                contender.preparation.apply(&block)
                block.predictions = classView.predict(block.features.prefix(classView.width))
            } else {
                contender.predict(&block)
            }
            return prediction(of: block)
        }
    }

    /// The number of the row's context; one that the version does not know is as good as none.
    private func context(of row: MicroBatch.Row, in batch: MicroBatch) -> Int32 {
        guard row.context > 0 else { return ContextTable.unknown }
        let name = batch.contexts.text(UInt32(row.context) - 1)
        return contexts.firstIndex(of: name).map { Int32($0) } ?? ContextTable.unknown
    }

    private func prediction(of block: Block) -> Prediction {
        switch schema.task {
        case .regression:
            guard let low = block.lows.first, let high = block.highs.first else {
                return .number(block.predictions[0], interval: nil)
            }
            return .number(block.predictions[0], interval: .init(low: low, high: high))
        case .unlabelled:
            return .loss(block.predictions[0], trivial: block.predictions[block.outputs - 1])
        case .classes: break
        }
        let known = Array(block.predictions.prefix(schema.classes.count))
        return .classes(known, best: known.indices.reduce(0) { known[$1] > known[$0] ? $1 : $0 })
    }
}

/// What a model says of one sample.
enum Prediction: Equatable {
    /// Where a number is expected.
    struct Interval: Equatable {
        let low: Float
        let high: Float
    }

    /// A number, and, where the model says so, the interval that is to hold nine of ten.
    case number(Float, interval: Interval?)
    /// The loss of a learner without labels, and what a trivial model's is; NaN where it has
    /// nothing to say of the sample.
    case loss(Float, trivial: Float)
    /// The probabilities of the classes, and which of them is the highest.
    case classes([Float], best: Int)

    /// For people: the class or the number.
    func text(_ schema: Schema) -> String {
        switch self {
        case .number(let number, _): return number.description
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
        case .number(let number, let interval):
            var members = [
                JSONValue.Member("version", .int(Int64(version))),
                JSONValue.Member("prediction", .number(Double(number))),
            ]
            if let interval {
                members.append(.init("low", .number(Double(interval.low))))
                members.append(.init("high", .number(Double(interval.high))))
            }
            return .object(members)
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
