// SPDX-License-Identifier: Apache-2.0
//
// Whether the keys of a network fit together, and the network can be built.

import Learning
import Networks

/// The combinations that a network cannot have.
struct NetworkRules {
    private typealias Model = LearnerConfiguration.Model

    private let values: ScopedValues
    private let layers: LayerTables

    init(_ values: ScopedValues, _ layers: LayerTables) {
        self.values = values
        self.layers = layers
    }

    /// The network that the tables say; nil where there is none.
    static func network(_ values: ScopedValues, _ layers: LayerTables) -> NetworkSettings? {
        guard values.word("model", Model.self) == .network else { return nil }
        var shape: [Int] = []
        if case .sizes(let sizes) = values.value("input_shape") { shape = sizes }
        // Units that heads share are not begun anew unless somebody asks, who is refused.
        let areShared = values.word("isolation", LearnerConfiguration.Isolation.self) == .heads
        let keepsDead = areShared && !values.isGiven("replace.dead_after")
        return NetworkSettings(
            inputShape: shape,
            layers: layers.layers,
            replacement: ReplacementSettings(
                rate: Float(values.number("replace.rate")),
                maturity: values.integer("replace.maturity"),
                deadAfter: keepsDead ? 0 : values.integer("replace.dead_after")
            )
        )
    }

    /// Adds what does not fit.
    func check(problems: inout ProblemList) {
        guard let network = NetworkRules.network(values, layers) else {
            checkAbsence(&problems)
            return
        }
        // Layers that could not be read have been complained of already.
        guard problems.problems.allSatisfy({ !$0.key.hasPrefix(values.full("layers")) }) else {
            return
        }
        guard layers.line != nil else {
            problems.add(
                values.line("model"),
                values.full("model"),
                values.value("model").toml,
                "a network needs layers",
                "add [[\(values.full("layers"))]] for each, such as kind = \"dense\", units = 64"
            )
            return
        }
        if let problem = network.layerProblem {
            layers.check(problem, of: values, &problems)
            return
        }
        checkWidth(network, &problems)
        checkOutputs(network, &problems)
    }

    /// Keys of networks where there is none would do nothing.
    private func checkAbsence(_ problems: inout ProblemList) {
        let keys = ["rate", "maturity", "dead_after"].map { "replace." + $0 }
        let given = (["input_shape", "step_rows"] + keys)
            .filter { values.isGiven($0) && values.value($0) != standard($0) }
        for key in given {
            problems.add(
                values.line(key),
                values.full(key),
                values.value(key).toml,
                "it is for networks alone",
                "set model = \"network\", or remove it"
            )
        }
        guard let line = layers.line else { return }
        problems.add(
            line,
            values.full("layers"),
            nil,
            "layers are for networks alone",
            "set model = \"network\", or remove them"
        )
    }

    private func standard(_ key: String) -> SettingValue? {
        SettingKey.keys(of: .learner).first { $0.path == key }?.standard
    }

    private func checkWidth(_ network: NetworkSettings, _ problems: inout ProblemList) {
        guard let inputs = network.inputs else { return }
        if case .integer(let width) = values.value("width"), width != inputs {
            problems.add(
                values.line("width"),
                values.full("width"),
                String(width),
                "input_shape \(network.inputShape) has \(inputs) numbers",
                "remove width, or make the two equal"
            )
        }
        let most = values.integer("features_max")
        if inputs > most {
            problems.add(
                values.line("input_shape"),
                values.full("input_shape"),
                values.value("input_shape").toml,
                "it has \(inputs) numbers, more than features_max = \(most)",
                "raise features_max to at least \(inputs)"
            )
        }
    }

    /// The output layer has a row for each class that may come.
    private func checkOutputs(_ network: NetworkSettings, _ problems: inout ProblemList) {
        let task = LearnerRules.impliedTask(values)
        let classes = task == .regression ? 1 : values.integer("classes_max")
        var inputs = network.inputs ?? 1
        if case .integer(let width) = values.value("width") { inputs = Int(width) }
        guard let problem = network.problem(inputs: inputs, outputs: classes) else { return }
        problems.add(
            layers.line,
            values.full("layers"),
            nil,
            "with \(inputs) inputs and \(classes) outputs \(problem)",
            "or lower classes_max or width"
        )
    }
}
