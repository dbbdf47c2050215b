// SPDX-License-Identifier: Apache-2.0
//
// Symmetric matrices of `size` rows, or only their diagonals, one after the other, and how they
// grow: what is new is not related to anything, and as uncertain as everything was at the start.

/// The covariances of rows of parameters.
struct Covariance: Sendable {
    private(set) var size = 0
    private(set) var isFull: Bool
    var numbers: [Double] = []

    init(isFull: Bool) {
        self.isFull = isFull
    }

    init(size: Int, isFull: Bool, numbers: [Double]) {
        self.size = size
        self.isFull = isFull
        self.numbers = numbers
    }

    private var area: Int { isFull ? size * size : size }
    private var count: Int { area == 0 ? 0 : numbers.count / area }

    /// Whether the numbers fill so many covariances of so many columns, with positive variances.
    func isSound(size: Int, rows: Int) -> Bool {
        guard self.size == size, numbers.count == rows * area,
            numbers.allSatisfy(\.isFinite)
        else { return false }
        return (0..<rows).allSatisfy { row in
            (0..<size).allSatisfy { place in
                guard numbers[row * area + (isFull ? place * size + place : place)] > 0 else {
                    return false
                }
                return !isFull
                    || (0..<place).allSatisfy { other in
                        numbers[row * area + place * size + other]
                            == numbers[row * area + other * size + place]
                    }
            }
        }
    }

    /// Puts every covariance to its start.
    mutating func restart(variance: Double) {
        var fresh = Covariance(isFull: isFull)
        fresh.grow(size: size, rows: count, doubles: false, variance: variance)
        self = fresh
    }

    /// Grows; columns come before the last, and with `doubles` a copy of the only one comes first.
    mutating func grow(size new: Int, rows: Int, doubles: Bool, variance: Double) {
        let old = self
        let held = doubles ? 2 : count
        size = new
        numbers = [Double](repeating: 0, count: rows * area)
        for row in 0..<rows {
            let source = (doubles ? 0 : row) * old.area
            for place in 0..<new {
                let from = row < held ? old.place(of: place, in: new) : nil
                guard isFull else {
                    numbers[row * area + place] = from.map { old.numbers[source + $0] } ?? variance
                    continue
                }
                guard let from else {
                    numbers[row * area + place * new + place] = variance
                    continue
                }
                for other in 0..<new {
                    guard let column = old.place(of: other, in: new) else { continue }
                    numbers[row * area + place * new + other] =
                        old.numbers[source + from * old.size + column]
                }
            }
        }
    }

    /// Keeps the diagonals alone, or makes matrices of them.
    mutating func setFull(_ full: Bool) {
        guard full != isFull else { return }
        let rows = count
        let old = self
        isFull = full
        numbers = [Double](repeating: 0, count: rows * area)
        for row in 0..<rows {
            for place in 0..<size {
                let diagonal = place * size + place
                numbers[row * area + (full ? diagonal : place)] =
                    old.numbers[row * old.area + (full ? place : diagonal)]
            }
        }
    }

    /// Where a column of the wider covariance was before; nil when it is new.
    private func place(of column: Int, in new: Int) -> Int? {
        guard size > 0 else { return nil }
        if column == new - 1 { return size - 1 }
        return column < size - 1 ? column : nil
    }
}
