// SPDX-License-Identifier: Apache-2.0
//
// Lines, levels and sampling.

import Linux
import Telemetry
import Testing

/// Keeps the lines of a log, and its time.
private final class Desk: Sendable {
    let lines = Lock<[String]>([])
    let time = Lock<Int64>(0)

    func log(_ level: LogLevel = .info) -> Log {
        Log(
            level: level,
            sink: .function { event in self.lines.withLock { $0.append(event.line) } },
            clock: { self.time.withLock { $0 } }
        )
    }

    var written: [String] { lines.withLock { $0 } }
}

@Suite struct LogTests {
    @Test func aLineReadsByItself() {
        let event = LogEvent(
            .warning,
            "drift\nseen",
            [
                ("learner", "a-b_1"), ("why", "two words"), ("q", "a\"b\\"), ("e", ""),
                ("c", "\u{1B}["),
            ]
        )
        #expect(
            event.line
                == #"warning drift seen learner=a-b_1 why="two words" q="a\"b\\" e="" c=" [""#
        )
    }

    @Test func levelsFilter() {
        let desk = Desk()
        let log = desk.log(.warning)
        log.write(.info, Issue.unwanted())
        log.write(LogEvent(.notice, "not this"))
        log.write(.error, "this", [("n", "1")])
        log.level = .debug
        #expect(log.level == .debug)
        log.write(.debug, "and this")
        #expect(desk.written == ["error this n=1", "debug and this"])
        #expect(LogLevel(name: "notice") == .notice)
        #expect(LogLevel(name: "loud") == nil)
        #expect(LogLevel.error < .debug)
    }

    @Test func floodsAreSampled() {
        let desk = Desk()
        let log = desk.log()
        for _ in 0..<5 { log.writeSampled("a", .info, "flood") }
        log.writeSampled("b", .info, "other")
        log.writeSampled("a", .debug, Issue.unwanted())
        desk.time.withLock { $0 = 1_000_000_000 }
        for _ in 0..<3 { log.writeSampled("a", .info, "flood", [("k", "v")]) }
        desk.time.withLock { $0 = 2_000_000_000 }
        log.writeSampled("b", .info, "other")
        #expect(
            desk.written == [
                "info flood", "info other", "info flood k=v omitted=4", "info other",
            ]
        )
    }

    @Test func tooManyKeysShareOne() {
        let desk = Desk()
        let log = desk.log()
        for number in 0..<300 { log.writeSampled("key\(number)", .info, "\(number)") }
        #expect(desk.written.count == 257)
    }
}

extension Issue {
    /// A text that nobody should have asked for.
    fileprivate static func unwanted() -> String {
        record("the text of an event that is not written was made")
        return ""
    }
}
