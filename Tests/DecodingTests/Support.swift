// SPDX-License-Identifier: Apache-2.0
//
// What the decoder's tests share.

import Decoding
import Samples
import Testing

/// The batch that a fresh decoder makes of one message.
func decoded(
    _ body: [UInt8],
    envelope: [UInt8]? = nil,
    limits: DecodeLimits = DecodeLimits()
) -> MicroBatch {
    var decoder = Decoder(limits: limits)
    var batch = MicroBatch()
    let rows = decoder.decode(body, envelope: envelope, into: &batch)
    #expect(rows == batch.rows.count)
    return batch
}

/// The batch that a fresh decoder makes of one message.
func decoded(_ body: String, limits: DecodeLimits = DecodeLimits()) -> MicroBatch {
    decoded(Array(body.utf8), limits: limits)
}

extension MicroBatch {
    /// The features of a positional row.
    func features(_ row: Int) -> [Float] {
        let header = rows[row]
        return Array(values[Int(header.start)..<Int(header.start + header.count)])
    }

    /// The features of a named row as texts, `name=value`, categories in quotes.
    func named(_ row: Int) -> [String] {
        let header = rows[row]
        return entries[Int(header.start)..<Int(header.start + header.count)].map { entry in
            let name = strings.text(entry.name)
            switch entry.kind {
            case .number: return "\(name)=\(entry.value)"
            case .boolean: return "\(name)=\(entry.value == 1)"
            case .category: return "\(name)='\(strings.text(UInt32(entry.value)))'"
            }
        }
    }

    /// How many samples were refused for `reason`.
    func refused(_ reason: RefusalReason) -> Int {
        refusals.filter { $0.reason == reason }.reduce(0) { $0 + $1.count }
    }
}
