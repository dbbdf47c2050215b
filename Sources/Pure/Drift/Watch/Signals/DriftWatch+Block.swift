// SPDX-License-Identifier: Apache-2.0
//
// Many samples at once, with the same reports and the same state as one after the other:
// 1. A run ends where a check of ADWIN falls due, so ADWIN speaks at its last sample only.
// 2. The run passes through copies of the sums in vectors, the error in one lane and the loss in
//    the other. Nothing is kept when something is to be said before the last sample (a drift of
//    Page-Hinkley, the first warning), or when a number is not within 0...1.
// 3. Otherwise the sums are stored and the values go into the buckets; the check follows.
// A run of which nothing was kept goes through `observe(error:loss:)`, sample by sample.

/// What the two signals of a run leave behind, until it is known whether it counts.
private struct Run {
    typealias Lanes = SIMD2<Double>

    var tests: PageHinkleyPair
    var count: Lanes
    var total: Lanes
    var deviation: Lanes
    /// The values of each signal.
    var errors = InlineArray<16, Double>(repeating: 0)
    var losses = InlineArray<16, Double>(repeating: 0)
    /// The samples, by bit, at which a test was in its warning zone.
    var warned: UInt32 = 0

    /// Copies the sums only, since a copy of a whole detector would count references.
    @inline(__always)
    init(_ first: borrowing SignalWatch, _ second: borrowing SignalWatch) {
        tests = PageHinkleyPair(first.pageHinkley, second.pageHinkley)
        count = Lanes(first.adwin.count, second.adwin.count)
        total = Lanes(first.adwin.total, second.adwin.total)
        deviation = Lanes(first.adwin.deviation, second.adwin.deviation)
    }

    /// Takes the `held` samples from `first` on.
    ///
    /// - Returns: Whether all of them are within 0...1 and none is a drift.
    @inline(__always)
    mutating func take(
        _ held: Int,
        errors bits: Span<UInt8>,
        losses values: Span<Double>,
        from first: Int
    ) -> Bool {
        let hasErrors = !bits.isEmpty
        var isWithin = true
        for index in 0..<held {
            let loss = values[first + index]
            let error = hasErrors ? Double(bits[first + index]) : loss
            isWithin = isWithin && loss >= 0 && loss <= 1
            errors[index] = error
            losses[index] = loss
            let lanes = Lanes(error, loss)
            tests.update(with: lanes)
            if any(tests.isWarned) { warned |= 1 << UInt32(index) }
            let before = count
            count += 1
            let off = lanes - total / before
            deviation += before * off * off / count
            total += lanes
        }
        return isWithin && !tests.hasDrift
    }

    /// Gives a lane's sums and values back to its detectors.
    func store(lane: Int, _ values: Span<Double>, _ held: Int, to watch: inout SignalWatch) {
        tests.store(lane: lane, to: &watch.pageHinkley)
        watch.adwin.append(run: values, count: held)
        watch.adwin.count = count[lane]
        watch.adwin.total = total[lane]
        watch.adwin.deviation = deviation[lane]
    }
}

/// That a run has passed, and what its last sample brought.
private struct Passed {
    var report: DriftReport?
}

extension DriftWatch {
    /// Takes the samples from `first` on, up to the first report.
    ///
    /// - Parameters:
    ///   - errors: Whether each prediction was wrong, 0 or 1; empty in regression.
    ///   - losses: The clipped loss of each sample.
    ///   - first: The sample to begin with.
    /// - Returns: The first report and the sample to go on with; nothing when all were taken.
    package mutating func observe(
        errors: Span<UInt8>,
        losses: Span<Double>,
        from first: Int = 0
    ) -> (report: DriftReport, next: Int)? {
        precondition(
            errors.isEmpty || errors.count == losses.count,
            "every sample has an error bit, or none has"
        )
        guard settings.isEnabled else {
            samples += UInt64(losses.count - first)
            return nil
        }
        var row = first
        while row < losses.count {
            let held = runLength(from: row, of: losses.count, hasErrors: !errors.isEmpty)
            if let news = pass(held, errors, losses, from: row) {
                row += held
                if let report = news.report { return (report, row) }
                continue
            }
            for _ in 0..<held {
                let error: Double? = errors.isEmpty ? nil : Double(errors[row])
                let report = observe(error: error, loss: losses[row])
                row += 1
                if let report { return (report, row) }
            }
        }
        return nil
    }

    /// How many samples pass up to the next check.
    private func runLength(from row: Int, of end: Int, hasErrors: Bool) -> Int {
        let held = min(end - row, loss.adwin.untilCheck, ADWIN.runMax)
        return hasErrors ? min(held, error.adwin.untilCheck) : held
    }

    /// Lets a run pass at once, or changes nothing.
    private mutating func pass(
        _ held: Int,
        _ errors: Span<UInt8>,
        _ losses: Span<Double>,
        from row: Int
    ) -> Passed? {
        let hasErrors = !errors.isEmpty
        guard panel == nil, loss.adwin.takesRuns, !hasErrors || error.adwin.takesRuns,
            PageHinkleyPair.takes(
                hasErrors ? error.pageHinkley : loss.pageHinkley,
                loss.pageHinkley
            )
        else { return nil }
        var run = hasErrors ? Run(error, loss) : Run(loss, loss)
        guard run.take(held, errors: errors, losses: losses, from: row),
            settle(held - 1, warned: run.warned)
        else { return nil }
        samples += UInt64(held)
        run.store(lane: 1, run.losses.span, held, to: &loss)
        loss.check(held, settings.policy)
        error.said = (.none, .none)
        if hasErrors {
            run.store(lane: 0, run.errors.span, held, to: &error)
            error.check(held, settings.policy)
        }
        return Passed(report: conclude())
    }
}
