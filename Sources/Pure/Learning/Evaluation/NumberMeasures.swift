// SPDX-License-Identifier: Apache-2.0
//
// How well numbers are predicted, prequentially. Beside the model stand two baselines that see the
// same rows in the same way: the mean of all labels so far, and the last label. Neither knows
// anything before the first label, so their means are over one row fewer. A row whose label is late
// is judged by what the baselines said when it came, like the model.
//
// R² is 1 - (squared errors) / (squared distances of the labels from their mean), both since the
// start; the mean follows Welford's recurrence.

import Primitives

/// Running measures of a stream of numbers.
struct NumberMeasures: Sendable {
    /// Sums of the errors of one way of predicting.
    struct Errors: Sendable {
        var count: UInt64 = 0
        var absolute: Double = 0
        var squared: Double = 0

        mutating func add(_ error: Double) {
            count += 1
            absolute += abs(error)
            squared += error * error
        }

        var meanAbsolute: Double { count == 0 ? .nan : absolute / Double(count) }
        var meanSquared: Double { count == 0 ? .nan : squared / Double(count) }
        var rootMeanSquared: Double { meanSquared.squareRoot() }
    }

    private var model = Errors()
    private var judged: Double = 0
    private var covered: UInt64 = 0
    private var runningMean = Errors()
    private var lastValue = Errors()
    private var mean: Double = 0
    private var squaredDistances: Double = 0
    private var last: Double = 0
    private var absoluteRecent: SlidingMean
    private var lossRecent: SlidingMean
    private var intervals = IntervalMeasures()

    init(window: Int) {
        absoluteRecent = SlidingMean(size: window)
        lossRecent = SlidingMean(size: window)
    }

    /// How many rows were counted.
    var count: UInt64 { model.count }
    /// The mean loss over the window.
    var recentLoss: Double { lossRecent.mean }
    /// The mean loss since the start.
    var loss: Double { count == 0 ? .nan : judged / Double(count) }

    /// What the baselines say of the next row.
    var opinion: BaselineOpinion {
        count == 0 ? BaselineOpinion() : BaselineOpinion(usual: mean, last: last)
    }

    /// Counts one row and returns its loss, at most the largest single-precision number.
    mutating func record(
        prediction: Float,
        target: Float,
        yardstick: Yardstick,
        baselines: BaselineOpinion
    ) -> Float {
        let label = Double(target)
        let error = Double(prediction) - label
        if !baselines.usual.isNaN { runningMean.add(baselines.usual - label) }
        if !baselines.last.isNaN { lastValue.add(baselines.last - label) }
        model.add(error)
        let distance = label - mean
        mean += distance / Double(model.count)
        squaredDistances += distance * (label - mean)
        last = label
        let most = Double(Float.greatestFiniteMagnitude)
        let exact = yardstick.loss(error: error)
        judged += exact
        if error >= 0 { covered += 1 }
        let loss = Float(min(exact, most))
        absoluteRecent.add(Float(min(abs(error), most)))
        lossRecent.add(loss)
        return loss
    }

    /// Counts the prediction interval of a row that is counted.
    mutating func record(low: Float, high: Float, target: Float) {
        intervals.record(low: low, high: high, target: target)
    }

    /// The measures; of a quantile also the share of labels that were not above it, and of
    /// intervals how many labels they hold.
    func json(yardstick: Yardstick) -> JSONValue {
        guard case .object(var members) = json else { return json }
        if case .quantile = yardstick {
            members.append(.init("coverage", .number(Double(covered) / Double(count))))
        }
        if intervals.count > 0 { members.append(.init("interval", intervals.json)) }
        return .object(members)
    }

    private var json: JSONValue {
        .object(pairs: [
            "count": .int(Int64(clamping: count)),
            "mae": .number(model.meanAbsolute),
            "mae_recent": .number(absoluteRecent.mean),
            "rmse": .number(model.rootMeanSquared),
            "r2": squaredDistances > 0 ? .number(1 - model.squared / squaredDistances) : .null,
            "loss": .number(loss),
            "loss_recent": .number(lossRecent.mean),
            "baselines": .object(pairs: [
                "running_mean": NumberMeasures.json(runningMean),
                "last_value": NumberMeasures.json(lastValue),
            ]),
        ])
    }

    private static func json(_ errors: Errors) -> JSONValue {
        .object(pairs: [
            "mae": .number(errors.meanAbsolute),
            "rmse": .number(errors.rootMeanSquared),
        ])
    }
}

extension NumberMeasures: ByteCodable {
    func encode(into writer: inout ByteWriter) {
        for errors in [model, runningMean, lastValue] {
            writer.write(errors.count)
            writer.write(errors.absolute)
            writer.write(errors.squared)
        }
        for number in [mean, squaredDistances, last, judged] { writer.write(number) }
        writer.write(covered)
        absoluteRecent.encode(into: &writer)
        lossRecent.encode(into: &writer)
        intervals.encode(into: &writer)
    }

    init(from reader: inout ByteReader) throws(DecodeError) {
        func errors(_ reader: inout ByteReader) throws(DecodeError) -> Errors {
            Errors(
                count: try reader.read(),
                absolute: try reader.readDouble(),
                squared: try reader.readDouble()
            )
        }
        model = try errors(&reader)
        runningMean = try errors(&reader)
        lastValue = try errors(&reader)
        mean = try reader.readDouble()
        squaredDistances = try reader.readDouble()
        last = try reader.readDouble()
        judged = try reader.readDouble()
        covered = try reader.read()
        absoluteRecent = try SlidingMean(from: &reader)
        lossRecent = try SlidingMean(from: &reader)
        intervals = try IntervalMeasures(from: &reader)
    }
}
