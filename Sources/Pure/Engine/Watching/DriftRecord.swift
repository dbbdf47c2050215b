// SPDX-License-Identifier: Apache-2.0
//
// A detector's report as events and status show it.

import Drift
import Primitives

/// A detector's report and when it came.
struct DriftRecord: Sendable, Equatable {
    var isDrift: Bool
    var detector: String
    var signal: String
    var sample: UInt64
    var samplesSinceOnset: UInt64
    /// What it was that moved (`feature`, `label`, `context`, `producer`), if not the whole stream.
    var subject: (kind: String, name: String)?
    var aspect: String?
    var change: String
    /// Not a number where nobody knows.
    var size: Double
    var others: UInt64

    init(_ report: DriftReport, sample: UInt64) {
        isDrift = report.level == .drift
        detector = report.detector
        signal = report.signal.name
        self.sample = sample
        samplesSinceOnset = UInt64(max(0, report.samplesSinceOnset))
        change = report.change == .fall ? "fall" : "rise"
        size = report.size ?? .nan
        others = UInt64(max(0, report.others))
        switch report.subject {
        case .world: break
        case .feature(let name, let aspect):
            subject = ("feature", name)
            self.aspect = aspect.name
        case .target(let aspect): self.aspect = aspect.name
        case .label(let name): subject = ("label", name)
        case .context(let name): subject = ("context", name)
        case .producer(let name): subject = ("producer", name)
        }
    }

    static func == (left: DriftRecord, right: DriftRecord) -> Bool {
        left.json.jsonText == right.json.jsonText
    }

    /// The fields of the event.
    var json: JSONValue {
        var members: [JSONValue.Member] = [
            .init("level", isDrift ? "drift" : "warning"),
            .init("detector", .string(detector)),
            .init("signal", .string(signal)),
            .init("change", .string(change)),
            .init("sample", .int(Int64(clamping: sample))),
            .init("since", .int(Int64(clamping: samplesSinceOnset))),
        ]
        if let subject { members.append(.init(subject.kind, .string(subject.name))) }
        if let aspect { members.append(.init("aspect", .string(aspect))) }
        if size.isFinite { members.append(.init("size", .number(size))) }
        if others > 0 { members.append(.init("others", .int(Int64(clamping: others)))) }
        return .object(members)
    }
}

extension DriftRecord: ByteCodable {
    func encode(into writer: inout ByteWriter) {
        writer.write(isDrift)
        for text in [detector, signal, subject?.kind ?? "", subject?.name ?? "", aspect ?? ""] {
            writer.write(text)
        }
        writer.write(change)
        writer.write(sample)
        writer.write(samplesSinceOnset)
        writer.write(size)
        writer.write(others)
    }

    init(from reader: inout ByteReader) throws(DecodeError) {
        isDrift = try reader.readFlag()
        detector = try reader.readText()
        signal = try reader.readText()
        let (kind, name) = (try reader.readText(), try reader.readText())
        subject = kind.isEmpty ? nil : (kind, name)
        let aspect = try reader.readText()
        self.aspect = aspect.isEmpty ? nil : aspect
        change = try reader.readText()
        sample = try reader.read()
        samplesSinceOnset = try reader.read()
        size = try reader.readDouble()
        others = try reader.read()
    }
}

/// The last reports, oldest first.
struct DriftHistory: Sendable, Equatable, ByteCodable {
    private(set) var records: [DriftRecord] = []

    private static let most = 8

    init() {}

    mutating func add(_ record: DriftRecord) {
        if records.count == DriftHistory.most { records.removeFirst() }
        records.append(record)
    }

    func encode(into writer: inout ByteWriter) { writer.write(items: records) }

    init(from reader: inout ByteReader) throws(DecodeError) {
        records = try reader.readItems()
        guard records.count <= DriftHistory.most else {
            throw .invalid("a history of drifts is longer than any can be")
        }
    }
}
