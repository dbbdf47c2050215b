// SPDX-License-Identifier: Apache-2.0
//
// Each column measured by mean and deviation of exactly the last rows, the present one included:
// for streams whose level jumps, where an exponential average would lag and leave a tail. Scaled
// values are those of ``Standardiser``: clipped, and 0 where the variance is at most 1e-12 or the
// value is missing. A missing value takes part in no mean, but its row has its place in the window.
//
// Nothing is ever taken out of a sum, because what a large value leaves behind there would outlive
// it: the window is two stacks (Tangwongsan, Hirzel, Schneider and Wu, "General incremental
// sliding-window aggregation", 2015). The back one has one set of moments, the front one a set for
// each row: those of itself and all that came after it. When the front is used up, the back is
// turned over. That is constant work a row on average, but every `window` rows one row takes as
// long as all of them.
//
// The ring and its moments take 28 bytes a value. When columns have come and the window would take
// more than `bytesMax`, it becomes shorter, and the oldest rows leave. Not for wide rows.

import Kernels
package import Primitives

/// Scaling by the last rows.
package struct WindowScaler: Sendable {
    /// How many rows the window has, unless they are too wide.
    package let window: Int
    /// The largest size of a scaled value.
    package let clip: Float
    /// The mean of each column.
    package private(set) var mean: [Double] = []
    private var variance: [Double] = []
    private var rows: WindowRows

    /// The most bytes of ring and moments.
    package static let bytesMax = 64 << 20

    /// Makes a scaler without columns.
    package init(window: Int, clip: Float) {
        precondition(
            (2...PreparationSettings.windowMax).contains(window),
            "a window has two rows or more"
        )
        precondition(clip > 0 && clip.isFinite, "a clip is a positive number")
        self.window = window
        self.clip = clip
        rows = WindowRows(WindowShape(width: 0, stride: 0, rowsMax: window))
    }

    /// The number of columns.
    package var width: Int { mean.count }

    /// How many rows are in the window.
    package var count: Int { rows.shape.count }

    /// The deviation of each column; 0 where the variance is at most 1e-12.
    package var deviation: [Double] { Standardiser.deviation(of: variance) }

    /// Adds columns that are missing in all rows so far, up to `width`.
    package mutating func grow(width: Int) {
        guard width > self.width else { return }
        if width <= rows.shape.stride {
            rows.widen(to: width)
        } else {
            layOut(width: width)
        }
        mean.append(contentsOf: repeatElement(0, count: width - mean.count))
        variance.append(contentsOf: repeatElement(0, count: width - variance.count))
        remeasure()
    }

    /// Takes each row into the window, in order, then fills its features.
    package mutating func follow(_ block: inout Block) {
        precondition(block.width == width, "a block must be as wide as its scaler")
        block.prepareFeatures()
        var features = Block.take(&block.features)
        var ownMean = Block.take(&mean)
        var ownVariance = Block.take(&variance)
        follow(block, &ownMean, &ownVariance, &features)
        mean = ownMean
        variance = ownVariance
        block.features = features
    }

    private mutating func follow(
        _ block: borrowing Block,
        _ mean: inout [Double],
        _ variance: inout [Double],
        _ features: inout [Float]
    ) {
        var means = mean.mutableSpan
        var variances = variance.mutableSpan
        var measured = features.mutableSpan
        rows.follow(
            mean: &means,
            variance: &variances,
            clip: clip,
            raw: block.raw.span,
            features: &measured,
            rows: block.rows
        )
    }

    /// Fills the features of each row, and leaves the window as it is.
    package func apply(_ block: inout Block) {
        precondition(block.width == width, "a block must be as wide as its scaler")
        Standardiser.apply(&block, mean: mean, variance: variance, clip: clip)
    }

    /// Gives the rows more room, and lets those go that have none any more.
    private mutating func layOut(width: Int) {
        let stride = max(width, rows.shape.stride + rows.shape.stride / 2)
        let rowsMax = WindowScaler.rowsMax(window, stride: stride)
        while rows.shape.count > rowsMax { rows.evict() }
        var shape = WindowShape(width: width, stride: stride, rowsMax: rowsMax)
        shape.count = rows.shape.count
        shape.front = rows.shape.front
        var wide = WindowRows(shape)
        for place in 0..<shape.count { wide.write(rows.row(place), at: place) }
        wide.rebuild()
        rows = wide
    }

    private mutating func remeasure() {
        var ownMean = Block.take(&mean)
        var ownVariance = Block.take(&variance)
        measure(&ownMean, &ownVariance)
        mean = ownMean
        variance = ownVariance
    }

    private mutating func measure(_ mean: inout [Double], _ variance: inout [Double]) {
        var means = mean.mutableSpan
        var variances = variance.mutableSpan
        rows.measure(mean: &means, variance: &variances)
    }

    private static func rowsMax(_ window: Int, stride: Int) -> Int {
        min(window, max(2, bytesMax / (28 * max(1, stride))))
    }
}

extension WindowScaler: ByteCodable {
    /// Appends the rows; all else follows from them.
    package func encode(into writer: inout ByteWriter) {
        writer.write(UInt32(window))
        writer.write(clip)
        writer.write(UInt32(width))
        writer.write(UInt32(rows.shape.stride))
        writer.write(UInt32(rows.shape.front))
        writer.write(UInt32(rows.shape.count))
        for place in 0..<rows.shape.count {
            for number in rows.row(place) { writer.write(number) }
        }
    }

    /// Reads the rows and measures them.
    package init(from reader: inout ByteReader) throws(DecodeError) {
        let window = Int(try reader.read(UInt32.self))
        let clip = try reader.readFloat()
        guard (2...PreparationSettings.windowMax).contains(window), clip > 0, clip.isFinite else {
            throw .invalid("a window's length or clip is out of range")
        }
        self.init(window: window, clip: clip)
        let width = Int(try reader.read(UInt32.self))
        let stride = Int(try reader.read(UInt32.self))
        guard width <= 1 << 20, stride >= width, stride <= max(1, width) * 2 else {
            throw .invalid("a window has \(width) columns with room for \(stride)")
        }
        var shape = WindowShape(
            width: width,
            stride: stride,
            rowsMax: WindowScaler.rowsMax(window, stride: stride)
        )
        shape.front = Int(try reader.read(UInt32.self))
        shape.count = Int(try reader.read(UInt32.self))
        guard shape.count <= shape.rowsMax, shape.front <= shape.count,
            reader.remaining >= shape.count * width * 4
        else { throw .invalid("a window of \(shape.count) rows is too long") }
        rows = WindowRows(shape)
        for place in 0..<shape.count { rows.write(try reader.readFloats(width), at: place) }
        rows.rebuild()
        mean = [Double](repeating: 0, count: width)
        variance = mean
        remeasure()
    }
}
