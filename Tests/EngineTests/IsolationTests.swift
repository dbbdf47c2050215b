// SPDX-License-Identifier: Apache-2.0
//
// Contexts with experts through the whole engine: told, measured, kept, published, brought back.

import Consolidation
import Engine
import Learning
import Primitives
import Samples
import Simulation
import Testing
import Versions

@Suite struct IsolationTests {
    private func settings(max: Int = 2) -> EngineSettings {
        var settings = EngineSettings()
        settings.task = .classes
        settings.classes = [.number(0), .number(1)]
        settings.width = 3
        settings.voteSamples = 1
        settings.isolation = .experts
        settings.isolationMax = max
        settings.publish.first = 100
        settings.consolidation.onDrift = false
        return settings
    }

    /// Feeds samples of a context; its number decides which way its rule goes.
    private func feed(
        _ rehearsal: inout Rehearsal,
        _ context: String?,
        _ count: Int,
        turned: Bool = false,
        random: inout RandomSource
    ) {
        for _ in 0..<count {
            let x = (0..<3).map { _ in Float(random.normal()) }
            let isAbove = x[0] - x[1] > 0
            rehearsal.batch.append(features: x, label: isAbove != turned ? 1 : 0)
            if let context {
                let row = rehearsal.batch.rows.count - 1
                rehearsal.batch.rows[row].context = rehearsal.batch.context(context)
            }
            rehearsal.advance()
        }
        rehearsal.close()
    }

    private func changes(_ rehearsal: Rehearsal) -> [(String, String)] {
        rehearsal.events.filter { $0.kind == "context" }.map { event in
            let fields = JSONValue.object(event.fields)
            return (fields["context"]?.text ?? "", fields["change"]?.text ?? "")
        }
    }

    @Test func whoGetsAnExpertAndWhoLosesOneIsTold() throws {
        var rehearsal = Rehearsal(settings: settings())
        var random = RandomSource(seed: 1)
        feed(&rehearsal, "north", 600, random: &random)
        feed(&rehearsal, "south", 100, turned: true, random: &random)
        feed(&rehearsal, nil, 50, random: &random)
        #expect(changes(rehearsal).map(\.0) == ["north", "south"])
        // East is like north; when it has brought enough, the less useful south gives way.
        feed(&rehearsal, "east", 120, random: &random)
        let told = changes(rehearsal)
        #expect(told.map(\.1) == ["opened", "opened", "dropped", "opened"])
        #expect(told[2].0 == "south" && told[3].0 == "east")
        let status = rehearsal.engine.status()
        #expect(status["isolation"]?["max"]?.integer == 2)
        let owners = status["isolation"]?["experts"]?.items.map {
            $0["contexts"]?.items.compactMap(\.text) ?? []
        }
        #expect(owners == [[], ["north"], ["east"]])
        let last = status["isolation"]?["changes"]?.items.map { $0["change"]?.text }
        #expect(last == ["opened", "opened", "dropped", "opened"])
        let figures = status["metrics"]?["contexts"]
        #expect(figures?["north"]?["samples"]?.integer == 600)
        #expect(figures?["east"]?["samples"]?.integer == 120)
        #expect(status["metrics"]?["without_context"]?["samples"]?.integer == 50)
        // All of it is in the checkpoint.
        let again = try LearnerEngine(decoding: rehearsal.engine.encoded())
        #expect(again.status().jsonText == status.jsonText)
        #expect(again.encoded() == rehearsal.engine.encoded())
    }

    @Test func returnsAreMeasured() {
        var rehearsal = Rehearsal(settings: settings())
        var random = RandomSource(seed: 2)
        for _ in 0..<3 {
            feed(&rehearsal, "a", 500, random: &random)
            feed(&rehearsal, "b", 500, turned: true, random: &random)
        }
        let figures = rehearsal.engine.status()["metrics"]?["contexts"]
        for context in ["a", "b"] {
            #expect(figures?[context]?["returns"]?.integer == 2)
            let best = figures?[context]?["error_best"]?.double ?? 1
            let back = figures?[context]?["error_at_return"]?.double ?? 1
            #expect(best < 0.1 && back < 0.1)
            #expect(abs(figures?[context]?["forgetting_at_return"]?.double ?? 1) < 0.05)
        }
        // The same stream without isolation forgets.
        var shared = settings()
        shared.isolation = .off
        var other = Rehearsal(settings: shared)
        random = RandomSource(seed: 2)
        for _ in 0..<3 {
            feed(&other, "a", 500, random: &random)
            feed(&other, "b", 500, turned: true, random: &random)
        }
        let lost = other.engine.status()
        #expect(lost["isolation"] == .null)
        #expect(lost["metrics"]?["contexts"]?["a"]?["forgetting_at_return"]?.double ?? 0 > 0.1)
        #expect(lost["metrics"]?["contexts"]?["a"]?["transfer_at_return"]?.double ?? 0 < -0.1)
    }

    @Test func aConsolidationKeepsContextsApart() throws {
        var settings = settings(max: 4)
        settings.consolidation.cooldown = .zero
        var rehearsal = Rehearsal(settings: settings)
        var random = RandomSource(seed: 3)
        feed(&rehearsal, "a", 800, random: &random)
        feed(&rehearsal, "b", 800, turned: true, random: &random)
        rehearsal.step(.command(.consolidate))
        feed(&rehearsal, "b", 600, turned: true, random: &random)
        feed(&rehearsal, "a", 1600, random: &random)
        let started = rehearsal.events.contains { $0.kind == "consolidation" }
        #expect(started)
        let figures = rehearsal.engine.status()["metrics"]?["contexts"]
        for context in ["a", "b"] {
            #expect(figures?[context]?["error_recent"]?.double ?? 1 < 0.1)
        }
        let experts = rehearsal.engine.core?.champion.learner.expertStatus ?? []
        #expect(experts.map(\.contexts) == [[], [0], [1]])
    }

    @Test func anOlderVersionFindsItsContexts() throws {
        var rehearsal = Rehearsal(settings: settings(max: 4))
        var random = RandomSource(seed: 4)
        feed(&rehearsal, "a", 300, random: &random)
        feed(&rehearsal, "b", 300, turned: true, random: &random)
        rehearsal.step(.command(.consolidate))
        let first = try #require(rehearsal.versions.first?.state)
        #expect(first.contexts.first == "a")
        #expect(try VersionState(decoding: first.encoded()).contexts == first.contexts)
        feed(&rehearsal, "c", 300, random: &random)
        rehearsal.step(.command(.rollback(first, keepMemory: false, hold: false)))
        let core = try #require(rehearsal.engine.core)
        #expect(core.contexts.names == ["a", "b", "c"], "numbers stay what they are")
        // After a reset contexts are numbered anew; the old version brings its own numbers.
        rehearsal.step(.command(.reset(task: nil)))
        feed(&rehearsal, "z", 50, random: &random)
        rehearsal.step(.command(.rollback(first, keepMemory: true, hold: false)))
        #expect(rehearsal.engine.core?.contexts.names == ["z"], "it is refused with the memory")
        rehearsal.step(.command(.rollback(first, keepMemory: false, hold: false)))
        #expect(rehearsal.engine.core?.contexts.names == first.contexts)
    }

    @Test func whatExpertsCannotBeIsRefused() {
        var heads = settings()
        heads.isolation = .heads
        #expect(heads.complaint?.contains("experts") == true)
        var held = settings()
        held.retention.ewc = 1
        #expect(held.complaint != nil)
        var windowed = settings()
        windowed.preparation.scaling = .windowed
        #expect(windowed.complaint?.contains("running") == true)
        #expect(
            settings().differencesOfBirth(to: EngineSettings()).contains {
                $0.contains("isolation")
            }
        )
    }
}
