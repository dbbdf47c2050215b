// SPDX-License-Identifier: Apache-2.0
//
// Functions of one number from libm. Their last bit may differ from one C library to another, which
// is why a checkpoint says which binary wrote it.

import CKernels

/// Elementary functions of one number.
package enum Scalar {
    /// The natural logarithm.
    package static func log(_ x: Double) -> Double { learnd_log(x) }

    /// The exponential.
    package static func exp(_ x: Double) -> Double { learnd_exp(x) }

    /// The cosine.
    package static func cos(_ x: Double) -> Double { learnd_cos(x) }

    /// The exponential of `x`, minus one, exact near zero.
    package static func expMinusOne(_ x: Double) -> Double { learnd_expm1(x) }

    /// The natural logarithm of `1 + x`, exact near zero.
    package static func logOnePlus(_ x: Double) -> Double { learnd_log1p(x) }
}
