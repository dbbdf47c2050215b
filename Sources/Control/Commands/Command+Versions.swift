// SPDX-License-Identifier: Apache-2.0
//
// `learnctl versions`, `show` and `get`: what was published.

import Primitives
import Storage
import Versions

extension Command {
    static let versions = Command(
        name: "versions",
        summary: "list the versions of a learner, the newest last",
        isReading: true
    ) { arguments, console throws(Failure) in
        var link = try DaemonLink.open(arguments)
        let versions = try link.ask("versions").ok
        if arguments.has(json.name) {
            console.line(versions.jsonText)
            return .done
        }
        var table = TextTable([
            ("VERSION", .right), ("CREATED", .left), ("REASON", .left), ("PARENT", .right),
            ("SAMPLES", .right), ("RECENT", .right), ("SIZE", .right), ("WEIGHTS", .left),
            ("", .left),
        ])
        for version in versions.items {
            let pinned = version["pinned"]?.flag == true ? "pinned" : nil
            let expired = version["status"]?.text == "expired" ? "expired" : nil
            table.add([
                Figures.grouped(version["version"]),
                version["created"]?.text ?? Figures.nothing,
                version["reason"]?.text ?? Figures.nothing,
                Figures.grouped(version["parent"]),
                Figures.grouped(version["samples"]),
                MeasureTable.headline(of: version["metrics"]),
                Figures.size(version["bytes"]?.integer),
                CompressionText.word(for: version["compression"]),
                [pinned, expired].compactMap { $0 }.joined(separator: ", "),
            ])
        }
        console.lines(
            versions.items.isEmpty
                ? ["no version yet; the first comes after 1,000 learned samples"] : table.lines()
        )
        return .done
    }

    static let show = Command(
        name: "show",
        summary: "show what is known of a version: its manifest",
        words: [WordRule("N")],
        isReading: true
    ) { arguments, console throws(Failure) in
        let number = try arguments.version(at: 0)
        var link = try DaemonLink.open(arguments)
        let manifest = try link.ask("show", [.init("version", .int(Int64(number)))]).ok
        if arguments.has(json.name) {
            console.line(manifest.jsonText)
            return .done
        }
        var table = TextTable(sides: [.left, .left])
        for member in manifest.members
        where member.name != "metrics" && member.name != "compression" {
            table.add([member.name, value(member.value)])
        }
        console.lines(table.lines())
        if let compression = manifest["compression"], compression != .null {
            console.line()
            console.lines(CompressionText.lines(for: compression))
        }
        if let metrics = manifest["metrics"], metrics != .null {
            console.line()
            console.lines(MeasureTable.table(of: metrics).lines())
        }
        return .done
    }

    /// A field of a manifest in one line; long lists are cut.
    private static func value(_ value: JSONValue) -> String {
        switch value {
        case .string(let text): return text
        case .int(let number): return Figures.grouped(number)
        case .null: return Figures.nothing
        case .array(let items):
            let few = items.prefix(12).map { $0["name"]?.text ?? $0.text ?? $0.jsonText }
            let more = items.count > 12 ? ", ... (\(Figures.grouped(Int64(items.count))))" : ""
            return few.joined(separator: ", ") + more
        default: return value.jsonText
        }
    }

    static let get = Command(
        name: "get",
        summary: "save the artifact of a version, a safetensors file",
        words: [WordRule("N")],
        options: [
            OptionRule("--output", short: "-o", "FILE", help: "where to; - is standard output"),
            OptionRule("--format", "NAME", help: "safetensors (unless said) or word2vec"),
        ],
        details: [
            "The SHA-256 is checked before anything is written.",
            "word2vec is the text format of word vectors, for learners with model = \"embedding\".",
        ],
        isReading: true
    ) { arguments, console throws(Failure) in
        let number = try arguments.version(at: 0)
        guard let path = arguments.text("--output") else {
            throw .usage("-o FILE is missing", remedy: "use -o - for standard output")
        }
        let format = arguments.text("--format") ?? Artifact.format
        guard [Artifact.format, Word2Vec.format].contains(format) else {
            throw .usage(
                "there is no format \(format)",
                remedy: "use \(Artifact.format) or \(Word2Vec.format)"
            )
        }
        var link = try DaemonLink.open(arguments)
        let answer = try link.ask("get", [.init("version", .int(Int64(number)))])
        guard var bytes = answer.bytes, sha256Hex(bytes) == answer.ok["sha256"]?.text else {
            throw Failure(.failed, "the artifact of version \(number) did not come whole")
        }
        if format == Word2Vec.format { bytes = try WordVectors(artifact: bytes).word2vec }
        if path == "-" {
            console.bytes(bytes)
            return .done
        }
        try OutputFile.write(bytes, to: path)
        let size = Figures.size(Int64(bytes.count))
        console.line(
            arguments.has(json.name)
                ? answer.ok.jsonText : "version \(number): \(size) written to \(path)"
        )
        return .done
    }
}

/// Files that commands make.
enum OutputFile {
    /// Writes a whole file, or none of it.
    static func write(_ bytes: [UInt8], to path: String) throws(Failure) {
        do throws(StorageError) {
            try AtomicFile.write(bytes, to: path, on: SystemFileSystem())
        } catch {
            throw .file(error)
        }
    }
}
