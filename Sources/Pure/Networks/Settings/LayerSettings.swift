// SPDX-License-Identifier: Apache-2.0
//
// One layer as it is configured: its kind and sizes, the activation that follows it, and how its
// weights start. What a layer computes stands in its file under Layers.

package import Kernels

/// What a layer is, with its sizes.
package enum LayerKind: Sendable, Equatable {
    /// Weights times all numbers, plus bias; see ``DenseLayer``.
    case dense(units: Int)
    /// Filters that slide over an image; see ``ConvolutionLayer``.
    case conv2d(filters: Int, kernel: Int, stride: Int, padding: Int)
    /// The largest number of each window; see ``PoolLayer``.
    case maxPool(kernel: Int, stride: Int)
    /// An image or a sequence as one row of numbers.
    case flatten
    /// Sets a share of the numbers to 0 while learning; see ``DropoutLayer``.
    case dropout(share: Float)
    /// A function of each number; see ``ActivationLayer``.
    case activation(ActivationFunction)
    /// Shares that sum to 1; see ``SoftmaxLayer``.
    case softmax
    /// An Elman network over a sequence; see ``ElmanLayer``.
    case rnn(units: Int, returns: Returned)
    /// Gated recurrent units over a sequence; see ``GRULayer``.
    case gru(units: Int, returns: Returned)
    /// A learned row of numbers for each id; see ``EmbeddingLayer``.
    case embedding(words: Int, width: Int)
    /// A learned shift for each step; see ``PositionLayer``.
    case position
    /// Layers whose input is added to their output; see ``ResidualLayer``.
    case residual([LayerSettings])
    /// Rows with mean 0 and variance 1; see ``NormalisationLayer``.
    case layerNorm
    /// Steps that look at one another; see ``AttentionLayer``.
    case attention

    /// What a recurrent layer gives on.
    package enum Returned: UInt8, Sendable, CaseIterable {
        /// Its state after the last step.
        case last = 0
        /// Its state after every step.
        case all = 1

        /// The name in configuration.
        package var name: String { self == .last ? "last" : "all" }
    }

    /// The name in configuration and artifacts.
    package var name: String {
        switch self {
        case .dense: "dense"
        case .conv2d: "conv2d"
        case .maxPool: "max_pool"
        case .flatten: "flatten"
        case .dropout: "dropout"
        case .activation(let function): function.name
        case .softmax: "softmax"
        case .rnn: "rnn"
        case .gru: "gru"
        case .embedding: "embedding"
        case .position: "position"
        case .residual: "residual"
        case .layerNorm: "layer_norm"
        case .attention: "attention"
        }
    }
}

extension ActivationFunction {
    /// The name in configuration and artifacts.
    package var name: String {
        switch self {
        case .relu: "relu"
        case .tanh: "tanh"
        case .sigmoid: "sigmoid"
        }
    }
}

/// How weights start; biases start at 0.
package enum Initialisation: UInt8, Sendable, CaseIterable {
    /// Uniform within ± sqrt(6 / inputs), for what is followed by relu (He, Zhang, Ren and Sun,
    /// "Delving deep into rectifiers", 2015).
    case he = 0
    /// Uniform within ± sqrt(6 / (inputs + outputs)), for everything else (Glorot and Bengio,
    /// "Understanding the difficulty of training deep feedforward neural networks", 2010).
    case glorot = 1
    /// All 0; not for a layer that another layer follows, since its units would stay equal.
    case zero = 2

    /// The name in configuration.
    package var name: String {
        switch self {
        case .he: "he"
        case .glorot: "glorot"
        case .zero: "zero"
        }
    }
}

/// One layer of a network.
package struct LayerSettings: Sendable, Equatable {
    /// What it is.
    package var kind: LayerKind
    /// The function that follows it.
    package var activation: ActivationFunction?
    /// How its weights start; nil: as the function that follows asks for.
    package var initialisation: Initialisation?

    /// Makes a layer.
    package init(
        _ kind: LayerKind,
        activation: ActivationFunction? = nil,
        initialisation: Initialisation? = nil
    ) {
        self.kind = kind
        self.activation = activation
        self.initialisation = initialisation
    }
}

extension LayerSettings {
    /// Makes a layer from the words of the configuration; words that nothing has are left out.
    package init(_ kind: LayerKind, activation: String?, initialisation: String?) {
        self.init(
            kind,
            activation: ActivationFunction.allCases.first { $0.name == activation },
            initialisation: Initialisation.allCases.first { $0.name == initialisation }
        )
    }
}

extension LayerKind {
    /// The function of each number that the word names; nil when it names none.
    package static func function(named word: String) -> LayerKind? {
        ActivationFunction.allCases.first { $0.name == word }.map(LayerKind.activation)
    }
}
