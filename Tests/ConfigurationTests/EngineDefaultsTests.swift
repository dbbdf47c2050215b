// SPDX-License-Identifier: Apache-2.0
//
// What the manual calls a default is what the engine does when nothing is set: benchmarks and
// simulations run with the engine's defaults, daemons with the configuration's.

import Configuration
import Engine
import Learning
import Testing

@Suite struct EngineDefaultsTests {
    @Test func anEmptyConfigurationIsTheEnginesDefaults() throws {
        let learner = try #require(Settings.defaults.learners.first)
        let configured = EngineSettings(learner, of: .defaults)
        #expect(configured.consolidation == EngineSettings().consolidation)
        #expect(configured.drift == EngineSettings().drift)
        #expect(configured.memory == EngineSettings().memory)
        #expect(configured.publish == EngineSettings().publish)
        // Which model is the default is for the configuration to say: an engine's is the plain one.
        var plain = EngineSettings()
        plain.model = .pool
        #expect(configured == plain)
    }
}
