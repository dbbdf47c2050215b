// SPDX-License-Identifier: Apache-2.0
//
// Hashed features: a row becomes pairs of bucket and value, one for each bucket, in their order. A
// value of 0 is no pair, and nor is a missing one.

import Kernels
import Primitives
import Samples

extension Admission {
    /// Hashes the row, and says whether its pairs have room.
    mutating func judgeTokens(
        _ row: MicroBatch.Row,
        of batch: MicroBatch,
        under schema: Schema,
        knowing recollection: Recollection
    ) -> Judgement {
        guard let hashing = schema.settings.hashing else { return .fits }
        pairs.removeAll(keepingCapacity: true)
        switch row.shape {
        case .positional:
            guard hashArray(row, of: batch, under: schema, buckets: hashing.buckets) else {
                return .refused(.value)
            }
        case .named: hashNamed(row, of: batch, under: schema, buckets: hashing.buckets)
        }
        if schema.isSparse { hashLags(of: schema, recollection, buckets: hashing.buckets) }
        BucketValue.merge(&pairs)
        guard schema.isSparse, pairs.count > schema.slots else { return .fits }
        return pairs.count <= hashing.slotsMax ? .grows : .refused(.featureLimit)
    }

    private mutating func add(_ token: Token, _ value: Float, _ buckets: Int) {
        guard value != 0, !value.isNaN else { return }
        pairs.append(
            BucketValue(bucket: token.bucket(of: buckets), value: value * token.sign)
        )
    }

    /// False when the array has something that is no identifier, but must be one.
    private mutating func hashArray(
        _ row: MicroBatch.Row,
        of batch: MicroBatch,
        under schema: Schema,
        buckets: Int
    ) -> Bool {
        let isIdentifiers = schema.settings.hasIdentifiers
        while tokenByPlace.count < schema.sampleWidth {
            bytes.removeAll(keepingCapacity: true)
            Admission.write(tokenByPlace.count, to: &bytes)
            tokenByPlace.append(Token(bytes.span))
        }
        for index in 0..<schema.sampleWidth {
            let value = batch.values[Int(row.start) + index]
            guard isIdentifiers else {
                add(tokenByPlace[index], value, buckets)
                continue
            }
            guard !value.isNaN else { continue }
            guard value >= 0, value < Float(1 << 24), value == value.rounded(.towardZero) else {
                culprit = String(index)
                return false
            }
            bytes.removeAll(keepingCapacity: true)
            Admission.write(index, to: &bytes)
            bytes.append(UInt8(ascii: "="))
            Admission.write(Int(value), to: &bytes)
            add(Token(bytes.span), 1, buckets)
        }
        return true
    }

    private mutating func hashNamed(
        _ row: MicroBatch.Row,
        of batch: MicroBatch,
        under schema: Schema,
        buckets: Int
    ) {
        for place in Int(row.start)..<Int(row.start) + Int(row.count) {
            let entry = batch.entries[place]
            guard !entry.value.isNaN else { continue }
            guard entry.kind == .category else {
                add(nameToken(entry.name, in: batch), entry.value, buckets)
                continue
            }
            let number = resolve(feature: entry.name, of: batch, under: schema)
            if number >= 0, let ngrams = schema.features[Int(number)].ngrams {
                guard schema.features[Int(number)].buckets == 0 else { continue }
                let text = batch.strings.text(UInt32(entry.value))
                var own = Block.take(&pairs)
                cutTokens(text, ngrams, prefix: batch.strings.text(entry.name) + "=") { token in
                    own.append(
                        BucketValue(bucket: token.bucket(of: buckets), value: token.sign)
                    )
                }
                pairs = own
            } else {
                add(categoryToken(entry, in: batch), 1, buckets)
            }
        }
    }

    private mutating func hashLags(
        of schema: Schema,
        _ recollection: Recollection,
        buckets: Int
    ) {
        for lag in schema.settings.labelLags {
            let label = recollection.label(lag)
            guard !label.isNaN else { continue }
            bytes.removeAll(keepingCapacity: true)
            bytes.append(contentsOf: "label-".utf8)
            Admission.write(lag, to: &bytes)
            if schema.task == .classes {
                bytes.append(UInt8(ascii: "="))
                Admission.write(Int(label), to: &bytes)
            }
            add(Token(bytes.span), schema.task == .classes ? 1 : label, buckets)
        }
    }

    private mutating func nameToken(_ name: UInt32, in batch: MicroBatch) -> Token {
        if let token = tokenByText[Int(name)] { return token }
        bytes.removeAll(keepingCapacity: true)
        batch.strings.append(name, to: &bytes)
        let token = Token(bytes.span)
        tokenByText[Int(name)] = token
        return token
    }

    private mutating func categoryToken(
        _ entry: MicroBatch.Entry,
        in batch: MicroBatch
    ) -> Token {
        let key = Admission.key(Int32(bitPattern: entry.name), UInt32(entry.value))
        if let token = tokenByCategory[key] { return token }
        bytes.removeAll(keepingCapacity: true)
        batch.strings.append(entry.name, to: &bytes)
        bytes.append(UInt8(ascii: "="))
        batch.strings.append(UInt32(entry.value), to: &bytes)
        let token = Token(bytes.span)
        tokenByCategory[key] = token
        return token
    }

    /// Gives the tokens of a text, with the prefix in front of each.
    mutating func cutTokens(
        _ text: String,
        _ ngrams: NGrams,
        prefix: String?,
        _ body: (Token) -> Void
    ) {
        cutter.cut(text, into: ngrams.unit)
        let prefixBytes = prefix.map { Array($0.utf8) } ?? []
        for length in ngrams.least...ngrams.most {
            for place in 0..<cutter.count(of: length) {
                let range = cutter.range(place, of: length)
                if prefixBytes.isEmpty {
                    body(Token(cutter.bytes.span.extracting(range)))
                } else {
                    bytes.removeAll(keepingCapacity: true)
                    bytes.append(contentsOf: prefixBytes)
                    bytes.append(contentsOf: cutter.bytes[range])
                    body(Token(bytes.span))
                }
            }
        }
    }

    /// Appends the digits of a whole number that is not negative.
    private static func write(_ number: Int, to bytes: inout [UInt8]) {
        var divisor = 1
        while number / divisor >= 10 { divisor *= 10 }
        while divisor > 0 {
            bytes.append(UInt8(ascii: "0") + UInt8(number / divisor % 10))
            divisor /= 10
        }
    }
}
