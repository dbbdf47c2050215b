// SPDX-License-Identifier: Apache-2.0
//
// Times of the week against a plain count of minutes, and the rule that goes by them.

import Consolidation
import Engine
import Primitives
import Samples
import Simulation
import Testing

@Suite("The calendar")
struct CalendarTests {
    @Test("A time is read as it is written, and nothing else is")
    func texts() {
        for text in ["00:00", "03:05", "23:59", "mon 00:00", "sun 12:30"] {
            #expect(WeekTime(text)?.text == text)
        }
        #expect(WeekTime("SUN 01:00") == WeekTime(day: 6, minute: 60))
        for text in ["", "3:00", "24:00", "12:60", "sun", "sun  03:00", "day 03:00", "03:00 sun"] {
            #expect(WeekTime(text) == nil, "\(text)")
        }
    }

    @Test("The next moment is the first minute that fits")
    func next() {
        // 2001-09-09 01:46:40 UTC was a Sunday.
        let start: Int64 = 1_000_000_000
        func weekMinute(_ second: Int64) -> (day: Int, minute: Int) {
            // 1970-01-01 was a Thursday, day 3.
            let minutes = second / 60
            return (Int((minutes / 1440 + 3) % 7), Int(minutes % 1440))
        }
        #expect(weekMinute(start).day == 6)
        for time in [
            WeekTime(day: nil, minute: 0), WeekTime(day: nil, minute: 106),
            WeekTime(day: nil, minute: 107), WeekTime(day: 6, minute: 106),
            WeekTime(day: 6, minute: 107), WeekTime(day: 0, minute: 5), WeekTime(day: 3, minute: 1),
        ] {
            for offset in [0, 1, 19, 20, 59, 86_399, 86_400, 600_000] as [Int64] {
                var second = start + offset + 1
                while second % 60 != 0 || weekMinute(second).minute != time.minute
                    || (time.day.map { $0 != weekMinute(second).day } ?? false)
                {
                    second += second % 60 == 0 ? 60 : 60 - second % 60
                }
                #expect(time.next(after: start + offset) == second, "\(time.text) \(offset)")
            }
        }
        #expect(WeekTime(day: nil, minute: 0).next(after: -1) == 0)
        #expect(WeekTime(day: nil, minute: 0).next(after: -86_400) == 0)
        #expect([WeekTime]().next(after: 0) == nil)
    }

    private func learner(_ times: [WeekTime]) -> TestEngine {
        var settings = EngineSettings()
        settings.consolidation.onDrift = false
        settings.consolidation.at = times
        settings.consolidation.cooldown = .zero
        settings.consolidation.recipe.raceSamples = 50
        var engine = TestEngine(settings)
        var world = World()
        for _ in 0..<5 { engine.step(.batch(world.batch(100))) }
        return engine
    }

    private func started(_ engine: TestEngine) -> [ConsolidationTrigger] {
        engine.events.compactMap { event in
            guard case .consolidated(let news) = event, news.verdict == nil else { return nil }
            return news.trigger
        }
    }

    @Test("Each time asks once, one that was missed too, and a new one is not missed")
    func rule() throws {
        let day: Int64 = 86_400
        let three = 3 * 3600 as Int64
        var engine = learner([WeekTime(day: nil, minute: 180)])
        #expect(engine.engine.wantsClock(at: three - 10), "it has never seen the clock")
        engine.step(.clock(three - 10))
        #expect(!engine.engine.wantsClock(at: three - 1))
        #expect(engine.jobs.isEmpty)
        #expect(engine.engine.wantsClock(at: three))
        engine.step(.clock(three))
        #expect(started(engine) == [.calendar] && engine.jobs.count == 1)
        #expect(!engine.engine.wantsClock(at: three + 5))
        // The daemon is away for three days: that is made up for once.
        engine.engine = try LearnerEngine(decoding: engine.engine.encoded())
        engine.step(.resumed(versionMax: 9))
        engine.step(.command(.reset(task: nil)))
        var world = World()
        for _ in 0..<5 { engine.step(.batch(world.batch(100))) }
        #expect(engine.engine.wantsClock(at: three + 3 * day + 60))
        engine.jobs.removeAll()
        engine.step(.clock(three + 3 * day + 60))
        #expect(engine.jobs.count == 1)
        #expect(!engine.engine.wantsClock(at: three + 3 * day + 61))
        // A clock that is set back is followed, and asks for nothing.
        #expect(engine.engine.wantsClock(at: day))
        engine.jobs.removeAll()
        engine.step(.clock(day))
        #expect(engine.jobs.isEmpty && !engine.engine.wantsClock(at: day + 1))
        // Other times begin with the next look at the clock.
        var settings = engine.engine.settings
        settings.consolidation.at = [WeekTime(day: nil, minute: 60)]
        engine.step(.settings(settings))
        #expect(engine.engine.wantsClock(at: day + 7200))
        engine.step(.clock(day + 7200))
        #expect(engine.jobs.isEmpty)
        settings.consolidation.at = []
        engine.step(.settings(settings))
        #expect(!engine.engine.wantsClock(at: 9 * day))
    }
}
