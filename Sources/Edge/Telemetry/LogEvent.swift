// SPDX-License-Identifier: Apache-2.0
//
// What can be logged: an event is a level, a sentence and named values, and the same event reads as
// one line or becomes an entry with fields.

/// How much an event matters; the numbers are syslog's.
package enum LogLevel: Int, Sendable, CaseIterable, Comparable {
    /// Something does not work.
    case error = 3
    /// Something will not work, or was lost.
    case warning = 4
    /// Something happens rarely and matters: starts, drifts, versions.
    case notice = 5
    /// What is going on.
    case info = 6
    /// For finding faults.
    case debug = 7

    /// The name, as in a line and in the configuration.
    package var name: String {
        switch self {
        case .error: "error"
        case .warning: "warning"
        case .notice: "notice"
        case .info: "info"
        case .debug: "debug"
        }
    }

    /// The level called `name`.
    package init?(name: String) {
        guard let level = LogLevel.allCases.first(where: { $0.name == name }) else { return nil }
        self = level
    }

    /// What matters more comes first.
    package static func < (left: LogLevel, right: LogLevel) -> Bool {
        left.rawValue < right.rawValue
    }
}

/// Something that happened.
package struct LogEvent: Sendable {
    /// How much it matters.
    package var level: LogLevel
    /// What happened, in a sentence without a full stop.
    package var message: String
    /// The values that belong to it, in order.
    package var fields: [(String, String)]

    /// Makes an event.
    package init(_ level: LogLevel, _ message: String, _ fields: [(String, String)] = []) {
        self.level = level
        self.message = message
        self.fields = fields
    }

    /// The event without its time, on one line: `warning message key=value key="two words"`.
    package var line: String {
        var line = "\(level.name) \(LogEvent.oneLine(message))"
        for (name, value) in fields { line += " \(name)=\(LogEvent.quotedIfNeeded(value))" }
        return line
    }

    private static func oneLine(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: isControl) else { return text }
        var line = ""
        for scalar in text.unicodeScalars {
            line.unicodeScalars.append(isControl(scalar) ? " " : scalar)
        }
        return line
    }

    private static func quotedIfNeeded(_ value: String) -> String {
        let isPlain = value.unicodeScalars.allSatisfy { scalar in
            scalar != " " && scalar != "\"" && scalar != "=" && !isControl(scalar)
        }
        if isPlain && !value.isEmpty { return value }
        var text = "\""
        for scalar in oneLine(value).unicodeScalars {
            if scalar == "\"" || scalar == "\\" { text += "\\" }
            text.unicodeScalars.append(scalar)
        }
        return text + "\""
    }

    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value)
    }
}
