// SPDX-License-Identifier: Apache-2.0
//
// A parsed document as simdjson leaves it, and the parser of MessagePack likewise: a tape of words,
// each with its type in the highest byte and a payload in the rest. Opening brackets say how many
// elements they hold and where they end, so that any value can be stepped over at once:
//
//   { [    payload: 32 bits index after the closing bracket, 24 bits count (at most 2^24 - 1)
//   "      payload: where the text stands among the strings: its length in 4 bytes, then its bytes
//   l u d  a signed, unsigned or floating number, whose bits are the next word
//   t f n  true, false, null
//   b      binary data, in MessagePack only
//
// Every access is checked, so a tape can be read wrongly, but not beyond its ends.

import CMsgpack
import CSimdjson

/// A parsed document, valid until its parser parses again.
@safe
struct JSONTape {
    /// The type of a value, as simdjson spells it.
    enum Kind: UInt8 {
        case object = 0x7B
        case array = 0x5B
        case objectEnd = 0x7D
        case arrayEnd = 0x5D
        case text = 0x22
        case integer = 0x6C
        case unsigned = 0x75
        case number = 0x64
        case yes = 0x74
        case no = 0x66
        case null = 0x6E
        case binary = 0x62
        case root = 0x72
    }

    /// From here on the tape does not say how many elements an array or object has.
    static let countMax = 0xFF_FFFF
    /// The index of the document's value.
    static let start = 1

    private let words: UnsafePointer<UInt64>
    private let count: Int
    private let strings: UnsafePointer<UInt8>
    private let stringBytes: Int

    init?(_ tape: learnd_json_tape) {
        guard let words = unsafe tape.tape, let strings = unsafe tape.strings else { return nil }
        unsafe self.words = words
        count = unsafe tape.words
        unsafe self.strings = strings
        stringBytes = unsafe tape.string_bytes
    }

    init?(_ tape: learnd_msgpack_tape) {
        guard let words = unsafe tape.tape else { return nil }
        unsafe self.words = words
        count = unsafe tape.words
        // A document without texts has no strings, and asks for none.
        unsafe strings = tape.strings ?? UnsafeRawPointer(words).assumingMemoryBound(to: UInt8.self)
        stringBytes = unsafe tape.string_bytes
    }

    private func word(_ index: Int) -> UInt64 {
        precondition(index >= 0 && index < count, "a tape is read between its ends")
        return unsafe words[index]
    }

    /// The type of the value at `index`.
    func kind(_ index: Int) -> Kind {
        Kind(rawValue: UInt8(truncatingIfNeeded: word(index) >> 56)) ?? .root
    }

    /// The index after the value at `index`.
    func next(_ index: Int) -> Int {
        let word = word(index)
        switch UInt8(truncatingIfNeeded: word >> 56) {
        case 0x7B, 0x5B: return Int(word & 0xFFFF_FFFF)
        case 0x6C, 0x75, 0x64: return index + 2
        default: return index + 1
        }
    }

    /// How many elements the array or members the object at `index` has.
    func elementCount(_ index: Int) -> Int { Int(word(index) >> 32) & JSONTape.countMax }

    /// The signed number at `index`.
    func integer(_ index: Int) -> Int64 { Int64(bitPattern: word(index + 1)) }

    /// The unsigned number at `index`, which is beyond the signed ones.
    func unsigned(_ index: Int) -> UInt64 { word(index + 1) }

    /// The floating number at `index`.
    func number(_ index: Int) -> Double { Double(bitPattern: word(index + 1)) }

    /// The number at `index` in double precision; nil when it is none.
    func double(_ index: Int) -> Double? {
        switch kind(index) {
        case .number: number(index)
        case .integer: Double(integer(index))
        case .unsigned: Double(unsigned(index))
        default: nil
        }
    }

    /// Calls `body` with the UTF-8 of the text at `index`.
    func withText<Result>(_ index: Int, _ body: (Span<UInt8>) -> Result) -> Result {
        let bytes = unsafe text(index)
        return unsafe body(bytes.span)
    }

    /// The text at `index`.
    func string(_ index: Int) -> String {
        unsafe String(decoding: text(index), as: UTF8.self)
    }

    /// The first bytes of the text at `index`, for a log line.
    func quotedText(_ index: Int) -> String { unsafe quoted(text(index)) }

    private func text(_ index: Int) -> UnsafeBufferPointer<UInt8> {
        let offset = Int(word(index) & 0x00FF_FFFF_FFFF_FFFF)
        precondition(offset + 4 <= stringBytes, "a text stands among the strings")
        let raw = unsafe UnsafeRawPointer(strings + offset)
        let length = Int(unsafe raw.loadUnaligned(as: UInt32.self))
        precondition(offset + 4 + length <= stringBytes, "a text ends among the strings")
        return unsafe UnsafeBufferPointer(start: strings + offset + 4, count: length)
    }
}
