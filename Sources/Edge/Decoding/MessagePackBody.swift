// SPDX-License-Identifier: Apache-2.0
//
// Writing MessagePack bodies: by hand, or from JSON lines, which is how learnctl sends them. A
// number that single precision holds exactly is written in five bytes, others in nine; either way
// the reader gets the same number.

/// MessagePack bytes, part by part.
package struct MessagePackWriter: Sendable {
    /// What has been written.
    package private(set) var bytes: [UInt8] = []

    /// Makes an empty body.
    package init() {}

    /// Begins a map of so many keys and values.
    package mutating func map(_ count: Int) {
        head(count, fixed: 0x80, fixedMax: 15, short: 0xDE, long: 0xDF)
    }

    /// Begins an array.
    package mutating func array(_ count: Int) {
        head(count, fixed: 0x90, fixedMax: 15, short: 0xDC, long: 0xDD)
    }

    /// Adds a text.
    package mutating func add(_ text: String) {
        add(utf8: Array(text.utf8))
    }

    /// Adds a number.
    package mutating func add(_ number: Double) {
        let single = Float(number)
        if Double(single) == number || number.isNaN {
            bytes.append(0xCA)
            add(bits: UInt64(single.bitPattern), byteCount: 4)
        } else {
            bytes.append(0xCB)
            add(bits: number.bitPattern, byteCount: 8)
        }
    }

    /// Adds a whole number.
    package mutating func add(_ number: Int64) {
        if (-32...127).contains(number) {
            bytes.append(UInt8(truncatingIfNeeded: number))
        } else {
            bytes.append(0xD3)
            add(bits: UInt64(bitPattern: number), byteCount: 8)
        }
    }

    /// Adds a whole number.
    package mutating func add(_ number: UInt64) {
        bytes.append(0xCF)
        add(bits: number, byteCount: 8)
    }

    /// Adds true or false.
    package mutating func add(_ flag: Bool) {
        bytes.append(flag ? 0xC3 : 0xC2)
    }

    /// Adds what stands for "missing".
    package mutating func addNil() {
        bytes.append(0xC0)
    }

    /// Adds numbers as binary data: float32, little-endian.
    package mutating func add(binary numbers: [Float]) {
        bytes.append(0xC6)
        add(bits: UInt64(numbers.count * 4), byteCount: 4)
        for number in numbers {
            for shift in stride(from: UInt32(0), to: 32, by: 8) {
                bytes.append(UInt8(truncatingIfNeeded: number.bitPattern >> shift))
            }
        }
    }

    /// Replaces `target` by the bytes, and begins again.
    package mutating func take(into target: inout [UInt8]) {
        swap(&bytes, &target)
        bytes.removeAll(keepingCapacity: true)
    }

    mutating func add(utf8 text: [UInt8]) {
        if text.count < 32 {
            bytes.append(0xA0 | UInt8(text.count))
        } else if text.count < 1 << 16 {
            bytes.append(0xDA)
            add(bits: UInt64(text.count), byteCount: 2)
        } else {
            bytes.append(0xDB)
            add(bits: UInt64(text.count), byteCount: 4)
        }
        bytes.append(contentsOf: text)
    }

    private mutating func head(
        _ count: Int,
        fixed: UInt8,
        fixedMax: Int,
        short: UInt8,
        long: UInt8
    ) {
        if count <= fixedMax {
            bytes.append(fixed | UInt8(count))
        } else if count < 1 << 16 {
            bytes.append(short)
            add(bits: UInt64(count), byteCount: 2)
        } else {
            bytes.append(long)
            add(bits: UInt64(count), byteCount: 4)
        }
    }

    private mutating func add(bits: UInt64, byteCount: Int) {
        for index in (0..<byteCount).reversed() {
            bytes.append(UInt8(truncatingIfNeeded: bits >> UInt64(index * 8)))
        }
    }
}

/// Makes MessagePack bodies of JSON lines.
package struct MessagePackTranscoder: ~Copyable {
    private var parser = JSONParser()
    private var writer = MessagePackWriter()

    /// Makes a transcoder.
    package init() {}

    /// Replaces `body` by an array of the values that stand on the lines of `text`.
    ///
    /// - Returns: Nil; or what is wrong with a line, in words, and then `body` is as it was.
    package mutating func transcode(
        lines text: [UInt8],
        into body: inout [UInt8]
    ) -> String? {
        let newline = UInt8(ascii: "\n")
        let lines = text.split(separator: newline)
        writer.array(lines.count)
        for line in lines {
            unsafe line.withUnsafeBytes { unsafe parser.load($0) }
            guard let tape = parser.parse(0..<parser.count) else {
                var rest: [UInt8] = []
                writer.take(into: &rest)
                return "\(quoted(line)) is not JSON: \(parser.errorText)"
            }
            _ = add(tape, at: JSONTape.start)
        }
        writer.take(into: &body)
        return nil
    }

    /// Adds the value at `index`, and gives the index after it.
    ///
    /// The parser has bounded the depth, and with it this recursion.
    private mutating func add(_ tape: JSONTape, at index: Int) -> Int {
        let isEmpty = tape.elementCount(index) == 0
        switch tape.kind(index) {
        case .null, .objectEnd, .arrayEnd, .binary, .root: writer.addNil()
        case .yes: writer.add(true)
        case .no: writer.add(false)
        case .integer: writer.add(tape.integer(index))
        case .unsigned: writer.add(tape.unsigned(index))
        case .number: writer.add(tape.number(index))
        case .text: writer.add(tape.string(index))
        // What JSON cannot say has a stand-in, and MessagePack can.
        case .object where isEmpty && parser.hasStandIns: writer.add(Double.nan)
        case .array where isEmpty && parser.hasStandIns: writer.add(Double.infinity)
        case .array:
            writer.array(tape.elementCount(index))
            var next = index + 1
            while tape.kind(next) != .arrayEnd { next = add(tape, at: next) }
        case .object:
            writer.map(tape.elementCount(index))
            var next = index + 1
            while tape.kind(next) != .objectEnd { next = add(tape, at: next) }
        }
        return tape.next(index)
    }
}
