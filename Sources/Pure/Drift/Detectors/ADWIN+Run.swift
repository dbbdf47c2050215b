// SPDX-License-Identifier: Apache-2.0
//
// Many values at once, and rows that are settled once for many values. Between two checks nothing
// looks at the buckets, so values wait in the newest row, and rows are compressed before a check,
// or when the newest is full. Each row is a queue whose two oldest buckets leave whenever it holds
// too many, so which pairs merge does not depend on when they do: the buckets are, to the last bit,
// those of one value after the other.

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
        if free + held > room { makeRoom() }
        let end = free
        var cells = buckets.mutableSpan
        for index in 0..<held { cells[end + index] = Bucket(values[index], 0) }
        free += held
    }

    /// Merges the two oldest buckets of each row that holds too many, until none does.
    mutating func settle() {
        places[0].held = free - places[0].start
        let filled = ADWIN.settle(&buckets, &places, room: room, most: maxBuckets)
        rows = max(rows, filled)
        if rows == ADWIN.rowsMax {
            while places[rows - 1].held > maxBuckets { deleteOldest() }
        }
        free = places[0].start + places[0].held
    }

    /// Makes room for a run behind the newest row's buckets.
    mutating func makeRoom() {
        settle()
        let place = places[0]
        var cells = buckets.mutableSpan
        for index in 0..<place.held { cells[index] = cells[index + place.start] }
        places[0].start = 0
        free = place.held
    }

    /// - Returns: The rows that have buckets now, if they had none before.
    private static func settle(
        _ buckets: inout [Bucket],
        _ places: inout [Place],
        room: Int,
        most: Int
    ) -> Int {
        var cells = buckets.mutableSpan
        var places = places.mutableSpan
        var row = 0
        var inverse = 1.0
        var half = 0.5
        while places[row].held > most && row + 1 < ADWIN.rowsMax {
            let pairs = (places[row].held - most + 1) / 2
            makeRoom(for: pairs, in: row + 1, room: room, &cells, &places)
            let from = row * room + places[row].start
            let end = (row + 1) * room + places[row + 1].start + places[row + 1].held
            for pair in 0..<pairs {
                let older = cells[from + 2 * pair]
                let newer = cells[from + 2 * pair + 1]
                // Dividing by a power of two and multiplying by its inverse give the same bits.
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
        settle()
        return count > Double(graceObservations) ? check() : .none
    }
}
