// SPDX-License-Identifier: Apache-2.0
//
// A CSV file as messages. Its columns go out as arrays in the order of the header, or by name when
// one of them holds texts or when that was asked for.

import Primitives

/// Where messages come from.
protocol MessageSource: ~Copyable {
    /// How far it is, from 0 to 1; nil when nobody knows.
    var progress: Double? { get }
    /// Records that were passed over.
    var skipped: Int { get }
    /// Fills `body` with at most `samples` samples, and returns how many; 0 at the end.
    mutating func next(_ samples: Int, into body: inout [UInt8]) throws(Failure) -> Int
}

/// The samples of a CSV file.
struct TableSamples: ~Copyable, MessageSource {
    let format: BodyFormat
    let isNamed: Bool
    private var file: TableFile
    private var packed: PackedSamples
    private var json = JSONBytes()
    private let keys: [[UInt8]]
    private var skippedRows: Int?

    private init(
        _ file: consuming TableFile,
        format: BodyFormat,
        keys: [[UInt8]]?,
        skipsBad: Bool
    ) {
        self.format = format
        isNamed = keys != nil
        self.keys = keys ?? []
        packed = PackedSamples(width: file.layout.features.count, hasLabels: true)
        skippedRows = skipsBad ? 0 : nil
        self.file = file
    }

    /// Opens a table and chooses how its samples are sent.
    static func open(
        _ source: consuming ByteSource,
        label: String,
        format wanted: BodyFormat?,
        named: Bool,
        skipsBad: Bool
    ) throws(Failure) -> TableSamples {
        let name = source.name
        let file = try TableFile.open(source, label: label, skipsBad: skipsBad)
        let layout = file.layout
        guard !layout.features.isEmpty else {
            throw .data("\(name) has no column but the label \(label)")
        }
        let reason = reasonForJSON(layout, named: named)
        if wanted == .packed, let reason {
            throw .data(
                "\(name) cannot be sent packed, because of \(reason); packed samples are numbers",
                remedy: "leave --format away, or say --format json"
            )
        }
        let usual = reason == nil && layout.labelFitsSingle ? BodyFormat.packed : .json
        let isNamed = named || !layout.hasNumericFeatures
        return TableSamples(
            file,
            format: wanted ?? usual,
            keys: isNamed ? try keys(of: layout, file: name) : nil,
            skipsBad: skipsBad
        )
    }

    /// What keeps the samples from being packed.
    private static func reasonForJSON(_ layout: TableLayout, named: Bool) -> String? {
        if let text = layout.textFeature { return "the feature " + text }
        if let label = layout.label, layout.isText[label] {
            return "the label \(layout.names[label]) (\(layout.firstText[label] ?? "text"))"
        }
        return named ? "--named" : nil
    }

    /// The names of the features as they stand in an object.
    private static func keys(
        of layout: TableLayout,
        file: String
    ) throws(Failure) -> [[UInt8]] {
        var keys: [[UInt8]] = []
        for (place, feature) in layout.features.enumerated() {
            let name = layout.names[feature]
            let isTwice = layout.features[..<place].contains { layout.names[$0] == name }
            guard !name.isEmpty, !isTwice else {
                let problem = name.isEmpty ? "has no name" : "is called \(name), like another"
                throw .data(
                    "\(file): column \(feature + 1) \(problem)",
                    remedy: "features that go by name need different names"
                )
            }
            keys.append(Array(JSONValue.string(name).jsonText.utf8) + [UInt8(ascii: ":")])
        }
        return keys
    }

    var progress: Double? {
        file.size.map { $0 == 0 ? 1 : Double(file.reader.bytesPassed) / Double($0) }
    }

    var skipped: Int { skippedRows ?? 0 }

    mutating func next(_ samples: Int, into body: inout [UInt8]) throws(Failure) -> Int {
        var count = 0
        while count < samples, try file.next(skipped: &skippedRows) {
            if format == .packed { try addPacked() } else { try addJSON() }
            count += 1
        }
        guard count > 0 else { return 0 }
        if format == .packed { packed.take(into: &body) } else { json.take(into: &body) }
        return count
    }

    private mutating func addPacked() throws(Failure) {
        for place in 0..<file.layout.features.count {
            let column = file.layout.features[place]
            let value = file.reader.value(column)
            if value == .text { throw file.unexpectedText(in: column) }
            packed.add(feature: value)
        }
        guard let label = file.layout.label else { return }
        let value = file.reader.value(label)
        if value == .text { throw file.unexpectedText(in: label) }
        packed.add(label: value)
    }

    private mutating func addJSON() throws(Failure) {
        json.add(isNamed ? "{\"x\":{" : "{\"x\":[")
        var isFirst = true
        for place in 0..<file.layout.features.count {
            let column = file.layout.features[place]
            let value = file.reader.value(column)
            if isNamed {
                // A feature that is missing is left away.
                if value == .missing { continue }
                if !isFirst { json.add(UInt8(ascii: ",")) }
                json.add(keys[place])
            } else if !isFirst {
                json.add(UInt8(ascii: ","))
            }
            isFirst = false
            try add(value, of: column)
        }
        json.add(isNamed ? UInt8(ascii: "}") : UInt8(ascii: "]"))
        if let label = file.layout.label {
            let value = file.reader.value(label)
            if value != .missing {
                json.add(",\"y\":")
                try add(value, of: label)
            }
        }
        json.add("}\n")
    }

    private mutating func add(_ value: FieldValue, of column: Int) throws(Failure) {
        if file.layout.isText[column], value != .missing {
            json.add(text: file.reader.text(column))
            return
        }
        switch value {
        case .missing: json.add("null")
        case .text: throw file.unexpectedText(in: column)
        case .number(let number):
            if file.reader.isJSONNumber(column) {
                file.reader.copy(column, to: &json)
            } else {
                json.add(number: number)
            }
        }
    }
}
