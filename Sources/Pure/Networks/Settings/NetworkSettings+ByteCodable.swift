// SPDX-License-Identifier: Apache-2.0
//
// Networks as bytes: a number for each kind of layer, then its sizes. Numbers are never reused.

import Kernels
package import Primitives

extension NetworkSettings: ByteCodable {
    /// Appends the settings.
    package func encode(into writer: inout ByteWriter) {
        writer.write(numbers: inputShape.map(UInt32.init))
        writer.write(items: layers)
        writer.write(replacement.rate)
        writer.write(UInt32(replacement.maturity))
        writer.write(UInt32(replacement.deadAfter))
    }

    /// Reads settings, and refuses those that no network could have.
    package init(from reader: inout ByteReader) throws(DecodeError) {
        inputShape = try reader.readNumbers(of: UInt32.self).map(Int.init)
        layers = try LayerSettings.list(from: &reader, depth: 0)
        replacement = ReplacementSettings(
            rate: try reader.readFloat(),
            maturity: Int(try reader.read(UInt32.self)),
            deadAfter: Int(try reader.read(UInt32.self))
        )
        if let problem { throw .invalid(problem) }
    }
}

extension LayerSettings: ByteCodable {
    /// Appends the layer.
    package func encode(into writer: inout ByteWriter) {
        let (tag, sizes): (UInt8, [Int]) =
            switch kind {
            case .dense(let units): (0, [units])
            case .conv2d(let filters, let kernel, let stride, let padding):
                (1, [filters, kernel, stride, padding])
            case .maxPool(let kernel, let stride): (2, [kernel, stride])
            case .flatten: (3, [])
            case .dropout(let share): (4, [Int(share.bitPattern)])
            case .activation(let function): (5, [Int(function.rawValue)])
            case .softmax: (6, [])
            case .rnn(let units, let returns): (7, [units, Int(returns.rawValue)])
            case .gru(let units, let returns): (8, [units, Int(returns.rawValue)])
            case .embedding(let words, let width): (9, [words, width])
            case .position: (10, [])
            case .residual: (11, [])
            case .layerNorm: (12, [])
            case .attention: (13, [])
            }
        writer.write(tag)
        for size in sizes { writer.write(UInt32(truncatingIfNeeded: size)) }
        if case .residual(let inner) = kind { writer.write(items: inner) }
        writer.write(activation.map { $0.rawValue + 1 } ?? 0)
        writer.write(initialisation.map { $0.rawValue + 1 } ?? 0)
    }

    /// Reads a layer.
    package init(from reader: inout ByteReader) throws(DecodeError) {
        try self.init(from: &reader, depth: 0)
    }

    private init(from reader: inout ByteReader, depth: Int) throws(DecodeError) {
        kind = try LayerSettings.kind(from: &reader, depth: depth)
        activation = try LayerSettings.choice(from: &reader)
        initialisation = try LayerSettings.choice(from: &reader)
    }

    /// Reads layers that lie in so many residual blocks.
    static func list(
        from reader: inout ByteReader,
        depth: Int
    ) throws(DecodeError) -> [LayerSettings] {
        let count = try reader.readCount(itemBytes: 3)
        guard count <= NetworkLimits.layers, depth <= NetworkLimits.depth else {
            throw .invalid("a network has more layers than are allowed")
        }
        var layers: [LayerSettings] = []
        for _ in 0..<count { layers.append(try LayerSettings(from: &reader, depth: depth)) }
        return layers
    }

    private static func kind(
        from reader: inout ByteReader,
        depth: Int
    ) throws(DecodeError) -> LayerKind {
        func size() throws(DecodeError) -> Int { Int(try reader.read(UInt32.self)) }
        func returned() throws(DecodeError) -> LayerKind.Returned {
            guard let returned = LayerKind.Returned(rawValue: UInt8(clamping: try size())) else {
                throw .invalid("a recurrent layer returns its last state or all")
            }
            return returned
        }
        switch try reader.read(UInt8.self) {
        case 0: return .dense(units: try size())
        case 1:
            return .conv2d(
                filters: try size(),
                kernel: try size(),
                stride: try size(),
                padding: try size()
            )
        case 2: return .maxPool(kernel: try size(), stride: try size())
        case 3: return .flatten
        case 4: return .dropout(share: try reader.readFloat())
        case 5:
            guard let function = ActivationFunction(rawValue: UInt8(clamping: try size())) else {
                throw .invalid("the activation function is unknown")
            }
            return .activation(function)
        case 6: return .softmax
        case 7: return .rnn(units: try size(), returns: try returned())
        case 8: return .gru(units: try size(), returns: try returned())
        case 9: return .embedding(words: try size(), width: try size())
        case 10: return .position
        case 11: return .residual(try list(from: &reader, depth: depth + 1))
        case 12: return .layerNorm
        case 13: return .attention
        case let tag: throw .invalid("there is no kind of layer number \(tag)")
        }
    }

    /// Reads a choice that may be absent: 0, or its number and 1.
    private static func choice<Choice: RawRepresentable<UInt8>>(
        from reader: inout ByteReader
    ) throws(DecodeError) -> Choice? {
        let number = try reader.read(UInt8.self)
        guard number > 0 else { return nil }
        guard let choice = Choice(rawValue: number - 1) else {
            throw .invalid("a layer's choice number \(number) is unknown")
        }
        return choice
    }
}
