// SPDX-License-Identifier: Apache-2.0
//
// The exponential moving average of the champion's parameters, which the recipe `ema` makes a
// challenger of. It takes them after each 32 rows, counted over the stream and not by batches: a
// micro-batch that crosses such a mark is cut there, so that the average does not depend on how
// rows came (in mean-gradient mode, where the batches decide the steps anyway, it takes them after
// each block). With w after mark number n, from the start or the last adoption on:
//
//     share = max(1 / n, 1 - 2^(-rows / halfLife))
//     mean += share (w - mean)
//
// so it is the plain mean until it has seen enough for the half-life, and never remembers where it
// began. It is kept only while a rule asks for it: it costs one pass over the parameters every 32
// rows, and their bytes once more.

import Kernels
package import Learning
package import Primitives

/// The mean of what the champion was lately.
package struct ChampionAverage: Sendable {
    /// The rows from one mark to the next.
    package static let every = 32

    /// A learner whose parameters are the mean.
    package private(set) var learner: any Learner
    private var halfLife: Int
    private var marks: UInt64 = 0
    private var rows = 0

    /// Begins with a champion as it is.
    package init(of learner: any Learner, halfLife: Int) {
        self.learner = learner
        self.halfLife = halfLife
    }

    /// How many rows there are to the next mark.
    package var rowsToMark: Int { ChampionAverage.every - rows }

    /// Takes note of rows that the champion has been through.
    package mutating func pass(_ count: Int, _ champion: any Learner) {
        rows += count
        guard rows >= ChampionAverage.every else { return }
        marks += 1
        let faded = 1 - Scalar.exp(-Scalar.log(2) * Double(rows) / Double(halfLife))
        learner.approach(champion, share: Float(max(1 / Double(marks), faded)))
        rows = 0
    }

    /// Begins anew with another champion.
    package mutating func restart(with champion: any Learner) {
        learner = champion
        marks = 0
    }

    /// Makes room for columns and classes that have appeared.
    package mutating func grow(like champion: any Learner) {
        learner.grow(width: champion.width, outputs: champion.outputs)
    }

    /// Takes another half-life.
    package mutating func configure(halfLife: Int) { self.halfLife = halfLife }
}

extension ChampionAverage: ByteCodable {
    /// Appends the mean and where the next mark is.
    package func encode(into writer: inout ByteWriter) {
        writer.write(Int64(halfLife))
        writer.write(marks)
        writer.write(UInt8(rows))
        learner.encode(into: &writer)
    }

    /// Reads the mean and where the next mark is.
    package init(from reader: inout ByteReader) throws(DecodeError) {
        halfLife = Int(try reader.read(Int64.self))
        marks = try reader.read()
        rows = Int(try reader.read(UInt8.self))
        learner = try LearnerCoding.decode(from: &reader)
        guard halfLife > 0, marks < 1 << 56, rows < ChampionAverage.every, learner.averages else {
            throw .invalid("the champion's average is none")
        }
    }
}
