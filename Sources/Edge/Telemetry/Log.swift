// SPDX-License-Identifier: Apache-2.0
// temporary
import Glibc
package enum LogSeverity: Int, Sendable { case debug = 7, info = 6, notice = 5, warning = 4, error = 3 }
package final class Log: @unchecked Sendable {
    package var level: LogSeverity
    package init(level: LogSeverity) { self.level = level }
    package func note(_ s: LogSeverity, _ text: String, _ fields: [(String, String)] = []) {
        guard s.rawValue <= level.rawValue else { return }
        var line = "\(s) \(text)"
        for (k, v) in fields { line += " \(k.lowercased())=\(v)" }
        line += "\n"
        let b = Array(line.utf8)
        _ = unsafe write(2, b, b.count)
    }
}
