// SPDX-License-Identifier: Apache-2.0
//
// Moments of the last rows, over spans: the ring and the moments belong to the caller.

import CKernels

/// Where the rows of a window lie in its ring.
package struct WindowShape: Sendable, Equatable {
    /// The columns of a row.
    package var width: Int
    /// The room of a row.
    package var stride: Int
    /// The most rows.
    package var rowsMax: Int
    /// The slot of the oldest row.
    package var first = 0
    /// How many rows there are.
    package var count = 0
    /// How many of them are in the front stack.
    package var front = 0

    /// Makes the shape of an empty window.
    package init(width: Int, stride: Int, rowsMax: Int) {
        self.width = width
        self.stride = stride
        self.rowsMax = rowsMax
    }
}

/// The ring of a window and the moments of its rows.
package struct WindowRows: Sendable {
    /// Where the rows lie.
    package private(set) var shape: WindowShape
    private var ring: [Float]
    private var front: [Double]
    private var back: [Double]

    /// Makes an empty window.
    package init(_ shape: WindowShape) {
        precondition(
            shape.rowsMax > 0 && shape.stride >= shape.width && shape.width >= 0
                && shape.first >= 0 && shape.first < shape.rowsMax && shape.front >= 0
                && shape.front <= shape.count && shape.count <= shape.rowsMax,
            "a window has room for its rows"
        )
        self.shape = shape
        ring = [Float](repeating: .nan, count: shape.rowsMax * shape.stride)
        front = [Double](repeating: 0, count: shape.rowsMax * shape.stride * 3)
        back = [Double](repeating: 0, count: shape.stride * 3)
    }

    /// The row at a place, from the oldest; a row has `width` numbers.
    package func row(_ place: Int) -> ArraySlice<Float> {
        let slot = (shape.first + place) % shape.rowsMax * shape.stride
        return ring[slot..<slot + shape.width]
    }

    /// Overwrites a row; ``rebuild()`` when all are written.
    package mutating func write(_ numbers: some Collection<Float>, at place: Int) {
        precondition(numbers.count <= shape.width, "a row is no wider than its window")
        let slot = (shape.first + place) % shape.rowsMax * shape.stride
        for (offset, number) in numbers.enumerated() { ring[slot + offset] = number }
    }

    /// Computes the moments anew from the rows, with the same bits.
    package mutating func rebuild() {
        withWindow { learnd_window_rebuild(&$0) }
    }

    /// Gives each row room for one more column, which is missing in all of them.
    ///
    /// - Precondition: There is room.
    package mutating func widen(to width: Int) {
        precondition(width >= shape.width && width <= shape.stride, "a row has no more room")
        shape.width = width
    }

    /// Lets the oldest row go.
    package mutating func evict() {
        guard shape.count > 0 else { return }
        withWindow { learnd_window_evict(&$0) }
    }

    /// Mean and variance of each column.
    package mutating func measure(
        mean: inout MutableSpan<Double>,
        variance: inout MutableSpan<Double>
    ) {
        checkRange(0, shape.width, mean.count)
        checkRange(0, shape.width, variance.count)
        guard shape.width > 0 else { return }
        mean.withUnsafeMutableBufferPointer { mean in
            variance.withUnsafeMutableBufferPointer { variance in
                withWindow {
                    learnd_window_measure(&$0, mean.baseAddress, variance.baseAddress)
                }
            }
        }
    }

    /// Takes each row, then writes it as measured by the window.
    package mutating func follow(
        mean: inout MutableSpan<Double>,
        variance: inout MutableSpan<Double>,
        clip: Float,
        raw: Span<Float>,
        features: inout MutableSpan<Float>,
        rows: Int
    ) {
        let width = shape.width
        checkRange(0, width, mean.count)
        checkRange(0, width, variance.count)
        checkRange(0, rows * width, raw.count)
        checkRange(0, rows * width, features.count)
        guard rows > 0, width > 0 else { return }
        mean.withUnsafeMutableBufferPointer { mean in
            variance.withUnsafeMutableBufferPointer { variance in
                raw.withUnsafeBufferPointer { raw in
                    features.withUnsafeMutableBufferPointer { features in
                        withWindow {
                            learnd_window_follow(
                                &$0,
                                mean.baseAddress,
                                variance.baseAddress,
                                clip,
                                raw.baseAddress,
                                features.baseAddress,
                                rows
                            )
                        }
                    }
                }
            }
        }
    }

    private mutating func withWindow(_ body: (inout learnd_window) -> Void) {
        var own = shape
        ring.withUnsafeMutableBufferPointer { ring in
            front.withUnsafeMutableBufferPointer { front in
                back.withUnsafeMutableBufferPointer { back in
                    var window = learnd_window(
                        n: own.width,
                        stride: own.stride,
                        rows_max: own.rowsMax,
                        first: own.first,
                        count: own.count,
                        front: own.front,
                        ring: ring.baseAddress,
                        front_moments: front.baseAddress,
                        back_moments: back.baseAddress
                    )
                    body(&window)
                    own.first = window.first
                    own.count = window.count
                    own.front = window.front
                }
            }
        }
        shape = own
    }
}
