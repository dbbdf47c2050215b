// SPDX-License-Identifier: Apache-2.0
//
// The parser of MessagePack bodies. It leaves the same tape as the JSON parser, so that both forms
// of a sample go through one reader, with the same limits and the same refusals.

import CMsgpack

/// Parses one MessagePack document at a time.
@safe
struct MessagePackParser: ~Copyable {
    private var handle: OpaquePointer?
    private var lastError = LEARND_MSGPACK_OK
    private var keepsMuch = false

    /// A body longer than this makes the parser give its memory back afterwards.
    private static let keptBytesMax = 2 << 20

    deinit {
        unsafe learnd_msgpack_free(handle)
    }

    /// Whether a body that begins with `byte` is MessagePack: a map or an array.
    ///
    /// No JSON and no packed body begins with one of these.
    static func begins(with byte: UInt8) -> Bool {
        switch byte {
        case 0x80...0x9F, 0xDC...0xDF: true
        default: false
        }
    }

    /// Why the last attempt failed.
    var errorText: String {
        switch lastError {
        case LEARND_MSGPACK_CUT_SHORT: "it is cut short"
        case LEARND_MSGPACK_REST: "more bytes follow its end"
        case LEARND_MSGPACK_TOO_DEEP: "it is nested more than \(JSONParser.depthMax) deep"
        case LEARND_MSGPACK_KEY: "a key of a map is no text"
        case LEARND_MSGPACK_TEXT: "a text is not UTF-8"
        case LEARND_MSGPACK_MEMORY: "there is no memory for it"
        default: "it holds a byte without a meaning"
        }
    }

    /// Parses a document; nil when it is none.
    mutating func parse(_ body: UnsafeRawBufferPointer) -> JSONTape? {
        if unsafe handle == nil { unsafe handle = learnd_msgpack_new(JSONParser.depthMax) }
        guard let handle = unsafe handle, let bytes = body.baseAddress else {
            lastError = LEARND_MSGPACK_MEMORY
            return nil
        }
        if body.count > MessagePackParser.keptBytesMax { keepsMuch = true }
        let start = unsafe bytes.assumingMemoryBound(to: UInt8.self)
        var tape = unsafe learnd_msgpack_tape()
        let error = unsafe learnd_msgpack_parse(handle, start, body.count, &tape)
        lastError = LEARND_MSGPACK_OK
        guard error == 0 else {
            lastError = Int(error)
            return nil
        }
        return unsafe JSONTape(tape)
    }

    /// Gives memory back after an unusually long body.
    ///
    /// No tape may be in use.
    mutating func trim() {
        guard keepsMuch else { return }
        unsafe learnd_msgpack_free(handle)
        unsafe handle = nil
        keepsMuch = false
    }
}
