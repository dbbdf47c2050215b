// SPDX-License-Identifier: Apache-2.0
//
// MessagePack bodies: one sample map, or an array of them; the fields are those of JSON. What JSON
// says in digits may come as any number, what it calls missing is nil, and an array of numbers may
// come as binary data: float32, little-endian. NaN costs its row, as it does in JSON.

import Samples

extension Decoder {
    /// Appends the samples of a MessagePack body.
    mutating func decodeMessagePack(
        _ body: UnsafeRawBufferPointer,
        from origin: Origin,
        into batch: inout MicroBatch
    ) {
        guard body.count <= limits.jsonBytesMax else {
            refuse(
                whole: .malformed,
                from: origin,
                in: &batch,
                detail: "a MessagePack body of \(body.count) bytes is longer than"
                    + " \(limits.jsonBytesMax); send fewer samples a message, or packed ones"
            )
            return
        }
        parser.forgetStandIns()
        guard let tape = unsafe messagePack.parse(body) else {
            refuse(
                whole: .malformed,
                from: origin,
                in: &batch,
                detail: "the body is not MessagePack: \(messagePack.errorText)"
            )
            messagePack.trim()
            return
        }
        decodeDocument(tape, from: origin, into: &batch)
        messagePack.trim()
    }
}
