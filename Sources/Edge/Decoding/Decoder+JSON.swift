// SPDX-License-Identifier: Apache-2.0
//
// JSON bodies: one object, an array of objects, or one object a line. Which of these it is:
//
//   1. without a newline inside, a document;
//   2. if the first line is an object by itself, lines;
//   3. if the whole is JSON, a document that was written over several lines;
//   4. if any line is an object, lines, of which the others are bad;
//   5. otherwise it is malformed.

import Samples

extension Decoder {
    /// Appends the samples of a JSON body.
    mutating func decodeJSON(
        _ body: UnsafeRawBufferPointer,
        from origin: Origin,
        into batch: inout MicroBatch
    ) {
        guard body.count <= limits.jsonBytesMax else {
            refuse(
                whole: .malformed,
                from: origin,
                in: &batch,
                detail: "a JSON body of \(body.count) bytes is longer than"
                    + " \(limits.jsonBytesMax); send fewer samples a message, or packed ones"
            )
            return
        }
        unsafe parser.load(body)
        decodeLoaded(from: origin, into: &batch)
        parser.trim()
    }

    private mutating func decodeLoaded(from origin: Origin, into batch: inout MicroBatch) {
        let text = trimmed(0..<parser.count)
        guard !text.isEmpty else {
            refuse(whole: .malformed, from: origin, in: &batch, detail: "the body is empty")
            return
        }
        let firstEnd = parser.newline(in: text)
        if let firstEnd, isObject(trimmed(text.lowerBound..<firstEnd)) {
            decodeLines(text, from: origin, into: &batch)
        } else if let tape = parser.parse(text) {
            decodeDocument(tape, from: origin, into: &batch)
        } else {
            let detail = "the body is not JSON: \(parser.errorText)"
            if firstEnd != nil, lines(text).contains(where: { isObject($0) }) {
                decodeLines(text, from: origin, into: &batch)
            } else {
                refuse(whole: .malformed, from: origin, in: &batch, detail: detail)
            }
        }
    }

    mutating func decodeDocument(
        _ tape: JSONTape,
        from origin: Origin,
        into batch: inout MicroBatch
    ) {
        switch tape.kind(JSONTape.start) {
        case .object:
            guard accepts(rows: 1, from: origin, in: &batch) else { return }
            decodeSample(tape, at: JSONTape.start, from: origin, into: &batch)
        case .array:
            let count = tape.elementCount(JSONTape.start)
            guard accepts(rows: count, from: origin, in: &batch) else { return }
            var index = JSONTape.start + 1
            for _ in 0..<count {
                if tape.kind(index) == .object {
                    decodeSample(tape, at: index, from: origin, into: &batch)
                } else {
                    refuseElement(from: origin, in: &batch)
                }
                index = tape.next(index)
            }
        default:
            refuse(
                whole: .malformed,
                from: origin,
                in: &batch,
                detail: "the body is neither an object nor an array of objects"
            )
        }
    }

    private mutating func decodeLines(
        _ text: Range<Int>,
        from origin: Origin,
        into batch: inout MicroBatch
    ) {
        let lines = lines(text)
        guard accepts(rows: lines.count, from: origin, in: &batch) else { return }
        for line in lines {
            guard let tape = parser.parse(line) else {
                batch.refuse(
                    .malformed,
                    producer: origin.producer,
                    detail: "a line is not JSON: \(parser.errorText)"
                )
                continue
            }
            if tape.kind(JSONTape.start) == .object {
                decodeSample(tape, at: JSONTape.start, from: origin, into: &batch)
            } else {
                refuseElement(from: origin, in: &batch)
            }
        }
    }

    private func refuseElement(from origin: Origin, in batch: inout MicroBatch) {
        batch.refuse(
            .malformed,
            producer: origin.producer,
            detail: "an element of the body is not an object; a sample is {\"x\": …, \"y\": …}"
        )
    }

    private mutating func isObject(_ range: Range<Int>) -> Bool {
        guard !range.isEmpty, parser.byte(range.lowerBound) == UInt8(ascii: "{"),
            let tape = parser.parse(range)
        else { return false }
        return tape.kind(JSONTape.start) == .object
    }

    /// The lines that are not blank.
    private func lines(_ text: Range<Int>) -> [Range<Int>] {
        var lines: [Range<Int>] = []
        var start = text.lowerBound
        while start < text.upperBound {
            let end = parser.newline(in: start..<text.upperBound) ?? text.upperBound
            let line = trimmed(start..<end)
            if !line.isEmpty { lines.append(line) }
            start = end + 1
        }
        return lines
    }

    /// The range without blanks at its ends.
    private func trimmed(_ range: Range<Int>) -> Range<Int> {
        var (start, end) = (range.lowerBound, range.upperBound)
        while start < end, isBlank(parser.byte(start)) { start += 1 }
        while end > start, isBlank(parser.byte(end - 1)) { end -= 1 }
        return start..<end
    }

    private func isBlank(_ byte: UInt8) -> Bool {
        byte == 0x20 || (0x09...0x0A).contains(byte) || byte == 0x0D
    }
}
