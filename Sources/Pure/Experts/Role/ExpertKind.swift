// SPDX-License-Identifier: Apache-2.0
//
// A kind of expert: its name, what it predicts, how one is made and read back. Each kind stands in
// the file of its expert as a constant; ExpertKind+All.swift lists them. Numbers are part of
// checkpoints and never reused.

package import Primitives

/// A kind of expert, as configuration, manifests and checkpoints name it.
package struct ExpertKind: Sendable {
    /// What an expert of a kind may predict.
    package enum Use: Sendable {
        /// Classes.
        case classes
        /// Numbers.
        case numbers
        /// Either.
        case both

        /// Whether it can predict what the shape asks for.
        package func fits(_ shape: ExpertShape) -> Bool {
            switch self {
            case .classes: !shape.isNumber
            case .numbers: shape.isNumber
            case .both: true
            }
        }
    }

    /// The word for it.
    package let name: String
    /// What checkpoints write for it.
    package let number: UInt8
    /// What it predicts.
    package let use: Use
    /// The names of its opinions, if there is more than one.
    package let columns: [String]
    /// The widest rows that it can take, with so many classes; it is left out beyond.
    package let fits: @Sendable (ExpertShape) -> Bool
    /// Makes one that has learned nothing.
    package let make: @Sendable (ExpertShape, _ seed: UInt64) -> any Expert
    /// Reads one back.
    package let read: @Sendable (inout ByteReader, ExpertShape) throws(DecodeError) -> any Expert

    /// Makes a kind.
    package init(
        _ name: String,
        number: UInt8,
        use: Use,
        columns: [String] = [],
        fits: @escaping @Sendable (ExpertShape) -> Bool = { _ in true },
        make: @escaping @Sendable (ExpertShape, _ seed: UInt64) -> any Expert,
        read: @escaping @Sendable (inout ByteReader, ExpertShape) throws(DecodeError) -> any Expert
    ) {
        self.name = name
        self.number = number
        self.use = use
        self.columns = columns.isEmpty ? [name] : columns
        self.fits = fits
        self.make = make
        self.read = read
    }

    /// The kind of that name.
    package static func named(_ name: String) -> ExpertKind? { all.first { $0.name == name } }
}

/// Experts as bytes: the number of the kind, the shape, then the state.
package enum ExpertCoding {
    /// Appends an expert of a kind.
    package static func encode(
        _ expert: any Expert,
        kind: ExpertKind,
        into writer: inout ByteWriter
    ) {
        writer.write(kind.number)
        expert.shape.encode(into: &writer)
        expert.encode(into: &writer)
    }

    /// Reads what ``encode(_:kind:into:)`` wrote.
    package static func decode(
        from reader: inout ByteReader
    ) throws(DecodeError) -> (kind: ExpertKind, expert: any Expert) {
        let number = try reader.read(UInt8.self)
        guard let kind = ExpertKind.all.first(where: { $0.number == number }) else {
            throw .invalid("there is no kind of expert number \(number)")
        }
        let shape = try ExpertShape(from: &reader)
        guard kind.use.fits(shape), kind.fits(shape) else {
            throw .invalid("an expert of kind \(kind.name) has a shape that it cannot have")
        }
        let expert = try kind.read(&reader, shape)
        guard expert.shape == shape, expert.columns == kind.columns.count else {
            throw .invalid("an expert of kind \(kind.name) has another shape than it says")
        }
        return (kind, expert)
    }
}
