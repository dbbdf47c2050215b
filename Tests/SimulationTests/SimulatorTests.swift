// SPDX-License-Identifier: Apache-2.0
//
// Lives of the engine in bad weather. The quick lane has twenty seeds; LEARND_SIMULATION_SEEDS asks
// for more, as scripts/simulate does. A failing seed is told with the step at which it broke.

import Consolidation
import Engine
import Experts
import Foundation
import Learning
import Simulation
import Testing

@Suite("Simulated lives") struct SimulatorTests {
    static let seeds: ClosedRange<UInt64> = {
        let wanted = ProcessInfo.processInfo.environment["LEARND_SIMULATION_SEEDS"]
        return 1...max(1, wanted.flatMap { UInt64($0) } ?? 20)
    }()

    /// Small enough that everything happens within a few hundred steps.
    static var settings: EngineSettings {
        var settings = EngineSettings()
        settings.checkpointInterval = .milliseconds(500)
        settings.publish.first = 400
        settings.publish.interval = .milliseconds(300)
        settings.publish.samples = 2000
        settings.memory.reservoirRows = 200
        settings.memory.recentRows = 300
        settings.memory.holdoutRows = 60
        settings.memory.holdoutEvery = 20
        settings.consolidation.everySamples = 1500
        settings.consolidation.cooldown = .milliseconds(200)
        settings.consolidation.recipe.rowsPerRecipe = 600
        settings.consolidation.recipe.raceSamples = 500
        return settings
    }

    private func live(
        _ seed: UInt64,
        _ weather: Weather = Weather(),
        settings: EngineSettings = SimulatorTests.settings,
        sabotage: Sabotage? = nil,
        steps: Int = 300
    ) throws -> Simulator.Report {
        var simulator = Simulator(
            seed: seed,
            settings: settings,
            weather: weather,
            sabotage: sabotage
        )
        return try simulator.run(steps: steps)
    }

    @Test("Ordinary bad weather", arguments: seeds)
    func ordinary(seed: UInt64) throws {
        let report = try live(seed)
        #expect(report.arrived > 200)
        #expect(try live(seed) == report, "the same seed is the same life")
    }

    @Test("Lives see what they are meant to see")
    func nothingIsIdle() throws {
        var all = Simulator.Report()
        for seed in 1...10 as ClosedRange<UInt64> {
            let report = try live(seed, steps: 500)
            all.crashes += report.crashes
            all.versions += report.versions
            all.consolidations += report.consolidations
            all.refused += report.refused
            all.adoptions += report.adoptions
        }
        #expect(all.crashes > 3)
        #expect(all.versions > 50)
        #expect(all.consolidations > 20)
        #expect(all.refused > 50)
        #expect(all.adoptions > 0)
    }

    /// Every rule at once, each with recipes of its own.
    static var everyRule: EngineSettings {
        var settings = SimulatorTests.settings
        settings.consolidation.every = .seconds(1)
        settings.consolidation.at = [WeekTime(day: nil, minute: 180), WeekTime(day: 6, minute: 5)]
        settings.consolidation.recipes.usual = [.refit, .shrinkPerturb]
        settings.consolidation.recipes.set([.warning, .refit, .continuation], for: .drift)
        settings.consolidation.recipes.set([.average], for: .samples)
        return settings
    }

    @Test("Every rule at once, and jobs that run out of time", arguments: [1, 2, 3, 4] as [UInt64])
    func rules(seed: UInt64) throws {
        var weather = Weather()
        weather.hurry = 0.5
        let report = try live(seed, weather, settings: SimulatorTests.everyRule)
        #expect(report.consolidations > 0)
        #expect(try live(seed, weather, settings: SimulatorTests.everyRule) == report)
    }

    @Test("Calm weather", arguments: [1, 2, 3] as [UInt64])
    func calm(seed: UInt64) throws { _ = try live(seed, .calm) }

    @Test("A network that loses, repeats and delays", arguments: [1, 2, 3, 4] as [UInt64])
    func badNetwork(seed: UInt64) throws { _ = try live(seed, .badNetwork) }

    @Test("Labels that are late, lost, in any order", arguments: [1, 2, 3, 4, 5] as [UInt64])
    func lateLabels(seed: UInt64) throws {
        var settings = Self.settings
        settings.labels.rowsMax = 60
        settings.labels.ageMax = .seconds(1)
        settings.query.budget = 0.2
        settings.anomaly.isEnabled = true
        settings.anomaly.trees = 3
        settings.anomaly.height = 3
        settings.anomaly.window = 50
        var weather = Weather.lateLabels
        weather.crash = 0.02
        let report = try live(seed, weather, settings: settings)
        #expect(report.joined > 100 && report.expired > 20, "\(report)")
        #expect(try live(seed, weather, settings: settings) == report)
    }

    @Test("A daemon that dies again and again", arguments: [1, 2, 3, 4] as [UInt64])
    func crashLoop(seed: UInt64) throws {
        #expect(try live(seed, .crashLoop).crashes > 5)
    }

    @Test("A flood of garbage", arguments: [1, 2] as [UInt64])
    func garbage(seed: UInt64) throws {
        #expect(try live(seed, .garbageFlood).refused > 50)
    }

    @Test("An operator who cannot wait", arguments: [1, 2, 3, 4] as [UInt64])
    func commands(seed: UInt64) throws { _ = try live(seed, .nervousOperator) }

    @Test(
        "Every optimiser and mode replays",
        arguments: [
            OptimiserSettings.momentum(rate: 0.01, momentum: 0.9),
            .adaGrad(rate: 0.1, epsilon: 1e-8),
            .adam(rate: 0.01, beta1: 0.9, beta2: 0.999, epsilon: 1e-8),
        ],
        [LearningMode.sequential, .meanGradient]
    )
    func optimisers(optimiser: OptimiserSettings, mode: LearningMode) throws {
        var settings = SimulatorTests.settings
        settings.optimiser = optimiser
        settings.mode = mode
        _ = try live(5, settings: settings)
    }

    /// A pool of quick experts, one of which is made anew.
    private static var pool: EngineSettings {
        var settings = SimulatorTests.settings
        settings.model = .pool
        settings.pool.experts = [
            "label_table", "naive_bayes", "knn_200", "forest", "nlms_slow", "knn_numbers",
        ]
        settings.pool.rows = 200
        return settings
    }

    @Test("A pool in ordinary bad weather", arguments: [1, 2, 3] as [UInt64])
    func pool(seed: UInt64) throws {
        let report = try live(seed, settings: Self.pool)
        #expect(report.consolidations > 2, "models were made anew")
        #expect(try live(seed, settings: Self.pool) == report, "the same seed is the same life")
    }

    @Test("A pool whose experts rest when time is short", arguments: [1, 2, 3] as [UInt64])
    func poolInARush(seed: UInt64) throws {
        let report = try live(seed, .rushes, settings: Self.pool)
        #expect(report.loadChanges > 5 && report.crashes > 0)
        #expect(try live(seed, .rushes, settings: Self.pool) == report)
    }

    @Test("A pool whose labels are late", arguments: [1, 2] as [UInt64])
    func poolOfLateLabels(seed: UInt64) throws {
        var settings = Self.pool
        settings.labels.rowsMax = 60
        settings.labels.ageMax = .seconds(1)
        var weather = Weather.lateLabels
        weather.crash = 0.02
        let report = try live(seed, weather, settings: settings)
        #expect(report.joined > 100 && report.expired > 20, "\(report)")
    }

    @Test("A pool of numbers, an operator who cannot wait", arguments: [1, 2] as [UInt64])
    func poolOfNumbers(seed: UInt64) throws {
        var settings = Self.pool
        settings.task = .regression
        _ = try live(seed, .nervousOperator, settings: settings)
        _ = try live(seed, .crashLoop, settings: settings)
    }

    @Test("Regression lives, too", arguments: [1, 2] as [UInt64])
    func regression(seed: UInt64) throws {
        var settings = SimulatorTests.settings
        settings.task = .regression
        _ = try live(seed, settings: settings)
    }

    @Test("A fault that is put in is found", arguments: Sabotage.allCases)
    func mutants(sabotage: Sabotage) {
        var weather = Weather()
        weather.crash = 0.02
        weather.repetition = 0.1
        let found = (1...10 as ClosedRange<UInt64>).contains { seed in
            do {
                _ = try live(seed, weather, sabotage: sabotage)
                return false
            } catch {
                return true
            }
        }
        #expect(found)
    }
}
