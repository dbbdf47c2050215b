// SPDX-License-Identifier: Apache-2.0
//
// Whether classes are as frequent as before: counts of blocks of 256 labels, of which the newest 1,
// 4 and 16 are held against all before (Pearson's chi-squared test of homogeneity).
//
// 1. Of the classes that are rare (fewer than 5 labels expected among the newest) one is made, and
//    if that is still rare, it goes to the rarest of the others.
// 2. Labels that come in bursts differ more between blocks than chance allows. The statistic of one
//    block, divided by its degrees of freedom f, is 1 on average if they do not: its running mean
//    over n blocks divides the statistic x when it is larger, and since it is itself an estimate,
//    f n ln(1 + x / (f n)) takes the place of x, which makes up for the tail of F(f, f n).
// 3. Each look has the level delta / looks / 3, where 100 blocks, 25,600 labels, are the looks.

import Kernels
package import Primitives

/// A shift of the frequencies of classes.
package struct ClassShift: Sendable, Equatable {
    /// The class whose share moved most.
    package var label: Int
    /// Which way.
    package var change: DriftChange
    /// By how much.
    package var size: Double
    /// How many labels ago it began, to the block.
    package var labelsSinceOnset: Int
}

/// Watches the frequencies of classes.
package struct ClassWatch: Sendable {
    /// The labels of a block.
    package static let blockLabels = 256
    /// The fewest blocks that the newest are held against.
    private static let pastLeast = 4
    private static let ring = 16
    private static let rare = 5.0

    /// The chance of a false report within 25,600 labels.
    package let delta: Double
    /// The labels of each class, of all blocks that have ended.
    private var all: [UInt64] = []
    /// The labels of each class in the present block.
    private var open: [UInt16] = []
    /// The labels of each class in the newest blocks, block by block.
    private var blocks: [UInt16] = []
    private var passed = 0
    private var ended = 0
    /// How much more blocks differ than chance allows.
    private var burstiness = 0.0
    /// How many blocks that is known of.
    private var burstinessBlocks = 0.0
    /// Room for the counts of the newest blocks.
    private var recent: [UInt32] = []
    /// What statistics exceed, by their degrees of freedom less one; 0: not worked out.
    private var criticals: [Double] = []

    /// Makes a watch that has seen nothing.
    package init(delta: Double) {
        self.delta = delta
    }

    private var classes: Int { open.count }

    /// Takes labels, up to the first shift; those below 0 are none.
    ///
    /// - Returns: The shift, and where to go on.
    package mutating func observe(
        _ labels: Span<Int32>,
        from first: Int = 0
    ) -> (shift: ClassShift, next: Int)? {
        for index in first..<max(first, labels.count) where labels[index] >= 0 {
            let label = Int(labels[index])
            if label >= classes { grow(to: label + 1) }
            open[label] += 1
            passed += 1
            guard passed == ClassWatch.blockLabels else { continue }
            if let shift = endBlock() { return (shift, index + 1) }
        }
        return nil
    }

    private mutating func grow(to count: Int) {
        var wider = [UInt16](repeating: 0, count: count * ClassWatch.ring)
        for block in 0..<ClassWatch.ring {
            for label in 0..<classes {
                wider[block * count + label] = blocks[block * classes + label]
            }
        }
        blocks = wider
        all += repeatElement(0, count: count - classes)
        recent += repeatElement(0, count: count - classes)
        open += repeatElement(0, count: count - classes)
    }

    /// Takes the block into the counts and looks at the newest ones.
    private mutating func endBlock() -> ClassShift? {
        let slot = ended % ClassWatch.ring * classes
        for label in 0..<classes {
            all[label] += UInt64(open[label])
            blocks[slot + label] = open[label]
            open[label] = 0
            recent[label] = 0
        }
        passed = 0
        ended += 1
        var found: ClassShift?
        var own: (statistic: Double, freedom: Int) = (0, 0)
        for age in 1...min(ended, ClassWatch.ring) {
            add(blockBefore: age)
            guard age == 1 || age == 4 || age == 16, ended - age >= ClassWatch.pastLeast else {
                continue
            }
            let (statistic, freedom) = statistic(of: age)
            guard freedom > 0 else { continue }
            if age == 1 { own = (statistic, freedom) }
            if found == nil, exceeds(evened(statistic, freedom), freedom) {
                found = shift(of: age)
            }
        }
        if own.freedom > 0 { note(own.statistic / Double(own.freedom)) }
        if found != nil { self = ClassWatch(delta: delta) }
        return found
    }

    private mutating func add(blockBefore age: Int) {
        let slot = (ended - age) % ClassWatch.ring * classes
        for label in 0..<classes { recent[label] += UInt32(blocks[slot + label]) }
    }

    private mutating func note(_ ratio: Double) {
        burstinessBlocks = min(burstinessBlocks + 1, 1000)
        burstiness += (ratio - burstiness) / burstinessBlocks
    }

    /// The statistic as it would be without bursts.
    private func evened(_ statistic: Double, _ freedom: Int) -> Double {
        guard burstinessBlocks >= Double(ClassWatch.pastLeast) else { return 0 }
        let all = Double(freedom) * burstinessBlocks
        return all * Scalar.log(1 + statistic / max(1, burstiness) / all)
    }

    /// Pearson's statistic of the newest blocks against those before, and its degrees of freedom.
    private func statistic(of age: Int) -> (Double, Int) {
        let newest = Double(age * ClassWatch.blockLabels)
        let total = Double(ended * ClassWatch.blockLabels)
        let share = newest / total
        var sum = 0.0
        var kept = 0
        var pool = (recent: 0.0, all: 0.0)
        var rarest = (recent: 0.0, all: Double.infinity)
        func term(_ cell: (recent: Double, all: Double)) -> Double {
            let off = cell.recent - cell.all * share
            // Both rows of the table at once.
            return off * off / (cell.all * share * (1 - share))
        }
        for label in 0..<classes {
            let cell = (recent: Double(recent[label]), all: Double(all[label]))
            if cell.all * share < ClassWatch.rare {
                pool.recent += cell.recent
                pool.all += cell.all
                continue
            }
            if cell.all < rarest.all { rarest = cell }
            sum += term(cell)
            kept += 1
        }
        guard kept > 0, pool.all > 0 else { return (sum, kept - 1) }
        if pool.all * share >= ClassWatch.rare { return (sum + term(pool), kept) }
        sum -= term(rarest)
        let joined = (recent: rarest.recent + pool.recent, all: rarest.all + pool.all)
        return (sum + term(joined), kept - 1)
    }

    private mutating func exceeds(_ statistic: Double, _ freedom: Int) -> Bool {
        guard statistic > Double(freedom) else { return false }
        while criticals.count < freedom { criticals.append(0) }
        if criticals[freedom - 1] == 0 {
            let looks = Double(ColumnWatch.horizon / ClassWatch.blockLabels * 3)
            criticals[freedom - 1] = ChiSquared.quantile(tail: delta / looks, freedom: freedom)
        }
        return statistic > criticals[freedom - 1]
    }

    private func shift(of age: Int) -> ClassShift {
        let newest = Double(age * ClassWatch.blockLabels)
        let before = Double((ended - age) * ClassWatch.blockLabels)
        var (best, move) = (0, 0.0)
        for label in 0..<classes {
            let own = Double(recent[label])
            let moved = own / newest - (Double(all[label]) - own) / before
            if moved.magnitude > move.magnitude { (best, move) = (label, moved) }
        }
        return ClassShift(
            label: best,
            change: move > 0 ? .rise : .fall,
            size: move.magnitude,
            labelsSinceOnset: age * ClassWatch.blockLabels
        )
    }
}

extension ClassWatch: ByteCodable {
    /// Appends the counts.
    package func encode(into writer: inout ByteWriter) {
        writer.write(delta)
        writer.write(UInt64(ended))
        writer.write(burstiness)
        writer.write(burstinessBlocks)
        writer.write(numbers: all)
        writer.write(numbers: open)
        writer.write(numbers: blocks)
    }

    /// Reads the counts.
    package init(from reader: inout ByteReader) throws(DecodeError) {
        self.init(delta: try reader.readDouble())
        let count = try reader.read(UInt64.self)
        burstiness = try reader.readDouble()
        burstinessBlocks = try reader.readDouble()
        all = try reader.readNumbers(of: UInt64.self)
        open = try reader.readNumbers(of: UInt16.self)
        blocks = try reader.readNumbers(of: UInt16.self)
        recent = [UInt32](repeating: 0, count: open.count)
        var labels = 0
        for number in open { labels += Int(number) }
        guard delta > 0, delta < 1, count < 1 << 40, burstiness >= 0,
            (0...1000).contains(burstinessBlocks),
            all.count == open.count, blocks.count == open.count * ClassWatch.ring,
            labels < ClassWatch.blockLabels, all.allSatisfy({ $0 < 1 << 56 })
        else { throw .invalid("the counts of classes do not go together") }
        ended = Int(count)
        passed = labels
    }
}
