// SPDX-License-Identifier: Apache-2.0
//
// Predictions, and test-then-train of whole blocks in one call, of the models whose parameters are
// in double precision. A row of parameters is `width` weights followed by one bias.

import CKernels

/// How strongly parameters in double precision are pulled, and where to.
package struct WidePull {
    /// The parameters to which they are pulled; empty: none.
    package var anchor: [Double]
    /// The strength of the second norm.
    package var l2: Double
    /// The strength of the first norm.
    package var l1: Double

    /// Makes a pull.
    package init(anchor: [Double], l2: Double, l1: Double) {
        self.anchor = anchor
        self.l2 = l2
        self.l1 = l1
    }

    fileprivate func withC(_ body: (UnsafePointer<learnd_pull>) -> Void) {
        anchor.withUnsafeBufferPointer { anchor in
            var pull = learnd_pull(
                anchor: anchor.isEmpty ? nil : anchor.baseAddress,
                l2: l2,
                l1: l1
            )
            body(&pull)
        }
    }
}

/// What recursive least squares goes by, and what it measures while it goes on.
package struct LeastSquaresState: Sendable, Equatable {
    /// What is kept of the past at each row.
    package var forgetting: Double = 1
    /// What the mean of the covariance's diagonal may reach.
    package var varianceMost: Double = 100
    /// At how many usual errors an error is cut off; 0: never.
    package var clip: Double = 0
    /// The usual error's square.
    package var variance: Double = 0
    /// The rows that it is made of, up to ``warmRows``.
    package var count: Double = 0

    /// The rows after which the usual error is known.
    package static let warmRows = Double(LEARND_RLS_WARM)

    /// Makes a state before the first row.
    package init() {}
}

/// Models with parameters in double precision.
package enum WideLearning {
    /// Predicts each row and changes nothing.
    package static func predict<Use>(
        _ rows: WideRows<Use>,
        parameters: Span<Double>,
        predictions: inout MutableSpan<Float>
    ) {
        let count = check(parameters.count, rows)
        rows.withSamples(&predictions) { samples in
            parameters.withUnsafeBufferPointer {
                learnd_wide_predict(samples, $0.baseAddress, count)
            }
        }
    }

    /// Recursive least squares; the covariance has `width + 1` rows and as many columns.
    package static func leastSquares<Use>(
        _ rows: WideRows<Use>,
        parameters: inout MutableSpan<Double>,
        covariance: inout MutableSpan<Double>,
        scratch: inout MutableSpan<Double>,
        pull: WidePull,
        state: inout LeastSquaresState,
        predictions: inout MutableSpan<Float>
    ) {
        let count = check(parameters.count, rows, pull)
        let size = rows.width + 1
        precondition(
            count == 1 && rows.targets != nil && covariance.count == size * size
                && scratch.count == size,
            "a covariance is as wide as its parameters"
        )
        var inC = learnd_rls_state(
            forgetting: state.forgetting,
            variance_most: state.varianceMost,
            clip: state.clip,
            variance: state.variance,
            count: state.count
        )
        rows.withSamples(&predictions) { samples in
            parameters.withUnsafeMutableBufferPointer { parameters in
                covariance.withUnsafeMutableBufferPointer { covariance in
                    scratch.withUnsafeMutableBufferPointer { scratch in
                        pull.withC { pull in
                            learnd_rls(
                                samples,
                                parameters.baseAddress,
                                covariance.baseAddress,
                                scratch.baseAddress,
                                pull,
                                &inC
                            )
                        }
                    }
                }
            }
        }
        state.variance = inC.variance
        state.count = inC.count
    }

    /// AROW with process noise; each row of parameters has a full covariance, or only its diagonal.
    package static func adaptiveRegularisation<Use>(
        _ rows: WideRows<Use>,
        parameters: inout MutableSpan<Double>,
        covariance: inout MutableSpan<Double>,
        isFull: Bool,
        scratch: inout MutableSpan<Double>,
        pull: WidePull,
        r: Double,
        q: Double,
        predictions: inout MutableSpan<Float>
    ) {
        let count = check(parameters.count, rows, pull)
        let size = rows.width + 1
        precondition(
            rows.targets == nil && covariance.count == count * size * (isFull ? size : 1)
                && scratch.count == size,
            "a covariance is as wide as its parameters"
        )
        var rule = learnd_arow_rule(r: r, q: q)
        rows.withSamples(&predictions) { samples in
            parameters.withUnsafeMutableBufferPointer { parameters in
                covariance.withUnsafeMutableBufferPointer { covariance in
                    scratch.withUnsafeMutableBufferPointer { scratch in
                        pull.withC { pull in
                            learnd_arow(
                                samples,
                                count,
                                parameters.baseAddress,
                                covariance.baseAddress,
                                isFull ? 1 : 0,
                                scratch.baseAddress,
                                pull,
                                &rule
                            )
                        }
                    }
                }
            }
        }
    }

    /// Passive-aggressive learning; the second variant, or the first.
    package static func passiveAggressive<Use>(
        _ rows: WideRows<Use>,
        parameters: inout MutableSpan<Double>,
        pull: WidePull,
        aggressiveness: Double,
        insensitivity: Double,
        isSecond: Bool,
        predictions: inout MutableSpan<Float>
    ) {
        let count = check(parameters.count, rows, pull)
        var rule = learnd_pa_rule(
            aggressiveness: aggressiveness,
            insensitivity: insensitivity,
            is_second: isSecond ? 1 : 0
        )
        rows.withSamples(&predictions) { samples in
            parameters.withUnsafeMutableBufferPointer { parameters in
                pull.withC { pull in
                    learnd_passive_aggressive(
                        samples,
                        count,
                        parameters.baseAddress,
                        pull,
                        &rule
                    )
                }
            }
        }
    }

    /// The number of rows of parameters.
    private static func check<Use>(
        _ parameters: Int,
        _ rows: WideRows<Use>,
        _ pull: WidePull? = nil
    ) -> Int {
        let count = rows.targets != nil || rows.outputs == 2 ? 1 : rows.outputs
        precondition(
            parameters == count * (rows.width + 1),
            "there is a row of parameters for each score"
        )
        precondition(
            (pull?.anchor ?? []).isEmpty || pull?.anchor.count == parameters,
            "an anchor has as many numbers as the parameters"
        )
        return count
    }
}
