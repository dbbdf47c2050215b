// SPDX-License-Identifier: Apache-2.0
//
// How predictions are judged, in measures, at the gate and in a race. A model of a quantile must
// not be judged by its squared errors: the mean would win. Whatever else a model makes small,
// classes are judged by the log loss and numbers by the squared error.

package import Primitives

/// The loss by which the predictions of a learner are compared.
package enum Yardstick: Sendable, Equatable {
    /// -log of the probability of the label.
    case classes
    /// (p - y)².
    case squared
    /// The pinball loss: tau times what a prediction lacks, or (1 - tau) times what it exceeds.
    case quantile(tau: Float)
    /// (p - y)², times tau where the prediction is too low and (1 - tau) where it is too high.
    case expectile(tau: Float)
    /// The loss that a learner without labels gives itself.
    case own

    /// The usual yardstick of a task.
    package init(_ task: Task) {
        self =
            switch task {
            case .classes: .classes
            case .regression: .squared
            case .unlabelled: .own
            }
    }

    /// What is predicted.
    package var task: Task {
        switch self {
        case .classes: .classes
        case .squared, .quantile, .expectile: .regression
        case .own: .unlabelled
        }
    }

    /// Whether a loss grows with the square of an error.
    package var isSquared: Bool {
        switch self {
        case .squared, .expectile: true
        case .classes, .quantile, .own: false
        }
    }

    /// The loss of a number, given how far the prediction lies above the label.
    func loss(error: Double) -> Double {
        switch self {
        case .classes, .squared, .own: error * error
        case .quantile(let tau): error < 0 ? -Double(tau) * error : Double(1 - tau) * error
        case .expectile(let tau): Double(error < 0 ? tau : 1 - tau) * error * error
        }
    }
}

extension Yardstick: ByteCodable {
    /// Appends the yardstick.
    package func encode(into writer: inout ByteWriter) {
        switch self {
        case .classes: writer.write(UInt8(0))
        case .squared: writer.write(UInt8(1))
        case .quantile(let tau):
            writer.write(UInt8(2))
            writer.write(tau)
        case .expectile(let tau):
            writer.write(UInt8(3))
            writer.write(tau)
        case .own: writer.write(UInt8(4))
        }
    }

    /// Reads a yardstick.
    package init(from reader: inout ByteReader) throws(DecodeError) {
        switch try reader.read(UInt8.self) {
        case 0: self = .classes
        case 1: self = .squared
        case 2: self = .quantile(tau: try reader.readFloat())
        case 3: self = .expectile(tau: try reader.readFloat())
        case 4: self = .own
        default: throw .invalid("predictions are judged in an unknown way")
        }
        switch self {
        case .quantile(let tau), .expectile(let tau):
            guard tau > 0, tau < 1 else { throw .invalid("tau lies outside of 0 to 1") }
        case .classes, .squared, .own: break
        }
    }
}
