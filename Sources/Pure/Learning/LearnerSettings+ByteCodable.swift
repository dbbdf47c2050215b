// SPDX-License-Identifier: Apache-2.0
//
// Settings as bytes: a number for each choice, then what belongs to it. One byte says which of the
// settings that may be absent follow, so that those of a model need not know of all others.

import Experts
package import Primitives

extension LearnerSettings: ByteCodable {
    /// Appends the settings.
    package func encode(into writer: inout ByteWriter) {
        writer.write(model.rawValue)
        loss.encode(into: &writer)
        optimiser.encode(into: &writer)
        pace.encode(into: &writer)
        writer.write(l1)
        writer.write(l2)
        writer.write(mode.rawValue)
        let parts: [(isThere: Bool, bit: UInt8)] = [
            (gradientClip != nil, 1), (sparse != nil, 2), (isolation != nil, 4),
        ]
        writer.write(parts.reduce(UInt8(0)) { $1.isThere ? $0 | $1.bit : $0 })
        if let gradientClip { writer.write(gradientClip) }
        models.encode(into: &writer)
        if model == .network { writer.write(optional: network) }
        if model == .embedding { (embedding ?? EmbeddingSettings()).encode(into: &writer) }
        if model == .pool { (pool ?? PoolSettings()).encode(into: &writer) }
        sparse?.encode(into: &writer)
        isolation?.encode(into: &writer)
    }

    /// Reads settings, and refuses those that no learner could use.
    package init(from reader: inout ByteReader) throws(DecodeError) {
        guard let model = ModelKind(rawValue: try reader.read()) else {
            throw .invalid("the kind of model is unknown")
        }
        self.model = model
        loss = try LossKind(from: &reader)
        optimiser = try OptimiserSettings(from: &reader)
        pace = try RatePace(from: &reader)
        l1 = try reader.readFloat()
        l2 = try reader.readFloat()
        guard let mode = LearningMode(rawValue: try reader.read()) else {
            throw .invalid("the learning mode is unknown")
        }
        self.mode = mode
        let parts = try reader.read(UInt8.self)
        guard parts < 8 else { throw .invalid("settings have parts \(parts) that are unknown") }
        gradientClip = parts & 1 > 0 ? try reader.readFloat() : nil
        models = try ModelSettings(from: &reader)
        network = model == .network ? try reader.readOptional() : nil
        if model == .embedding { embedding = try EmbeddingSettings(from: &reader) }
        if model == .pool { pool = try PoolSettings(from: &reader) }
        if parts & 2 > 0 { sparse = try SparseSettings(from: &reader) }
        if parts & 4 > 0 { isolation = try .init(from: &reader) }
        if let problem { throw .invalid(problem) }
    }
}

extension LossKind: ByteCodable {
    /// Appends the loss.
    package func encode(into writer: inout ByteWriter) {
        switch self {
        case .squared: writer.write(UInt8(0))
        case .huber(let delta):
            writer.write(UInt8(1))
            writer.write(delta)
        case .logistic: writer.write(UInt8(2))
        case .crossEntropy: writer.write(UInt8(3))
        case .hinge: writer.write(UInt8(4))
        case .quantile(let tau):
            writer.write(UInt8(5))
            writer.write(tau)
        case .expectile(let tau):
            writer.write(UInt8(6))
            writer.write(tau)
        case .epsilonInsensitive: writer.write(UInt8(7))
        case .negativeSampling: writer.write(UInt8(16))
        }
    }

    /// Reads a loss.
    package init(from reader: inout ByteReader) throws(DecodeError) {
        switch try reader.read(UInt8.self) {
        case 0: self = .squared
        case 1: self = .huber(delta: try reader.readFloat())
        case 2: self = .logistic
        case 3: self = .crossEntropy
        case 4: self = .hinge
        case 5: self = .quantile(tau: try reader.readFloat())
        case 6: self = .expectile(tau: try reader.readFloat())
        case 7: self = .epsilonInsensitive
        case 16: self = .negativeSampling
        case let other: throw .invalid("there is no loss number \(other)")
        }
    }
}

extension OptimiserSettings: ByteCodable {
    /// Appends the optimiser's settings.
    package func encode(into writer: inout ByteWriter) {
        let (tag, numbers): (UInt8, [Float]) =
            switch self {
            case .sgd(let rate): (0, [rate])
            case .momentum(let rate, let momentum): (1, [rate, momentum])
            case .adaGrad(let rate, let epsilon, let keep): (2, [rate, epsilon, keep])
            case .adam(let rate, let beta1, let beta2, let epsilon):
                (3, [rate, beta1, beta2, epsilon])
            case .invariant(let rate): (4, [rate])
            case .rmsProp(let rate, let keep, let epsilon): (5, [rate, keep, epsilon])
            case .adamW(let rate, let beta1, let beta2, let epsilon, let decay):
                (6, [rate, beta1, beta2, epsilon, decay])
            case .followTheLeader(let rate, let beta): (7, [rate, beta])
            }
        writer.write(tag)
        for number in numbers { writer.write(number) }
    }

    /// Reads an optimiser's settings.
    package init(from reader: inout ByteReader) throws(DecodeError) {
        let tag = try reader.read(UInt8.self)
        let rate = try reader.readFloat()
        switch tag {
        case 0: self = .sgd(rate: rate)
        case 1: self = .momentum(rate: rate, momentum: try reader.readFloat())
        case 2:
            self = .adaGrad(
                rate: rate,
                epsilon: try reader.readFloat(),
                keep: try reader.readFloat()
            )
        case 3:
            self = .adam(
                rate: rate,
                beta1: try reader.readFloat(),
                beta2: try reader.readFloat(),
                epsilon: try reader.readFloat()
            )
        case 4: self = .invariant(rate: rate)
        case 5:
            self = .rmsProp(
                rate: rate,
                keep: try reader.readFloat(),
                epsilon: try reader.readFloat()
            )
        case 6:
            self = .adamW(
                rate: rate,
                beta1: try reader.readFloat(),
                beta2: try reader.readFloat(),
                epsilon: try reader.readFloat(),
                decay: try reader.readFloat()
            )
        case 7: self = .followTheLeader(rate: rate, beta: try reader.readFloat())
        default: throw .invalid("there is no optimiser number \(tag)")
        }
    }
}
