// SPDX-License-Identifier: Apache-2.0
//
// Whether a network can still learn, measured on a few rows:
//
//     dead share       units of a relu layer that are 0 for every row: nothing reaches what is
//                      before them, and they never come back by themselves
//     effective rank   e^H with H the entropy of the singular values of the units' values, taken as
//                      shares (Roy and Vetterli, "The effective rank", 2007): how many directions
//                      the layer really uses
//     mean |w|         grows as a network becomes rigid (Dohare et al., 2024)
//
// Costs one pass, and for each layer an eigenvalue problem of as many rows as were given: for some
// dozens of rows, on demand, not for each batch.

package import Kernels
package import Primitives

/// How much a network can still learn.
package struct Plasticity: Sendable, Equatable {
    /// One hidden layer.
    package struct Layer: Sendable, Equatable {
        /// The number of the layer in the settings, from 1.
        package var number: Int
        /// How many units it has.
        package var units: Int
        /// The share of them that are 0 for every row; nil for functions other than relu.
        package var deadShare: Double?
        /// How many directions they use.
        package var effectiveRank: Double
    }

    /// The hidden layers that end in an activation, in order.
    package var layers: [Layer]
    /// The mean size of a weight.
    package var meanWeight: Double
    /// How many units have been begun anew.
    package var replaced: UInt64

    /// The share of all relu units that are dead; nil when there are none.
    package var deadShare: Double? {
        var dead = 0.0
        var units = 0
        for layer in layers {
            guard let share = layer.deadShare else { continue }
            dead += share * Double(layer.units)
            units += layer.units
        }
        return units > 0 ? dead / Double(units) : nil
    }
}

extension Network {
    /// Measures plasticity on some rows.
    package func plasticity(
        _ input: Span<Float>,
        rows: Int,
        _ work: inout Workspace
    ) -> Plasticity {
        forward(input, at: 0, rows: rows, &work)
        let pass = pass(rows: rows, isTraining: false, seed: 0)
        let layers = plan.hidden.map { hidden in
            let units = hidden.slot.count
            let start = pass.valuesAt + hidden.slot.at * rows
            let values = Array(work.values[start..<start + units * rows])
            return Plasticity.Layer(
                number: hidden.layer + 1,
                units: units,
                deadShare: hidden.isRelu ? Spectrum.deadShare(values, units: units) : nil,
                effectiveRank: Spectrum.effectiveRank(values, rows: rows, units: units)
            )
        }
        var sum = 0.0
        var count = 0
        for tensor in plan.tensors where !tensor.isBias {
            for number in parameters[tensor.range] { sum += Double(abs(number)) }
            count += tensor.count
        }
        return Plasticity(
            layers: layers,
            meanWeight: count > 0 ? sum / Double(count) : 0,
            replaced: replacement.replaced
        )
    }
}

/// What the values of a layer, a row for each row, say of its units.
enum Spectrum {
    static func deadShare(_ values: [Float], units: Int) -> Double {
        guard units > 0 else { return 0 }
        var dead = 0
        for unit in 0..<units
        where stride(from: unit, to: values.count, by: units).allSatisfy({ values[$0] <= 0 }) {
            dead += 1
        }
        return Double(dead) / Double(units)
    }

    /// From the eigenvalues of the products of rows, which are the squares of the singular values.
    static func effectiveRank(_ values: [Float], rows: Int, units: Int) -> Double {
        var gram = [Double](repeating: 0, count: rows * rows)
        let numbers = values.span
        for row in 0..<rows {
            for other in 0...row {
                let product = Double(
                    Scores.dot(
                        numbers.extracting(row * units..<(row + 1) * units),
                        numbers.extracting(other * units..<(other + 1) * units)
                    )
                )
                gram[row * rows + other] = product
                gram[other * rows + row] = product
            }
        }
        guard gram.allSatisfy(\.isFinite) else { return 0 }
        let singular = eigenvalues(&gram, rows).map { max(0, $0).squareRoot() }
        let total = singular.reduce(0, +)
        guard total > 0 else { return 0 }
        var entropy = 0.0
        for value in singular where value > total * 1e-9 {
            entropy -= value / total * Scalar.log(value / total)
        }
        return Scalar.exp(entropy)
    }

    /// The eigenvalues of a symmetric matrix, by Jacobi's rotations ("Über ein leichtes Verfahren",
    /// 1846): each sets one pair of numbers off the diagonal to 0.
    static func eigenvalues(_ matrix: inout [Double], _ n: Int) -> [Double] {
        var a = matrix.mutableSpan
        for _ in 0..<12 {
            var rest = 0.0
            var whole = 0.0
            for row in 0..<n {
                for column in 0..<n {
                    let square = a[row * n + column] * a[row * n + column]
                    whole += square
                    if row != column { rest += square }
                }
            }
            guard rest > 1e-18 * whole else { break }
            for p in 0..<n {
                for q in p + 1..<max(n, p + 1) where a[p * n + q] != 0 { rotate(&a, n, p, q) }
            }
        }
        return (0..<n).map { matrix[$0 * n + $0] }
    }

    private static func rotate(_ a: inout MutableSpan<Double>, _ n: Int, _ p: Int, _ q: Int) {
        let theta = (a[q * n + q] - a[p * n + p]) / (2 * a[p * n + q])
        let sign: Double = theta < 0 ? -1 : 1
        let tangent = sign / (abs(theta) + (theta * theta + 1).squareRoot())
        guard tangent.isFinite, tangent != 0 else { return }
        let cosine = 1 / (tangent * tangent + 1).squareRoot()
        let sine = tangent * cosine
        for k in 0..<n {
            let (left, right) = (a[k * n + p], a[k * n + q])
            a[k * n + p] = cosine * left - sine * right
            a[k * n + q] = sine * left + cosine * right
        }
        for k in 0..<n {
            let (upper, lower) = (a[p * n + k], a[q * n + k])
            a[p * n + k] = cosine * upper - sine * lower
            a[q * n + k] = sine * upper + cosine * lower
        }
    }
}

extension Plasticity: ByteCodable {
    /// Appends the figures.
    package func encode(into writer: inout ByteWriter) {
        writer.write(items: layers)
        writer.write(meanWeight)
        writer.write(replaced)
    }

    /// Reads the figures.
    package init(from reader: inout ByteReader) throws(DecodeError) {
        layers = try reader.readItems()
        meanWeight = try reader.readDouble()
        replaced = try reader.read()
    }
}

extension Plasticity.Layer: ByteCodable {
    /// Appends the figures of a layer; -1 where there is no dead share.
    package func encode(into writer: inout ByteWriter) {
        writer.write(UInt32(number))
        writer.write(UInt32(units))
        writer.write(deadShare ?? -1)
        writer.write(effectiveRank)
    }

    /// Reads the figures of a layer.
    package init(from reader: inout ByteReader) throws(DecodeError) {
        number = Int(try reader.read(UInt32.self))
        units = Int(try reader.read(UInt32.self))
        let share = try reader.readDouble()
        deadShare = share < 0 ? nil : share
        effectiveRank = try reader.readDouble()
        guard share.isFinite, share <= 1, effectiveRank.isFinite else {
            throw .invalid("the figures of a layer are none")
        }
    }
}
