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
    /// What it counts or measures from step to step, besides the moments.
    var progress: (Double, Double) { get set }
    /// Whether there can be such a progress.
    static func isSound(progress: (Double, Double)) -> Bool
    /// The gradient of the loss by the score, `error`, with the row's weight in it; `squaredNorm`
    /// is that of the features and the 1 of the bias.
    func weighted(error: Float, weight: Float, squaredNorm: Float) -> Float
    /// Whether `weighted` needs the norm.
    static var usesNorm: Bool { get }
    /// Begins a step of all rows of parameters.
    mutating func begin()
    /// Whether it looks at the gradient of all rows of parameters before their step.
    static var observes: Bool { get }
    /// Looks at the gradient of one row of parameters.
    mutating func observe(_ first: Span<Float>, features: Span<Float>, place: Steps.Place)
    /// Draws its conclusions, once it has looked at all of them.
    mutating func adapt()
    /// Makes the step for one row of parameters.
    func step(
        _ parameters: inout MutableSpan<Float>,
        _ first: inout MutableSpan<Float>,
        _ second: inout MutableSpan<Float>,
        anchor: Span<Float>,
        features: Span<Float>,
        place: Steps.Place
    )
    /// Sets the first moments of one row to what its parameters follow from, where they do.
    func align(
        _ first: inout MutableSpan<Float>,
        second: Span<Float>,
        parameters: Span<Float>,
        row: Int,
        width: Int
    )
}

extension Optimiser {
    static var usesNorm: Bool { false }
    static var observes: Bool { false }
    var pullMost: Float { .greatestFiniteMagnitude }
    var progress: (Double, Double) {
        get { (0, 0) }
        set {}
    }
    static func isSound(progress: (Double, Double)) -> Bool { progress == (0, 0) }
    func weighted(error: Float, weight: Float, squaredNorm: Float) -> Float { error * weight }
    mutating func begin() {}
    mutating func observe(_ first: Span<Float>, features: Span<Float>, place: Steps.Place) {}
    mutating func adapt() {}
    func align(
        _ first: inout MutableSpan<Float>,
        second: Span<Float>,
        parameters: Span<Float>,
        row: Int,
        width: Int
    ) {}
}
