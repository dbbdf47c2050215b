// SPDX-License-Identifier: Apache-2.0
//
// A race is part of the checkpoint: after a crash it goes on where it stood.

package import Primitives

extension HoldoutFinding: ByteCodable {
    /// Appends the figures and the objection.
    package func encode(into writer: inout ByteWriter) {
        writer.write(UInt64(rows))
        writer.write(championLoss)
        writer.write(challengerLoss)
        writer.write(UInt64(negativeFlips))
        writer.write(UInt64(positiveFlips))
        writer.write(objection != nil)
        if let objection { writer.write(objection) }
    }

    /// Reads the figures and the objection.
    package init(from reader: inout ByteReader) throws(DecodeError) {
        self.init()
        rows = Int(truncatingIfNeeded: try reader.read(UInt64.self))
        championLoss = try reader.readDouble()
        challengerLoss = try reader.readDouble()
        negativeFlips = Int(truncatingIfNeeded: try reader.read(UInt64.self))
        positiveFlips = Int(truncatingIfNeeded: try reader.read(UInt64.self))
        objection = try reader.readFlag() ? try reader.readText() : nil
    }
}

extension Race.Runner: ByteCodable {
    /// Appends challenger, bets, finding and standing.
    package func encode(into writer: inout ByteWriter) {
        challenger.encode(into: &writer)
        test.encode(into: &writer)
        finding.encode(into: &writer)
        writer.write(isOut)
    }

    /// Reads challenger, bets, finding and standing.
    package init(from reader: inout ByteReader) throws(DecodeError) {
        challenger = try Challenger(from: &reader)
        test = try PairedTest(from: &reader)
        finding = try HoldoutFinding(from: &reader)
        isOut = try reader.readFlag()
    }
}

extension Race: ByteCodable {
    /// Appends the runners and the distance.
    package func encode(into writer: inout ByteWriter) {
        writer.write(items: runners)
        writer.write(UInt64(samples))
        writer.write(UInt64(samplesMax))
    }

    /// Reads the runners and the distance.
    package init(from reader: inout ByteReader) throws(DecodeError) {
        let runners: [Runner] = try reader.readItems()
        let samples = Int(truncatingIfNeeded: try reader.read(UInt64.self))
        let samplesMax = Int(truncatingIfNeeded: try reader.read(UInt64.self))
        guard samples >= 0, samples <= samplesMax, samplesMax < 1 << 40 else {
            throw .invalid("a race of \(samples) samples, of \(samplesMax) at most")
        }
        self.init(runners: runners, samples: samples, samplesMax: samplesMax)
    }
}
