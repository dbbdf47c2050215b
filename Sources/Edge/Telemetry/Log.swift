// SPDX-License-Identifier: Apache-2.0
//
// The log: to the journal with fields when the process runs under it, else to standard error, one
// readable line an event. Any thread may write.
//
// What may come in floods (refused samples, disconnects) is written as samples of it: at most one
// event a second for each key, and the next one says how many were left out. The number of keys is
// bounded; the keys beyond share one.

import Glibc
import Linux
import Synchronization
import Systemd

/// Where events go.
package enum LogSink: Sendable {
    /// One line each, with the time, on standard error.
    case standardError
    /// Entries with fields.
    case journal
    /// A function, for tests.
    case function(@Sendable (LogEvent) -> Void)

    /// The journal when standard error goes there, else standard error.
    package static var suitable: LogSink { Journal.isStandardError ? .journal : .standardError }
}

/// The log of a process.
package final class Log: Sendable {
    private let sink: LogSink
    private let threshold: Atomic<Int>
    private let clock: @Sendable () -> Int64
    private let samples = Lock<[String: Sample]>([:])

    /// When a key was last written, and how many of its events were left out since.
    private struct Sample {
        var written: Int64
        var omitted: Int
    }

    /// How many keys are sampled apart.
    private static let keysMax = 256
    /// Nanoseconds between two events of a key.
    private static let interval: Int64 = 1_000_000_000

    /// Makes a log that takes events of `level` and what matters more.
    package init(
        level: LogLevel = .info,
        sink: LogSink = .suitable,
        clock: @escaping @Sendable () -> Int64 = Clock.monotonicNanoseconds
    ) {
        threshold = Atomic(level.rawValue)
        self.sink = sink
        self.clock = clock
    }

    /// The least that is written.
    package var level: LogLevel {
        get { LogLevel(rawValue: threshold.load(ordering: .relaxed)) ?? .info }
        set { threshold.store(newValue.rawValue, ordering: .relaxed) }
    }

    /// Whether events of `level` are written.
    package func takes(_ level: LogLevel) -> Bool {
        level.rawValue <= threshold.load(ordering: .relaxed)
    }

    /// Writes an event if its level is taken.
    package func write(_ event: LogEvent) {
        guard takes(event.level) else { return }
        switch sink {
        case .standardError: writeLine(Clock.rfc3339Now() + " " + event.line + "\n")
        case .journal:
            let sent = Journal.send(
                priority: event.level.rawValue,
                message: event.message,
                fields: event.fields
            )
            if !sent { writeLine("<\(event.level.rawValue)>\(event.line)\n") }
        case .function(let take): take(event)
        }
    }

    /// Writes an event, whose text is made only if its level is taken.
    package func write(
        _ level: LogLevel,
        _ message: @autoclosure () -> String,
        _ fields: @autoclosure () -> [(String, String)] = []
    ) {
        guard takes(level) else { return }
        write(LogEvent(level, message(), fields()))
    }

    /// Writes an event unless one of the same key was written within the last second; what was left
    /// out is said in the field `omitted` of the next one.
    package func writeSampled(
        _ key: String,
        _ level: LogLevel,
        _ message: @autoclosure () -> String,
        _ fields: @autoclosure () -> [(String, String)] = []
    ) {
        guard takes(level), let omitted = admit(key) else { return }
        var event = LogEvent(level, message(), fields())
        if omitted > 0 { event.fields.append(("omitted", String(omitted))) }
        write(event)
    }

    /// How many events of the key were left out when this one may be written, else nil.
    private func admit(_ key: String) -> Int? {
        let now = clock()
        return samples.withLock { samples in
            let isKnown = samples[key] != nil || samples.count < Log.keysMax
            let key = isKnown ? key : ""
            guard var sample = samples[key] else {
                samples[key] = Sample(written: now, omitted: 0)
                return 0
            }
            let isDue = now - sample.written >= Log.interval
            let omitted = sample.omitted
            if isDue {
                sample = Sample(written: now, omitted: 0)
            } else {
                sample.omitted += 1
            }
            samples[key] = sample
            return isDue ? omitted : nil
        }
    }

    /// Writes a line to standard error; there is nobody to tell when that fails.
    private func writeLine(_ line: String) {
        var rest = Array(line.utf8)[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes { raw in
                unsafe Glibc.write(STDERR_FILENO, raw.baseAddress, raw.count)
            }
            if count > 0 {
                rest = rest.dropFirst(count)
            } else if errno != EINTR {
                return
            }
        }
    }
}
