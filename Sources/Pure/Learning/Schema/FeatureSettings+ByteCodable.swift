// SPDX-License-Identifier: Apache-2.0
//
// Settings of features as bytes.

package import Primitives

extension FeatureSettings: ByteCodable {
    /// Appends every setting.
    package func encode(into writer: inout ByteWriter) {
        writer.write(fillsWithLast)
        writer.write(hasIndicators)
        writer.write(UInt8(hashing.map { $0.form.rawValue + 1 } ?? 0))
        writer.write(UInt32(hashing?.bits ?? 0))
        writer.write(UInt32(hashing?.slotsMax ?? 0))
        writer.write(hasIdentifiers)
        writer.write(numbers: labelLags.map { UInt32($0) })
        writer.write(items: declared)
        writer.write(isClosed)
        writer.write(text != nil)
        if let text { writer.write(text) }
    }

    /// Reads every setting, and refuses those that no learner could use.
    package init(from reader: inout ByteReader) throws(DecodeError) {
        self.init()
        fillsWithLast = try reader.readFlag()
        hasIndicators = try reader.readFlag()
        let form = try reader.read(UInt8.self)
        let bits = Int(try reader.read(UInt32.self))
        let slotsMax = Int(try reader.read(UInt32.self))
        if form > 0 {
            guard let form = HashSettings.Form(rawValue: form - 1) else {
                throw .invalid("features are hashed in an unknown form")
            }
            hashing = HashSettings(bits: bits, form: form, slotsMax: slotsMax)
        }
        hasIdentifiers = try reader.readFlag()
        labelLags = try reader.readNumbers(of: UInt32.self).map { Int($0) }
        declared = try reader.readItems()
        isClosed = try reader.readFlag()
        text = try reader.readFlag() ? try reader.readText() : nil
        if let complaint { throw .invalid(complaint) }
    }
}

extension DeclaredFeature: ByteCodable {
    /// Appends name and kind.
    package func encode(into writer: inout ByteWriter) {
        writer.write(name)
        switch kind {
        case .number: writer.write(UInt8(0))
        case .boolean: writer.write(UInt8(1))
        case .category: writer.write(UInt8(2))
        case .text(let ngrams, let buckets):
            writer.write(UInt8(3))
            ngrams.encode(into: &writer)
            writer.write(UInt32(buckets ?? 0))
        }
    }

    /// Reads name and kind.
    package init(from reader: inout ByteReader) throws(DecodeError) {
        name = try reader.readText()
        switch try reader.read(UInt8.self) {
        case 0: kind = .number
        case 1: kind = .boolean
        case 2: kind = .category
        case 3:
            let ngrams = try NGrams(from: &reader)
            let buckets = Int(try reader.read(UInt32.self))
            kind = .text(ngrams, buckets: buckets == 0 ? nil : buckets)
        case let tag: throw .invalid("a declared feature has kind \(tag)")
        }
    }
}
