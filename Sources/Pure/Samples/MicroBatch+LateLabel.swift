// SPDX-License-Identifier: Apache-2.0
//
// Labels that come after their samples, and the two tables that tell rows apart: contexts and
// identifiers. Both are bounded: identifiers by the rows and labels of the batch, contexts by
// `contextsMax`, beyond which rows have the context without a name, which no learner knows.

extension MicroBatch {
    /// A label that came without its sample.
    package struct LateLabel: Sendable, BitwiseCopyable, Equatable {
        /// The number of the sample's identifier in `ids`.
        package var id: UInt32
        /// The label, as `labelKind` says.
        package var label: Double
        /// What `label` means; never ``LabelKind/none``.
        package var labelKind: LabelKind
        /// The producer's number in `producers`.
        package var producer: UInt16
        /// The weight, in place of the sample's own; NaN: not said.
        package var weight: Float
        /// How many rows of the batch arrived before it.
        package var row: UInt32

        /// Makes a late label.
        package init(
            id: UInt32,
            label: Double,
            labelKind: LabelKind,
            producer: UInt16,
            weight: Float = .nan,
            row: Int
        ) {
            self.id = id
            self.label = label
            self.labelKind = labelKind
            self.producer = producer
            self.weight = weight
            self.row = UInt32(row)
        }
    }

    /// The most contexts that one batch tells apart.
    package static let contextsMax = 4096

    /// What a row of the context called `name` carries; the context is added when it is new.
    package mutating func context(_ name: Span<UInt8>) -> UInt16 {
        if contexts.count < MicroBatch.contextsMax { return UInt16(contexts.intern(name) + 1) }
        let number = contexts.number(of: name) ?? contexts.intern("")
        return UInt16(number + 1)
    }

    /// What a row of the context called `name` carries; the context is added when it is new.
    package mutating func context(_ name: String) -> UInt16 {
        context(Array(name.utf8).span)
    }
}
