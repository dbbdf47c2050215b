// SPDX-License-Identifier: Apache-2.0
//
// The role of an optimiser: it turns the gradient of one row of parameters into a step. The arrays
// of moments belong to the model, in the layout of its parameters; an optimiser holds only its
// constants and what counts steps. Code that loops over rows is generic over this protocol and
// always called with a concrete type, so the compiler makes one loop for each optimiser.

import Kernels

/// How a gradient becomes a step.
protocol Optimiser: Sendable {
    /// How many numbers are kept for each parameter: none, one or two.
    static var momentCount: Int { get }
    /// The constants that the kernels take, regularisers included.
    var constants: StepConstants { get set }
    /// The strongest pull towards an anchor that does not overshoot it.
    var pullMost: Float { get }
    /// The gradient of the loss by the score, `error`, with the row's weight in it; `squaredNorm`
    /// is that of the features and the 1 of the bias.
    func weighted(error: Float, weight: Float, squaredNorm: Float) -> Float
    /// Whether `weighted` needs the norm.
    static var usesNorm: Bool { get }
    /// Begins a step of all rows of parameters.
    mutating func begin()
    /// Makes the step for one row of parameters.
    func step(
        _ parameters: inout MutableSpan<Float>,
        _ first: inout MutableSpan<Float>,
        _ second: inout MutableSpan<Float>,
        anchor: Span<Float>,
        features: Span<Float>,
        place: Steps.Place
    )
}

extension Optimiser {
    static var usesNorm: Bool { false }
    var pullMost: Float { .greatestFiniteMagnitude }
    func weighted(error: Float, weight: Float, squaredNorm: Float) -> Float { error * weight }
    mutating func begin() {}
}
