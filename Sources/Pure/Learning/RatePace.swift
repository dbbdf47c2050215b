// SPDX-License-Identifier: Apache-2.0
//
// How the rate of gradient descent goes on from where it starts.

package import Primitives

/// What becomes of the rate of `sgd` and `invariant`.
package enum RatePace: Sendable, Equatable {
    /// It stays, so that learning can follow whatever comes.
    case constant
    /// It falls with each step; see ``Decayed``.
    case decay(speed: Float, power: Float)
    /// It follows the agreement of gradients; see ``Hypergradient``.
    case hypergradient(gain: Float)

    /// The name in configuration and messages.
    package var name: String {
        switch self {
        case .constant: "constant"
        case .decay: "decay"
        case .hypergradient: "hypergradient"
        }
    }

    /// Why a rate cannot go on like this from `rate`, in words; nil when it can.
    func problem(rate: Float) -> String? {
        switch self {
        case .constant: return nil
        case .decay(let speed, let power):
            guard speed > 0, speed <= 1e6 else {
                return "rate_decay is \(speed), but must be above 0 and at most 1e6"
            }
            guard power > 0, power <= 2 else {
                return "rate_power is \(power), but must be above 0 and at most 2"
            }
        case .hypergradient(let gain):
            guard gain > 0, gain <= 0.5 else {
                return "hypergradient_gain is \(gain), but must be above 0 and at most 0.5"
            }
            let (least, most) = (HypergradientLimits.rateLeast, HypergradientLimits.rateMost)
            guard rate >= least, rate <= most else {
                return
                    "the rate is \(rate), but with the hypergradient it starts and stays between "
                    + "\(least) and \(most)"
            }
        }
        return nil
    }
}

extension RatePace: ByteCodable {
    /// Appends the pace.
    package func encode(into writer: inout ByteWriter) {
        switch self {
        case .constant: writer.write(UInt8(0))
        case .decay(let speed, let power):
            writer.write(UInt8(1))
            writer.write(speed)
            writer.write(power)
        case .hypergradient(let gain):
            writer.write(UInt8(2))
            writer.write(gain)
        }
    }

    /// Reads a pace.
    package init(from reader: inout ByteReader) throws(DecodeError) {
        switch try reader.read(UInt8.self) {
        case 0: self = .constant
        case 1: self = .decay(speed: try reader.readFloat(), power: try reader.readFloat())
        case 2: self = .hypergradient(gain: try reader.readFloat())
        case let other: throw .invalid("there is no pace of a rate number \(other)")
        }
    }
}
