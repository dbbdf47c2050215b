// SPDX-License-Identifier: Apache-2.0
//
// Word vectors as learnctl reads them from an artifact.

import Engine
import Learning
import Primitives
import Samples
import Simulation
import Testing
import Versions

@testable import Control

@Suite struct WordVectorTests {
    /// A version of a learner of texts.
    private func version() throws -> VersionState {
        var settings = EngineSettings()
        settings.model = .embedding
        settings.optimiser = .sgd(rate: 0.2)
        settings.embedding.dimension = 6
        settings.embedding.subsample = 0
        settings.publish.first = 300
        var rehearsal = Rehearsal(settings: settings)
        var random = RandomSource(seed: 4)
        for _ in 0..<400 {
            let animals = random.chance(0.5)
            let words = (0..<5).map { _ in
                (animals ? ["cat", "dog", "cow", "hen"] : ["iron", "gold", "zinc", "tin"])[
                    random.below(4)
                ]
            }
            let name = rehearsal.batch.strings.intern("text")
            let text = rehearsal.batch.strings.intern(words.joined(separator: " "))
            rehearsal.batch.entries.append(.init(name: name, value: Float(text), kind: .category))
            rehearsal.batch.rows.append(
                .init(
                    label: 0,
                    labelKind: .none,
                    start: rehearsal.batch.entries.count - 1,
                    count: 1,
                    weight: 1,
                    producer: 0,
                    shape: .named
                )
            )
            rehearsal.advance()
        }
        rehearsal.finish()
        return try #require(rehearsal.versions.last).state
    }

    private func artifact(_ state: VersionState) -> [UInt8] {
        Artifact.encode(
            state,
            identity: Identity(incarnation: String(repeating: "0", count: 32), learner: .default)
        )
    }

    @Test func neighboursAreOfTheOwnKindAndComeInOrder() throws {
        let vectors = try WordVectors(artifact: artifact(try version()))
        #expect(
            vectors.words.sorted() == ["cat", "cow", "dog", "gold", "hen", "iron", "tin", "zinc"]
        )
        #expect(vectors.dimension == 6)
        let near = vectors.neighbours(of: try vectors.place(of: "Cat"), count: 3)
        #expect(Set(near.map(\.word)) == ["cow", "dog", "hen"])
        #expect(near.map(\.cosine) == near.map(\.cosine).sorted(by: >))
        #expect(near.allSatisfy { $0.cosine <= 1 && $0.count > 100 })
        #expect(vectors.neighbours(of: 0, count: 99).count == 7)
    }

    @Test func anUnknownWordIsNamedWithTheOneThatWasMeant() throws {
        let vectors = try WordVectors(artifact: artifact(try version()))
        do throws(Failure) {
            _ = try vectors.place(of: "golt")
            Issue.record("a word that is not there was found")
        } catch {
            #expect(error.message.contains("\"golt\"") && error.message.contains("8"))
            #expect(error.remedy == "did you mean \"gold\"?")
        }
        #expect(throws: Failure.self) { try vectors.place(of: "two words") }
        #expect(throws: Failure.self) { try vectors.place(of: "") }
    }

    @Test func theTextFormatHasTheSameBitsAndTheMostFrequentFirst() throws {
        let state = try version()
        let vectors = try WordVectors(artifact: artifact(state))
        let lines = String(decoding: vectors.word2vec, as: UTF8.self).split(separator: "\n")
        #expect(lines[0] == "8 6" && lines.count == 9)
        let numbers = state.contender.learner.parameters.numbers
        var counts: [Double] = []
        for line in lines.dropFirst() {
            let cells = line.split(separator: " ").map(String.init)
            let place = try #require(vectors.words.firstIndex(of: cells[0]))
            #expect(cells.dropFirst().map(Float.init) == Array(numbers[place * 6..<place * 6 + 6]))
            counts.append(vectors.counts[place])
        }
        #expect(counts == counts.sorted(by: >))
    }

    @Test func otherArtifactsAndDamageAreRefusedInWords() throws {
        let bytes = artifact(try version())
        for length in [0, 7, 100, bytes.count - 1] {
            #expect(throws: Failure.self) { try WordVectors(artifact: Array(bytes.prefix(length))) }
        }
        let text = "{\"__metadata__\":{\"model\":\"softmax\"}}"
        let other = [UInt8(text.utf8.count), 0, 0, 0, 0, 0, 0, 0] + Array(text.utf8)
        do throws(Failure) {
            _ = try WordVectors(artifact: other)
            Issue.record("a softmax model has word vectors")
        } catch {
            #expect(error.message.contains("softmax"))
        }
    }

    @Test func textsArePredictedByTheirLoss() throws {
        let state = try version()
        var model = KeptModel(state)
        var filler = SampleFiller(model.schema)
        for text in ["cat dog hen", "cat gold", "unheard of"] {
            filler.put(.string(text), of: "text")
            filler.endRow()
        }
        let predictions = model.predict(filler.batch).compactMap { $0 }
        let losses = predictions.map { prediction -> Float in
            if case .loss(let loss, _) = prediction { loss } else { -1 }
        }
        #expect(losses[0] > 0 && losses[0] < 4.2 && losses[2].isNaN)
        #expect(predictions[2].text(model.schema) == "-")
        let json = predictions[2].json(model.schema, version: 3)
        #expect(json.jsonText == #"{"version":3,"loss":null,"trivial":null}"#)
    }

    @Test func statusShowsTheLossBesideChanceAndTheVocabulary() {
        let metrics: JSONValue = [
            "count": 9, "loss": 3.5, "loss_recent": 3.25,
            "baselines": ["trivial": ["loss": 4.1589, "loss_recent": 4.1589]],
            "words_counted": 1234, "vocabulary": 10, "vocabulary_max": 20, "evictions": 2,
        ]
        let lines = MeasureTable.table(of: metrics).lines()
        #expect(lines.count == 3)
        #expect(lines[0].contains("LOSS") && lines[1].contains("3.2500"))
        #expect(lines[2].contains("trivial") && lines[2].contains("4.1589"))
        #expect(MeasureTable.headline(of: metrics) == "loss 3.2500")
        let details = StatusPage.details(of: ["learner": "words", "metrics": metrics])
        let vocabulary = details.contains { line in
            line.contains("10 words of 20; 1,234 counted, 2 gave way")
        }
        #expect(vocabulary)
    }
}
