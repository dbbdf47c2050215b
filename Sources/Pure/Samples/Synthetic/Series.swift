// SPDX-License-Identifier: Apache-2.0
//
// Cosine and exponential of small numbers, from additions, multiplications and divisions alone:
// those are rounded alike on every machine, so a stream that is made with them has the same bits
// everywhere. libm promises no such thing.

/// Power series.
enum Series {
    /// cos(x) for x in -pi/2...pi/2, correct to 1e-12.
    static func cosine(_ x: Double) -> Double {
        let square = x * x
        var term = 1.0
        var sum = 1.0
        for order in stride(from: 2.0, through: 18, by: 2) {
            term *= -square / (order * (order - 1))
            sum += term
        }
        return sum
    }

    /// sin(pi x) for x in 0...1.
    static func sineOfPi(_ x: Double) -> Double {
        cosine(Double.pi * (x - 0.5))
    }

    /// e^x for x in -64...64, correct to 1e-12 of its value: the series of x / 256, then squared
    /// eight times.
    static func exponential(_ x: Double) -> Double {
        let small = x / 256
        var term = 1.0
        var sum = 1.0
        for order in stride(from: 1.0, through: 12, by: 1) {
            term *= small / order
            sum += term
        }
        for _ in 0..<8 { sum *= sum }
        return sum
    }
}
