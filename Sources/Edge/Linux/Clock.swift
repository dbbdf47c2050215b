// SPDX-License-Identifier: Apache-2.0
//
// The two clocks. The monotonic one drives deadlines; the wall clock only labels things for people.

import Glibc

/// The clocks of the machine.
package enum Clock {
    /// Nanoseconds since some moment before the start of the process; it never goes back
    /// (`CLOCK_MONOTONIC`).
    package static func monotonicNanoseconds() -> Int64 { read(CLOCK_MONOTONIC) }

    /// Nanoseconds since 1970, UTC (`CLOCK_REALTIME`).
    package static func wallNanoseconds() -> Int64 { read(CLOCK_REALTIME) }

    /// Processor time that this process has used, in nanoseconds.
    package static func processNanoseconds() -> Int64 { read(CLOCK_PROCESS_CPUTIME_ID) }

    /// Processor time that this thread has used, in nanoseconds.
    package static func threadNanoseconds() -> Int64 { read(CLOCK_THREAD_CPUTIME_ID) }

    /// A moment of the wall clock in RFC 3339, UTC, with milliseconds:
    /// `2026-11-20T21:03:32.123Z`.
    package static func rfc3339(wallNanoseconds nanoseconds: Int64) -> String {
        let milliseconds = floorDivide(nanoseconds, 1_000_000)
        let days = floorDivide(milliseconds, 86_400_000)
        let (year, month, day) = date(daysSince1970: days)
        let rest = milliseconds - days * 86_400_000
        return pad(year, 4) + "-" + pad(month, 2) + "-" + pad(day, 2) + "T"
            + pad(rest / 3_600_000, 2) + ":" + pad(rest / 60_000 % 60, 2) + ":"
            + pad(rest / 1000 % 60, 2) + "." + pad(rest % 1000, 3) + "Z"
    }

    /// Now, in RFC 3339.
    package static func rfc3339Now() -> String { rfc3339(wallNanoseconds: wallNanoseconds()) }

    private static func read(_ clock: clockid_t) -> Int64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }

    /// The civil date of a day: years begin in March, so that the leap day comes last; 400 years
    /// have 146,097 days.
    private static func date(daysSince1970 days: Int64) -> (Int64, Int64, Int64) {
        let shifted = days + 719_468
        let era = floorDivide(shifted, 146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra =
            (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let marchMonth = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * marchMonth + 2) / 5 + 1
        let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
    }

    private static func floorDivide(_ number: Int64, _ divisor: Int64) -> Int64 {
        let quotient = number / divisor
        return number % divisor < 0 ? quotient - 1 : quotient
    }

    private static func pad(_ number: Int64, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}
