// SPDX-License-Identifier: Apache-2.0
//
// The settings of AROW, and their limits.

package import Primitives

/// How AROW trusts rows, and how it goes on learning.
package struct AdaptiveRegularisationSettings: Sendable, Equatable {
    /// The noise of a row: the larger, the smaller its step.
    package var r: Float = 1
    /// The process noise: the variance that every weight regains with every row; 0: none.
    package var q: Float = 1e-4
    /// The most columns with a full covariance.
    package var fullWidth = 128

    /// The most that a full covariance may be allowed for.
    package static let fullWidthMost = 1024

    /// Makes the defaults.
    package init() {}

    var problem: String? {
        guard r >= 1e-6, r <= 1e6 else {
            return "arow.r is \(r), but must lie between 1e-6 and 1e6"
        }
        guard q >= 0, q <= 1 else {
            return "arow.q is \(q), but must lie between 0 (none) and 1"
        }
        guard (0...AdaptiveRegularisationSettings.fullWidthMost).contains(fullWidth) else {
            return "arow.full_width is \(fullWidth), but must lie between 0 and "
                + "\(AdaptiveRegularisationSettings.fullWidthMost)"
        }
        return nil
    }
}

extension AdaptiveRegularisationSettings: ByteCodable {
    /// Appends the settings.
    package func encode(into writer: inout ByteWriter) {
        writer.write(r)
        writer.write(q)
        writer.write(Int64(fullWidth))
    }

    /// Reads the settings.
    package init(from reader: inout ByteReader) throws(DecodeError) {
        r = try reader.readFloat()
        q = try reader.readFloat()
        fullWidth = Int(try reader.read(Int64.self))
        if let problem { throw .invalid(problem) }
    }
}
