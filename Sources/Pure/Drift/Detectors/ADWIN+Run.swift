// SPDX-License-Identifier: Apache-2.0
//
// Many values at once. Between two checks nothing looks at the buckets, so a run of values is put
// into the newest row first and the rows are compressed once, from the newest on. Each row is a
// queue whose two oldest buckets leave whenever it holds too many, so which pairs merge does not
// depend on when they do: the buckets are, to the last bit, those of one value after the other.

extension ADWIN {
    /// Whether ``append(run:count:)`` may take values now; if not, ``update(with:)`` takes them.
    var takesRuns: Bool {
        // A run may add as many rows as it can be halved.
        !mustRestart && count > 0 && rows < ADWIN.rowsMax - 5
    }

    /// Puts values into the buckets; their count, total and deviation the caller has worked out.
    ///
    /// - Precondition: ``takesRuns``, and `held <= runMax`.
    mutating func append(run values: Span<Double>, count held: Int) {
        precondition(takesRuns && held <= ADWIN.runMax, "a run is short and fits into the rows")
        let filled = ADWIN.put(
            values,
            count: held,
            into: &buckets,
            places: &places,
            room: room,
            most: maxBuckets
        )
        rows = max(rows, filled)
    }

    /// - Returns: The rows that have buckets now, if they had none before.
    private static func put(
        _ values: Span<Double>,
        count held: Int,
        into buckets: inout [Bucket],
        places: inout [Place],
        room: Int,
        most: Int
    ) -> Int {
        var cells = buckets.mutableSpan
        var places = places.mutableSpan
        makeRoom(for: held, in: 0, room: room, &cells, &places)
        var end = places[0].start + places[0].held
        for index in 0..<held { cells[end + index] = Bucket(values[index], 0) }
        places[0].held += held
        var row = 0
        var inverse = 1.0
        var half = 0.5
        while places[row].held > most {
            let pairs = (places[row].held - most + 1) / 2
            makeRoom(for: pairs, in: row + 1, room: room, &cells, &places)
            let from = row * room + places[row].start
            end = (row + 1) * room + places[row + 1].start + places[row + 1].held
            for pair in 0..<pairs {
                let older = cells[from + 2 * pair]
                let newer = cells[from + 2 * pair + 1]
                let off = (older.x - newer.x) * inverse
                var merged = older + newer
                merged.y += half * off * off
                cells[end + pair] = merged
            }
            places[row].start += 2 * pairs
            places[row].held -= 2 * pairs
            row += 1
            places[row].held += pairs
            inverse *= 0.5
            half *= 2
        }
        return row + 1
    }

    /// Moves a row's buckets to the beginning of its room when `more` do not fit behind them.
    @inline(__always)
    private static func makeRoom(
        for more: Int,
        in row: Int,
        room: Int,
        _ cells: inout MutableSpan<Bucket>,
        _ places: inout MutableSpan<Place>
    ) {
        let place = places[row]
        guard place.start + place.held + more > room else { return }
        let first = row * room
        for index in first..<first + place.held { cells[index] = cells[index + place.start] }
        places[row].start = 0
    }

    /// Counts `values` values as taken.
    ///
    /// - Returns: What the check says that falls due with the last of them, if one does.
    mutating func pass(_ values: Int) -> DriftVerdict {
        untilCheck -= values
        if untilCheck > 0 { return .none }
        untilCheck = clock
        return count > Double(graceObservations) ? check() : .none
    }
}
