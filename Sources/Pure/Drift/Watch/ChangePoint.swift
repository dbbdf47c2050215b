// SPDX-License-Identifier: Apache-2.0
//
// Where in a series the level rose. A detector says that it did, and guesses when; it keeps sums,
// not values, so its guess is coarse. With the values at hand the likeliest place of one step
// between two levels of equal spread is the split that makes
//
//     n0 n1 / (n0 + n1) (m1 - m0)^2       with m1 > m0
//
// largest: n0, n1 values before and behind it, m0, m1 their means (Hinkley, "Inference about the
// change-point in a sequence of random variables", Biometrika 57(1), 1970).

/// The likeliest place of a rise.
package enum ChangePoint {
    /// The place of the first value of the higher level; nil where no split shows a rise.
    ///
    /// - Parameter values: The series, oldest first; none is NaN.
    /// - Returns: The place.
    package static func rise(in values: [Double]) -> Int? {
        var total = 0.0
        for value in values { total += value }
        let count = Double(values.count)
        var before = 0.0
        var best = (place: -1, size: 0.0)
        for place in 1..<max(1, values.count) {
            before += values[place - 1]
            let (n0, n1) = (Double(place), count - Double(place))
            let step = (total - before) / n1 - before / n0
            guard step > 0 else { continue }
            let size = n0 * n1 / count * step * step
            if size > best.size { best = (place, size) }
        }
        return best.place < 0 ? nil : best.place
    }
}
