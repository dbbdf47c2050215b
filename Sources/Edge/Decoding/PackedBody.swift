// SPDX-License-Identifier: Apache-2.0
//
// The packed body, "LPK1": the fast way in. docs/protocol.md, section 1.2, has the table.

/// Writing packed bodies, and what the reader knows of them.
package enum PackedBody {
    /// The first four bytes, "LPK1".
    static let magic: UInt32 = 0x314B_504C
    /// The length of what precedes the features.
    package static let headerBytes = 16

    /// What else a body holds, and how to read it.
    package struct Flags: OptionSet, Sendable, Hashable {
        /// The bits on the wire.
        package let rawValue: UInt32

        /// Takes the bits.
        package init(rawValue: UInt32) {
            self.rawValue = rawValue
        }

        /// Labels follow the features.
        package static let labels = Flags(rawValue: 1)
        /// Weights follow.
        package static let weights = Flags(rawValue: 2)
        /// NaN means that a feature is missing or that there is no label.
        package static let missing = Flags(rawValue: 4)
        /// All that have a meaning.
        static let all: Flags = [.labels, .weights, .missing]
    }

    /// A body with the given rows.
    ///
    /// - Precondition: As ``encode(features:width:labels:weights:nanIsMissing:into:)``.
    package static func encode(
        features: [Float],
        width: Int,
        labels: [Float]? = nil,
        weights: [Float]? = nil,
        nanIsMissing: Bool = false
    ) -> [UInt8] {
        var bytes: [UInt8] = []
        encode(
            features: features,
            width: width,
            labels: labels,
            weights: weights,
            nanIsMissing: nanIsMissing,
            into: &bytes
        )
        return bytes
    }

    /// Replaces `bytes`, whose room is used again, by a body with the given rows.
    ///
    /// - Precondition: `features` holds whole rows of `width`, at least one; there are as many
    ///   labels and weights as rows.
    package static func encode(
        features: [Float],
        width: Int,
        labels: [Float]? = nil,
        weights: [Float]? = nil,
        nanIsMissing: Bool = false,
        into bytes: inout [UInt8]
    ) {
        precondition(width > 0 && !features.isEmpty, "a packed body has rows and columns")
        let rows = features.count / width
        precondition(rows * width == features.count, "the features fill whole rows")
        precondition(labels.map { $0.count == rows } ?? true, "each row has one label")
        precondition(weights.map { $0.count == rows } ?? true, "each row has one weight")
        var flags: Flags = nanIsMissing ? .missing : []
        if labels != nil { flags.insert(.labels) }
        if weights != nil { flags.insert(.weights) }
        bytes.removeAll(keepingCapacity: true)
        bytes.reserveCapacity(headerBytes + (features.count + 2 * rows) * 4)
        append(magic, to: &bytes)
        append(UInt32(rows), to: &bytes)
        append(UInt32(width), to: &bytes)
        append(flags.rawValue, to: &bytes)
        append(features, to: &bytes)
        if let labels { append(labels, to: &bytes) }
        if let weights { append(weights, to: &bytes) }
    }

    private static func append(_ number: UInt32, to bytes: inout [UInt8]) {
        for shift in stride(from: UInt32(0), to: 32, by: 8) {
            bytes.append(UInt8(truncatingIfNeeded: number >> shift))
        }
    }

    /// Appends the numbers as this machine has them: the wire and all supported machines are
    /// little-endian.
    private static func append(_ numbers: [Float], to bytes: inout [UInt8]) {
        unsafe numbers.withUnsafeBytes { unsafe bytes.append(contentsOf: $0) }
    }
}
