// SPDX-License-Identifier: Apache-2.0
//
// Forgetting and backward transfer through the whole engine: one model for contexts that contradict
// each other forgets, experts do not, and the figures say so before anybody comes back.

import Consolidation
import Engine
import Learning
import Primitives
import Samples
import Simulation
import Testing

@Suite struct ForgettingTests {
    private func settings(_ isolation: Isolation) -> EngineSettings {
        var settings = EngineSettings()
        settings.task = .classes
        settings.classes = [.number(0), .number(1)]
        settings.width = 3
        settings.voteSamples = 1
        settings.isolation = isolation
        settings.memory.holdoutEvery = 10
        settings.consolidation.onDrift = false
        return settings
    }

    private func feed(
        _ rehearsal: inout Rehearsal,
        _ context: String,
        _ count: Int,
        turned: Bool,
        random: inout RandomSource
    ) {
        for _ in 0..<count {
            let x = (0..<3).map { _ in Float(random.normal()) }
            let isAbove = x[0] - x[1] > 0
            rehearsal.batch.append(features: x, label: isAbove != turned ? 1 : 0)
            let row = rehearsal.batch.rows.count - 1
            rehearsal.batch.rows[row].context = rehearsal.batch.context(context)
            rehearsal.advance()
        }
        rehearsal.close()
    }

    private func run(_ isolation: Isolation) throws -> JSONValue {
        var rehearsal = Rehearsal(settings: settings(isolation))
        var random = RandomSource(seed: 1)
        feed(&rehearsal, "a", 500, turned: false, random: &random)
        feed(&rehearsal, "b", 1200, turned: true, random: &random)
        feed(&rehearsal, "c", 1100, turned: true, random: &random)
        let status = rehearsal.engine.status()
        let again = try LearnerEngine(decoding: rehearsal.engine.encoded())
        #expect(again.encoded() == rehearsal.engine.encoded())
        #expect(again.status().jsonText == status.jsonText)
        #expect(status["memory"]?["probes"]?.integer ?? 0 > 200)
        return try #require(status["metrics"])
    }

    @Test func oneModelForgetsAndSaysSo() throws {
        let metrics = try run(.off)
        let a = metrics["contexts"]?["a"]
        #expect(a?["error_learned"]?.double ?? 1 < 0.15)
        #expect(a?["error_examined"]?.double ?? 0 > 0.8)
        #expect(a?["forgetting"]?.double ?? 0 > 0.7)
        #expect(a?["backward_transfer"]?.double ?? 0 < -0.7)
        #expect(a?["returns"]?.integer == 0, "nobody has come back yet")
        // What came after b follows the same rule.
        let b = metrics["contexts"]?["b"]
        #expect(abs(b?["forgetting"]?.double ?? 1) < 0.1)
        #expect(abs(b?["backward_transfer"]?.double ?? 1) < 0.1)
        #expect(metrics["contexts_left"]?.integer == 2)
        #expect(metrics["forgetting"]?.double ?? 0 > 0.3)
        #expect(metrics["backward_transfer"]?.double ?? 0 < -0.3)
    }

    @Test func expertsForgetNothing() throws {
        let metrics = try run(.experts)
        #expect(metrics["contexts"]?["a"]?["forgetting"]?.double == 0)
        #expect(metrics["contexts"]?["a"]?["backward_transfer"]?.double == 0)
        #expect(abs(metrics["forgetting"]?.double ?? 1) < 0.05)
    }

    @Test func withoutContextsThereIsNothingToExamine() {
        var rehearsal = Rehearsal(settings: settings(.off))
        var random = RandomSource(seed: 1)
        for _ in 0..<300 {
            let x = (0..<3).map { _ in Float(random.normal()) }
            rehearsal.batch.append(features: x, label: x[0] > 0 ? 1 : 0)
            rehearsal.advance()
        }
        rehearsal.close()
        let status = rehearsal.engine.status()
        #expect(status["metrics"]?["forgetting"] == nil)
        #expect(status["memory"]?["probes"]?.integer == 0)
        #expect(status["memory"]?["policy"]?.text == "balanced")
        #expect(status["memory"]?["reservoir"]?.integer ?? 0 > 200)
    }
}
