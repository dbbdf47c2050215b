// SPDX-License-Identifier: Apache-2.0
//
// Running means and variances of columns, over spans.

import CKernels

/// Measures rows by the running mean and deviation of each column.
package enum Standardising {
    /// Takes each row into the statistics, then writes it as measured by them.
    package static func follow(
        mean: inout MutableSpan<Double>,
        variance: inout MutableSpan<Double>,
        count: inout MutableSpan<Double>,
        memory: Double,
        clip: Float,
        raw: Span<Float>,
        features: inout MutableSpan<Float>,
        rows: Int
    ) {
        let width = mean.count
        precondition(
            variance.count == width && count.count == width,
            "each column has a mean, a variance and a count"
        )
        checkRange(0, rows * width, raw.count)
        checkRange(0, rows * width, features.count)
        guard width > 0, rows > 0 else { return }
        mean.withUnsafeMutableBufferPointer { mean in
            variance.withUnsafeMutableBufferPointer { variance in
                count.withUnsafeMutableBufferPointer { count in
                    raw.withUnsafeBufferPointer { raw in
                        features.withUnsafeMutableBufferPointer { features in
                            learnd_standardise(
                                mean.baseAddress,
                                variance.baseAddress,
                                count.baseAddress,
                                width,
                                memory,
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

    /// Writes each row as measured by the rows before it, then takes it into the statistics if
    /// its place in `taken` is not 0.
    package static func measureThenFollow(
        mean: inout MutableSpan<Double>,
        variance: inout MutableSpan<Double>,
        count: inout MutableSpan<Double>,
        memory: Double,
        clip: Float,
        raw: Span<Float>,
        features: inout MutableSpan<Float>,
        taken: Span<UInt8>
    ) {
        let width = mean.count
        let rows = taken.count
        precondition(
            variance.count == width && count.count == width,
            "each column has a mean, a variance and a count"
        )
        checkRange(0, rows * width, raw.count)
        checkRange(0, rows * width, features.count)
        guard width > 0, rows > 0 else { return }
        mean.withUnsafeMutableBufferPointer { mean in
            variance.withUnsafeMutableBufferPointer { variance in
                count.withUnsafeMutableBufferPointer { count in
                    raw.withUnsafeBufferPointer { raw in
                        features.withUnsafeMutableBufferPointer { features in
                            taken.withUnsafeBufferPointer { taken in
                                learnd_measure_then_follow(
                                    mean.baseAddress,
                                    variance.baseAddress,
                                    count.baseAddress,
                                    width,
                                    memory,
                                    clip,
                                    raw.baseAddress,
                                    features.baseAddress,
                                    taken.baseAddress,
                                    rows
                                )
                            }
                        }
                    }
                }
            }
        }
    }

    /// Writes each row as measured by statistics that stay as they are.
    package static func apply(
        mean: Span<Double>,
        variance: Span<Double>,
        clip: Float,
        raw: Span<Float>,
        features: inout MutableSpan<Float>,
        rows: Int
    ) {
        let width = mean.count
        precondition(variance.count == width, "each column has a mean and a variance")
        checkRange(0, rows * width, raw.count)
        checkRange(0, rows * width, features.count)
        guard width > 0, rows > 0 else { return }
        mean.withUnsafeBufferPointer { mean in
            variance.withUnsafeBufferPointer { variance in
                raw.withUnsafeBufferPointer { raw in
                    features.withUnsafeMutableBufferPointer { features in
                        learnd_apply_standard(
                            mean.baseAddress,
                            variance.baseAddress,
                            width,
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
