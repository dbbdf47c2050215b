// SPDX-License-Identifier: Apache-2.0
//
// `learnctl send`: samples from a file, a stream or a generator to the daemon, none lost; at the
// end what was sent stands beside what the daemon's books say of it.

import Primitives
import Samples

extension Command {
    static let send = Command(
        name: "send",
        summary: "send the samples of a file (CSV or JSON lines), losing none",
        words: [WordRule("FILE", isOptional: true)],
        options: [
            OptionRule("--label", "COLUMN", help: "the column or member that is the label"),
            OptionRule("--format", "json|packed|msgpack", help: "the form of the messages"),
            OptionRule("--batch", "N", help: "samples a message (256)"),
            OptionRule("--rate", "N", help: "samples a second; as fast as possible unless said"),
            OptionRule("--named", help: "send features by name, not as arrays"),
            OptionRule("--producer", "NAME", help: "who sends, 1 to 8 characters (learnctl)"),
            OptionRule("--skip-bad", help: "pass over lines that are no records, and count them"),
            OptionRule("--to", "ENDPOINT", help: "the sample socket; the daemon's first otherwise"),
            OptionRule("--synthetic", "NAME", help: "a generated stream; they are listed below"),
            OptionRule("--rows", "N", help: "samples of a generated stream (100,000)"),
            OptionRule("--seed", "N", help: "its seed (1)"),
            OptionRule("--drifts", "LIST", help: "where its world changes: 5000,9000, or none"),
            OptionRule("--with", "LIST", help: "its parameters: noise=0.2,features=20"),
        ],
        details: [
            "FILE is CSV with a header, or has one JSON object on each line (.jsonl); - is "
                + "standard input. The columns of a CSV file go out as arrays in the order of the "
                + "header, or by name when one of them holds text, or with --named. Numeric "
                + "text becomes a number; an empty field is a missing value. Messages are packed "
                + "when everything is a number, else JSON.",
            "JSON lines with an x go out as they are. Flat objects become samples; --label names "
                + "the member that is the label.",
            "Two senders to one learner at the same time need different --producer names: of one "
                + "producer, only the start that came last counts.",
            "It ends when the daemon's books have every sample, with exit code 1 when they do not "
                + "within 10 s.",
        ],
        lists: [
            HelpList(
                title: "generated streams, and what --with may set",
                rows: SyntheticStream.allCases.map { stream in
                    let parameters = stream.parameters.map(\.name).joined(separator: " ")
                    return [stream.rawValue, stream.facts.summary, parameters]
                }
            )
        ],
        isReading: true
    ) { arguments, console throws(Failure) in
        let wish = try SendWish(arguments)
        guard let file = arguments.word(0) else {
            guard let synthetic = wish.synthetic else {
                throw .usage("FILE is missing", remedy: "name one, or use --synthetic NAME")
            }
            return try ship(SyntheticSamples(synthetic), wish, arguments, console)
        }
        guard wish.synthetic == nil else {
            throw .usage("\(file) and --synthetic cannot both be sent")
        }
        var source = try ByteSource(file)
        guard try FileKind.isLines(&source, path: file) else {
            guard let label = wish.label else {
                throw .usage("--label COLUMN is missing", remedy: "name the label's column")
            }
            let samples = try TableSamples.open(
                source,
                label: label,
                format: wish.format,
                named: wish.isNamed,
                skipsBad: wish.skipsBad
            )
            return try ship(samples, wish, arguments, console)
        }
        guard wish.format != .packed else {
            throw .usage("JSON lines cannot be sent packed", remedy: "leave --format away")
        }
        let samples = try LineSamples(source, label: wish.label, skipsBad: wish.skipsBad)
        return try ship(samples, wish, arguments, console)
    }

    /// Sends the samples in the form that was asked for.
    private static func ship(
        _ samples: consuming some MessageSource & ~Copyable,
        _ wish: SendWish,
        _ arguments: Arguments,
        _ console: Console
    ) throws(Failure) -> ExitCode {
        guard wish.format == .msgpack else {
            return try SendJob.run(samples, wish, arguments, console)
        }
        return try SendJob.run(MessagePackSamples(samples), wish, arguments, console)
    }
}

/// What the command line asks of `send`.
struct SendWish {
    let label: String?
    let format: BodyFormat?
    let batch: Int
    let rate: Double?
    let isNamed: Bool
    let skipsBad: Bool
    let producer: String
    let endpoint: String?
    let synthetic: SyntheticWish?

    /// The most samples of a message.
    static let batchMax = 65_536
    /// The longest name of a producer.
    private static let producerBytesMax = 8

    init(_ arguments: Arguments) throws(Failure) {
        label = arguments.text("--label")
        format = try SendWish.format(arguments.text("--format"))
        rate = try arguments.positive("--rate")
        isNamed = arguments.has("--named")
        skipsBad = arguments.has("--skip-bad")
        endpoint = arguments.text("--to")
        // Slow streams would otherwise arrive in few, large lumps: ten messages a second at least.
        let few = rate.map { Int(max(1, min($0 / 10, 256))) }
        batch = try arguments.integer("--batch", in: 1...SendWish.batchMax) ?? few ?? 256
        producer = arguments.text("--producer") ?? "learnctl"
        guard producer.utf8.count <= SendWish.producerBytesMax, Name.isValid(producer.utf8) else {
            throw .usage(
                "--producer is \(producer)",
                remedy: "use 1 to \(SendWish.producerBytesMax) of the characters a-z, 0-9, _ and -"
            )
        }
        synthetic = try SyntheticWish(arguments, format: format, isNamed: isNamed)
    }

    private static func format(_ text: String?) throws(Failure) -> BodyFormat? {
        guard let text else { return nil }
        guard let format = BodyFormat(rawValue: text) else {
            throw .usage("--format is \(text), not json, packed or msgpack")
        }
        return format
    }
}

/// Which of the two kinds of file it is.
enum FileKind {
    /// Whether the file has a JSON object on each line: by its name, or by its first byte.
    static func isLines(_ source: inout ByteSource, path: String) throws(Failure) -> Bool {
        for ending in [".jsonl", ".ndjson"] where path.hasSuffix(ending) { return true }
        if path.hasSuffix(".csv") { return false }
        var first = source.isRepeatable ? try source.again() : nil
        if first != nil {
            return begins(try first?.next() ?? [])
        }
        let bytes = try source.next()
        source.giveBack(bytes)
        return begins(bytes)
    }

    private static func begins(_ bytes: [UInt8]) -> Bool {
        bytes.first { $0 > 32 } == UInt8(ascii: "{")
    }
}
