// SPDX-License-Identifier: Apache-2.0
//
// The bytes of an ADWIN: parameters, sums, then the buckets in use, row by row, oldest first.

package import Primitives

extension ADWIN: ByteCodable {
    /// Appends the parameters and the window, whose rows are settled.
    package func encode(into writer: inout ByteWriter) {
        if free == places[0].start + places[0].held { return encodeSettled(into: &writer) }
        var settled = self
        settled.settle()
        settled.encodeSettled(into: &writer)
    }

    private func encodeSettled(into writer: inout ByteWriter) {
        writer.write(delta)
        writer.write(warningDelta ?? -1)
        writer.write(isEager)
        writer.write(reference.rawValue)
        for number in [clock, graceObservations, minWindow, maxBuckets, samplesSinceOnset] {
            writer.write(Int64(number))
        }
        writer.write(lastChange.rawValue)
        writer.write(isWarning)
        writer.write(mustRestart)
        writer.write(Int64(untilCheck))
        writer.write(total)
        writer.write(deviation)
        writer.write(UInt8(rows))
        for row in 0..<rows {
            writer.write(UInt8(places[row].held))
            for index in range(of: row) {
                writer.write(buckets[index].x)
                writer.write(buckets[index].y)
            }
        }
    }

    /// Reads the parameters and the window.
    package init(from reader: inout ByteReader) throws(DecodeError) {
        let delta = try reader.readDouble()
        let warning = try reader.readDouble()
        let isEager = try reader.readFlag()
        let reference = try reader.readReference()
        var numbers: [Int] = []
        for _ in 0..<5 { numbers.append(Int(try reader.read(Int64.self))) }
        guard delta > 0, delta < 1, warning != -1 || !isEager,
            warning == -1 || (warning >= delta && warning < 1),
            numbers[0] > 0, numbers[1] >= 0, numbers[2] > 0, (2...100).contains(numbers[3]),
            numbers[4] >= 0
        else { throw .invalid("the parameters of an ADWIN are out of range") }
        self.init(
            delta: delta,
            clock: numbers[0],
            graceObservations: numbers[1],
            minWindow: numbers[2],
            maxBuckets: numbers[3],
            warningDelta: warning == -1 ? nil : warning,
            isEager: isEager,
            reference: reference
        )
        samplesSinceOnset = numbers[4]
        lastChange = try reader.readChange()
        isWarning = try reader.readFlag()
        mustRestart = try reader.readFlag()
        untilCheck = Int(try reader.read(Int64.self))
        guard (1...clock).contains(untilCheck) else {
            throw .invalid("an ADWIN's next check is not within its clock")
        }
        total = try reader.readFinite()
        deviation = try reader.readFinite()
        try readRows(from: &reader)
    }

    private mutating func readRows(from reader: inout ByteReader) throws(DecodeError) {
        rows = Int(try reader.read(UInt8.self))
        guard (1...ADWIN.rowsMax).contains(rows) else {
            throw .invalid("an ADWIN has 1 to \(ADWIN.rowsMax) rows, not \(rows)")
        }
        for row in 0..<rows {
            let held = Int(try reader.read(UInt8.self))
            // Only an empty window has an empty row.
            guard held <= maxBuckets, held > 0 || rows == 1 else {
                throw .invalid("an ADWIN's row of \(held) buckets")
            }
            places[row].held = held
            if row == 0 { free = held }
            count += Double(held) * ADWIN.size(of: row)
            for index in range(of: row) {
                let sum = try reader.readFinite()
                buckets[index] = Bucket(sum, try reader.readFinite())
            }
        }
    }
}
