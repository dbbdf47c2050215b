// SPDX-License-Identifier: Apache-2.0
//
// simdjson's parser and a copy of the text with the padding that it asks for, in which numbers that
// JSON does not know are replaced by stand-ins when the first attempt fails. Both are kept from one
// message to the next, up to a bound.

import CSimdjson
import Glibc

/// Parses one text, or parts of it, at a time.
@safe
struct JSONParser: ~Copyable {
    private var handle: OpaquePointer?
    private var buffer: UnsafeMutableRawPointer?
    private var capacity = 0
    /// The length of the text that is loaded.
    private(set) var count = 0
    /// Whether stand-ins were put into the loaded text.
    private(set) var hasStandIns = false
    /// Why the last attempt failed, as simdjson's code.
    private var lastError: CInt = 0

    /// How deeply values may be nested.
    static let depthMax = 64
    /// A text longer than this makes the parser give its memory back afterwards.
    private static let keptBytesMax = 2 << 20

    deinit {
        unsafe learnd_json_free(handle)
        unsafe buffer?.deallocate()
    }

    /// Why the last attempt failed.
    var errorText: String {
        guard let text = unsafe learnd_json_error(lastError) else { return "unknown error" }
        let words = unsafe String(cString: text)
        return words.hasSuffix(".") ? String(words.dropLast()) : words
    }

    /// Says that the next tape is not of a text.
    mutating func forgetStandIns() {
        hasStandIns = false
    }

    /// Copies a text in.
    mutating func load(_ text: UnsafeRawBufferPointer) {
        hasStandIns = false
        count = text.count
        let padding = learnd_json_padding()
        if count + padding > capacity {
            unsafe buffer?.deallocate()
            capacity = max(4096, count + padding)
            unsafe buffer = .allocate(byteCount: capacity, alignment: 64)
        }
        guard let buffer = unsafe buffer else { return }
        if let source = text.baseAddress {
            unsafe buffer.copyMemory(from: source, byteCount: count)
        }
        unsafe (buffer + count).initializeMemory(as: UInt8.self, repeating: 0x20, count: padding)
    }

    /// Gives memory back after an unusually long text.
    ///
    /// No tape may be in use.
    mutating func trim() {
        guard capacity > JSONParser.keptBytesMax else { return }
        unsafe learnd_json_free(handle)
        unsafe handle = nil
        unsafe buffer?.deallocate()
        unsafe buffer = nil
        capacity = 0
        count = 0
    }

    /// The byte at `index` of the loaded text.
    func byte(_ index: Int) -> UInt8 {
        precondition(index >= 0 && index < count, "a text is read between its ends")
        guard let buffer = unsafe buffer else { return 0 }
        return unsafe buffer.load(fromByteOffset: index, as: UInt8.self)
    }

    /// The index of the first newline in `range`, if there is one.
    func newline(in range: Range<Int>) -> Int? {
        guard let buffer = unsafe buffer, range.lowerBound >= 0, range.upperBound <= count else {
            return nil
        }
        let start = unsafe UnsafeRawPointer(buffer) + range.lowerBound
        guard let found = unsafe memchr(start, 0x0A, range.count) else { return nil }
        return unsafe range.lowerBound + (UnsafeRawPointer(found) - start)
    }

    /// Parses a part of the loaded text, if need be with stand-ins; nil when it is not JSON.
    mutating func parse(_ range: Range<Int>, standIns: Bool = true) -> JSONTape? {
        precondition(range.lowerBound >= 0 && range.upperBound <= count, "a part of the text")
        if let tape = attempt(range) { return tape }
        guard standIns, let buffer = unsafe buffer else { return nil }
        let error = lastError
        let bytes = unsafe UnsafeMutableRawBufferPointer(
            start: buffer + range.lowerBound,
            count: range.count
        )
        let replaced = unsafe bytes.withMemoryRebound(to: UInt8.self) { bytes in
            var span = unsafe bytes.mutableSpan
            return StandIns.replace(in: &span)
        }
        guard replaced else { return nil }
        hasStandIns = true
        if let tape = attempt(range) { return tape }
        lastError = error
        return nil
    }

    private mutating func attempt(_ range: Range<Int>) -> JSONTape? {
        if unsafe handle == nil { unsafe handle = learnd_json_new(JSONParser.depthMax) }
        guard let handle = unsafe handle, let buffer = unsafe buffer else { return nil }
        let text = unsafe (buffer + range.lowerBound).assumingMemoryBound(to: UInt8.self)
        var tape = unsafe learnd_json_tape()
        lastError = unsafe learnd_json_parse(handle, text, range.count, &tape)
        guard lastError == 0 else { return nil }
        return unsafe JSONTape(tape)
    }
}
