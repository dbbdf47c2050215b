// SPDX-License-Identifier: Apache-2.0
//
// The view of all classes. The mix predicts what comes next, so of classes that have not come for
// a while it knows less and less, by design. Who asks "which of all classes that ever were is
// this?" wants weights that never followed the recent stream. This view has them: it is made of
// class-balanced memory and of statistics that forget nothing, and each class counts alike:
//
//     p(c) = u(c) v(c) / sum
//     u    linear discriminants (Fisher, 1936): softmax over classes of w_c·x - w_c·m_c / 2,
//          w_c = S^-1 m_c, with m_c the mean of class c and S the covariance within classes,
//          S' = 0.99 S + 0.01 trace(S) / d on its diagonal
//     v    the three nearest rows of memory: (3 share(c) + 0.3 / K) / 3.3, a neighbour weighing
//          1 / (distance + 0.001), over columns divided by max(s, half of the median s), with s
//          the deviation of a column over all rows
//
// The memory is a reservoir that is balanced over classes: a new row takes the place of a random
// one of the class that has most; of that class itself every row is as likely to stay (Chrysakis
// and Moens, "Online continual learning from imbalanced data", 2020).
//
// The covariance costs the square of the width, so of wide rows only some count for it: one in
// (d / 64)^2. Beyond `widthMost` columns there is no such view.

import Kernels
package import Primitives

/// What is known of all classes that ever were.
package struct ClassView: Sendable {
    /// The number of columns.
    package private(set) var width: Int
    /// The number of classes.
    package private(set) var classes: Int
    /// The mean of each class.
    package private(set) var means: [Double]
    /// The weight of the rows of each class.
    package private(set) var counts: [Double]
    /// The sums of products of distances from the class means.
    private var scatter: [Double]
    private var scattered = 0.0
    /// The memory: columns, row after row.
    package private(set) var rows: [Float] = []
    /// The classes of the memory's rows.
    package private(set) var labels: [Int32] = []
    private var seen: [UInt64]
    /// How many rows of each class are remembered.
    private var stored: [Int]
    // Room for one row's distances.
    private var before: [Double] = []
    private var after: [Double] = []
    private var random: RandomSource
    private var taken: UInt64 = 0

    /// How many rows are remembered.
    package static let capacity = 200
    /// The widest rows for which there is the view.
    package static let widthMost = 512
    /// Up to so many columns every row counts for the covariance.
    private static let narrow = 64
    private static let shrink = 0.01

    /// Makes a view of nothing.
    package init(width: Int, classes: Int, seed: UInt64) {
        self.width = width
        self.classes = classes
        means = [Double](repeating: 0, count: classes * width)
        counts = [Double](repeating: 0, count: classes)
        scatter = [Double](repeating: 0, count: width * width)
        seen = [UInt64](repeating: 0, count: classes)
        stored = [Int](repeating: 0, count: classes)
        random = RandomSource(seed: seed)
    }

    /// Takes a row that is learned.
    mutating func take(_ row: Int, of forms: ExpertRows) {
        let label = Int(forms.labels[row])
        let first = row * width
        taken += 1
        seen[label] += 1
        remember(first, of: forms.raw, label)
        let weight = Double(forms.weights[row])
        counts[label] += weight
        let share = weight / counts[label]
        let every = UInt64(max(1, width * width / (ClassView.narrow * ClassView.narrow)))
        let scatters = taken % every == 0
        before.removeAll(keepingCapacity: true)
        after.removeAll(keepingCapacity: true)
        for column in 0..<width {
            let place = label * width + column
            let value = min(max(Double(forms.raw[first + column]), -1e18), 1e18)
            let distance = value - means[place]
            means[place] += share * distance
            if scatters {
                before.append(distance)
                after.append(value - means[place])
            }
        }
        guard scatters else { return }
        scattered += weight
        Symmetric.add(weight, times: before, after, to: &scatter)
    }

    private mutating func remember(_ first: Int, of raw: [Float], _ label: Int) {
        guard labels.count >= ClassView.capacity else {
            for column in first..<first + width { rows.append(raw[column]) }
            labels.append(Int32(label))
            stored[label] += 1
            return
        }
        // The first of the largest classes, unless it is the row's own.
        var victim = label
        for other in stored.indices where stored[other] > stored[victim] { victim = other }
        if victim == label, random.below(Int(clamping: seen[label])) >= stored[label] { return }
        var left = random.below(stored[victim])
        for place in labels.indices where labels[place] == Int32(victim) {
            guard left == 0 else {
                left -= 1
                continue
            }
            labels[place] = Int32(label)
            for column in 0..<width { rows[place * width + column] = raw[first + column] }
            break
        }
        stored[victim] -= 1
        stored[label] += 1
    }

    /// Adds columns and classes that have not been seen.
    mutating func grow(width: Int, classes: Int) {
        var grown = ClassView(width: width, classes: classes, seed: 0)
        for label in 0..<self.classes {
            grown.counts[label] = counts[label]
            grown.seen[label] = seen[label]
            grown.stored[label] = stored[label]
            for column in 0..<self.width {
                grown.means[label * width + column] = means[label * self.width + column]
            }
        }
        for row in 0..<self.width {
            for column in 0..<self.width {
                grown.scatter[row * width + column] = scatter[row * self.width + column]
            }
        }
        grown.scattered = scattered
        grown.labels = labels
        for row in labels.indices {
            grown.rows += rows[row * self.width..<(row + 1) * self.width]
            grown.rows += [Float](repeating: 0, count: width - self.width)
        }
        grown.random = random
        grown.taken = taken
        self = grown
    }

    /// What predicts, as it stands in an artifact; nil before there are two classes.
    package var model: ClassViewModel? {
        let known = (0..<classes).filter { counts[$0] > 0 }
        guard known.count > 1, scattered > 0 else { return nil }
        var covariance = scatter.map { $0 / scattered }
        let trace = (0..<width).reduce(0) { $0 + covariance[$1 * width + $1] }
        let floor = ClassView.shrink * max(trace / Double(max(1, width)), 1e-12)
        for place in covariance.indices { covariance[place] *= 1 - ClassView.shrink }
        for column in 0..<width { covariance[column * width + column] += floor }
        guard let factor = Symmetric.factor(covariance, size: width) else { return nil }
        var model = ClassViewModel(width: width, classes: classes)
        for label in known {
            let mean = Array(means[label * width..<(label + 1) * width])
            let weights = Symmetric.solve(factor, mean)
            for column in 0..<width {
                model.weights[label * width + column] = Float(weights[column])
            }
            let square = zip(weights, mean).reduce(0) { $0 + $1.0 * $1.1 }
            model.offsets[label] = Float(-square / 2)
            model.known[label] = 1
        }
        model.scales = scales
        let total = counts.reduce(0, +)
        model.fill = (0..<width).map { column in
            Float(known.reduce(0) { $0 + counts[$1] * means[$1 * width + column] } / total)
        }
        model.rows = rows
        model.labels = labels
        return model
    }

    /// What columns are divided by before rows are compared.
    private var scales: [Float] {
        let total = counts.reduce(0, +)
        var deviations: [Double] = []
        for column in 0..<width {
            var mean = 0.0
            var square = 0.0
            for label in 0..<classes {
                let own = means[label * width + column]
                mean += counts[label] * own / total
                square += counts[label] * own * own / total
            }
            let within = scatter[column * width + column] / max(scattered, 1)
            deviations.append(max(0, within + square - mean * mean).squareRoot())
        }
        let median = deviations.sorted()[width / 2]
        return deviations.map { Float(max($0, median / 2, 1e-6)) }
    }
}

extension ClassView: ByteCodable {
    /// Appends the whole state.
    package func encode(into writer: inout ByteWriter) {
        writer.write(UInt32(width))
        writer.write(UInt32(classes))
        writer.write(means)
        writer.write(counts)
        writer.write(scatter)
        writer.write(scattered)
        writer.write(rows)
        writer.write(numbers: labels)
        writer.write(numbers: seen)
        random.encode(into: &writer)
        writer.write(taken)
    }

    /// Reads the whole state.
    package init(from reader: inout ByteReader) throws(DecodeError) {
        width = Int(try reader.read(UInt32.self))
        classes = Int(try reader.read(UInt32.self))
        means = try reader.readDoubles()
        counts = try reader.readDoubles()
        scatter = try reader.readDoubles()
        scattered = try reader.readDouble()
        rows = try reader.readFloats()
        labels = try reader.readNumbers()
        seen = try reader.readNumbers()
        stored = [Int](repeating: 0, count: classes)
        random = try RandomSource(from: &reader)
        taken = try reader.read()
        let (width, classes) = (width, classes)
        guard width <= ClassView.widthMost, classes <= ExpertShape.classesMost,
            means.count == width * classes, counts.count == classes, seen.count == classes,
            scatter.count == width * width, labels.count <= ClassView.capacity,
            rows.count == labels.count * width, labels.allSatisfy({ 0..<Int32(classes) ~= $0 }),
            (means + counts + scatter).allSatisfy({ $0.isFinite }), scattered.isFinite,
            counts.allSatisfy({ $0 >= 0 }), rows.allSatisfy({ $0.isFinite }),
            labels.allSatisfy({ counts[Int($0)] > 0 && seen[Int($0)] > 0 })
        else { throw .invalid("a view of all classes is not usable") }
        for label in labels { stored[Int(label)] += 1 }
    }
}
