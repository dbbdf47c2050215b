// SPDX-License-Identifier: Apache-2.0
//
// Where a learner starts that does not start from nothing: tensors of a file, of which some may
// stay as they are. The tensors are part of the learner's settings, so that a refit begins with
// them, too, and a replay needs no file.
//
// Names and shapes must be those of the model. The last layer may be left out (`head` fresh): then
// it starts as it would without a file, for other classes than the file's. Tensors that the model
// does not have are refused, except the scaling that learnd's own artifacts hold.

package import Primitives

/// Tensors that a learner starts with.
package struct WarmStart: Sendable, Equatable {
    /// What the last layer starts with.
    package enum Head: UInt8, Sendable, CaseIterable {
        /// What the file has.
        case file = 0
        /// What it would have without a file.
        case fresh = 1

        /// The word in the configuration.
        package var name: String { self == .file ? "file" : "fresh" }
    }

    /// Where the tensors come from.
    package var source: String
    /// What the last layer starts with.
    package var head: Head
    /// The names of tensors that stay as they are, or of layers that have them.
    package var frozen: [String]
    /// The number of features that the model has at its birth.
    package var width: Int
    /// The number of outputs that the model has at its birth.
    package var outputs: Int
    /// The tensors; none until the file has been read.
    package var tensors: [LearnerParameters.Tensor] = []

    /// Makes a start whose file is still to be read.
    package init(source: String, head: Head, frozen: [String], width: Int, outputs: Int) {
        self.source = source
        self.head = head
        self.frozen = frozen
        self.width = width
        self.outputs = outputs
    }

    /// Whether the start is from the same file, in the same way; the tensors are not compared.
    package func isSameBirth(as other: WarmStart) -> Bool {
        source == other.source && head == other.head && frozen == other.frozen
    }

    /// The numbers of tensors that only learnd's artifacts have: mean and deviation of each column.
    package var scaling: (mean: [Float], deviation: [Float])? {
        guard let mean = tensor("mean"), let deviation = tensor("deviation"),
            mean.shape == [width], deviation.shape == [width]
        else { return nil }
        return (mean.numbers, deviation.numbers)
    }

    private func tensor(_ name: String) -> LearnerParameters.Tensor? {
        tensors.first { $0.name == name }
    }

    /// Whether a tensor is to stay as it is: it, its layer or a layer around that is named.
    package func freezes(_ name: String) -> Bool {
        frozen.contains { name == $0 || name.hasPrefix($0 + ".") }
    }

    /// The numbers for each tensor of a model, in its order; nil where it starts as without a file.
    ///
    /// - Parameters:
    ///   - wanted: The tensors of the model.
    ///   - isHead: Whether a tensor belongs to the last layer.
    /// - Returns: The numbers of each tensor.
    /// - Throws: what does not fit, in words.
    package func numbers(
        for wanted: [LearnerParameters.Tensor],
        isHead: (String) -> Bool
    ) throws(DecodeError) -> [[Float]?] {
        for name in frozen where !wanted.contains(where: { WarmStart.is($0.name, in: name) }) {
            throw .invalid(
                "there is no tensor or layer \(name) to be frozen; the model has " + list(wanted)
            )
        }
        let known = Set(wanted.map(\.name) + ["mean", "deviation"])
        for tensor in tensors
        where !known.contains(tensor.name) && !(head == .fresh && isHead(tensor.name)) {
            throw .invalid("the model has no tensor \(tensor.name); it has " + list(wanted))
        }
        var numbers: [[Float]?] = []
        for tensor in wanted {
            if head == .fresh, isHead(tensor.name) {
                numbers.append(nil)
                continue
            }
            guard let own = self.tensor(tensor.name) else {
                throw .invalid("the file has no tensor \(tensor.name) of shape \(tensor.shape)")
            }
            guard own.shape == tensor.shape else {
                throw .invalid(
                    "tensor \(tensor.name) has the shape \(own.shape) in the file, but "
                        + "\(tensor.shape) in the model"
                        + (isHead(tensor.name) ? "; a fresh head would leave it out" : "")
                )
            }
            numbers.append(own.numbers)
        }
        return numbers
    }

    private static func `is`(_ name: String, in layer: String) -> Bool {
        name == layer || name.hasPrefix(layer + ".")
    }

    private func list(_ tensors: [LearnerParameters.Tensor]) -> String {
        tensors.prefix(20).map { "\($0.name) \($0.shape)" }.joined(separator: ", ")
    }
}

/// A learner that can start with tensors of a file, and leave some of them as they are.
package protocol StartsWarm: Learner {
    /// Takes the tensors.
    ///
    /// - Throws: what does not fit, in words; nothing has changed then.
    mutating func start(from start: WarmStart) throws(DecodeError)
}

extension Learner {
    /// Takes the tensors of a file, if a model of this kind can.
    package mutating func startIfAble(from start: WarmStart) throws(DecodeError) {
        guard var able = self as? any StartsWarm else {
            throw .invalid("the model \(settings.model.name) cannot start from a file")
        }
        try able.start(from: start)
        if let own = able as? Self { self = own }
    }
}

extension WarmStart: ByteCodable {
    /// Appends the start with its tensors.
    package func encode(into writer: inout ByteWriter) {
        writer.write(source)
        writer.write(head.rawValue)
        writer.write(UInt32(frozen.count))
        for name in frozen { writer.write(name) }
        writer.write(UInt32(width))
        writer.write(UInt32(outputs))
        writer.write(UInt32(tensors.count))
        for tensor in tensors {
            writer.write(tensor.name)
            writer.write(numbers: tensor.shape.map(UInt64.init))
            writer.write(tensor.numbers)
        }
    }

    /// Reads the start with its tensors.
    package init(from reader: inout ByteReader) throws(DecodeError) {
        source = try reader.readText()
        guard let head = Head(rawValue: try reader.read()) else {
            throw .invalid("a warm start has an unknown head")
        }
        self.head = head
        frozen = []
        for _ in 0..<(try reader.read(UInt32.self)) { frozen.append(try reader.readText()) }
        width = Int(try reader.read(UInt32.self))
        outputs = Int(try reader.read(UInt32.self))
        for _ in 0..<(try reader.read(UInt32.self)) {
            let name = try reader.readText()
            let shape = try reader.readNumbers(of: UInt64.self)
            let numbers = try reader.readFloats()
            var count = UInt64(1)
            for size in shape {
                let (product, isTooLarge) = count.multipliedReportingOverflow(by: size)
                guard !isTooLarge, size <= 1 << 40, product <= 1 << 40 else {
                    throw .invalid("a tensor \(name) is too large")
                }
                count = product
            }
            guard count == UInt64(numbers.count), numbers.allSatisfy(\.isFinite) else {
                throw .invalid("a tensor \(name) does not have the numbers of its shape")
            }
            tensors.append(.init(name, shape: shape.map(Int.init), numbers))
        }
    }
}
