// SPDX-License-Identifier: Apache-2.0
//
// `send` against a daemon that only counts: what arrives is what the file says, in the stated form,
// and the report stands beside it.

import Decoding
import Linux
import Primitives
import Samples
import Testing

@testable import Control

struct SendTests {
    private func send(
        _ arguments: [String],
        isPull: Bool = false,
        losesEvery: Int? = nil,
        in folder: Folder
    ) throws -> (code: ExitCode, report: JSONValue, batch: MicroBatch, errors: String) {
        let daemon = FakeDaemon(in: folder, isPull: isPull, losesEvery: losesEvery)
        var result: (code: ExitCode, screen: Screen)?
        try daemon.whileRunning {
            let all = ["send"] + arguments + ["--json", "--socket", daemon.controlPath]
            result = learnctl(all)
        }
        let books = daemon.books.withLock { $0 }
        #expect(books.topics.allSatisfy { $0 == "default" })
        let screen = try #require(result?.screen)
        let line = screen.lines.first ?? "null"
        let report = try parseJSON(Array(line.utf8))
        return (result?.code ?? .failed, report, books.batch, screen.errors)
    }

    private static let numbers = "a,b,class\n1,2.5,0\n3,,1\n-4e2,1e999,1\n"

    @Test(arguments: [false, true])
    func numbersGoOutPacked(isPull: Bool) throws {
        let folder = Folder()
        let file = folder.file("numbers.csv", Self.numbers)
        let sent = try send([file, "--label", "class"], isPull: isPull, in: folder)
        #expect(sent.code == .done)
        #expect(sent.report["sent"]?.integer == 3)
        #expect(sent.report["refused"]?["not_finite"]?.integer == 1)
        #expect(sent.batch.values.prefix(3) == [1, 2.5, 3])
        #expect(sent.batch.values[3].isNaN)
        #expect(sent.batch.rows.map(\.label) == [0, 1])
        #expect(sent.batch.rows.allSatisfy { $0.shape == .positional && $0.labelKind == .number })
    }

    @Test func numbersGoOutAsArraysOfJSON() throws {
        let folder = Folder()
        let file = folder.file("numbers.csv", Self.numbers)
        let sent = try send([file, "--label", "class", "--format", "json"], in: folder)
        #expect(sent.code == .done)
        #expect(sent.report["refused"]?["not_finite"]?.integer == 1)
        #expect(sent.batch.values.prefix(3) == [1, 2.5, 3])
        #expect(sent.batch.rows.map(\.label) == [0, 1])
    }

    @Test(arguments: ["numbers.csv", "lines.jsonl"])
    func samplesGoOutAsMessagePack(name: String) throws {
        let folder = Folder()
        let lines =
            #"{"x":[1,2.5],"y":0}"# + "\n" + #"{"x":[3,null],"y":1}"# + "\n"
            + #"{"x":[-4e2,1e999],"y":1}"#
        let isTable = name.hasSuffix("csv")
        let file = folder.file(name, isTable ? Self.numbers : lines)
        let sent = try send(
            [file, "--format", "msgpack"] + (isTable ? ["--label", "class"] : []),
            in: folder
        )
        #expect(sent.code == .done)
        #expect(sent.report["sent"]?.integer == 3)
        #expect(sent.report["refused"]?["not_finite"]?.integer == 1)
        #expect(sent.batch.values.prefix(3) == [1, 2.5, 3])
        #expect(sent.batch.rows.map(\.label) == [0, 1])
    }

    @Test func whatIsNoJSONIsNoMessagePack() {
        let folder = Folder()
        let file = folder.file("lines.jsonl", "{\"x\":[1]}\n{\"x\":\n")
        let sent = try? send([file, "--format", "msgpack"], in: folder)
        #expect(sent?.code != .done)
    }

    @Test func textColumnsGoOutByName() throws {
        let folder = Folder()
        let file = folder.file("mixed.csv", "t,site,y\n1,\"a,\"\"b\",warm\n,c,cold\n")
        let sent = try send([file, "--label", "y"], in: folder)
        #expect(sent.code == .done)
        #expect(sent.batch.rows.allSatisfy { $0.shape == .named && $0.labelKind == .text })
        #expect(sent.batch.rows.map(\.count) == [2, 1])
        let labels = sent.batch.rows.map { sent.batch.strings.text(UInt32($0.label)) }
        #expect(labels == ["warm", "cold"])
        let site = sent.batch.entries[1]
        #expect(sent.batch.strings.text(site.name) == "site")
        #expect(sent.batch.strings.text(UInt32(site.value)) == "a,\"b")
    }

    @Test func linesGoOutAsTheyAreRightOrWrong() throws {
        let folder = Folder()
        let text = """
            {"x":[1,2],"y":0}
            garbage

            [1,2
            {"x":[3,4],"yy":0}
            {"x":[5,6],"y":1}
            """
        let sent = try send([folder.file("lines.jsonl", text)], in: folder)
        #expect(sent.code == .done)
        #expect(sent.report["sent"]?.integer == 5)
        #expect(sent.report["refused"]?["malformed"]?.integer == 2)
        #expect(sent.report["refused"]?["field"]?.integer == 1)
        #expect(sent.batch.values == [1, 2, 5, 6])
    }

    @Test func flatLinesBecomeSamples() throws {
        let folder = Folder()
        let file = folder.file(
            "flat.jsonl",
            "{\"a\":1,\"b\":null,\"kind\":\"x\"}\n{\"a\":2,\"kind\":\"y\"}\n"
        )
        let sent = try send([file, "--label", "kind"], in: folder)
        #expect(sent.code == .done)
        #expect(sent.batch.rows.map(\.count) == [1, 1])
        #expect(sent.batch.entries.map(\.value) == [1, 2])
    }

    @Test func sequencesCountSamplesWithoutGaps() throws {
        let folder = Folder()
        let arguments = ["--synthetic", "sea", "--rows", "1000", "--batch", "64", "--seed", "3"]
        let sent = try send(arguments + ["--producer", "p1"], in: folder)
        #expect(sent.code == .done)
        #expect(sent.batch.rows.count == 1000)
        #expect(sent.batch.producers.last == "p1")
        var next: UInt64 = 0
        for message in sent.batch.messages {
            #expect(message.sequence == next)
            next += UInt64(message.count)
        }
        #expect(next == 1000)
        #expect(Set(sent.batch.messages.map(\.epoch)).count == 1)
        #expect(sent.batch.messages.dropLast().allSatisfy { $0.count == 64 })
    }

    @Test func whatIsLostIsAFailure() throws {
        let folder = Folder()
        let arguments = ["--synthetic", "sea", "--rows", "100"]
        let sent = try send(arguments, losesEvery: 10, in: folder)
        #expect(sent.code == .failed)
        #expect(sent.errors.contains("10 of 100 samples did not arrive"))
    }

    @Test func badRecordsAreAnErrorOrCounted() throws {
        let folder = Folder()
        let file = folder.file("bad.csv", "a,b,y\n1,2,0\n3,4\n5,6,1\n")
        let refused = learnctl(["send", file, "--label", "y"])
        #expect(refused.code == .data)
        #expect(refused.screen.errors.contains("line 3: it has 2 columns, the header has 3"))
        let sent = try send([file, "--label", "y", "--skip-bad"], in: folder)
        #expect(sent.code == .done)
        #expect(sent.report["sent"]?.integer == 2)
        #expect(sent.report["skipped"]?.integer == 1)
    }

    @Test func whatCannotBeSentIsSaidInWords() {
        let folder = Folder()
        let file = folder.file("text.csv", "a,y\nx,1\n")
        let packed = learnctl(["send", file, "--label", "y", "--format", "packed"])
        #expect(packed.code == .data)
        #expect(packed.screen.errors.contains("the feature a (\"x\" in line 2)"))
        let unknown = learnctl(["send", file, "--label", "z"])
        #expect(unknown.code == .data)
        #expect(unknown.screen.errors.contains("has no column z, only a, y"))
        #expect(learnctl(["send", file]).code == .usage)
        #expect(learnctl(["send"]).code == .usage)
        #expect(learnctl(["send", folder.path + "/none.csv", "--label", "y"]).code == .data)
    }
}
