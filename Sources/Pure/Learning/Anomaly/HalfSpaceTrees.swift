// SPDX-License-Identifier: Apache-2.0
//
// Half-space trees (Tan, Ting and Liu, "Fast anomaly detection for streaming data", IJCAI 2011):
// random trees that are drawn before any sample comes, each of which cuts the unit cube into boxes,
// and the count of samples in each box. A sample is usual when the boxes that it falls into are
// full:
//
//   mass(x) = sum over trees, sum over the nodes on the way of x,   r(node) 2^depth(node)
//             down to the first node with r below a tenth of the window
//   score   = 1 - mass / (trees · window · (2^(height + 1) - 1))
//
// Two counts for each node: r, of the last whole window, is compared with; l, of this one, takes
// its place when the window is full. So the trees follow the stream, and cost no more than
// trees · height steps a sample, whatever the number of columns. A split is drawn uniformly within
// the middle 70 % of the node's range, as river does; the paper halves a random work range.
//
// Not for a stream that is mostly anomalies, and blind to what differs in one of very many columns.

package import Primitives

/// Trees that count where samples fall.
package struct HalfSpaceTrees: Sendable {
    /// How they are made.
    package let settings: AnomalySettings
    /// The number of columns.
    package private(set) var width: Int
    /// Whether there is a whole window to compare with.
    package private(set) var isReady = false

    /// For each inner node, tree after tree, the column and the place at which it is split.
    private var columns: [Int32] = []
    private var places: [Float] = []
    /// For each node, tree after tree, the counts of the last window and of this one.
    private var reference: [Float]
    private var latest: [Float]
    private var counted = 0
    private var random: RandomSource

    private static let padding: Float = 0.15
    /// A node with less than this share of the window is not divided further.
    private static let sparseShare: Float = 0.1

    /// Draws the trees.
    ///
    /// - Precondition: `settings` has no complaint.
    package init(settings: AnomalySettings, width: Int, seed: UInt64) {
        self.settings = settings
        self.width = width
        random = RandomSource(seed: seed ^ 0x68_616C_6673_7061)
        reference = [Float](repeating: 0, count: settings.trees << (settings.height + 1))
        latest = reference
        draw()
    }

    /// Draws the trees anew for wider samples, and forgets what was counted.
    package mutating func grow(width: Int) {
        guard width != self.width else { return }
        self.width = width
        draw()
    }

    /// How unusual a point of the unit cube is: 0 to 1; NaN before the first window is full.
    ///
    /// O(trees · height).
    package func score(_ point: Span<Float>) -> Float {
        guard isReady, width > 0 else { return .nan }
        let inner = 1 << settings.height
        let sparse = HalfSpaceTrees.sparseShare * Float(settings.window)
        var mass = 0.0
        for tree in 0..<settings.trees {
            var node = 1
            var weight = 1.0
            while true {
                let count = reference[tree * 2 * inner + node]
                mass += Double(count) * weight
                if count < sparse || node >= inner { break }
                node = next(node, of: tree, point)
                weight *= 2
            }
        }
        let most = Double(settings.trees * settings.window) * Double(2 * inner - 1)
        return Float(1 - mass / most)
    }

    /// Counts a point of the unit cube.
    package mutating func learn(_ point: Span<Float>) {
        guard width > 0 else { return }
        let inner = 1 << settings.height
        for tree in 0..<settings.trees {
            var node = 1
            while true {
                latest[tree * 2 * inner + node] += 1
                if node >= inner { break }
                node = next(node, of: tree, point)
            }
        }
        counted += 1
        guard counted == settings.window else { return }
        counted = 0
        isReady = true
        swap(&reference, &latest)
        for node in latest.indices { latest[node] = 0 }
    }

    private func next(_ node: Int, of tree: Int, _ point: Span<Float>) -> Int {
        let split = tree << settings.height + node
        return 2 * node + (point[Int(columns[split])] < places[split] ? 0 : 1)
    }

    private mutating func draw() {
        let inner = 1 << settings.height
        columns = [Int32](repeating: 0, count: settings.trees * inner)
        places = [Float](repeating: 0, count: settings.trees * inner)
        isReady = false
        counted = 0
        for node in reference.indices {
            reference[node] = 0
            latest[node] = 0
        }
        guard width > 0 else { return }
        var lower = [Float](repeating: 0, count: width)
        var upper = [Float](repeating: 1, count: width)
        for tree in 0..<settings.trees { drawNode(1, of: tree, &lower, &upper) }
    }

    /// Splits a node within its range, then those below it; at most `height` deep.
    private mutating func drawNode(
        _ node: Int,
        of tree: Int,
        _ lower: inout [Float],
        _ upper: inout [Float]
    ) {
        guard node < 1 << settings.height else { return }
        let column = random.below(width)
        let (low, high) = (lower[column], upper[column])
        let margin = HalfSpaceTrees.padding * (high - low)
        let place = low + margin + Float(random.unit()) * (high - low - 2 * margin)
        let split = tree << settings.height + node
        columns[split] = Int32(column)
        places[split] = place
        upper[column] = place
        drawNode(2 * node, of: tree, &lower, &upper)
        upper[column] = high
        lower[column] = place
        drawNode(2 * node + 1, of: tree, &lower, &upper)
        lower[column] = low
    }
}

extension HalfSpaceTrees: ByteCodable {
    /// Appends settings, splits and counts.
    package func encode(into writer: inout ByteWriter) {
        settings.encode(into: &writer)
        writer.write(UInt32(width))
        writer.write(isReady)
        writer.write(UInt32(counted))
        random.encode(into: &writer)
        writer.write(numbers: columns)
        writer.write(places)
        writer.write(reference)
        writer.write(latest)
    }

    /// Reads settings, splits and counts.
    package init(from reader: inout ByteReader) throws(DecodeError) {
        settings = try AnomalySettings(from: &reader)
        width = Int(try reader.read(UInt32.self))
        isReady = try reader.readFlag()
        counted = Int(try reader.read(UInt32.self))
        random = try RandomSource(from: &reader)
        columns = try reader.readNumbers(of: Int32.self)
        places = try reader.readFloats()
        reference = try reader.readFloats()
        latest = try reader.readFloats()
        let inner = settings.trees << settings.height
        let most = max(width, 1)
        guard width <= 1 << 20, counted < settings.window, columns.count == inner,
            places.count == inner, reference.count == 2 * inner, latest.count == 2 * inner,
            columns.allSatisfy({ (0..<Int32(most)).contains($0) }),
            places.allSatisfy({ (0...1).contains($0) }),
            (reference + latest).allSatisfy({ (0...Float(settings.window)).contains($0) })
        else { throw .invalid("the trees of an anomaly score do not fit together") }
    }
}
