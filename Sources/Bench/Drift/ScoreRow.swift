// SPDX-License-Identifier: Apache-2.0
//
// A line of the drift scoreboard, as text and as JSON, and how it compares with a line of before.

import Primitives

/// A detector on a stream.
struct ScoreRow: Sendable, Equatable {
    /// What a row is found by.
    struct Key: Sendable, Hashable {
        var detector: String
        /// `default`, or `equal` for an equal rate of false alarms.
        var mode: String
        var stream: String
    }

    let key: Key
    /// The parameter that decides, and its value.
    let parameter: String
    let level: Double
    let runs: Int
    /// The mean delay over the rises that were seen, and its standard error.
    let delay: Double?
    let delayError: Double
    /// The share of missed rises, and how many rises there were.
    let missRate: Double
    let rises: Int
    /// False alarms per 10,000 values, and how many values there were.
    let falseAlarmRate: Double
    let quietValues: Int

    init(
        _ contender: DriftContender,
        mode: String,
        level: Double,
        stream: DriftStream,
        runs: Int,
        score: DriftScore
    ) {
        key = Key(detector: contender.name, mode: mode, stream: stream.name)
        parameter = contender.parameter
        self.level = level
        self.runs = runs
        delay = score.delay
        delayError = score.delayError.isFinite ? score.delayError : 0
        missRate = score.missRate
        rises = score.seen + score.missed
        falseAlarmRate = score.falseAlarmRate
        quietValues = score.quietValues
    }

    /// Reads a row of a baseline.
    init?(json: JSONValue) {
        guard let detector = json["detector"]?.text, let mode = json["mode"]?.text,
            let stream = json["stream"]?.text, let parameter = json["parameter"]?.text,
            let level = json["level"]?.double, let runs = json["runs"]?.integer,
            let delayError = json["delay_error"]?.double, let missRate = json["misses"]?.double,
            let rises = json["rises"]?.integer,
            let falseAlarms = json["false_alarms"]?.double,
            let quietValues = json["quiet_values"]?.integer
        else { return nil }
        key = Key(detector: detector, mode: mode, stream: stream)
        self.parameter = parameter
        self.level = level
        self.runs = Int(runs)
        delay = json["delay"]?.double
        self.delayError = delayError
        self.missRate = missRate
        self.rises = Int(rises)
        falseAlarmRate = falseAlarms
        self.quietValues = Int(quietValues)
    }

    /// The row as JSON.
    var json: JSONValue {
        [
            "detector": .string(key.detector), "mode": .string(key.mode),
            "stream": .string(key.stream), "parameter": .string(parameter),
            "level": .number(level), "runs": .int(Int64(runs)),
            "delay": delay.map(JSONValue.number) ?? .null, "delay_error": .number(delayError),
            "misses": .number(missRate), "rises": .int(Int64(rises)),
            "false_alarms": .number(falseAlarmRate), "quiet_values": .int(Int64(quietValues)),
        ]
    }

    /// What got worse since `before`, beyond three standard errors and a hundredth; nothing when
    /// it did not.
    func complaint(since before: ScoreRow) -> String? {
        var complaints: [String] = []
        if let delay, let old = before.delay {
            let noise = (delayError * delayError + before.delayError * before.delayError)
                .squareRoot()
            if delay > old * 1.01 + 3 * noise {
                complaints.append("delay \(Text.rounded(old)) -> \(Text.rounded(delay))")
            }
        }
        if ScoreRow.isMore(missRate, rises, than: before.missRate, before.rises) {
            complaints.append(
                "misses \(Text.rounded(100 * before.missRate)) -> \(Text.rounded(100 * missRate)) %"
            )
        }
        let (now, then) = (falseAlarmRate / 1e4, before.falseAlarmRate / 1e4)
        if ScoreRow.isMore(now, quietValues, than: then, before.quietValues) {
            complaints.append(
                "false alarms \(Text.rounded(before.falseAlarmRate, 2)) -> "
                    + "\(Text.rounded(falseAlarmRate, 2)) per 10,000"
            )
        }
        if complaints.isEmpty { return nil }
        return "\(key.detector) (\(key.mode)) on \(key.stream): "
            + complaints.joined(separator: ", ")
    }

    /// Whether a share is larger than another by more than three standard errors of the two, and
    /// by more than a hundredth.
    private static func isMore(
        _ share: Double,
        _ count: Int,
        than old: Double,
        _ oldCount: Int
    ) -> Bool {
        guard count > 0, oldCount > 0 else { return false }
        let (n, m) = (Double(count), Double(oldCount))
        let pooled = (share * n + old * m) / (n + m)
        let noise = (pooled * (1 - min(1, pooled)) * (1 / n + 1 / m)).squareRoot()
        return share > old * 1.01 + 3 * noise
    }
}

extension Text {
    /// A number with so many digits behind the point.
    static func rounded(_ number: Double, _ digits: Int = 0) -> String {
        guard number.magnitude < 1e12 else { return "-" }
        var factor = 1.0
        for _ in 0..<digits { factor *= 10 }
        let scaled = Int64((number.magnitude * factor).rounded())
        let sign = number < 0 && scaled != 0 ? "-" : ""
        if digits == 0 { return "\(sign)\(scaled)" }
        let fraction = String(scaled % Int64(factor))
        let zeros = String(repeating: "0", count: digits - fraction.count)
        return "\(sign)\(scaled / Int64(factor)).\(zeros)\(fraction)"
    }

    /// A number with three digits that count, in few letters.
    static func short(_ number: Double) -> String {
        if number >= 100 { return rounded(number) }
        if number >= 0.01 { return rounded(number, number >= 10 ? 1 : number >= 1 ? 2 : 3) }
        var exponent = 0
        var mantissa = number
        while mantissa > 0 && mantissa < 1 {
            mantissa *= 10
            exponent += 1
        }
        return "\(rounded(mantissa, 1))e-\(exponent)"
    }
}
