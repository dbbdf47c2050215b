// SPDX-License-Identifier: Apache-2.0
//
// The settings of recursive least squares, and their limits.

package import Primitives

/// How recursive least squares forgets, and what bounds it.
package struct LeastSquaresSettings: Sendable, Equatable {
    /// What is kept of the past at each row; 1: everything.
    package var forgetting: Float = 0.999
    /// The penalty on squared parameters before the first row.
    package var ridge: Float = 1
    /// How many times the covariance's mean variance may exceed that of the start.
    package var traceCap: Float = 100
    /// At how many usual errors an error is cut off; 0: never.
    ///
    /// Off, because without noise the usual error is 0, and nothing new would count.
    package var clip: Float = 0

    /// The most features.
    package static let widthMost = 512

    /// Makes the defaults.
    package init() {}

    var problem: String? {
        guard forgetting >= 0.5, forgetting <= 1 else {
            return "rls.forgetting is \(forgetting), but must lie between 0.5 and 1 (nothing is "
                + "forgotten)"
        }
        guard ridge >= 1e-6, ridge <= 1e6 else {
            return "rls.ridge is \(ridge), but must lie between 1e-6 and 1e6"
        }
        guard traceCap >= 1, traceCap <= 1e6 else {
            return "rls.trace_cap is \(traceCap), but must lie between 1 and 1e6"
        }
        guard clip == 0 || (clip >= 1 && clip <= 1e6) else {
            return "rls.clip is \(clip), but must be 0 (none), or 1 to 1e6"
        }
        return nil
    }
}

extension LeastSquaresSettings: ByteCodable {
    /// Appends the settings.
    package func encode(into writer: inout ByteWriter) {
        for number in [forgetting, ridge, traceCap, clip] { writer.write(number) }
    }

    /// Reads the settings.
    package init(from reader: inout ByteReader) throws(DecodeError) {
        forgetting = try reader.readFloat()
        ridge = try reader.readFloat()
        traceCap = try reader.readFloat()
        clip = try reader.readFloat()
        if let problem { throw .invalid(problem) }
    }
}
