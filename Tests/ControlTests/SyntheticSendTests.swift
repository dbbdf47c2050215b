// SPDX-License-Identifier: Apache-2.0
//
// `send --synthetic`: what arrives is what the generator makes, for each stream; what cannot be is
// said in words.

import Decoding
import Linux
import Primitives
import Samples
import Testing

@testable import Control

struct SyntheticSendTests {
    private func send(_ arguments: [String]) throws -> MicroBatch {
        let folder = Folder()
        let daemon = FakeDaemon(in: folder)
        var code: ExitCode?
        try daemon.whileRunning {
            let socket = ["--socket", daemon.controlPath]
            code = learnctl(["send", "--synthetic"] + arguments + socket).code
        }
        #expect(code == .done)
        return daemon.books.withLock { $0.batch }
    }

    private func wish(_ arguments: [String]) throws -> SyntheticWish {
        let parsed = try Arguments(
            ["--synthetic"] + arguments,
            words: [],
            options: Command.send.options
        )
        return try #require(try SendWish(parsed).synthetic)
    }

    /// The samples of the body that these arguments make.
    private func objects(_ arguments: [String], _ count: Int) throws -> [JSONValue] {
        var samples = SyntheticSamples(try wish(arguments))
        var body: [UInt8] = []
        #expect(try samples.next(count, into: &body) == count)
        return try body.split(separator: UInt8(ascii: "\n")).map { try parseJSON(Array($0)) }
    }

    @Test(arguments: SyntheticStream.allCases.filter { !$0.isText })
    func whatIsSentIsWhatIsMade(stream: SyntheticStream) throws {
        let batch = try send([stream.rawValue, "--rows", "40", "--batch", "16", "--seed", "9"])
        let positions = stream.positions(within: 40, seed: 9)
        var source = stream.make(seed: 9, drifts: positions)
        let samples = source.next(40)
        #expect(batch.refusals.isEmpty)
        #expect(batch.rows.allSatisfy { $0.shape == .positional && $0.labelKind == .number })
        #expect(batch.values == samples.flatMap(\.features))
        // Packed labels are single precision.
        #expect(batch.rows.map { Float($0.label) } == samples.map { Float($0.label) })
    }

    @Test func theWorldChangesWhereItIsTold() throws {
        let arguments = ["--drifts", "10,25", "--with", "noise=0,first=3", "--rows", "60"]
        let batch = try send(["sea"] + arguments)
        for (index, row) in batch.rows.enumerated() {
            let threshold: Float = index < 10 ? 7 : index < 25 ? 9.5 : 8
            let sum = batch.values[index * 3] + batch.values[index * 3 + 1]
            #expect((sum > threshold) == (row.label == 1))
        }
        #expect(try wish(["sea", "--drifts", "none"]).drifts.isEmpty)
        #expect(try wish(["sea", "--rows", "400"]).drifts == [100, 200, 300])
    }

    @Test func loansGoOutByName() throws {
        let batch = try send(["agrawal", "--named", "--rows", "30"])
        var source = SyntheticStream.agrawal.make(
            seed: 1,
            drifts: SyntheticStream.agrawal.positions(within: 30, seed: 1)
        )
        #expect(batch.refusals.isEmpty && batch.rows.count == 30)
        for (row, sample) in zip(batch.rows, source.next(30)) {
            #expect(row.shape == .named && row.count == 9 && row.label == sample.label)
            let entries = batch.entries[Int(row.start)..<Int(row.start) + 9]
            for (entry, value) in zip(entries, sample.features) {
                let name = batch.strings.text(entry.name)
                if let letter = ["elevel": "e", "car": "c", "zipcode": "z"][name] {
                    #expect(entry.kind == .category)
                    #expect(batch.strings.text(UInt32(entry.value)) == "\(letter)\(Int(value))")
                } else {
                    #expect(entry.kind == .number && entry.value == value)
                }
            }
        }
        let things = try send(["stagger", "--named", "--rows", "20"])
        #expect(things.rows.allSatisfy { $0.shape == .named && $0.count == 3 })
    }

    @Test func textsGoOutAsTexts() throws {
        let batch = try send(["words", "--rows", "20"])
        #expect(batch.refusals.isEmpty && batch.rows.count == 20)
        var source = SyntheticStream.words.make(seed: 1, drifts: [])
        let vocabulary = TopicTexts(seed: 1).vocabulary
        for (row, sample) in zip(batch.rows, source.next(20)) {
            #expect(row.shape == .named && row.count == 1 && row.label == sample.label)
            let entry = batch.entries[Int(row.start)]
            #expect(batch.strings.text(entry.name) == "text")
            let words = sample.features.map { vocabulary[Int($0)] }.joined(separator: " ")
            #expect(batch.strings.text(UInt32(entry.value)) == words)
        }
    }

    @Test func contextsAreNamed() throws {
        let sent = try objects(["contexts", "--rows", "3000", "--with", "contexts=3"], 3000)
        let positions = SyntheticStream.contexts.positions(within: 3000, seed: 1)
        var values = StreamValues()
        values["contexts"] = 3
        var source = SyntheticStream.contexts.make(seed: 1, drifts: positions, values)
        for object in sent {
            let sample = source.next()
            #expect(object["y"]?.double == sample.label)
            let context = try #require(source.context)
            #expect(object["ctx"]?.text == "c\(context)")
        }
        #expect(Set(sent.compactMap { $0["ctx"]?.text }) == ["c0", "c1", "c2"])
        let batch = try send(["contexts", "--rows", "3000", "--with", "contexts=3"])
        let arrived = batch.rows.map { batch.contexts.text(UInt32($0.context) - 1) }
        #expect(arrived == sent.compactMap { $0["ctx"]?.text })
        #expect(try objects(["sea", "--format", "json"], 1)[0]["ctx"] == nil)
    }

    private static let refused: [([String], String)] = [
        (["agrawl"], "there is no stream agrawl; did you mean agrawal?"),
        (["friedman-lokal"], "did you mean friedman-local?"),
        (["qqqqqqqqq"], "there are sea, sea-abrupt"),
        (["sea", "--with", "nois=0.1"], "sea has no parameter nois; did you mean noise?"),
        (["sea", "--with", "noise=0.7"], "noise is 0.7, not a number from 0 to 0.5"),
        (["rbf", "--with", "classes=2.5"], "classes is 2.5, not a whole number from 2 to 100"),
        (["rbf", "--with", "moving=51"], "moving is 51, more than centroids, which is 50"),
        (["sea", "--with", "noise"], "--with has noise"),
        (["sea", "--with", "noise=0,noise=0"], "noise stands twice"),
        (["sea", "--rows", "50", "--drifts", "20,50"], "--drifts has 50, not the number"),
        (["sea", "--drifts", "20,10"], "--drifts has 10 out of order"),
        (["sea", "--drifts", ""], "--drifts has"),
        (["rbf", "--drifts", "10"], "rbf has no drifts at positions"),
        (["rbf", "--named"], "the features of rbf have no names"),
        (["words", "--format", "packed"], "its samples are texts"),
        (["contexts", "--format", "packed"], "name their contexts"),
        (["stagger", "--named", "--format", "packed"], "because of --named"),
    ]

    @Test(arguments: refused) func whatCannotBeIsSaid(arguments: [String], text: String) {
        let (code, screen) = learnctl(["send", "--synthetic"] + arguments)
        #expect(code == .usage)
        #expect(screen.errors.contains(text), "\(screen.errors)")
    }

    @Test func optionsOfStreamsNeedOne() {
        let (code, screen) = learnctl(["send", "file.csv", "--label", "y", "--drifts", "5"])
        #expect(code == .usage)
        #expect(screen.errors.contains("--drifts belongs to --synthetic NAME"))
    }

    /// The manual lists every stream, and the help does.
    @Test func everyStreamIsListed() throws {
        let root = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        func page(_ path: String) throws -> String {
            String(decoding: try ByteSource.all(of: "/" + root + path), as: UTF8.self)
        }
        let (manual, streams) = (try page("/docs/learnctl.md"), try page("/docs/streams.md"))
        let help = learnctl(["help", "send"]).screen.lines
        for stream in SyntheticStream.allCases {
            let facts = stream.facts
            let row = [facts.summary, facts.features, facts.labels, facts.drift, facts.best]
            let line = "| `\(stream.rawValue)` | " + row.joined(separator: " | ") + " |\n"
            #expect(manual.contains(line), "docs/learnctl.md lacks: \(line)")
            #expect(help.contains { $0.hasPrefix("  \(stream.rawValue) ") })
            let parameters = stream.parameters.map { rule in
                let standard = rule.standard.map { JSONValue.number($0).jsonText } ?? "-"
                return "`\(rule.name)` (\(standard)): \(rule.meaning), \(rule.rangeText)"
            }
            for parameter in parameters {
                #expect(streams.contains(parameter), "docs/streams.md lacks: \(parameter)")
            }
        }
    }
}
