// SPDX-License-Identifier: Apache-2.0
//
// Why a network cannot be built, said with the number of the layer, the value and the way out. The
// sizes of what flows between the layers are found here and by the planner with the same rules, so
// that settings without a problem can always be built.

/// The limits of a network.
package enum NetworkLimits {
    /// The most layers in a list.
    package static let layers = 64
    /// The deepest residual blocks within residual blocks.
    package static let depth = 3
    /// The most units, filters, steps or numbers in any one size.
    package static let size = 1 << 16
    /// The most parameters, the output layer included.
    package static let parameters = 1 << 23
    /// The most numbers that one row may need between input and output.
    package static let rowValues = 1 << 22
}

/// Why a layer cannot be what it is set to be.
package struct LayerProblem: Error, Sendable, Equatable {
    /// The number of the layer, from 0, and within each residual block that it lies in; empty when
    /// it is about the whole.
    package var path: [Int]
    /// What is wrong and what to do, in words that go on after the number of the layer.
    package var text: String

    init(_ text: String, path: [Int] = []) {
        self.path = path
        self.text = text
    }

    /// The sentence with the number of the layer in front, counted from 1.
    package var sentence: String {
        path.isEmpty
            ? text : "layer \(path.map { String($0 + 1) }.joined(separator: ".")) \(text)"
    }
}

extension NetworkSettings {
    /// Why these settings cannot be used, in one sentence; nil when they can.
    package var problem: String? { layerProblem?.sentence }

    /// The same with the place of the layer.
    package var layerProblem: LayerProblem? {
        if let problem = wholeProblem { return problem }
        do {
            // The output layer grows later, and a row of open width may have any; each then asks
            // again for itself.
            let plan = try Planner.plan(self, inputs: inputs ?? 1, outputs: 1)
            return NetworkSettings.sizeProblem(plan)
        } catch {
            return error
        }
    }

    /// Why the network cannot have so many inputs and outputs; nil when it can.
    package func problem(inputs: Int, outputs: Int) -> String? {
        if let own = self.inputs, own != inputs {
            return "a row has \(inputs) numbers, but input_shape \(inputShape) asks for \(own)"
        }
        do {
            let plan = try Planner.plan(self, inputs: inputs, outputs: outputs)
            return NetworkSettings.sizeProblem(plan)?.text
        } catch {
            return error.sentence
        }
    }

    private var wholeProblem: LayerProblem? {
        guard (0...3).contains(inputShape.count),
            inputShape.allSatisfy({ (1...NetworkLimits.size).contains($0) }),
            (inputs ?? 1) <= NetworkLimits.rowValues
        else {
            return LayerProblem(
                "input_shape is \(inputShape), but must be one to three whole numbers from 1 to "
                    + "\(NetworkLimits.size): [width], [steps, width] or [channels, height, width]"
            )
        }
        guard (1...NetworkLimits.layers).contains(layers.count) else {
            return LayerProblem(
                "there are \(layers.count) layers, but there must be 1 to \(NetworkLimits.layers); "
                    + "without a hidden layer, use the model linear or softmax"
            )
        }
        if inputShape.isEmpty, let first = layers.first {
            guard case .dense = first.kind else {
                return LayerProblem(
                    "is \(first.kind.name), which needs to know the shape of a row; set "
                        + "input_shape, or begin with a dense layer",
                    path: [0]
                )
            }
        }
        if case .softmax = layers.last?.kind {
            return LayerProblem(
                "is softmax at the end, but the output layer and its softmax are made for you; "
                    + "leave it out",
                path: [layers.count - 1]
            )
        }
        let rate = replacement.rate
        guard rate >= 0, rate <= 0.1, (1...1_000_000).contains(replacement.maturity) else {
            return LayerProblem(
                "the replacement rate is \(rate) and the maturity \(replacement.maturity), but "
                    + "they must lie in 0 to 0.1 and 1 to 1000000"
            )
        }
        guard (0...1_000_000).contains(replacement.deadAfter) else {
            return LayerProblem(
                "a unit is dead after \(replacement.deadAfter) rows, but that must be 0 to 1000000"
            )
        }
        return nil
    }

    private static func sizeProblem(_ plan: Plan) -> LayerProblem? {
        if plan.parameterCount > NetworkLimits.parameters {
            return LayerProblem(
                "the network has \(plan.parameterCount) parameters, but at most "
                    + "\(NetworkLimits.parameters) are allowed; make a layer smaller"
            )
        }
        if plan.numbersPerRow > NetworkLimits.rowValues {
            return LayerProblem(
                "a row needs \(plan.numbersPerRow) numbers between input and output, but at most "
                    + "\(NetworkLimits.rowValues) are allowed; make the image, the sequence or the "
                    + "layers smaller"
            )
        }
        return nil
    }
}

/// Checks that layers share.
enum Rules {
    /// Refuses a size outside of its limits.
    static func size(
        _ name: String,
        _ value: Int,
        _ range: ClosedRange<Int> = 1...NetworkLimits.size
    ) throws(LayerProblem) {
        guard range.contains(value) else {
            throw LayerProblem(
                "has \(name) = \(value), but it must lie in \(range.lowerBound) to "
                    + "\(range.upperBound)"
            )
        }
    }

    /// Refuses an input of another kind than the layer reads.
    static func rank(_ wanted: Int, _ shape: [Int], _ layer: String) throws(LayerProblem) {
        guard shape.count == wanted else {
            let words = [
                1: "a plain row", 2: "a sequence (steps, numbers)",
                3: "an image (channels, height, width)",
            ]
            let remedy =
                wanted == 1
                ? "put a flatten layer before it"
                : "set input_shape, or move it before what "
                    + "changes the shape"
            throw LayerProblem(
                "is \(layer), which reads \(words[wanted] ?? ""), but gets \(shape); \(remedy)"
            )
        }
    }
}
