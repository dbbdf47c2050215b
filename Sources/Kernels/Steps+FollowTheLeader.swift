// SPDX-License-Identifier: Apache-2.0
//
// Steps of FTRL-proximal, whose parameters follow from two numbers each.

import CKernels

extension Steps {
    /// FTRL-proximal: `sums` and `squares` are z and n; `a` of the constants is beta.
    package static func followTheLeader(
        _ parameters: inout MutableSpan<Float>,
        sums: inout MutableSpan<Float>,
        squares: inout MutableSpan<Float>,
        anchor: Span<Float>,
        features: Span<Float>,
        place: Place,
        constants: StepConstants
    ) {
        check(parameters.count, place, features.count, anchor.count, sums.count, squares.count)
        var constants = constants.inC
        let offset = place.row * (place.width + 1)
        features.withUnsafeBufferPointer { features in
            anchor.withUnsafeBufferPointer { anchor in
                parameters.withUnsafeMutableBufferPointer { parameters in
                    sums.withUnsafeMutableBufferPointer { sums in
                        squares.withUnsafeMutableBufferPointer { squares in
                            learnd_step_ftrl(
                                start(parameters) + offset,
                                start(sums) + offset,
                                start(squares) + offset,
                                anchor.isEmpty ? nil : start(anchor) + offset,
                                start(features) + place.at,
                                place.width,
                                place.error,
                                place.biasError,
                                &constants
                            )
                        }
                    }
                }
            }
        }
    }

    /// Sets the sums of one row to what its parameters follow from.
    package static func followedSums(
        _ sums: inout MutableSpan<Float>,
        parameters: Span<Float>,
        squares: Span<Float>,
        row: Int,
        width: Int,
        constants: StepConstants
    ) {
        let offset = row * (width + 1)
        checkRange(offset, width + 1, parameters.count)
        precondition(
            sums.count == parameters.count && squares.count == parameters.count,
            "a moment has as many numbers as the parameters"
        )
        var constants = constants.inC
        parameters.withUnsafeBufferPointer { parameters in
            squares.withUnsafeBufferPointer { squares in
                sums.withUnsafeMutableBufferPointer { sums in
                    learnd_ftrl_sums(
                        start(parameters) + offset,
                        start(sums) + offset,
                        start(squares) + offset,
                        width,
                        &constants
                    )
                }
            }
        }
    }
}
