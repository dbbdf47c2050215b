// SPDX-License-Identifier: Apache-2.0
//
// Which generated stream the command line asks for, where its world changes, and what else was said
// of it. Whatever is misspelt gets a suggestion; whatever is out of range gets its limits.

import Configuration
import Samples

/// A generated stream that shall be sent.
struct SyntheticWish {
    let stream: SyntheticStream
    let rows: Int
    let seed: UInt64
    let drifts: [Int]
    let values: StreamValues
    let format: BodyFormat
    let isNamed: Bool

    /// Options that mean nothing without `--synthetic`.
    private static let options = ["--rows", "--seed", "--drifts", "--with"]

    /// Reads the options; nil when no generated stream is asked for.
    init?(_ arguments: Arguments, format: BodyFormat?, isNamed: Bool) throws(Failure) {
        guard let name = arguments.text("--synthetic") else {
            if let option = SyntheticWish.options.first(where: arguments.has) {
                throw .usage("\(option) belongs to --synthetic NAME, which is missing")
            }
            return nil
        }
        guard let stream = SyntheticStream(rawValue: name) else {
            let known = SyntheticStream.allCases.map(\.rawValue)
            throw .usage(
                "there is no stream \(name)",
                remedy: SyntheticWish.advice(name, known)
            )
        }
        self.stream = stream
        rows = try arguments.integer("--rows", in: 1...1_000_000_000_000) ?? 100_000
        seed = UInt64(try arguments.integer("--seed", in: 0...Int.max) ?? 1)
        values = try SyntheticWish.values(arguments.text("--with"), of: stream)
        drifts =
            try SyntheticWish.drifts(arguments.text("--drifts"), of: stream, rows: rows)
            ?? stream.positions(within: rows, seed: seed)
        if isNamed, stream.make(seed: seed, drifts: []).columns == nil {
            throw .usage(
                "the features of \(name) have no names",
                remedy: "leave --named away"
            )
        }
        self.isNamed = isNamed || stream.isText
        let reason =
            stream.isText
            ? "its samples are texts"
            : stream.namesContexts
                ? "its samples name their contexts" : isNamed ? "of --named" : nil
        if format == .packed, let reason {
            throw .usage(
                "\(name) cannot be sent packed, because \(reason)",
                remedy: "leave --format away, or say --format json"
            )
        }
        self.format = format ?? (reason == nil ? .packed : .json)
    }

    private static func advice(_ text: String, _ known: [String]) -> String {
        let guess = EditDistance.suggestion(for: text, among: known)
        return (guess.map { "did you mean \($0)? " } ?? "")
            + "there are \(known.joined(separator: ", "))"
    }

    /// The positions; nil when nothing was said of them.
    private static func drifts(
        _ text: String?,
        of stream: SyntheticStream,
        rows: Int
    ) throws(Failure) -> [Int]? {
        guard let text, text != "none" else { return text.map { _ in [] } }
        guard stream.hasDrifts else {
            throw .usage(
                "\(stream.rawValue) has no drifts at positions (\(stream.facts.drift))",
                remedy: "leave --drifts away"
            )
        }
        var drifts: [Int] = []
        for word in text.split(separator: ",", omittingEmptySubsequences: false) {
            guard let position = Int(word), (1..<rows).contains(position) else {
                throw .usage(
                    "--drifts has \(word), not the number of a sample from 1 to \(rows - 1)",
                    remedy: "write --drifts 5000,9000, or none; --rows says how many there are"
                )
            }
            guard position > drifts.last ?? 0 else {
                throw .usage("--drifts has \(word) out of order", remedy: "let them ascend")
            }
            drifts.append(position)
        }
        return drifts
    }

    private static func values(
        _ text: String?,
        of stream: SyntheticStream
    ) throws(Failure) -> StreamValues {
        var values = StreamValues()
        for word in text?.split(separator: ",", omittingEmptySubsequences: false) ?? [] {
            let parts = word.split(separator: "=", maxSplits: 1).map(String.init)
            guard parts.count == 2 else {
                throw .usage("--with has \(word)", remedy: "write NAME=VALUE,NAME=VALUE")
            }
            guard let rule = stream.parameters.first(where: { $0.name == parts[0] }) else {
                throw .usage(
                    "\(stream.rawValue) has no parameter \(parts[0])",
                    remedy: advice(parts[0], stream.parameters.map(\.name))
                )
            }
            guard values[rule.name] == nil else { throw .usage("\(rule.name) stands twice") }
            guard let number = Double(parts[1]), rule.allows(number) else {
                let kind = rule.isWhole ? "" : "a number "
                throw .usage(
                    "\(rule.name) is \(parts[1]), not \(kind)\(rule.rangeText)",
                    remedy: "it is the \(rule.meaning)"
                )
            }
            values[rule.name] = number
        }
        if let conflict = stream.conflict(in: values) { throw .usage(conflict) }
        return values
    }
}
