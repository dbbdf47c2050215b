// SPDX-License-Identifier: Apache-2.0
//
// One or more columns of raw rows and what they hold.

package import Primitives

/// A column of a learner's raw rows, or several that belong together.
package struct Column: Sendable, Hashable {
    /// What the column holds.
    package enum Role: Sendable, Hashable {
        /// A number.
        case number
        /// True or false, as 1 or 0.
        case boolean
        /// 1 where the feature has this category, else 0.
        case category(String)
        /// 1 where the feature is missing, else 0.
        case missing
        /// Buckets of a text's n-grams.
        case text(NGrams, buckets: Int)
        /// Two to the power of so many buckets of all hashed features.
        case hash(bits: Int)
        /// The label so many labels ago, or 1 where it was this class.
        case lag(Int, ClassLabel?)
    }

    /// The feature's name; its index for positional learners.
    package var name: String
    /// What it holds.
    package var role: Role

    /// Makes a column.
    package init(_ name: String, _ role: Role) {
        self.name = name
        self.role = role
    }

    /// How many numbers of a row it is.
    package var width: Int {
        switch role {
        case .number, .boolean, .category, .missing, .lag: 1
        case .text(_, let buckets): buckets
        case .hash(let bits): 1 << bits
        }
    }

    /// The column as it stands in manifests and artifacts.
    package var json: JSONValue {
        switch role {
        case .number: ["name": .string(name), "kind": "number"]
        case .boolean: ["name": .string(name), "kind": "boolean"]
        case .category(let category):
            ["name": .string(name), "kind": "category", "value": .string(category)]
        case .missing: ["name": .string(name), "kind": "missing"]
        case .text(let ngrams, let buckets):
            [
                "name": .string(name), "kind": "text", "unit": .string(ngrams.unit.name),
                "ngrams": [.int(Int64(ngrams.least)), .int(Int64(ngrams.most))],
                "buckets": .int(Int64(buckets)),
            ]
        case .hash(let bits): ["kind": "hash", "bits": .int(Int64(bits))]
        case .lag(let lag, nil): ["kind": "lag", "lag": .int(Int64(lag))]
        case .lag(let lag, let label?):
            ["kind": "lag", "lag": .int(Int64(lag)), "value": label.json]
        }
    }
}

extension DeclaredFeature {
    /// The declaration as it stands in artifacts.
    package var json: JSONValue {
        switch kind {
        case .number: ["name": .string(name), "kind": "number"]
        case .boolean: ["name": .string(name), "kind": "boolean"]
        case .category: ["name": .string(name), "kind": "category"]
        case .text(let ngrams, let buckets):
            [
                "name": .string(name), "kind": "text", "unit": .string(ngrams.unit.name),
                "ngrams": [.int(Int64(ngrams.least)), .int(Int64(ngrams.most))],
                "buckets": buckets.map { .int(Int64($0)) } ?? .null,
            ]
        }
    }
}

extension Column: ByteCodable {
    /// Appends name and role.
    package func encode(into writer: inout ByteWriter) {
        writer.write(name)
        switch role {
        case .number: writer.write(UInt8(0))
        case .boolean: writer.write(UInt8(1))
        case .category(let category):
            writer.write(UInt8(2))
            writer.write(category)
        case .missing: writer.write(UInt8(3))
        case .text(let ngrams, let buckets):
            writer.write(UInt8(4))
            ngrams.encode(into: &writer)
            writer.write(UInt32(buckets))
        case .hash(let bits):
            writer.write(UInt8(5))
            writer.write(UInt8(bits))
        case .lag(let lag, let label):
            writer.write(UInt8(6))
            writer.write(UInt32(lag))
            writer.write(optional: label)
        }
    }

    /// Reads name and role.
    package init(from reader: inout ByteReader) throws(DecodeError) {
        name = try reader.readText()
        switch try reader.read(UInt8.self) {
        case 0: role = .number
        case 1: role = .boolean
        case 2: role = .category(try reader.readText())
        case 3: role = .missing
        case 4:
            let ngrams = try NGrams(from: &reader)
            role = .text(ngrams, buckets: Int(try reader.read(UInt32.self)))
        case 5: role = .hash(bits: Int(min(try reader.read(UInt8.self), 24)))
        case 6:
            let lag = Int(try reader.read(UInt32.self))
            role = .lag(lag, try reader.readOptional())
        case let tag: throw .invalid("a column has role \(tag)")
        }
    }
}
