// SPDX-License-Identifier: Apache-2.0
//
// The bodies of messages, filled sample by sample: packed, JSON arrays, JSON objects by name, or
// lines that are samples already.

import Decoding
import Primitives

/// The forms of a body.
enum BodyFormat: String, Sendable, CaseIterable {
    /// Text.
    case json
    /// 32-bit floating point, the fast way.
    case packed
    /// What JSON says, in fewer bytes.
    case msgpack
}

/// A packed body that is being filled.
struct PackedSamples {
    let width: Int
    let hasLabels: Bool
    private var features: [Float] = []
    private var labels: [Float] = []
    private var hasMissing = false

    init(width: Int, hasLabels: Bool) {
        self.width = width
        self.hasLabels = hasLabels
    }

    /// How many samples it holds.
    var count: Int { width == 0 ? labels.count : features.count / width }

    /// Adds a feature of the sample.
    ///
    /// NaN in a body may mean "missing", so a number that a file spells NaN goes out as an
    /// infinity: it is refused for the same reason, and never taken for a missing one.
    mutating func add(feature value: FieldValue) {
        switch value {
        case .number(let number): features.append(number.isNaN ? .infinity : Float(number))
        case .missing, .text:
            features.append(.nan)
            hasMissing = true
        }
    }

    /// Adds the label of the sample.
    mutating func add(label value: FieldValue) {
        switch value {
        case .number(let number): labels.append(number.isNaN ? .infinity : Float(number))
        case .missing, .text:
            labels.append(.nan)
            hasMissing = true
        }
    }

    /// The body's bytes; the next one begins.
    mutating func take(into bytes: inout [UInt8]) {
        PackedBody.encode(
            features: features,
            width: width,
            labels: hasLabels ? labels : nil,
            nanIsMissing: hasMissing,
            into: &bytes
        )
        features.removeAll(keepingCapacity: true)
        labels.removeAll(keepingCapacity: true)
        hasMissing = false
    }
}

/// JSON text as bytes, without a value for each part.
struct JSONBytes {
    private(set) var bytes: [UInt8] = []

    /// Text that is known to need no escaping.
    mutating func add(_ text: StaticString) {
        for index in 0..<text.utf8CodeUnitCount {
            bytes.append(unsafe text.utf8Start[index])
        }
    }

    mutating func add(_ byte: UInt8) {
        bytes.append(byte)
    }

    mutating func add(_ more: [UInt8]) {
        bytes.append(contentsOf: more)
    }

    /// A number as JSON has it, with the three words that Python writes for what is not finite.
    mutating func add(number: Double) {
        if number.isFinite {
            bytes.append(contentsOf: JSONValue.number(number).jsonText.utf8)
        } else {
            add(number.isNaN ? "NaN" : number < 0 ? "-Infinity" : "Infinity")
        }
    }

    /// A text in quotes.
    mutating func add(text: String) {
        bytes.append(contentsOf: JSONValue.string(text).jsonText.utf8)
    }

    /// Replaces `target` by the bytes, and begins again.
    mutating func take(into target: inout [UInt8]) {
        swap(&bytes, &target)
        bytes.removeAll(keepingCapacity: true)
    }
}
