// SPDX-License-Identifier: Apache-2.0
//
// `evaluate` and `predict` on files: better than what is trivial, the same figures each time, and
// complaints in words where a file does not fit.

import Decoding
import Engine
import Primitives
import Samples
import Simulation
import Testing
import Versions

@testable import Control

struct EvaluateTests {
    /// A file whose class follows from two of three features, with some noise.
    private static func numbers(rows: Int) -> String {
        var random = RandomSource(seed: 5)
        var text = "u,v,w,class\n"
        for _ in 0..<rows {
            let (u, v, w) = (random.normal(), random.normal(), random.normal())
            text += "\(u),\(v),\(random.chance(0.02) ? "" : w.description),"
            text += (u + v > 0) != random.chance(0.05) ? "1\n" : "0\n"
        }
        return text
    }

    private static func texts(rows: Int) -> String {
        var random = RandomSource(seed: 6)
        var text = "site,t,kind\n"
        for _ in 0..<rows {
            let site = ["north", "south", "west"][random.below(3)]
            let t = random.normal()
            text += "\(site),\(t),\(site == "north" ? "cold" : t > 0 ? "warm" : "mild")\n"
        }
        return text
    }

    private func evaluate(_ text: String, _ arguments: String...) throws -> JSONValue {
        let folder = Folder()
        let file = folder.file("data.csv", text)
        // What is tested here is the command, not the model: a quick one.
        let quick = folder.file("quick.toml", "[learner.default]\nmodel = \"softmax\"\n")
        let (code, screen) = learnctl(
            ["evaluate", file, "--json", "--config", quick] + arguments
        )
        #expect(code == .done, "\(screen.errors)")
        var json = try parseJSON(Array((screen.lines.first ?? "null").utf8))
        if case .object(let members) = json {
            json = .object(members.filter { $0.name != "file" })
        }
        return json
    }

    @Test func theModelIsBetterThanTheMajority() throws {
        let json = try evaluate(Self.numbers(rows: 4000), "--label", "class")
        let accuracy = try #require(json["metrics"]?["accuracy"]?.double)
        let majority = try #require(json["metrics"]?["baselines"]?["majority"]?.double)
        #expect(accuracy > 0.88)
        #expect(accuracy > majority + 0.2)
        #expect(json["rows"]?.integer == 4000)
        #expect(json["received"]?.integer == 4000)
        #expect(json["parts"]?.items.count == 10)
    }

    @Test func textsAreFeaturesToo() throws {
        let json = try evaluate(Self.texts(rows: 2000), "--label", "kind")
        #expect(try #require(json["metrics"]?["accuracy"]?.double) > 0.85)
        #expect(json["refused"]?.members.isEmpty == true)
    }

    @Test func theSameFileGivesTheSameFigures() throws {
        let text = Self.numbers(rows: 1500)
        let once = try evaluate(text, "--label", "class", "--seed", "4")
        #expect(try evaluate(text, "--label", "class", "--seed", "4") == once)
    }

    @Test func labelsMayBeLate() throws {
        let text = Self.numbers(rows: 1500)
        let late = try evaluate(text, "--label", "class", "--delay", "50")
        #expect(late["metrics"]?["count"]?.integer == 1500 && late["delay"]?.integer == 50)
        #expect(try #require(late["metrics"]?["label_delay"]?["samples"]?.double) > 49)
        #expect(try #require(late["metrics"]?["accuracy"]?.double) > 0.85)
        #expect(late["waiting"]?.integer == 0)
        let folder = Folder()
        let file = folder.file("data.csv", text)
        for (delay, word) in [("10001", "wait_rows"), ("5000", "labels.wait")] {
            let rate = word == "wait_rows" ? "1000" : "1"
            let (code, screen) = learnctl([
                "evaluate", file, "--label", "class", "--delay", delay, "--rate", rate,
            ])
            #expect(code == .usage && screen.errors.contains(word), "\(screen.errors)")
        }
    }

    @Test func rowsEndTheFileSooner() throws {
        let text = Self.numbers(rows: 1500) + "1,2,3,not a number\n"
        let part = try evaluate(text, "--label", "class", "--rows", "1000")
        #expect(part["rows"]?.integer == 1000 && part["metrics"]?["count"]?.integer == 1000)
        #expect(part["parts"]?.items.count == 10)
        // What comes later does not decide what a column is.
        let whole = try evaluate(Self.numbers(rows: 1000), "--label", "class")
        #expect(part == whole)
    }

    @Test func aLookOnTheWayChangesNothing() throws {
        let json = try evaluate(Self.numbers(rows: 1003), "--label", "class")
        let parts = try #require(json["parts"]?.items)
        #expect(parts.last?["rows"]?.integer == 1003)
        #expect(parts.dropLast().allSatisfy { ($0["rows"]?.integer ?? 1) % 16 == 0 })
    }

    @Test func peopleSeeATable() {
        let folder = Folder()
        let file = folder.file("data.csv", Self.numbers(rows: 1000))
        let (code, screen) = learnctl(["evaluate", file, "--label", "class"])
        #expect(code == .done, "with the default model")
        #expect(screen.lines.contains { $0.contains("MAJORITY") && $0.contains("NO CHANGE") })
        #expect(screen.lines.contains { $0.hasPrefix("model") })
        #expect(screen.lines.contains { $0.hasPrefix("CONFIDENCE") })
        #expect(screen.lines.contains { $0.hasPrefix("90 to 100 %") })
    }

    @Test func whatIsNotFiniteIsRefused() throws {
        let json = try evaluate("a,y\n1,0\nnan,1\n2,1\n3,inf\n", "--label", "y")
        #expect(json["refused"]?["not_finite"]?.integer == 2)
        #expect(json["rows"]?.integer == 4)
    }

    @Test func predictionsAreThoseOfTheState() throws {
        let folder = Folder()
        let model = try Self.model(folder.file("data.csv", Self.numbers(rows: 3000)))
        let file = folder.file("few.csv", "u,v,w,class\n2,2,0,1\n-2,-2,,0\n")
        let screen = Screen()
        let console = screen.console
        var job = PredictJob(model, isJSON: true, console)
        try job.predictTable(ByteSource(file), label: "class")
        console.flush()
        let lines = try screen.lines.map { try parseJSON(Array($0.utf8)) }
        #expect(lines.map { $0["prediction"]?.integer } == [1, 0])
        var again = model
        var filler = SampleFiller(model.schema)
        for row: [Float] in [[2, 2, 0], [-2, -2, .nan]] {
            for number in row { filler.put(number) }
            filler.endRow()
        }
        let expected = again.predict(filler.batch).map { $0?.json(model.schema, version: 1) }
        #expect(lines.map { $0["probabilities"] } == expected.map { $0?["probabilities"] })
    }

    @Test func aFileThatDoesNotFitIsToldSo() throws {
        let folder = Folder()
        let model = try Self.model(folder.file("data.csv", Self.numbers(rows: 1500)))
        let file = folder.file("few.csv", "u,v,w,class\n2,2,0,1\n")
        let failure = #expect(throws: Failure.self) {
            var job = PredictJob(model, isJSON: false, Screen().console)
            try job.predictTable(ByteSource(file), label: nil)
        }
        #expect(failure?.description.contains("has 4 feature columns, version 1 takes 3") == true)
        #expect(failure?.remedy?.contains("--label") == true)
        let lines = folder.file("few.jsonl", "{\"u\":1}\n")
        let other = #expect(throws: Failure.self) {
            var job = PredictJob(model, isJSON: false, Screen().console)
            try job.predictLines(ByteSource(lines), label: nil)
        }
        #expect(other?.message.contains("takes an array of numbers") == true)
    }

    /// The first version of a learner that has seen the file.
    private static func model(_ path: String) throws -> KeptModel {
        var settings = EngineSettings()
        settings.publish.first = 1000
        var rehearsal = Rehearsal(settings: settings)
        var file = try TableFile.open(ByteSource(path), label: "class")
        var skipped: Int?
        while try file.next(skipped: &skipped) {
            var features: [Float] = []
            for column in 0..<3 {
                guard case .number(let number) = file.reader.value(column) else {
                    features.append(.nan)
                    continue
                }
                features.append(Float(number))
            }
            rehearsal.batch.append(features: features, label: file.reader.text(3) == "1" ? 1 : 0)
            rehearsal.advance()
        }
        return KeptModel(try #require(rehearsal.versions.first).state)
    }
}
