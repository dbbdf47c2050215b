// SPDX-License-Identifier: Apache-2.0
//
// Predictions and test-then-train of small networks of one of two sizes, over spans; experts_mlp.c
// says how, and how parameters lie.

import CKernels

/// How large a small network is.
package struct SmallNetworkShape: Sendable, Equatable {
    /// How many layers of hidden units, and how large each is.
    package enum Form: Sendable {
        /// Two layers of 32 units.
        case two32
        /// One layer of 64 units.
        case one64

        /// The number of layers of hidden units.
        package var layers: Int { self == .two32 ? 2 : 1 }
        /// The units in each.
        package var hidden: Int { self == .two32 ? 32 : 64 }
    }

    /// The layers.
    package let form: Form
    /// The number of columns.
    package let width: Int
    /// The number of predictions for a row.
    package let outputs: Int
    /// Whether a number is predicted, not a class.
    package let isNumber: Bool

    /// The most columns, and the most predictions.
    package static let most = 1024
    /// A size that no parameter passes.
    package static let parameterMost: Float = 0x1p19

    /// Makes a shape.
    ///
    /// - Precondition: No number is too large.
    package init(_ form: Form, width: Int, outputs: Int, isNumber: Bool) {
        precondition(
            width >= 0 && width <= SmallNetworkShape.most && outputs > 0
                && outputs <= SmallNetworkShape.most && (outputs == 1 || !isNumber),
            "a small network is small"
        )
        self.form = form
        self.width = width
        self.outputs = outputs
        self.isNumber = isNumber
    }

    /// How many parameters there are.
    package var count: Int {
        learnd_network_values(width, outputs, form.hidden, form.layers)
    }
    /// How many numbers there must be room for while it works.
    package var scratchCount: Int { learnd_network_scratch(width, outputs, form.hidden) }

    /// The rows of hidden layer `layer`: one for each input, then the bias; `hidden` numbers each.
    package func rows(of layer: Int) -> Range<Int> {
        let first = (width + 1) * form.hidden
        return layer == 0 ? 0..<first : first..<first + (form.hidden + 1) * form.hidden
    }
    /// The rows of the outputs: `hidden` numbers each.
    package var rowsOfOutputs: Range<Int> {
        let start = rows(of: form.layers - 1).upperBound
        return start..<start + outputs * form.hidden
    }
    /// The biases of the outputs.
    package var biasesOfOutputs: Range<Int> {
        let start = rowsOfOutputs.upperBound
        return start..<start + outputs
    }
}

/// The parameters of a small network and the moments of its optimiser.
package struct SmallNetworkState: Sendable, Equatable {
    /// The parameters.
    package var values: [Float]
    /// The mean of the gradients.
    package var first: [Float]
    /// The mean of their squares.
    package var second: [Float]
    /// What is left of the moments' start.
    package var powers: [Double] = [1, 1]

    /// Makes a state of given parameters before any step.
    package init(values: [Float]) {
        self.values = values
        first = [Float](repeating: 0, count: values.count)
        second = first
    }
}

/// Small networks at work.
package enum SmallNetworks {
    /// How many rows of the history join a row that is learned, where rows are replayed.
    package static let replay = Int(LEARND_NETWORK_REPLAY)

    /// Predicts each row, then learns it where the rows say so.
    ///
    /// - Parameters:
    ///   - shape: The shape.
    ///   - state: What is learned.
    ///   - rows: The rows.
    ///   - history: The rows before them.
    ///   - draws: For each row the places of ``replay`` rows of the history that join it; -1: the
    ///     row itself. Empty: rows are learned alone.
    ///   - scratch: Room for the work.
    ///   - opinions: What is predicted.
    package static func testThenTrain(
        _ shape: SmallNetworkShape,
        _ state: inout SmallNetworkState,
        _ rows: ExpertRows,
        _ history: ExpertHistory,
        draws: [Int32],
        scratch: inout [Float],
        _ opinions: inout MutableSpan<Float>
    ) {
        check(shape, state, rows, opinions.count)
        precondition(scratch.count == shape.scratchCount, "there is room for the work")
        precondition(
            draws.isEmpty
                || (draws.count == rows.count * replay && history.width == shape.width
                    && draws.allSatisfy { $0 >= -1 && Int($0) < history.count }),
            "every row that was drawn is there"
        )
        state.values.withUnsafeMutableBufferPointer { values in
            state.first.withUnsafeMutableBufferPointer { first in
                state.second.withUnsafeMutableBufferPointer { second in
                    state.powers.withUnsafeMutableBufferPointer { powers in
                        scratch.withUnsafeMutableBufferPointer { scratch in
                            var network = shape.inC
                            network.values = values.baseAddress
                            network.first = first.baseAddress
                            network.second = second.baseAddress
                            network.powers = powers.baseAddress
                            network.scratch = scratch.baseAddress
                            run(&network, rows, history, draws: draws, learns: true, &opinions)
                        }
                    }
                }
            }
        }
    }

    /// Predicts each row and changes nothing.
    package static func predict(
        _ shape: SmallNetworkShape,
        _ state: SmallNetworkState,
        _ rows: ExpertRows,
        _ history: ExpertHistory,
        _ opinions: inout MutableSpan<Float>
    ) {
        check(shape, state, rows, opinions.count)
        withUnsafeTemporaryAllocation(of: Float.self, capacity: shape.scratchCount) { scratch in
            scratch.initialize(repeating: 0)
            state.values.withUnsafeBufferPointer { values in
                var network = shape.inC
                // The kernel writes to parameters only where it learns.
                network.values = UnsafeMutablePointer(mutating: values.baseAddress)
                network.scratch = scratch.baseAddress
                run(&network, rows, history, draws: [], learns: false, &opinions)
            }
        }
    }

    private static func check(
        _ shape: SmallNetworkShape,
        _ state: SmallNetworkState,
        _ rows: ExpertRows,
        _ opinions: Int
    ) {
        precondition(
            rows.width == shape.width && rows.outputs == shape.outputs
                && opinions == rows.count * shape.outputs,
            "the rows have the network's shape, and there is room for what is said of them"
        )
        precondition(
            state.values.count == shape.count && state.first.count == shape.count
                && state.second.count == shape.count && state.powers.count == 2,
            "a network has all its parameters"
        )
    }

    private static func run(
        _ network: inout learnd_network,
        _ rows: ExpertRows,
        _ history: ExpertHistory,
        draws: [Int32],
        learns: Bool,
        _ opinions: inout MutableSpan<Float>
    ) {
        withUnsafePointer(to: &network) { network in
            rows.withC { rows in
                history.withC { history in
                    opinions.withUnsafeMutableBufferPointer { opinions in
                        draws.withUnsafeBufferPointer { draws in
                            learnd_network_run(
                                network,
                                rows,
                                history,
                                draws.isEmpty ? nil : draws.baseAddress,
                                learns ? 1 : 0,
                                opinions.baseAddress
                            )
                        }
                    }
                }
            }
        }
    }
}

extension SmallNetworkShape {
    fileprivate var inC: learnd_network {
        learnd_network(
            width: width,
            outputs: outputs,
            hidden: form.hidden,
            layers: form.layers,
            is_number: isNumber ? 1 : 0,
            values: nil,
            first: nil,
            second: nil,
            powers: nil,
            scratch: nil
        )
    }
}
