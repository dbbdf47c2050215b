// SPDX-License-Identifier: Apache-2.0
//
// A file with one JSON object on each line. Lines that are samples (they have an `x`) go out as
// they are, right or wrong: the daemon judges and counts them. Flat objects become samples when
// --label says which member is the label.

import Decoding
import Primitives

/// The samples of a file of lines.
struct LineSamples: ~Copyable, MessageSource {
    private var lines: LineReader
    private let label: String?
    private let skipsBad: Bool
    private var json = JSONBytes()
    private var alone: [UInt8]?
    private(set) var skipped = 0

    init(_ source: consuming ByteSource, label: String?, skipsBad: Bool) throws(Failure) {
        lines = LineReader(source)
        self.skipsBad = skipsBad
        // The first line says which of the two kinds the file is.
        var first = try lines.next()
        while let line = first, LineSamples.isBlank(line) { first = try lines.next() }
        var isFlat = false
        if let line = first {
            isFlat = LineSamples.isFlat(line)
            lines.giveBack(line)
        }
        guard isFlat else {
            self.label = nil
            return
        }
        guard let label else {
            throw .usage(
                "the lines of \(lines.name) are no samples with an x, and --label is missing",
                remedy: "say which member is the label: --label NAME"
            )
        }
        self.label = label
    }

    var progress: Double? {
        lines.size.map { $0 == 0 ? 1 : Double(lines.bytesPassed) / Double($0) }
    }

    mutating func next(_ samples: Int, into body: inout [UInt8]) throws(Failure) -> Int {
        if let line = alone {
            alone = nil
            body = line
            return 1
        }
        var count = 0
        while count < samples, let line = try lines.next() {
            if LineSamples.isBlank(line) { continue }
            if let label {
                guard let sample = try flatSample(line, label) else { continue }
                json.add(sample)
            } else if LineSamples.canShareBody(line) {
                json.add(line)
            } else if count == 0 {
                // What could spoil its neighbours goes out by itself.
                body = line
                return 1
            } else {
                alone = line
                break
            }
            json.add(UInt8(ascii: "\n"))
            count += 1
        }
        if count > 0 { json.take(into: &body) }
        return count
    }

    private static func isBlank(_ line: [UInt8]) -> Bool {
        line.allSatisfy { $0 == 32 || $0 == 9 || $0 == 13 }
    }

    /// Whether the line is an object without an `x` of features.
    private static func isFlat(_ line: [UInt8]) -> Bool {
        guard let value = try? parseJSON(line), case .object = value else { return false }
        switch value["x"] {
        case .array, .object: return false
        default: return true
        }
    }

    /// Whether the line may stand beside others: an object in UTF-8 without NUL.
    private static func canShareBody(_ line: [UInt8]) -> Bool {
        let first = line.first { $0 != 32 && $0 != 9 }
        guard first == UInt8(ascii: "{"), !line.contains(0) else { return false }
        return line.allSatisfy { $0 < 0x80 } || String(validating: line, as: UTF8.self) != nil
    }

    private mutating func flatSample(
        _ line: [UInt8],
        _ label: String
    ) throws(Failure) -> [UInt8]? {
        guard let value = try? parseJSON(line), case .object(let members) = value else {
            guard skipsBad else {
                throw .data(
                    "\(lines.name), line \(lines.line): it is not a JSON object",
                    remedy: "mend the line, or pass over such lines with --skip-bad"
                )
            }
            skipped += 1
            return nil
        }
        let features = members.filter { $0.name != label && $0.value != .null }
        return JSONValue.object(pairs: [
            "x": .object(features), "y": value[label] ?? .null,
        ]).jsonBytes
    }
}

/// Reads lines.
struct LineReader: ~Copyable {
    private var source: ByteSource
    private var buffer: [UInt8] = []
    private var position = 0
    private var isAtEnd = false
    private var given: [UInt8]?
    /// The number of the line that was read last, from 1.
    private(set) var line = 0
    /// How many bytes were passed.
    private(set) var bytesPassed = 0

    static let lineBytesMax = 16 << 20

    init(_ source: consuming ByteSource) {
        self.source = source
    }

    /// What the source is called.
    var name: String { source.name }
    /// Its length where that is known.
    var size: Int? { source.size }

    /// Gives a line back, to be the next one.
    mutating func giveBack(_ line: [UInt8]) {
        given = line
    }

    /// The next line without its end; nil when there is none.
    mutating func next() throws(Failure) -> [UInt8]? {
        if let given {
            self.given = nil
            return given
        }
        while true {
            if let end = buffer[position...].firstIndex(of: UInt8(ascii: "\n")) {
                return take(to: end, next: end + 1)
            }
            if isAtEnd {
                return position < buffer.count ? take(to: buffer.count, next: buffer.count) : nil
            }
            guard buffer.count - position <= LineReader.lineBytesMax else {
                throw .data("\(name), line \(line + 1): the line is longer than 16 MiB")
            }
            buffer.removeSubrange(..<position)
            position = 0
            let piece = try source.next()
            isAtEnd = piece.isEmpty
            buffer += piece
        }
    }

    private mutating func take(to end: Int, next: Int) -> [UInt8] {
        var last = end
        if last > position, buffer[last - 1] == UInt8(ascii: "\r") { last -= 1 }
        let line = Array(buffer[position..<last])
        bytesPassed += next - position
        position = next
        self.line += 1
        return line
    }
}
