// SPDX-License-Identifier: Apache-2.0
//
// Contexts that come back find their skill, in small: `learnd-bench learners --contexts` is the
// full measurement.

import Bench
import Engine
import Learning
import Testing

@Suite("Recurring contexts") struct RecurringContextTests {
    private var bench: ContextBench {
        var bench = ContextBench()
        bench.seeds = 1
        bench.contexts = 3
        bench.stay = 400
        bench.learning = 600
        bench.returns = 12
        return bench
    }

    @Test("With isolation the old skill is there at once, and without it is not")
    func skillReturns() {
        var isolated = EngineSettings()
        isolated.isolation = .experts
        let kept = bench.row(.shifted, settings: isolated)
        #expect(kept.returns == 12)
        #expect(kept.atOnce.value < 1.02, "\(kept.text)")
        #expect(kept.after.value < 1.1, "\(kept.text)")
        let lost = bench.row(.shifted, settings: EngineSettings())
        #expect(lost.atOnce.value > 2, "\(lost.text)")
    }
}
