// SPDX-License-Identifier: Apache-2.0
//
// A time of the day or of the week, in UTC, such as "03:00" or "sun 03:00", and when it comes next.
// UTC has no summer time, so every day has every minute once. The engine has no clock: whoever has
// one asks here when the next moment is, and tells the engine when it is there.

package import Primitives

/// A minute of every day, or of one day of the week.
package struct WeekTime: Sendable, Equatable {
    /// The day, 0 for Monday; nil: every day.
    package let day: Int?
    /// The minute of the day.
    package let minute: Int

    /// The most times that a learner may have.
    package static let countMost = 32

    private static let days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
    private static let dayMinutes = 24 * 60

    /// Makes a time.
    ///
    /// - Precondition: There is such a day and such a minute.
    package init(day: Int?, minute: Int) {
        precondition((0..<WeekTime.dayMinutes).contains(minute), "a day has 1440 minutes")
        precondition((0..<7).contains(day ?? 0), "a week has seven days")
        self.day = day
        self.minute = minute
    }

    /// Reads `HH:MM`, with or without the first three letters of a day before it.
    package init?(_ text: String) {
        let words = text.split(separator: " ", omittingEmptySubsequences: false)
        guard let clock = words.last, (1...2).contains(words.count) else { return nil }
        var day: Int?
        if words.count == 2 {
            guard let number = WeekTime.days.firstIndex(of: words[0].lowercased()) else {
                return nil
            }
            day = number
        }
        let bytes = Array(clock.utf8)
        guard bytes.count == 5, bytes[2] == UInt8(ascii: ":") else { return nil }
        let digits = [bytes[0], bytes[1], bytes[3], bytes[4]].map { Int($0) - 48 }
        guard digits.allSatisfy({ (0...9).contains($0) }) else { return nil }
        let (hour, minute) = (10 * digits[0] + digits[1], 10 * digits[2] + digits[3])
        guard hour < 24, minute < 60 else { return nil }
        self.init(day: day, minute: 60 * hour + minute)
    }

    /// The time as it is written.
    package var text: String {
        let clock = [minute / 60, minute % 60].map { $0 < 10 ? "0\($0)" : "\($0)" }
        return (day.map { WeekTime.days[$0] + " " } ?? "") + clock.joined(separator: ":")
    }

    /// The first such moment after `second`, in seconds since 1970-01-01 00:00 UTC.
    package func next(after second: Int64) -> Int64 {
        let period = Int64((day == nil ? 1 : 7) * WeekTime.dayMinutes * 60)
        // That day was a Thursday.
        let first = Int64(((day ?? 3) - 3) * WeekTime.dayMinutes + minute) * 60
        let past = second - first
        let whole = past >= 0 ? past / period : -((period - 1 - past) / period)
        return first + (whole + 1) * period
    }
}

extension [WeekTime] {
    /// The first of these moments after `second`; nil when there is none.
    package func next(after second: Int64) -> Int64? { map { $0.next(after: second) }.min() }
}

extension WeekTime: ByteCodable {
    /// Appends day and minute.
    package func encode(into writer: inout ByteWriter) {
        writer.write(Int8(day ?? -1))
        writer.write(UInt16(minute))
    }

    /// Reads day and minute.
    package init(from reader: inout ByteReader) throws(DecodeError) {
        let day = try reader.read(Int8.self)
        let minute = try reader.read(UInt16.self)
        guard (-1...6).contains(day), minute < 1440 else {
            throw .invalid("there is no such time of the week")
        }
        self.init(day: day < 0 ? nil : Int(day), minute: Int(minute))
    }
}
